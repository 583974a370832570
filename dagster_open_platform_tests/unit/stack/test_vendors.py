"""The files of databases that others share: what is in them, when they are made anew, and who reads them meanwhile."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from dagster_open_platform.utils.databases import SHARED_DATABASES
from dagster_open_platform_local.company.clock import CompanyClock, read_clock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.account_usage import account_usage_tables
from dagster_open_platform_local.services.warehouse_file import read_stamp
from dagster_open_platform_local.stack.company import advance_company, ensure_company
from dagster_open_platform_local.stack.vendors import (
    shared_databases,
    write_shared_databases,
)
from dagster_open_platform_local.state import LocalState

CLOCK = CompanyClock(CompanySettings(seed=3, scale=0.1), date(2026, 9, 14))


@pytest.fixture
def state(tmp_path: Path) -> LocalState:
    found = LocalState(tmp_path / "it's a state")
    found.create()
    return found


def tables(path: Path, name: str) -> dict[str, pa.Table]:
    """Every table of a file, read as the platform attaches it."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS {name}")
        found = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT starts_with(schema_name, '_')"
        ).fetchall()
        return {
            f"{schema}.{table}": connection.execute(f"FROM {name}.{schema}.{table}").to_arrow_table()
            for schema, table in found
        }


def assert_holds(state: LocalState, clock: CompanyClock) -> None:
    expected = {
        state.warehouse / "snowflake.duckdb": ("account_usage", account_usage_tables),
    }
    assert {each.path for each in shared_databases(state)} == expected.keys()
    for path, (schema, make) in expected.items():
        wanted, found = make(clock.settings, clock.today), tables(path, path.stem)
        assert found.keys() == {f"{schema}.{name}" for name in wanted}
        for name, rows in wanted.items():
            assert found[f"{schema}.{name}"].to_pylist() == rows.to_pylist(), name
        # Nothing is left beside it and Fivetran's destination.
        assert {each.name for each in path.parent.iterdir()} - {
            f"{name}.duckdb" for name in SHARED_DATABASES if name != path.stem
        } == {path.name}


def test_they_hold_the_tables_of_the_date(state: LocalState) -> None:
    assert write_shared_databases(state, CLOCK) == [each.path for each in shared_databases(state)]
    assert_holds(state, CLOCK)


@pytest.mark.parametrize(
    ("clock", "is_made"),
    [
        (CLOCK, False),
        (replace(CLOCK, follows_calendar=True), False),
        (replace(CLOCK, today=CLOCK.today + timedelta(days=1)), True),
        (replace(CLOCK, today=CLOCK.today - timedelta(days=1)), True),
        (replace(CLOCK, settings=CompanySettings(seed=4, scale=0.1)), True),
        (replace(CLOCK, settings=CompanySettings(seed=3, scale=0.2)), True),
    ],
)
def test_they_are_made_anew_only_if_they_are_of_something_else(
    state: LocalState, clock: CompanyClock, is_made: bool
) -> None:
    write_shared_databases(state, CLOCK)
    before = [each.path.stat().st_ino for each in shared_databases(state)]
    assert bool(write_shared_databases(state, clock)) == is_made
    assert ([each.path.stat().st_ino for each in shared_databases(state)] != before) == is_made
    assert_holds(state, clock)


def test_a_damaged_file_is_made_anew_and_a_log_does_not_outlive_its_file(state: LocalState) -> None:
    for each in shared_databases(state):
        each.path.write_bytes(b"half of a file")
        each.path.with_name(f"{each.path.name}.wal").write_bytes(b"of a process that was killed")
        each.path.with_name(f".{each.path.name}.1.tmp").write_bytes(b"of another one")
        each.path.with_name(f".{each.path.name}.1.tmp.wal").write_bytes(b"of another one")
    write_shared_databases(state, CLOCK)
    assert_holds(state, CLOCK)


def test_who_has_the_old_file_open_goes_on_reading_it(state: LocalState) -> None:
    """In a process of its own, since DuckDB gives one process one view of a path."""
    write_shared_databases(state, CLOCK)
    path = shared_databases(state)[0].path
    reader = (
        "import sys, duckdb\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "count = 'SELECT count(*), max(created_on) FROM account_usage.users'\n"
        "print(connection.execute(count).fetchone(), flush=True)\n"
        "sys.stdin.readline()\n"
        "print(connection.execute(count).fetchone(), flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", reader, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        before = process.stdout.readline()
        # It is open for writing there, so that it cannot be read here.
        assert read_stamp(path) is None
        later = replace(CLOCK, today=CLOCK.today + timedelta(days=30))
        write_shared_databases(state, later)
        assert_holds(state, later)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == before
        assert process.wait(30) == 0
    assert_holds(state, later)


def test_they_follow_the_company(state: LocalState, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANY_SCALE", "0.02")
    ensure_company(state, date(2026, 6, 3))
    assert_holds(state, read_clock(state.company))
    advance_company(state)
    assert read_clock(state.company).today == date(2026, 6, 4)
    assert_holds(state, read_clock(state.company))


def test_the_destination_of_fivetran_is_there_from_the_start_and_never_made_anew(state: LocalState) -> None:
    write_shared_databases(state, CLOCK)
    path = state.warehouse / "fivetran.duckdb"
    assert tables(path, "fivetran") == {}
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA crm; CREATE TABLE crm.account AS SELECT 1 AS id")

    write_shared_databases(state, replace(CLOCK, today=CLOCK.today + timedelta(days=1)))

    assert tables(path, "fivetran")["crm.account"].to_pylist() == [{"id": 1}]
