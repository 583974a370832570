"""Refreshes declared objects for ever, from a process of its own that the test kills.

    python -m dagster_open_platform_tests.integration.warehouse_objects.child WAREHOUSE

What belongs here: the other side of that test. What does not: assertions.
"""

import sys
from pathlib import Path

from dagster_open_platform.lib.aws.buckets import TELEMETRY
from dagster_open_platform.lib.warehouse.objects import Declaration, DynamicTable
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb
from dagster_open_platform_tests.fixtures.warehouse_objects import events, named, stage


def declarations(generation: int) -> list[Declaration]:
    """What is declared in a generation; each object says which that is."""
    said = f"Generation {generation}."
    return [
        stage(f"s3://{TELEMETRY}/", comment=said),
        events(comment=said),
        DynamicTable(
            named("numbers"),
            f"select {generation} as generation, n.id from purina.exports.source as n",  # noqa: S608 - a number
            "1 hour",
            comment=said,
        ),
    ]


def main(directory: str) -> None:
    """Make each generation after the one before, and say so after each object."""
    warehouse, generation = local_duckdb(Path(directory)), 0
    while True:
        generation += 1
        for number, declaration in enumerate(declarations(generation)):
            with warehouse.connect() as connection:
                connection.create_or_refresh(declaration)
            # One write, so that a kill leaves no half line.
            print(f"{number} {generation}\n", end="", flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
