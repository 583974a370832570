"""An application of change files in a process of its own, which says what it is about to do.

    python -m dagster_open_platform_tests.integration.dms.child WAREHOUSE BATCH_BYTES

What belongs here: the other side of tests that kill it. What does not: assertions.
"""

import sys
from pathlib import Path
from typing import Any, cast

from dagster_open_platform.lib.aws.resource import S3StoreResource
from dagster_open_platform.lib.dms.apply import apply_changes
from dagster_open_platform.lib.warehouse import WarehouseConnection
from dagster_open_platform_tests.fixtures.dms import USERS, source_of
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb


class Telling:
    """A connection that says before and after each merge where it is.

    Args:
        connection: Does the work.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def merge(self, *arguments: Any, **options: Any) -> Any:
        """Merge, and say so."""
        say("merging")
        result = self._connection.merge(*arguments, **options)
        say("merged")
        return result


def say(what: str) -> None:
    """A line for whoever started this."""
    print(what, flush=True)  # noqa: T201 - the test reads it


def main(directory: str, batch_bytes: str) -> None:
    """Apply everything that is there."""
    warehouse = local_duckdb(Path(directory))
    with S3StoreResource().connect() as store, warehouse.connect() as connection:
        say("ready")
        source, telling = source_of(store, int(batch_bytes)), cast(WarehouseConnection, Telling(connection))
        apply_changes(telling, source, USERS, warehouse.table("purina", "dms", "users"))
    say("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
