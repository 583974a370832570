"""The view of a change table's live rows.

What belongs here: that view. What does not: filling the table (``apply.py``).

Whoever wants what the source holds reads `<table>_current`; whoever wants to know what was deleted reads the table itself.
"""

from dagster_open_platform.lib.dms.changes import DELETED
from dagster_open_platform.lib.warehouse.objects import ObjectResult, View
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection

SUFFIX = "_current"


def view_of(table: TableRef) -> TableRef:
    """The name of a change table's view."""
    return TableRef(table.database, table.schema, f"{table.name}{SUFFIX}")


def refresh_live_view(connection: WarehouseConnection, table: TableRef) -> ObjectResult:
    """Make the view, or make it anew if the table has other columns than before.

    Args:
        connection: Open.
        table: The change table, which is there.

    Raises:
        PermanentFailure, RetryableFailure: One of the warehouse's.
    """
    columns = [name for name in connection.columns(table) or {} if name != DELETED]
    return connection.create_or_refresh(
        View(
            view_of(table),
            query=f"SELECT * EXCLUDE ({DELETED}) FROM {table} WHERE NOT {DELETED}",  # noqa: S608 - validated names
            # Snowflake takes the columns of `*` when a view is made, so that other columns must make another declaration.
            comment=f"Live rows of {table.name}: {', '.join(columns)}.",
        )
    )
