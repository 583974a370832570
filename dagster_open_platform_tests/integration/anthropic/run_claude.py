"""Loads the Claude tables, as a process that a test can kill: ``run_claude.py WAREHOUSE FIRST LAST``."""

import sys
from pathlib import Path

import dagster as dg

from dagster_open_platform.defs.claude.py import loader
from dagster_open_platform.defs.claude.py.assets import claude_asset
from dagster_open_platform.lib.anthropic.resource import AnthropicResource
from dagster_open_platform.lib.warehouse import duckdb_warehouse

SOURCES = {
    source.name: source
    for source in (loader.USAGE, loader.COST, loader.CLAUDE_CODE, loader.API_KEYS, loader.USERS)
}


def run_claude(
    warehouse: Path,
    names: tuple[str, ...],
    first: str | None = None,
    last: str | None = None,
    instance: dg.DagsterInstance | None = None,
    max_attempts: int = 2,
) -> dg.ExecuteInProcessResult:
    """Runs assets against the Anthropic that `ANTHROPIC_API_URL` names, with the key of the environment.

    Args:
        warehouse: Directory of the DuckDB files.
        names: Of the tables.
        first: Partition key; None for lists.
        last: Partition key.
        instance: Where the run is recorded.
        max_attempts: How often a call is made.
    """
    tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last or first}
    return dg.materialize(
        [claude_asset(SOURCES[name], retry_policy=None) for name in names],
        resources={
            "anthropic": AnthropicResource(max_attempts=max_attempts, max_wait_seconds=2.0),
            "warehouse": duckdb_warehouse(warehouse, {"purina": "purina"}),
        },
        instance=instance,
        tags={name: day for name, day in tags.items() if day},
        raise_on_error=False,
    )


if __name__ == "__main__":
    done = run_claude(Path(sys.argv[1]), ("usage",), sys.argv[2], sys.argv[3])
    sys.exit(0 if done.success else 1)
