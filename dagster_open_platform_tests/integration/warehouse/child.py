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

MERGED = TableRef("purina", "pypi", "merged")
PARTITIONS = 3
NOBODY = 65534


@functools.cache
def texts_of(partition: int, count: int) -> pa.Array:
    """Texts that do not compress."""
    return pa.array(np.random.default_rng(partition).integers(0, 2**63, count).astype(str))


def rows_of(partition: int, generation: int, count: int) -> pa.Table:
    """Rows of a day, all of one generation."""
    return pa.table(
        {
            "day": pa.array([days(DAY, partition + 1).end] * count, pa.date32()),
            "id": pa.array(range(count), pa.int64()),
            "generation": pa.array([generation] * count, pa.int64()),
            "text": texts_of(partition, count),
        }
    )


def write(warehouse: WarehouseResource, partition: int, generation: int, count: int) -> None:
    """Replace one of the partitions, or for the one after the last merge all rows of another table."""
    with warehouse.connect() as connection:
        data = rows_of(partition, generation, count)
        if partition < PARTITIONS:
            connection.replace_window(TABLE, data, days(data["day"][0].as_py(), 1))
        else:
            connection.merge(MERGED, data, ["id"], "generation")


def write_for_ever(warehouse: WarehouseResource, count: int) -> None:
    """Write every partition with a number that grows, and say so after each."""
    generation = 0
    while True:
        generation += 1
        for partition in range(PARTITIONS + 1):
            write(warehouse, partition, generation, count)
            print(partition, generation, flush=True)  # noqa: T201 - the test reads it


def hold(warehouse: WarehouseResource) -> None:
    """Keep the warehouse open until the standard input ends."""
    with warehouse.connect():
        print("open", flush=True)  # noqa: T201 - the test reads it
        sys.stdin.read()


def report(warehouse: WarehouseResource, count: int) -> None:
    """Write one partition and print how that ended as JSON."""
    outcome = {"error": "", "message": "", "retry": False}
    try:
        write(warehouse, 0, 2, count)
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
        count, limit = argument.split(",")
        limit_files(int(limit))
        report(warehouse, int(count))
    elif what == "write":
        report(warehouse, int(argument))
    elif what == "unprivileged":
        give_up_rights(Path(argument))
        report(warehouse, 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
