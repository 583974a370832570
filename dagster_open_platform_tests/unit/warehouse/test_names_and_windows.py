"""Names and windows are checked when they are made, before any engine sees them."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.warehouse import TableRef, Window, snowflake_warehouse
from dagster_open_platform.lib.warehouse.duckdb import sql as duckdb_sql
from dagster_open_platform.lib.warehouse.errors import InvalidIdentifier, InvalidWindow, UnknownDatabase
from dagster_open_platform.lib.warehouse.identifiers import double_quoted, validated
from dagster_open_platform.lib.warehouse.snowflake import sql as snowflake_sql
from dagster_open_platform_tests.fixtures.warehouse import DAY

NAMES = st.from_regex(re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII), fullmatch=True)


@given(NAMES)
def test_a_plain_name_passes_unchanged(name: str) -> None:
    assert validated(name, "table") == name
    assert double_quoted(name, name) == f'"{name}"."{name}"'


@given(st.text())
def test_only_letters_digits_and_underscores_get_into_sql(name: str) -> None:
    plain = name.isascii() and name.isidentifier() and len(name) <= 128
    if plain:
        assert validated(name, "table") == name
    else:
        with pytest.raises(InvalidIdentifier, match="not a valid name of a table"):
            validated(name, "table")


@pytest.mark.parametrize("bad", ['a"b', "a;b", "a.b", "", "1a", "a b", "a\n", "é", "a" * 129, "a--"])
def test_no_part_of_a_table_or_window_may_be_anything_else(bad: str) -> None:
    for parts in ((bad, "s", "t"), ("d", bad, "t"), ("d", "s", bad)):
        with pytest.raises(InvalidIdentifier):
            TableRef(*parts)
    with pytest.raises(InvalidIdentifier):
        Window(bad, DAY, dt.date(2026, 6, 2))


@given(NAMES, NAMES, NAMES)
def test_a_quoted_name_is_the_same_object_as_the_unquoted_one(database: str, schema: str, name: str) -> None:
    table = TableRef(database, schema, name)

    assert duckdb_sql.quoted(table) == f'"{database}"."{schema}"."{name}"'
    assert snowflake_sql.quoted(table) == f'"{database.upper()}"."{schema.upper()}"."{name.upper()}"'


MOMENT = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (DAY, DAY, "empty"),
        (dt.date(2026, 6, 2), DAY, "empty"),
        (DAY, MOMENT, "mixes a date and a time"),
        (MOMENT.replace(tzinfo=None), MOMENT, "no time zone at its start"),
        (MOMENT, MOMENT.replace(tzinfo=None), "no time zone at its end"),
        (MOMENT, MOMENT.astimezone(dt.timezone(dt.timedelta(hours=5))), "empty"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(start: dt.date, end: dt.date, message: str) -> None:
    with pytest.raises(InvalidWindow, match=message):
        Window("day", start, end)


def test_a_window_of_times_is_kept_in_utc() -> None:
    tokyo = dt.timezone(dt.timedelta(hours=9))
    window = Window("at", MOMENT.astimezone(tokyo), (MOMENT + dt.timedelta(hours=1)).astimezone(tokyo))

    assert str(window) == "at in [2026-06-01T00:00:00+00:00, 2026-06-01T01:00:00+00:00)"


def test_logical_databases_become_physical_ones_and_unknown_ones_are_an_error() -> None:
    warehouse = snowflake_warehouse({"purina": "PURINA_CLONE_7", "dwh_reporting": "DWH_REPORTING_CLONE_7"})

    assert warehouse.table("purina", "pypi", "x") == TableRef("PURINA_CLONE_7", "pypi", "x")
    with pytest.raises(UnknownDatabase, match=r"'PURINA_CLONE_7' .* dwh_reporting, purina\."):
        warehouse.table("PURINA_CLONE_7", "pypi", "x")
