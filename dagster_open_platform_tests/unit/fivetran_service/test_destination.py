"""Waiting for a destination that others have open."""

import threading
from pathlib import Path

import duckdb
import pytest

from dagster_open_platform_local.services.saas.fivetran.destination import (
    DATABASE,
    Destination,
)
from dagster_open_platform_local.services.saas.fivetran.errors import SyncCancelledError, SyncError
from dagster_open_platform_local.services.warehouse_file import database_file, ensure_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    ensure_database(tmp_path / "warehouse", DATABASE)
    return database_file(tmp_path / "warehouse", DATABASE)


def reader(path: Path) -> duckdb.DuckDBPyConnection:
    """One who reads the file, as the platform attaches it."""
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{path}' AS fivetran (READ_ONLY)")
    return connection


def make_schema(destination: Destination, cancelled: threading.Event) -> None:
    with destination.transaction(cancelled) as connection:
        connection.execute("CREATE SCHEMA made")


def schemas(path: Path) -> list[str]:
    with reader(path) as connection:
        found = connection.execute(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'fivetran' AND NOT internal"
        )
        return [name for (name,) in found.fetchall()]


def test_it_is_empty_at_first_and_not_made_anew(path: Path) -> None:
    assert schemas(path) == []
    make_schema(Destination(path), threading.Event())
    ensure_database(path.parent, DATABASE)
    assert schemas(path) == ["made"]


def test_one_who_reads_too_long_makes_the_load_fail_and_is_named(path: Path) -> None:
    with reader(path), pytest.raises(SyncError, match=r"another process has fivetran\.duckdb open"):
        make_schema(Destination(path, patience_seconds=0.1), threading.Event())
    assert schemas(path) == []


def test_one_who_stops_reading_is_waited_for(path: Path) -> None:
    holds = reader(path)
    thread = threading.Thread(target=make_schema, args=(Destination(path), threading.Event()))
    thread.start()
    thread.join(0.2)
    assert thread.is_alive()
    holds.close()
    thread.join(30)
    assert schemas(path) == ["made"]


def test_a_load_that_is_not_wanted_any_more_stops_waiting(path: Path) -> None:
    cancelled, raised = threading.Event(), threading.Event()

    def wait() -> None:
        with pytest.raises(SyncCancelledError):
            make_schema(Destination(path), cancelled)
        raised.set()

    with reader(path):
        thread = threading.Thread(target=wait)
        thread.start()
        cancelled.set()
        thread.join(30)
    assert raised.is_set()


def test_a_load_that_is_cancelled_before_its_end_leaves_nothing(path: Path) -> None:
    cancelled = threading.Event()

    def load_and_cancel() -> None:
        with Destination(path).transaction(cancelled) as connection:
            connection.execute("CREATE SCHEMA made")
            cancelled.set()

    with pytest.raises(SyncCancelledError):
        load_and_cancel()
    assert schemas(path) == []


def test_a_file_that_is_no_database_is_said_to_be_none(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(SyncError, match="cannot be opened"):
        make_schema(Destination(path), threading.Event())


def test_loads_of_two_connections_follow_each_other(path: Path) -> None:
    destination, cancelled = Destination(path, patience_seconds=0.0), threading.Event()
    started, ended = threading.Event(), threading.Event()

    def second() -> None:
        started.set()
        with destination.transaction(cancelled) as connection:
            # At once with the other it would be refused.
            connection.execute("CREATE SCHEMA IF NOT EXISTS first")
        ended.set()

    with destination.transaction(cancelled) as connection:
        thread = threading.Thread(target=second)
        thread.start()
        assert started.wait(30)
        connection.execute("CREATE SCHEMA first")
        assert not ended.wait(0.2)
    thread.join(30)
    assert (ended.is_set(), schemas(path)) == (True, ["first"])
