"""Checks of the GitHub tables that look at the whole table, and may run without a fetch.

What belongs here: what must hold of the tables at any time. What does not: checks of a single fetch, which run with it
(``lib/github/ingest.py``).
"""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from dagster_open_platform.lib.github.table_checks import (
    COMMENTS_HAVE_PARENTS,
    IDS_UNIQUE,
    UPDATED_WITHIN_PARTITIONS,
    check_table,
)
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.warehouse import WarehouseResource

FIRST_PARTITION = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
DATABASE, SCHEMA = "purina", "github"
CHECKS = {
    "issues": (IDS_UNIQUE, UPDATED_WITHIN_PARTITIONS),
    "discussions": (IDS_UNIQUE, UPDATED_WITHIN_PARTITIONS),
    "comments": (IDS_UNIQUE, COMMENTS_HAVE_PARENTS),
}
DESCRIPTIONS = {
    IDS_UNIQUE: "No id stands in the table twice.",
    UPDATED_WITHIN_PARTITIONS: "No row was updated before the first partition or after now.",
    COMMENTS_HAVE_PARENTS: "The issue or discussion of every comment is there too.",
}


@dg.multi_asset_check(
    name="github_table_checks",
    specs=[
        dg.AssetCheckSpec(name=check, asset=dg.AssetKey(["github", table]), description=DESCRIPTIONS[check])
        for table, checks in CHECKS.items()
        for check in checks
    ],
    can_subset=True,
    retry_policy=RETRIES,
    pool="warehouse",
)
def github_table_checks(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource
) -> Iterator[dg.AssetCheckResult]:
    """Asks the warehouse."""
    selected = context.selected_asset_check_keys
    with warehouse.connect() as connection:
        for table, checks in CHECKS.items():
            tables = {name: warehouse.table(DATABASE, SCHEMA, name) for name in CHECKS}
            for check in checks:
                if dg.AssetCheckKey(dg.AssetKey(["github", table]), check) in selected:
                    yield check_table(connection, tables, table, check, since=FIRST_PARTITION)
