"""What must hold of a change table after a run.

What belongs here: the questions and what their answers mean. What does not: when they are asked (``component.py``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from dagster_open_platform.lib.dms.applied import applied_etags, last_applied_sequence
from dagster_open_platform.lib.dms.changes import COMMITTED_AT, SEQUENCE
from dagster_open_platform.lib.dms.files import is_full_load, unapplied
from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ObjectInfo
    from dagster_open_platform.lib.dms.tables import ChangeTable

LIVE_KEYS_UNIQUE = "live_keys_unique"
NO_FILE_LEFT_BEHIND = "no_change_file_left_behind"
LAST_CHANGE_RECENT = "last_change_is_recent"

DESCRIPTIONS = {
    LIVE_KEYS_UNIQUE: "No key stands in the table twice, neither live nor deleted.",
    NO_FILE_LEFT_BEHIND: (
        "Every change file that was there when the run looked is applied, a full load among them, and the newest change of"
        " all that were ever applied is in the table."
    ),
    LAST_CHANGE_RECENT: "The source's last change is not older than it ever should be. A quiet source, or a replication that stopped. Warns.",
}
_KEYS_SHOWN = 3


def check_table(
    key: dg.AssetKey,
    connection: WarehouseConnection,
    declared: ChangeTable,
    table: TableRef,
    listed: Sequence[ObjectInfo],
    last_change_within: dt.timedelta,
    now: dt.datetime,
) -> Iterator[dg.AssetCheckResult]:
    """Make all checks of a table.

    Args:
        key: The table's asset.
        connection: Open.
        declared: Which table.
        table: Where it is.
        listed: The files that were there when the run looked.
        last_change_within: How old the last change may be.
        now: Aware.
    """
    yield _live_keys_unique(key, connection, declared, table)
    yield _no_file_left_behind(key, connection, table, listed)
    yield _last_change_recent(key, connection, table, last_change_within, now)


def _live_keys_unique(
    asset: dg.AssetKey, connection: WarehouseConnection, declared: ChangeTable, table: TableRef
) -> dg.AssetCheckResult:
    key = ", ".join(validated(name, "column") for name in declared.key)
    repeated = connection.query(
        f"SELECT {key}, count(*) AS row_count FROM {connection.quoted(table)} GROUP BY {key} HAVING count(*) > 1"  # noqa: S608 - validated and quoted
        f" ORDER BY {key} LIMIT 100"
    )
    samples = [str(list(row.values())[:-1]) for row in repeated.slice(0, _KEYS_SHOWN).to_pylist()]
    many = f"{repeated.num_rows}{' or more' if repeated.num_rows == 100 else ''} keys"
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=LIVE_KEYS_UNIQUE,
        passed=not repeated.num_rows,
        metadata={"repeated_keys": repeated.num_rows},
        description=f"{many} repeat, such as {', '.join(samples)}." if samples else "Every key stands once.",
    )


def _no_file_left_behind(
    asset: dg.AssetKey, connection: WarehouseConnection, table: TableRef, listed: Sequence[ObjectInfo]
) -> dg.AssetCheckResult:
    applied = applied_etags(connection, table)
    left = [file.key for file in unapplied(listed, applied)]
    recorded = last_applied_sequence(connection, table)
    found = connection.query(f"SELECT max({SEQUENCE}) AS n FROM {connection.quoted(table)}")["n"][0].as_py()  # noqa: S608 - quoted
    problems = []
    if left:
        problems.append(f"{len(left)} change files are not applied, the first is {left[0]}")
    if not any(map(is_full_load, applied)):
        problems.append("no full load is applied, so rows that never changed since are missing")
    if found != recorded:
        problems.append(
            f"the newest change in the table is {found}, that of the applied files is {recorded}: somebody else changed the"
            " table; materialize it with the config full_refresh: true"
        )
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=NO_FILE_LEFT_BEHIND,
        passed=not problems,
        metadata={"files": len(listed), "files_left_behind": len(left), "last_sequence": found or 0},
        description=f"{'; '.join(problems)}." if problems else f"All {len(listed)} change files are applied.",
    )


def _last_change_recent(
    asset: dg.AssetKey,
    connection: WarehouseConnection,
    table: TableRef,
    within: dt.timedelta,
    now: dt.datetime,
) -> dg.AssetCheckResult:
    last: dt.datetime | None = connection.query(
        f"SELECT max({COMMITTED_AT}) AS latest FROM {connection.quoted(table)}"  # noqa: S608 - quoted
    )["latest"][0].as_py()
    passed = last is not None and now - last <= within
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=LAST_CHANGE_RECENT,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"allowed_hours": within.total_seconds() / 3600}
        | ({"last_change": dg.MetadataValue.timestamp(last)} if last else {}),
        description=f"The last change was committed at {last}; at most {within} ago is usual."
        if last
        else "There is no change.",
    )
