"""What a materialization tells of a change table.

What belongs here: metadata. What does not: checks (``table_checks.py``).
"""

from typing import Any

import dagster as dg

from dagster_open_platform.lib.dms.apply import Applied
from dagster_open_platform.lib.dms.changes import COMMITTED_AT, DELETED, SEQUENCE
from dagster_open_platform.lib.warehouse.protocol import WarehouseConnection


def metadata_of(connection: WarehouseConnection, applied: Applied) -> dict[str, Any]:
    """What a run did, and what the table holds now.

    Args:
        connection: Open.
        applied: What the run did.
    """
    [now] = connection.query(
        f"SELECT count(*) AS row_count, sum(CASE WHEN {DELETED} THEN 1 ELSE 0 END) AS deleted_count,"  # noqa: S608 - quoted
        f" max({SEQUENCE}) AS last_sequence, max({COMMITTED_AT}) AS last_change FROM {connection.quoted(applied.table)}"
    ).to_pylist()
    columns = connection.columns(applied.table) or {}
    deleted = int(now["deleted_count"] or 0)
    metadata = {
        "dagster/row_count": now["row_count"],
        "dagster/column_schema": dg.TableSchema(
            columns=[dg.TableColumn(name, kind) for name, kind in columns.items()]
        ),
        "live_rows": now["row_count"] - deleted,
        "deleted_rows": deleted,
        "last_sequence": now["last_sequence"] or 0,
        "files_listed": len(applied.listed),
        "files_applied": len(applied.files),
        "bytes_applied": sum(one.file.size for one in applied.files),
        "changes_read": applied.changes_read,
        "inserts_read": applied.operations["I"],
        "updates_read": applied.operations["U"],
        "deletes_read": applied.operations["D"],
        "rows_inserted": applied.rows_inserted,
        "rows_updated": applied.rows_updated,
    }
    if now["last_change"]:
        metadata["last_change"] = dg.MetadataValue.timestamp(now["last_change"])
    return metadata
