"""Usage of Claude and its costs by day, and the keys and users of the organization.

What belongs here: the five assets, their partitions and when they run. What does not: fetching and writing (`loader.py`).
"""

import dagster as dg

from dagster_open_platform.defs.claude.py import loader
from dagster_open_platform.lib.anthropic.columns import TABLES
from dagster_open_platform.lib.anthropic.resource import AnthropicResource
from dagster_open_platform.lib.automation import ingest_on_cron
from dagster_open_platform.lib.columns import table_schema
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.warehouse import WarehouseResource

DAYS = dg.DailyPartitionsDefinition(start_date="2026-06-01")
AFTER_MIDNIGHT = "30 4 * * *"
"""UTC: by then the costs of the day before are complete."""
DESCRIPTIONS = {
    "usage": (
        "Tokens and web searches by the hour, workspace, API key, model, service tier and context window. A row for each"
        " combination that was used."
    ),
    "cost": (
        "What Anthropic charges for a day, by workspace and item, exactly as reported, in cents. Tokens of the Priority Tier are"
        " paid for otherwise and not in it."
    ),
    "claude_code": (
        "What each user, or each key in continuous integration, did with Claude Code on a day: tokens by model; sessions, lines,"
        " commits and proposals once for each terminal. E-mail addresses are those of the company's own people."
    ),
    "api_keys": (
        "API keys as they are now. Anthropic does not tell of the past, so there are no partitions: keys that are gone from the"
        " list stay, with the time at which they were first missed."
    ),
    "users": (
        "Who is in the organization now, and who was: users that are gone from the list stay, with the time at which they were"
        " first missed."
    ),
}
OWNERS = {
    "usage": ["team:data-platform"],
    "cost": ["team:finance", "team:data-platform"],
    "claude_code": ["team:data-platform"],
    "api_keys": ["team:data-platform"],
    "users": ["team:data-platform"],
}


def key_of(table: str) -> dg.AssetKey:
    """The asset of a table."""
    return dg.AssetKey(["claude", table])


def claude_asset(
    source: loader.Report | loader.Listing, retry_policy: dg.RetryPolicy | None = RETRIES
) -> dg.AssetsDefinition:
    """The asset of a table.

    Args:
        source: Which.
        retry_policy: For failures that may pass; permanent ones are never retried.
    """
    is_report = isinstance(source, loader.Report)
    check = dg.AssetCheckSpec(
        name=loader.NO_DAY_IS_EMPTY,
        asset=key_of(source.name),
        description="Each day of the run has data. It warns, since holidays have none.",
    )

    @dg.asset(
        key=key_of(source.name),
        deps=[dg.AssetKey(["claude", "admin_api"])],
        description=DESCRIPTIONS[source.name],
        group_name="claude",
        owners=OWNERS[source.name],
        kinds={"anthropic", "python"},
        metadata={"dagster/column_schema": table_schema(TABLES[source.name])},
        automation_condition=ingest_on_cron(AFTER_MIDNIGHT),
        retry_policy=retry_policy,
        pool="warehouse",
        partitions_def=DAYS if is_report else None,
        backfill_policy=dg.BackfillPolicy.single_run() if is_report else None,
        check_specs=[check] if is_report else [],
    )
    def table(
        context: dg.AssetExecutionContext, anthropic: AnthropicResource, warehouse: WarehouseResource
    ) -> dg.MaterializeResult:
        """Fetches it and writes it; a report for all days of the run at once."""
        return loader.load(context, source, anthropic, warehouse)

    return table


usage = claude_asset(loader.USAGE)
cost = claude_asset(loader.COST)
claude_code = claude_asset(loader.CLAUDE_CODE)
api_keys = claude_asset(loader.API_KEYS)
users = claude_asset(loader.USERS)
