"""What the tests do to clones from a process of its own.

    python -m dagster_open_platform_tests.integration.warehouse.clone_child DIRECTORY WHAT

What belongs here: the other side of those tests. What does not: assertions.
"""

import json
import sys
from pathlib import Path

import dagster as dg

from dagster_open_platform.lib.snowflake.clones import drop_clones, make_clones
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb

PULL_REQUEST = "7"


def main(directory: str, what: str) -> None:
    """Do one thing, for ever or once."""
    warehouse = local_duckdb(Path(directory))
    if what == "attempt":
        impatient = warehouse.waiting_at_most(0)
        outcome = {"error": "", "message": ""}
        try:
            with impatient.connect() as connection:
                connection.execute("CREATE OR REPLACE TABLE purina.main.touched AS SELECT 1 AS n")
        except dg.Failure as failure:
            outcome = {"error": type(failure).__name__, "message": str(failure)}
        print(json.dumps(outcome), flush=True)  # noqa: T201 - the test reads it
        return
    while True:
        with warehouse.connect_without_databases() as connection:
            make_clones(connection, PULL_REQUEST)
            print("made", flush=True)  # noqa: T201 - the test reads it
        with warehouse.connect_without_databases() as connection:
            drop_clones(connection, PULL_REQUEST)
            print("dropped", flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
