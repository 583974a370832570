"""A file that another process has open is waited for, and then reported with the process that has it."""

import logging
import threading
from pathlib import Path

import pytest

from dagster_open_platform.lib.warehouse.errors import WarehouseLocked
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb, stored
from dagster_open_platform_tests.integration.warehouse.child import write
from dagster_open_platform_tests.integration.warehouse.processes import running


def test_the_holder_is_named_and_nothing_changes(tmp_path: Path) -> None:
    directory = tmp_path / "warehouse"
    warehouse = local_duckdb(directory)
    write(warehouse, 0, 1, 10)
    with warehouse.connect() as connection:
        before = stored(connection)
    impatient = warehouse.model_copy(update={"lock_timeout_seconds": 0.3})

    with running(directory, "hold") as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(WarehouseLocked, match=rf"process {holder.pid} \(.*pool 'warehouse'") as raised:
            write(impatient, 0, 2, 10)
        assert raised.value.allow_retries

    with impatient.connect() as connection:
        assert stored(connection) == before
    write(impatient, 0, 2, 10)


def test_a_lock_that_is_let_go_in_time_is_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    directory = tmp_path / "warehouse"
    write(local_duckdb(directory), 0, 1, 10)

    with running(directory, "hold") as holder, caplog.at_level(logging.INFO):
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        release = threading.Timer(0.5, holder.stdin.close)
        release.start()
        write(local_duckdb(directory), 0, 2, 10)
        release.join()
        holder.stdin = None

    with local_duckdb(directory).connect() as connection:
        assert {row["generation"] for row in stored(connection)} == {2}
