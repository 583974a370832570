"""Issues, discussions and comments of the open-source repositories, by the day on which they were last updated.

What belongs here: the assets, their partitions and when they run. What does not: fetching and writing (``lib/github``).
"""

from collections.abc import Iterator

import dagster as dg

from dagster_open_platform.lib.automation import ingest_on_cron
from dagster_open_platform.lib.columns import table_schema
from dagster_open_platform.lib.github.arrow import TABLES
from dagster_open_platform.lib.github.ingest import (
    ROWS_LANDED,
    WINDOW_NOT_EMPTY,
    checks_of,
    fetch,
    land,
    metadata_of,
)
from dagster_open_platform.lib.github.resource import GitHubResource
from dagster_open_platform.lib.github.windows import window_of_days
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.warehouse import WarehouseResource

REPOSITORIES = (
    "dagster-io/dagster",
    "dagster-io/community-integrations",
    "dagster-io/hooli-data-eng-pipelines",
)
DATABASE, SCHEMA = "purina", "github"
DESCRIPTIONS = {
    "issues": "Issues, one row each, in the state of their last update that was fetched.",
    "discussions": "Discussions, one row each, in the state of their last update that was fetched.",
    "comments": (
        "Comments on issues and discussions, and replies to them. A partition fetches all comments of what was updated"
        " on its day, so a comment's own times may lie before it."
    ),
}
CHECKS = {
    ROWS_LANDED: "Every row that was fetched is in the table.",
    WINDOW_NOT_EMPTY: "The fetch found something. A quiet day is worth a look, a quiet week is a broken fetch.",
}


def key_of(table: str) -> dg.AssetKey:
    """The asset of a table."""
    return dg.AssetKey(["github", table])


def github_assets(retry_policy: dg.RetryPolicy | None = RETRIES) -> dg.AssetsDefinition:
    """The assets, made by one fetch.

    Args:
        retry_policy: For failures that may pass; permanent ones are never retried.
    """

    @dg.multi_asset(
        name="github_activity",
        specs=[
            dg.AssetSpec(
                key=key_of(name),
                deps=[dg.AssetKey(["github", "graphql_api"])],
                description=DESCRIPTIONS[name],
                group_name="github",
                owners=["team:devrel", "team:data-platform"],
                kinds={"github", "python"},
                metadata={"dagster/column_schema": table_schema(columns)},
                automation_condition=ingest_on_cron("30 1 * * *"),
            )
            for name, columns in TABLES.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(name=check, asset=key_of(name), description=description)
            for name in TABLES
            for check, description in CHECKS.items()
        ],
        partitions_def=dg.DailyPartitionsDefinition(start_date="2026-06-01"),
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=True,
        retry_policy=retry_policy,
        pool="warehouse",
    )
    def github_activity(
        context: dg.AssetExecutionContext, github: GitHubResource, warehouse: WarehouseResource
    ) -> Iterator[dg.MaterializeResult]:
        """Fetches the window of all partitions of the run at once and merges what it finds, table by table."""
        days = context.partition_key_range
        wanted = [name for name in TABLES if key_of(name) in context.selected_asset_keys]
        with github.connect() as client:
            fetched = fetch(client, REPOSITORIES, window_of_days(days.start, days.end), wanted)
        with warehouse.connect() as connection:
            for name, rows in fetched.tables.items():
                landed = land(connection, name, warehouse.table(DATABASE, SCHEMA, name), rows)
                selected = context.selected_asset_check_keys
                yield dg.MaterializeResult(
                    asset_key=key_of(name),
                    metadata=metadata_of(landed, fetched),
                    check_results=[
                        check
                        for check in checks_of(key_of(name), landed, fetched)
                        if dg.AssetCheckKey(key_of(name), str(check.check_name)) in selected
                    ],
                )

    return github_activity


github_activity = github_assets()
