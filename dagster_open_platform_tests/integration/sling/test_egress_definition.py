"""What becomes of a published table's definition, and of what others have made of it."""

from typing import Any

import pytest
from psycopg import sql

from dagster_open_platform.lib.postgres.errors import DatabaseRefused, DependentObjects
from dagster_open_platform.lib.sling.outcomes import StreamFailed
from dagster_open_platform_local.services.postgres.databases import REPLICATOR
from dagster_open_platform_tests.fixtures.egress import SCHEMA, Outlet, outlet_fixture

__all__ = ["outlet_fixture"]

STREAM = f"{SCHEMA}.usage"
KEYED = f"{STREAM}: {{primary_key: id}}"


def first(outlet: Outlet, select: str = "1::bigint as id, 'a' as name, 10::bigint as amount") -> None:
    outlet.model(f"create or replace table usage as select {select}")
    outlet.publish(f"{STREAM}: {{}}")


def changes(outlet: Outlet, select: str, streams: str = f"{STREAM}: {{}}") -> tuple[str, ...]:
    """What a further publication says that it changed."""
    outlet.model(f"create or replace table usage as select {select}")
    return outlet.publish(streams)[STREAM].published.changes


def refused(outlet: Outlet, select: str, streams: str = f"{STREAM}: {{}}") -> Exception:
    """The failure of a further publication, which has changed nothing."""
    before = state(outlet)
    outlet.model(f"create or replace table usage as {select}")
    outcome = outlet.run(streams)[STREAM]
    assert isinstance(outcome, StreamFailed)
    assert state(outlet) == before
    assert outlet.landing_tables() == []
    return outcome.failure


def state(outlet: Outlet) -> Any:
    return outlet.catalog("usage"), outlet.table("usage", "id"), keys(outlet)


def keys(outlet: Outlet) -> list[str]:
    """The constraints of the published table, as Postgres defines them."""
    query = "select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'public.usage'::regclass and contype = 'p'"
    return [str(definition) for (definition,) in outlet.published(query)]


def test_views_grants_and_indexes_survive(outlet: Outlet) -> None:
    first(outlet)
    outlet.published("create view public.names as select id, name from public.usage")
    outlet.published("create index by_name on public.usage (name)")
    outlet.published(sql.SQL("grant select on public.usage to {}").format(sql.Identifier(REPLICATOR)))
    identity = outlet.published(
        "select 'public.usage'::regclass::oid, relacl from pg_class where oid = 'public.usage'::regclass"
    )
    assert changes(outlet, "2::bigint as id, 'b' as name, 20::bigint as amount, true as extra") == (
        "added extra (boolean)",
    )
    assert outlet.published("select * from public.names") == [(2, "b")]
    assert outlet.published("select has_table_privilege(%s, 'public.usage', 'select')", REPLICATOR) == [
        (True,)
    ]
    assert outlet.published(
        "select indisvalid from pg_index where indexrelid = 'public.by_name'::regclass"
    ) == [(True,)]
    again = "select 'public.usage'::regclass::oid, relacl from pg_class where oid = 'public.usage'::regclass"
    assert outlet.published(again) == identity


@pytest.mark.parametrize(
    "select",
    ["1::bigint as id, 10::bigint as amount", "1::bigint as id, 7 as name, 10::bigint as amount"],
    ids=["dropped", "retyped"],
)
def test_a_column_that_a_view_needs_stays(outlet: Outlet, select: str) -> None:
    first(outlet)
    outlet.published("create view public.names as select id, name from public.usage")
    failure = refused(outlet, f"select {select}")
    assert isinstance(failure, DependentObjects)
    assert "names" in str(failure)
    outlet.published("drop view public.names")
    changes(outlet, select)
    assert [name for name, _ in outlet.catalog("usage")] != ["id", "name", "amount"]


RETYPED = [
    ("1.5::decimal(10,2)", "numeric"),
    ("'text'", "text"),
    ("date '2026-06-01'", "date"),
    ("true", "boolean"),
    ("1::bigint", "bigint"),
    ("'{}'::json", "jsonb"),
    ("timestamptz '2026-06-01 00:00:00+00'", "timestamp with time zone"),
    ("0.5::double", "double precision"),
    ("null::uuid", "uuid"),
]


def test_a_column_may_become_of_any_type(outlet: Outlet) -> None:
    first(outlet, "1::bigint as id, 'a' as name, 2::smallint as amount")
    old = "bigint"
    for value, kind in RETYPED:
        expected = (f"changed amount from {old} to {kind}",) if kind != old else ()
        assert changes(outlet, f"1::bigint as id, 'a' as name, {value} as amount") == expected
        assert dict(outlet.catalog("usage"))["amount"] == kind
        assert len(outlet.table("usage", "id")) == 1
        old = kind


def test_columns_may_come_and_go_at_once(outlet: Outlet) -> None:
    first(outlet)
    made = changes(outlet, "'one' as id, 5::bigint as amount, null::date as day")
    assert set(made) == {"dropped name", "changed id from bigint to text", "added day (date)"}
    assert dict(outlet.catalog("usage")) == {"id": "text", "amount": "bigint", "day": "date"}
    assert outlet.published("select id, amount, day from public.usage") == [("one", 5, None)]


def test_no_column_is_left_of_a_table_and_all_are_new(outlet: Outlet) -> None:
    first(outlet)
    changes(outlet, "'x' as id, 1.5::double as other")
    assert dict(outlet.catalog("usage")) == {"id": "text", "other": "double precision"}


def test_the_key_comes_with_the_table_and_stays_with_its_column(outlet: Outlet) -> None:
    outlet.model("create table usage as select 1::bigint as id")
    outlet.publish(KEYED)
    assert keys(outlet) == ["PRIMARY KEY (id)"]
    assert changes(outlet, "'one' as id", KEYED) == ("changed id from bigint to text",)
    assert keys(outlet) == ["PRIMARY KEY (id)"]
    assert outlet.table("usage", "id") == [("one",)]


def test_a_key_may_be_declared_later(outlet: Outlet) -> None:
    first(outlet)
    assert keys(outlet) == []
    changes(outlet, "1::bigint as id, 'a' as name", f"{STREAM}: {{primary_key: [name, id]}}")
    assert keys(outlet) == ["PRIMARY KEY (name, id)"]


@pytest.mark.parametrize(
    "rows",
    ["from (values (1::bigint), (1)) t(id)", "from (values (2::bigint), (null)) t(id)"],
    ids=["twice", "null"],
)
def test_rows_that_break_the_key_are_refused(outlet: Outlet, rows: str) -> None:
    outlet.model("create table usage as select 1::bigint as id")
    outlet.publish(KEYED)
    assert isinstance(refused(outlet, rows, KEYED), DatabaseRefused)


def test_rows_that_break_a_constraint_of_somebody_else_are_refused(outlet: Outlet) -> None:
    first(outlet)
    outlet.published("alter table public.usage add constraint positive check (amount > 0)")
    failure = refused(outlet, "select 2::bigint as id, 'b' as name, -1::bigint as amount")
    assert isinstance(failure, DatabaseRefused)
    assert "positive" in str(failure)


def test_a_view_in_the_place_of_the_table_is_left_alone(outlet: Outlet) -> None:
    outlet.model("create table usage as select 1 as id")
    outlet.published("create view public.usage as select 7 as id")
    outcome = outlet.run(f"{STREAM}: {{}}")[STREAM]
    assert isinstance(outcome, StreamFailed)
    assert isinstance(outcome.failure, DatabaseRefused)
    assert outlet.table("usage", "id") == [(7,)]
