"""Importing the seam and building its resources costs nothing and needs nothing."""

import json
import subprocess
import sys

CODE = """
import json, sys
from pathlib import Path
from dagster_open_platform.lib.warehouse import duckdb_warehouse, snowflake_warehouse
import dagster as dg
before = set(sys.modules)
warehouses = [duckdb_warehouse(dg.EnvVar("NOT_SET"), {"a": "A"}), snowflake_warehouse({"a": "A"})]
dg.Definitions(resources={"warehouse": warehouses[1]})
print(json.dumps(sorted(sys.modules)))
"""


def test_no_client_is_imported_until_a_connection_is_opened() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True)

    loaded = set(json.loads(done.stdout))

    assert "dagster_open_platform.lib.warehouse.snowflake.resource" in loaded
    assert not loaded & {
        "dagster_snowflake",
        "dagster_duckdb",
        "snowflake.connector",
        "duckdb",
        "pyarrow",
        "pandas",
    }
