"""Runs the GitHub assets for some days, as a process that a test can kill: ``run_ingest.py WAREHOUSE FIRST LAST``."""

import sys
import time
from pathlib import Path

import dagster as dg

from dagster_open_platform.defs.github.py.assets import github_assets
from dagster_open_platform.lib.github.resource import GitHubResource
from dagster_open_platform.lib.warehouse import duckdb_warehouse

TOKEN = dg.EnvVar("GITHUB_TOKEN")


class QuickGitHub(GitHubResource):
    """Production's resource with a tenth of its waits."""

    def sleep(self, seconds: float) -> None:
        """Waits a tenth of it."""
        time.sleep(seconds / 10)


def run_ingest(
    warehouse: Path,
    first: str,
    last: str,
    instance: dg.DagsterInstance | None = None,
    token: str | None = TOKEN,
) -> dg.ExecuteInProcessResult:
    """Runs them against the GitHub that ``GITHUB_API_URL`` names.

    Args:
        warehouse: Directory of the DuckDB files.
        first: Partition key.
        last: Partition key.
        instance: Where the run is recorded.
        token: The token; None: whatever the resource finds by itself.
    """
    return dg.materialize(
        [github_assets(retry_policy=None)],
        resources={
            "github": QuickGitHub(token=token, max_attempts=2, max_wait_seconds=1.0),
            "warehouse": duckdb_warehouse(warehouse, {"purina": "purina"}),
        },
        instance=instance,
        tags={"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last},
        raise_on_error=False,
    )


if __name__ == "__main__":
    sys.exit(0 if run_ingest(Path(sys.argv[1]), sys.argv[2], sys.argv[3]).success else 1)
