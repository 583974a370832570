"""What the tests do to a warehouse from a process of its own.

    python -m dagster_open_platform_tests.integration.warehouse.child DIRECTORY WHAT [ARGUMENT]

What belongs here: the other side of those tests. What does not: assertions.
"""

import functools
import json
import os
import resource
import sys
from pathlib import Path

import dagster as dg
import numpy as np
import pyarrow as pa

from dagster_open_platform.lib.warehouse import TableRef, WarehouseResource
from dagster_open_platform_tests.fixtures.warehouse import DAY, TABLE, days, local_duckdb

PARTITIONS = 3
# The slots that the child writes to: partitions of one table, then a table for each other kind of write.
MERGE, REPLACE, APPEND = PARTITIONS, PARTITIONS + 1, PARTITIONS + 2
SLOTS = PARTITIONS + 3
TABLES = {
    **dict.fromkeys(range(PARTITIONS), TABLE),
    MERGE: TableRef("purina", "pypi", "merged"),
    REPLACE: TableRef("purina", "pypi", "replaced"),
    APPEND: TableRef("purina", "pypi", "appended"),
}
NOBODY = 65534


@functools.cache
def texts_of(partition: int, count: int) -> pa.Array:
    """Texts that do not compress."""
    return pa.array(np.random.default_rng(partition).integers(0, 2**63, count).astype(str))


def marker(generation: int) -> str:
    """Name of the last column of a replaced table, which another generation may not have."""
    return f"marker_{generation % 2}"


def rows_of(slot: int, generation: int, count: int) -> pa.Table:
    """Rows of a day, all of one generation."""
    return pa.table(
        {
            "day": pa.array([days(DAY, slot + 1).end] * count, pa.date32()),
            "id": pa.array(range(count), pa.int64()),
            "generation": pa.array([generation] * count, pa.int64()),
            "text": texts_of(slot, count),
        }
    )


def write(warehouse: WarehouseResource, slot: int, generation: int, count: int) -> None:
    """Write to a slot in its way."""
    table, data = TABLES[slot], rows_of(slot, generation, count)
    with warehouse.connect() as connection:
        if slot < PARTITIONS:
            connection.replace_window(table, data, days(data["day"][0].as_py(), 1))
        elif slot == MERGE:
            connection.merge(table, data, ["id"], "generation")
        elif slot == REPLACE:
            connection.replace_table(table, data.append_column(marker(generation), data["id"]))
        else:
            connection.append(table, data)


def write_for_ever(warehouse: WarehouseResource, count: int) -> None:
    """Write to every slot with a number that grows, and say so after each."""
    generation = 0
    while True:
        generation += 1
        for slot in range(SLOTS):
            write(warehouse, slot, generation, count)
            # One write, so that a kill leaves no half line.
            print(f"{slot} {generation}\n", end="", flush=True)  # noqa: T201 - the test reads it


def hold(warehouse: WarehouseResource) -> None:
    """Keep the warehouse open until the standard input ends."""
    with warehouse.connect():
        print("open", flush=True)  # noqa: T201 - the test reads it
        sys.stdin.read()


def report(warehouse: WarehouseResource, slot: int, count: int) -> None:
    """Write to one slot and print how that ended as JSON."""
    outcome = {"error": "", "message": "", "retry": False}
    try:
        write(warehouse, slot, 2, count)
    except dg.Failure as failure:
        retry = failure.allow_retries
        outcome = {"error": type(failure).__name__, "message": str(failure), "retry": retry}
    print(json.dumps(outcome), flush=True)  # noqa: T201 - the test reads it


def limit_files(limit: int) -> None:
    """Let no file of this process grow beyond a size, as a full disk does. Needs no rights."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def give_up_rights(scratch: Path) -> None:
    """Become an ordinary user, to whom permissions apply, if this one is not. Imports come first: they need rights."""
    write(local_duckdb(scratch), 0, 1, 1)
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def main(directory: str, what: str, argument: str = "") -> None:
    """Do one thing."""
    warehouse = local_duckdb(Path(directory))
    if what == "loop":
        write_for_ever(warehouse, int(argument))
    elif what == "hold":
        hold(warehouse)
    elif what == "limited":
        slot, count, limit = map(int, argument.split(","))
        limit_files(limit)
        report(warehouse, slot, count)
    elif what == "write":
        report(warehouse, 0, int(argument))
    elif what == "unprivileged":
        give_up_rights(Path(argument))
        report(warehouse, 0, 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
