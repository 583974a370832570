"""How things look in answers.

What belongs here: the shapes of https://hightouch.com/docs/api-reference: `Sync`, `Model`, `SyncRun`. What does not: which call gets which.
"""

from typing import Any

from dagster_open_platform_local.services.saas.crm.objects import field_name
from dagster_open_platform_local.services.saas.hightouch.state import SUCCESS, Counts, Run, Settings
from dagster_open_platform_local.services.saas.hightouch.syncs import DATABASE, SCHEMA, SOURCE_ID, Sync

WORKSPACE_ID = "5120"
CREATED_AT = "2025-02-11T14:03:55.120Z"

Json = dict[str, Any]


def sync(found: Sync, settings: Settings, last: Run | None) -> Json:
    """…#operation/GetSync. Its status is that of its last run; `pending` if it never ran.

    Args:
        found: The sync.
        settings: What is set of it.
        last: Its last run.
    """
    status = "pending" if last is None else last.status
    vendor = found.thing.vendor
    return {
        "id": found.id,
        "slug": found.slug,
        "workspaceId": WORKSPACE_ID,
        "createdAt": CREATED_AT,
        "updatedAt": CREATED_AT,
        "destinationId": found.destination_id,
        "modelId": found.model_id,
        "configuration": {
            "mode": "update",
            "object": found.thing.name,
            "externalIdMapping": {"from": found.key, "to": field_name(vendor, found.match)},
            "mappings": [
                {"from": column, "to": field_name(vendor, name), "type": "standard"}
                for column, name in found.mappings.items()
            ],
            "removeBehavior": "clear",
        },
        "schedule": {"type": "manual", "schedule": None},
        "status": "disabled" if settings.disabled else status,
        "disabled": settings.disabled,
        "lastRunAt": None if last is None else last.started_at or last.created_at,
        "referencedColumns": [found.key, *found.mappings],
        "primaryKey": found.key,
        "externalSegment": None,
    }


def model(found: Sync) -> Json:
    """…#operation/GetModel. Each sync has a model of its own, which is a table of the warehouse."""
    return {
        "id": found.model_id,
        "slug": found.slug,
        "name": found.slug,
        "workspaceId": WORKSPACE_ID,
        "createdAt": CREATED_AT,
        "updatedAt": CREATED_AT,
        "sourceId": SOURCE_ID,
        "primaryKey": found.key,
        "isSchema": False,
        "queryType": "table",
        "table": {"name": f"{DATABASE}.{SCHEMA}.{found.slug}"},
        "syncs": [found.id],
        "tags": {},
        "folderId": None,
    }


def run(found: Run) -> Json:
    """…#operation/ListSyncRuns, one of them."""
    planned = sum(found.planned.values())
    done = sum(found.successful.values()) + sum(found.failed.values())
    ratio = done / planned if planned else float(found.status == SUCCESS)
    return {
        "id": str(found.id),
        "status": found.status,
        "createdAt": found.created_at,
        "startedAt": found.started_at,
        "finishedAt": found.finished_at,
        "querySize": found.query_size,
        "completionRatio": ratio,
        "plannedRows": _rows(found.planned),
        "successfulRows": _rows(found.successful),
        "failedRows": _rows(found.failed),
        "error": found.error,
    }


def _rows(counts: Counts) -> Json:
    return {f"{kind}Count": count for kind, count in counts.items()}
