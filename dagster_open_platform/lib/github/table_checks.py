"""What must hold of the GitHub tables at any time.

What belongs here: the questions to the warehouse and what their answers mean. What does not: which check stands on which
asset (``defs/github/py/checks.py``).
"""

import datetime as dt
from collections.abc import Callable, Mapping

import dagster as dg

from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection

IDS_UNIQUE = "ids_unique"
UPDATED_WITHIN_PARTITIONS = "updated_within_partitions"
COMMENTS_HAVE_PARENTS = "comments_have_parents"

Tables = Mapping[str, TableRef]


def check_table(
    connection: WarehouseConnection, tables: Tables, name: str, check: str, since: dt.datetime
) -> dg.AssetCheckResult:
    """Makes one check.

    Args:
        connection: The warehouse.
        tables: All GitHub tables by name.
        name: The table that is checked.
        check: One of the names of this module.
        since: Start of the first partition, UTC.
    """
    key = dg.AssetKey(["github", name])
    if connection.columns(tables[name]) is None:
        return dg.AssetCheckResult(
            asset_key=key,
            check_name=check,
            passed=False,
            description=f"There is no table {tables[name]} yet: materialize {key.to_user_string()} first.",
        )
    bad, severity, description = _CHECKS[check](connection, tables, name, since)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=check,
        passed=bad == 0,
        severity=severity,
        metadata={"rows_violating": bad},
        description=description.format(bad=bad),
    )


_Answer = tuple[int, dg.AssetCheckSeverity, str]


def _ids_unique(connection: WarehouseConnection, tables: Tables, name: str, _since: dt.datetime) -> _Answer:
    sql = f"SELECT count(*) - count(DISTINCT id) AS n FROM {connection.quoted(tables[name])}"  # noqa: S608
    return _number(connection, sql), dg.AssetCheckSeverity.ERROR, "{bad} rows repeat an id."


def _updated_within_partitions(
    connection: WarehouseConnection, tables: Tables, name: str, since: dt.datetime
) -> _Answer:
    sql = (
        f"SELECT count(*) AS n FROM {connection.quoted(tables[name])} WHERE updated_at < ? OR updated_at > ?"  # noqa: S608
    )
    bad = _number(connection, sql, since, dt.datetime.now(dt.UTC))
    return bad, dg.AssetCheckSeverity.ERROR, "{bad} rows were updated outside all partitions."


def _comments_have_parents(
    connection: WarehouseConnection, tables: Tables, name: str, _since: dt.datetime
) -> _Answer:
    parents = [tables[parent] for parent in ("issues", "discussions")]
    known = " UNION ALL ".join(
        f"SELECT id FROM {connection.quoted(table)}"  # noqa: S608
        for table in parents
        if connection.columns(table) is not None
    )
    within = f"WHERE parent_id NOT IN ({known})" if known else ""
    sql = f"SELECT count(*) AS n FROM {connection.quoted(tables[name])} {within}"  # noqa: S608
    # Comments can be materialized without the others, which then follow.
    return _number(connection, sql), dg.AssetCheckSeverity.WARN, "{bad} comments have no issue or discussion."


_CHECKS: Mapping[str, Callable[[WarehouseConnection, Tables, str, dt.datetime], _Answer]] = {
    IDS_UNIQUE: _ids_unique,
    UPDATED_WITHIN_PARTITIONS: _updated_within_partitions,
    COMMENTS_HAVE_PARENTS: _comments_have_parents,
}


def _number(connection: WarehouseConnection, sql: str, *parameters: dt.datetime) -> int:
    return connection.query(sql, parameters)["n"][0].as_py()
