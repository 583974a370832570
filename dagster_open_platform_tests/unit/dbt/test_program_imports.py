"""What dbt's own process imports: a demo starts half a dozen of them, and Dagster would take a sixth of a small one."""

import subprocess
import sys

PROGRAM = "import dagster_open_platform.lib.dbt.program, dagster_open_platform.lib.dbt.duckdb_plugin"


def test_dbts_process_does_without_dagster() -> None:
    code = f"{PROGRAM}, sys\nassert 'duckdb' in sys.modules\nprint(*sorted(sys.modules))"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [name for name in said if name.partition(".")[0].startswith("dagster")] == [
        name for name in said if name.partition(".")[0].startswith("dagster_open_platform")
    ]
