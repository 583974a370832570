"""Steps of one database: the generator's rows exactly, however it was reached, and no other database touched."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from dagster_open_platform_local.company.product.schema import DATABASES
from dagster_open_platform_local.company.product.tables import ddl, tables_of
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.product.errors import ForeignStateError
from dagster_open_platform_local.services.product.writer import bring
from dagster_open_platform_tests.fixtures.postgres import FreshDatabase, rows
from dagster_open_platform_tests.integration.product_service.holding import (
    assert_holds,
    held_date,
    held_tables,
)

SETTINGS = CompanySettings(seed=5, scale=0.05)
TODAY = date(2026, 9, 13)
"""Two days before a column comes."""
MakeDatabase = Callable[..., FreshDatabase]


def step(url: str, database: str, today: date, settings: CompanySettings = SETTINGS) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        return bring(connection, database, settings, today)


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("today", [SETTINGS.epoch, TODAY, date(2026, 11, 24)])
def test_an_empty_database_gets_every_row(source_database: FreshDatabase, database: str, today: date) -> None:
    assert step(source_database.url, database, today)
    written = assert_holds(source_database.url, database, SETTINGS, today)
    assert written > 50
    assert not step(source_database.url, database, today)
    assert_holds(source_database.url, database, SETTINGS, today)


@pytest.mark.parametrize("database", DATABASES)
def test_day_by_day_and_at_once_give_the_same(make_database: MakeDatabase, database: str) -> None:
    in_steps, at_once, from_empty = (make_database() for _ in range(3))
    end = TODAY + timedelta(days=4)
    step(in_steps.url, database, TODAY)
    step(at_once.url, database, TODAY)
    for days in range(1, 5):
        assert step(in_steps.url, database, TODAY + timedelta(days=days))
        assert_holds(in_steps.url, database, SETTINGS, TODAY + timedelta(days=days))
    for each in (at_once, from_empty):
        assert step(each.url, database, end)
        assert_holds(each.url, database, SETTINGS, end)


def test_tables_are_as_declared_however_they_came_about(make_database: MakeDatabase) -> None:
    """The catalogue of a database that was moved equals that of one that was filled, and of one made by hand."""
    moved, filled, by_hand = (make_database() for _ in range(3))
    end = date(2026, 9, 20)
    step(moved.url, "main", TODAY)
    step(moved.url, "main", end)
    step(filled.url, "main", end)
    with psycopg.connect(by_hand.url) as connection:
        for statement in ddl(SETTINGS, "main", end):
            connection.execute(statement.encode())
    columns = (
        "SELECT table_name, column_name, ordinal_position, data_type, udt_name, is_nullable, numeric_precision, "
        "numeric_scale FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 3"
    )
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    for query in (columns, indexes):
        assert rows(moved.url, query) == rows(filled.url, query) == rows(by_hand.url, query) != []
    keys = sum(1 for (text,) in rows(filled.url, indexes) if "UNIQUE" in str(text))
    assert keys == len(tables_of("main"))


def test_the_platform_may_read_all_of_it_and_change_nothing(source_database: FreshDatabase) -> None:
    step(source_database.url, "xregion", TODAY)
    step(source_database.url, "xregion", TODAY + timedelta(days=3))
    for table in held_tables(source_database.url):
        assert rows(source_database.reader_url, f'SELECT count(*) FROM public."{table}"') != [(0,)]  # noqa: S608
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(source_database.reader_url, "DELETE FROM public.users")


@pytest.mark.parametrize(
    ("settings", "today", "said"),
    [
        (CompanySettings(seed=6, scale=0.05), TODAY, "seed is 5 there and 6 in the company"),
        (CompanySettings(seed=5, scale=0.06), TODAY, "scale is 0.05 there and 0.06"),
        (CompanySettings(5, 0.05, date(2026, 6, 8)), TODAY, "epoch is 2026-06-01 there and 2026-06-08"),
        (SETTINGS, TODAY - timedelta(days=1), "It is 2026-09-13 in the database xregion"),
    ],
)
def test_another_company_is_refused_and_nothing_written(
    source_database: FreshDatabase, settings: CompanySettings, today: date, said: str
) -> None:
    step(source_database.url, "xregion", TODAY)
    with pytest.raises(ForeignStateError, match=said):
        step(source_database.url, "xregion", today, settings)
    assert_holds(source_database.url, "xregion", SETTINGS, TODAY)


def test_somebody_elses_tables_are_left_alone(source_database: FreshDatabase) -> None:
    rows(source_database.url, "CREATE TABLE public.users AS SELECT 1 AS one")
    with pytest.raises(ForeignStateError, match="neither empty nor made by this application"):
        step(source_database.url, "main", TODAY)
    assert held_tables(source_database.url) == {"users"}
    assert held_date(source_database.url) is None


@pytest.mark.parametrize(
    "tampering",
    [
        # Tokens that are about to expire, runs that are about to end, events that are about to come.
        "DELETE FROM public.session_tokens",
        "UPDATE public.repository_locations_data SET id = id + 1000000",
        "INSERT INTO public.event_logs SELECT id + (SELECT max(id) FROM public.event_logs), run_id, organization_id, "
        "event_type, step_key, asset_key, timestamp, body FROM public.event_logs",
    ],
)
def test_rows_that_somebody_else_changed_are_noticed(source_database: FreshDatabase, tampering: str) -> None:
    step(source_database.url, "main", TODAY)
    rows(source_database.url, tampering)
    with pytest.raises(ForeignStateError, match=r"does not hold the rows of 2026-09-13.*just reset"):
        step(source_database.url, "main", TODAY + timedelta(days=30))
    assert held_date(source_database.url) == TODAY


def test_a_refused_row_rolls_everything_back(source_database: FreshDatabase) -> None:
    """Tables before the one that refuses were written already in the transaction."""
    step(source_database.url, "main", TODAY)
    rows(source_database.url, "ALTER TABLE public.user_events_counts ADD CHECK (day < DATE '2026-09-15')")
    with pytest.raises(psycopg.errors.CheckViolation):
        step(source_database.url, "main", TODAY + timedelta(days=5))
    assert_holds(source_database.url, "main", SETTINGS, TODAY)
    rows(
        source_database.url,
        "ALTER TABLE public.user_events_counts DROP CONSTRAINT user_events_counts_day_check",
    )
    assert step(source_database.url, "main", TODAY + timedelta(days=5))
    assert_holds(source_database.url, "main", SETTINGS, TODAY + timedelta(days=5))


def test_readers_see_one_date_while_it_moves(source_database: FreshDatabase) -> None:
    step(source_database.url, "main", TODAY)
    count = "SELECT (SELECT today FROM application.clock), count(*), max(id) FROM public.event_logs"
    with psycopg.connect(source_database.reader_url) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        before: list[tuple[Any, ...]] = reader.execute(count).fetchall()
        assert step(source_database.url, "main", TODAY + timedelta(days=1))
        assert reader.execute(count).fetchall() == before
    assert rows(source_database.url, count) != before
