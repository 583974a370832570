"""What the end of a sync's run means for its asset: a materialization and a check, or a failure.

What belongs here: which of them, and what they say. What does not: waiting for the end (`sync.py`).

| the run | the check | the asset |
|---|---|---|
| sent all rows | passes | is materialized |
| was refused some rows, or lost some | fails, with a sample | is not; the op fails and is not tried again |
| failed, or broke off | fails | is not; the op fails and is tried again |
| was cancelled by somebody | fails | is not; the op fails and is not tried again |
| did not take place: the sync is disabled | is not made | is not; the op succeeds |

The check's result comes before the failure, and Dagster stores what an op has given before it fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import dagster as dg

from dagster_open_platform.lib.hightouch.answers import refused_rows
from dagster_open_platform.lib.hightouch.errors import (
    RowsRejected,
    SyncCancelled,
    SyncFailed,
    SyncInterrupted,
)
from dagster_open_platform.lib.hightouch.protocol import CANCELLED, FAILED, INTERRUPTED, OPERATIONS
from dagster_open_platform.lib.outcomes import Failure
from dagster_open_platform.lib.presentation import markdown_table

if TYPE_CHECKING:
    # It imports the HTTP client, and definitions load this module.
    from dagster_open_platform.lib.hightouch.sync import Disabled, Ended

ALL_ROWS_SYNCED = "all_rows_synced"
ALL_ROWS_SYNCED_DESCRIPTION = "The destination has taken every row that the last run of the sync had to send."
SAMPLE = 10
"""Refused rows that are shown."""
_LONGEST = 2000
"""Characters of what Hightouch says."""


def report(
    key: dg.AssetKey, outcome: Ended | Disabled, page: str | None, wanted: bool = True
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """What there is to tell of an asset.

    Args:
        key: The asset.
        outcome: What came of its sync.
        page: The run's page in Hightouch; None: not known.
        wanted: Whether the check is part of the run.

    Raises:
        RowsRejected, SyncCancelled: See above.
        SyncFailed, SyncInterrupted: See above.
    """
    from dagster_open_platform.lib.hightouch.sync import Disabled

    if isinstance(outcome, Disabled):
        return
    failure = failure_of(outcome)
    check = check_result(key, outcome, failure, page)
    if failure is None:
        yield dg.MaterializeResult(
            asset_key=key, metadata=metadata_of(outcome, page), check_results=[check] if wanted else []
        )
        return
    if wanted:
        yield check
    raise failure


def check_alone(key: dg.AssetKey, ended: Ended | None) -> Iterator[dg.AssetCheckResult]:
    """What the check says of a run that is over; None: nothing."""
    if ended is not None:
        yield check_result(key, ended, failure_of(ended))


def failure_of(ended: Ended) -> Failure | None:
    """How the run failed; None: all rows were sent."""
    sync, run = ended.sync, ended.run
    if run.sent_all:
        return None
    where = f"Run {run.id} of Hightouch's sync {sync.slug}"
    if run.status == FAILED:
        return SyncFailed(f"{where} failed: {_said(ended)}")
    if run.status == INTERRUPTED:
        return SyncInterrupted(f"{where} broke off: {_said(ended)}")
    if run.status == CANCELLED:
        return SyncCancelled(
            f"{where} was cancelled in Hightouch after {run.successful.total} of {run.planned.total} rows. Materialize the asset to"
            " send the others."
        )
    lost = f" {run.missing} more were neither taken nor refused." if run.missing else ""
    return RowsRejected(
        f"{where} was refused {run.failed.total} of {run.planned.total} rows, so the destination is not what the model is:"
        f" {_said(ended)}{lost} Mend the rows in the model or in the destination; Hightouch sends them again with its next run."
    )


def check_result(
    key: dg.AssetKey, ended: Ended, failure: Failure | None, page: str | None = None
) -> dg.AssetCheckResult:
    """Whether all rows have arrived, with a sample of those that have not."""
    run = ended.run
    metadata = {**_facts(ended, page)}
    if sample := _sample(ended):
        metadata["refused_sample"] = sample
    if failure is not None and run.error:
        metadata["hightouch_says"] = dg.MetadataValue.text(run.error[:_LONGEST])
    told = (
        f"{run.successful.total} of {run.planned.total} rows arrived, {run.failed.total} were refused,"
        f" {run.missing} were not sent."
    )
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=ALL_ROWS_SYNCED,
        passed=failure is None,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata=metadata,
        description=told if run.sent_all else f"The run ended as {run.status}. {told}",
    )


def metadata_of(ended: Ended, page: str | None) -> Mapping[str, dg.MetadataValue]:
    """What a materialization says."""
    metadata = {
        **_facts(ended, page),
        "dagster/row_count": dg.MetadataValue.int(ended.run.query_size),
        "sync_joined": dg.MetadataValue.bool(ended.joined),
        "seconds_waited": dg.MetadataValue.float(round(ended.seconds, 3)),
    }
    if ended.sync.fields:
        # Which types fields have is the destination's business, and Hightouch does not say.
        columns = [
            dg.TableColumn(name, "field", description=f"Filled from the model's column {column}.")
            for name, column in ended.sync.fields.items()
        ]
        metadata["dagster/column_schema"] = dg.MetadataValue.table_schema(dg.TableSchema(columns))
    return metadata


def _facts(ended: Ended, page: str | None) -> dict[str, dg.MetadataValue]:
    run = ended.run
    facts: dict[str, dg.MetadataValue] = {
        "hightouch_sync": dg.MetadataValue.text(f"{ended.sync.slug} ({ended.sync.id})"),
        "hightouch_run": dg.MetadataValue.text(run.id),
        "status": dg.MetadataValue.text(run.status),
        "query_size": dg.MetadataValue.int(run.query_size),
        "planned_rows": dg.MetadataValue.int(run.planned.total),
        "successful_rows": dg.MetadataValue.int(run.successful.total),
        "failed_rows": dg.MetadataValue.int(run.failed.total),
        "rows_by_operation": _by_operation(ended),
    }
    if run.started_at and run.finished_at:
        seconds = (run.finished_at - run.started_at).total_seconds()
        facts["duration_seconds"] = dg.MetadataValue.float(round(seconds, 3))
    if page:
        facts["hightouch_page"] = dg.MetadataValue.url(page)
    return facts


def _by_operation(ended: Ended) -> dg.MarkdownMetadataValue:
    import pyarrow as pa

    run = ended.run
    return markdown_table(
        pa.table(
            {
                "operation": list(OPERATIONS),
                "planned": list(run.planned),
                "successful": list(run.successful),
                "failed": list(run.failed),
            }
        )
    )


def _sample(ended: Ended) -> dg.MarkdownMetadataValue | None:
    import pyarrow as pa

    rows = refused_rows(ended.run.error)
    if not rows:
        return None
    return markdown_table(pa.Table.from_pylist([row._asdict() for row in rows]), limit=SAMPLE)


def _said(ended: Ended) -> str:
    """What Hightouch says, in one line."""
    line = " ".join((ended.run.error or "").split())[:_LONGEST]
    return (line if line.endswith((".", "!", "?")) else f"{line}.") if line else "Hightouch says no more."
