"""Checks of the tables of Slack that look at the whole table, and may run without a fetch.

What belongs here: what must hold of the tables at any time; each check is a query of `sql/` that counts rows for which it does not hold.
What does not: checks of a single fetch, which run with it (`assets.py`).
"""

from collections.abc import Iterator
from typing import NamedTuple

import dagster as dg

from dagster_open_platform.defs.slack.py.assets import DATABASE, SCHEMA, SQL, key_of
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.warehouse import WarehouseResource


class TableCheck(NamedTuple):
    """A check.

    Args:
        name: Also of its query's file.
        table: That it is of.
        reads: Tables that the query reads.
        description: What must hold.
        severity: When it does not.
    """

    name: str
    table: str
    reads: tuple[str, ...]
    description: str
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR


CHECKS = (
    TableCheck("user_ids_are_unique", "users", ("users",), "No id stands in the table twice."),
    TableCheck("channel_ids_are_unique", "channels", ("channels",), "No id stands in the table twice."),
    TableCheck(
        "members_are_there_once_a_day",
        "member_analytics",
        ("member_analytics",),
        "No member has two rows of one day.",
    ),
    TableCheck(
        "members_are_known",
        "member_analytics",
        ("member_analytics", "users"),
        "Who did something is among the members. Members are fetched at night, so somebody may be new.",
        dg.AssetCheckSeverity.WARN,
    ),
    TableCheck(
        "metrics_add_up",
        "member_metrics",
        ("member_metrics",),
        "Members are those of the day before, and who came, less who left; none posts who is not active, none is active who is no member.",
    ),
)


@dg.multi_asset_check(
    name="slack_table_checks",
    specs=[
        dg.AssetCheckSpec(
            name=check.name,
            asset=key_of(check.table),
            description=check.description,
            additional_deps=[key_of(name) for name in check.reads if name != check.table],
        )
        for check in CHECKS
    ],
    can_subset=True,
    retry_policy=RETRIES,
    pool="warehouse",
)
def slack_table_checks(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource
) -> Iterator[dg.AssetCheckResult]:
    """Asks the warehouse."""
    with warehouse.connect() as connection:
        for check in CHECKS:
            key = key_of(check.table)
            if dg.AssetCheckKey(key, check.name) not in context.selected_asset_check_keys:
                continue
            tables = {name: warehouse.table(DATABASE, SCHEMA, name) for name in check.reads}
            missing = [str(table) for table in tables.values() if connection.columns(table) is None]
            if missing:
                text = f"There is no table {' and '.join(missing)} yet: materialize it first."
                yield dg.AssetCheckResult(
                    asset_key=key, check_name=check.name, passed=False, description=text
                )
                continue
            sql = (SQL / f"{check.name}.sql").read_text(encoding="utf-8")
            quoted = {name: connection.quoted(table) for name, table in tables.items()}
            bad = connection.query(sql.format(**quoted))["bad"][0].as_py()
            yield dg.AssetCheckResult(
                asset_key=key,
                check_name=check.name,
                passed=bad == 0,
                severity=check.severity,
                metadata={"rows_violating": bad},
                description=f"{bad} rows violate it. {check.description}",
            )
