"""A process that is killed, and others that have the destination open."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from dagster_open_platform_tests.fixtures.fivetran import CRM, rows_in
from dagster_open_platform_tests.fixtures.fivetran_process import FivetranProcess, fivetran_process

WIDE = "wide_meadow"
TABLES, ROWS = 60, 2000
PATIENCE_SECONDS = 60.0
_READER = """
import duckdb, sys
connection = duckdb.connect()
connection.execute("ATTACH '" + sys.argv[1] + "' AS fivetran (READ_ONLY)")
print("reads", flush=True)
sys.stdin.read()
"""


def until(condition: Callable[[], bool]) -> None:
    """Ask until it is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def is_being_written(warehouse: Path) -> bool:
    """Whether a process has the file open for writing."""
    try:
        duckdb.connect(str(warehouse / "fivetran.duckdb"), read_only=True).close()
    except duckdb.IOException as error:
        return "Could not set lock" in str(error)
    return False


@contextmanager
def reading(warehouse: Path) -> Iterator[None]:
    """Another process has the destination open, as the platform has it."""
    command = [sys.executable, "-c", _READER, str(warehouse / "fivetran.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "reads\n"
        yield
        process.communicate(timeout=30)


def counts(warehouse: Path) -> dict[str, int]:
    """Rows by table of the wide connection."""
    with contextlib.closing(duckdb.connect(str(warehouse / "fivetran.duckdb"), read_only=True)) as connection:
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'wide'"
        ).fetchall()
        return {
            table: connection.table(f"wide.{table}").aggregate("count(DISTINCT id)").fetchall()[0][0]
            for (table,) in tables
        }


def sync(server: FivetranProcess, connection_id: str = WIDE) -> dict[str, str | None]:
    """Trigger a sync and wait for its end."""
    server.data("POST", f"/v1/connections/{connection_id}/sync", json={})

    def is_over() -> bool:
        return server.data("GET", f"/v1/connections/{connection_id}")["status"]["sync_state"] != "syncing"

    until(is_over)
    return server.data("GET", f"/v1/connections/{connection_id}")


@pytest.mark.parametrize("loads_before", [0, 1])
def test_killed_in_the_middle_of_a_load_nothing_is_lost_and_nothing_is_half_there(
    tmp_path: Path, loads_before: int
) -> None:
    with fivetran_process(tmp_path, TABLES, ROWS) as server:
        for _ in range(loads_before):
            assert sync(server)["failed_at"] is None
        before = counts(server.warehouse)
        # All rows are written again, so that there is something to be half done.
        server.data("POST", f"/v1/connections/{WIDE}/resync", json={})
        until(lambda: is_being_written(server.warehouse))
        # The answers do not wait for the load.
        assert server.data("GET", f"/v1/connections/{CRM}")["status"]["sync_state"] == "scheduled"
        server.kill()

    whole = {f"table_{number:03}": ROWS for number in range(TABLES)}
    assert before == (whole if loads_before else {})
    assert counts(server.warehouse) in (before, whole)

    with fivetran_process(tmp_path, TABLES, ROWS) as server:
        interrupted = server.data("GET", f"/v1/connections/{WIDE}")
        assert interrupted["status"]["sync_state"] == "scheduled"
        assert interrupted["failed_at"] > (interrupted["succeeded_at"] or "")
        assert "interrupted" in interrupted["status"]["tasks"][0]["message"]
        after = sync(server)
        assert (after["succeeded_at"] or "") > interrupted["failed_at"]
        assert counts(server.warehouse) == whole


def test_one_who_reads_is_waited_for(tmp_path: Path) -> None:
    with fivetran_process(tmp_path) as server:
        with reading(server.warehouse):
            server.data("POST", f"/v1/connections/{CRM}/sync", json={})
            assert server.data("GET", f"/v1/connections/{CRM}")["status"]["sync_state"] == "syncing"
        assert sync(server, CRM)["failed_at"] is None
        assert len(rows_in(server.warehouse, "crm.account")) == 10
