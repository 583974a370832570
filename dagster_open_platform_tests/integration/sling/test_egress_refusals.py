"""What cannot be published is told by its own stream, typed, and leaves the published table and the other streams alone."""

import datetime as dt

import pytest

from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.sling.errors import UnrepresentableValue, UnsupportedColumn
from dagster_open_platform.lib.sling.outcomes import StreamFailed
from dagster_open_platform.lib.warehouse.errors import MissingObject, StatementFailed
from dagster_open_platform.utils.failures import PermanentFailure
from dagster_open_platform.utils.outside import OutsideLeftAlone
from dagster_open_platform_tests.fixtures.egress import SCHEMA, Outlet, outlet_fixture

__all__ = ["outlet_fixture"]

REFUSED = [
    ("'infinity'::date", UnrepresentableValue, "infinite"),
    ("'-infinity'::timestamp", UnrepresentableValue, "infinite"),
    ("'infinity'::timestamptz", UnrepresentableValue, "infinite"),
    ("'0044-03-15 (BC)'::date", UnrepresentableValue, "years 1 to 9999"),
    ("'10000-01-01'::timestamp", UnrepresentableValue, "years 1 to 9999"),
    ("'a' || chr(0)", PermanentFailure, "0x00"),
    ("time '12:00'", UnsupportedColumn, "column v is a TIME"),
    ("[1, 2]", UnsupportedColumn, "column v is a INTEGER[]"),
    ("interval 1 day", UnsupportedColumn, "INTERVAL"),
    ("'\\xff'::blob", UnsupportedColumn, "BLOB"),
    ("timestamp_ns '2026-01-01'", UnsupportedColumn, "TIMESTAMP_NS"),
]


def test_what_would_not_survive_is_refused_by_its_own_stream(outlet: Outlet) -> None:
    for number in range(len(REFUSED)):
        outlet.model(f"create table t{number} as select 0 as id, 'old' as v")
    outlet.model("create table good as select 1 as id")
    streams = "".join(f"{SCHEMA}.t{number}: {{}}\n" for number in range(len(REFUSED)))
    outlet.publish(f"{streams}{SCHEMA}.good: {{}}\n")
    for number, (value, _, _) in enumerate(REFUSED):
        outlet.model(f"create or replace table t{number} as select 1 as id, {value} as v")
    outlet.model("insert into good values (2)")
    outcomes = outlet.run(f"{streams}{SCHEMA}.good: {{}}\n")
    for number, (value, kind, phrase) in enumerate(REFUSED):
        outcome = outcomes[f"{SCHEMA}.t{number}"]
        assert isinstance(outcome, StreamFailed), value
        assert isinstance(outcome.failure, kind), value
        assert isinstance(outcome.failure, PermanentFailure)
        assert phrase in str(outcome.failure.description)
        assert outlet.table(f"t{number}", "id") == [(0, "old")]
    assert outlet.table("good", "id") == [(1,), (2,)]
    assert outlet.landing_tables() == []


def test_a_pull_request_publishes_nothing_and_cannot(outlet: Outlet) -> None:
    outlet.model("create table good as select 1 as id")
    replication = outlet.replication(f"{SCHEMA}.good: {{}}\n")
    outlet.publish(replication)
    outlet.model("insert into good values (2)")
    reading = PostgresResource(changes_outside=False)
    with pytest.raises(OutsideLeftAlone, match=f"nothing was published to {replication.target}"):
        outlet.run(replication, postgres=reading)
    # Whoever did not ask is stopped by Postgres.
    with pytest.raises(PermanentFailure, match="read-only"), reading.connect(replication.target) as session:
        session.execute("create table public.other (id int)")
    assert outlet.table("good", "id") == [(1,)]
    assert outlet.landing_tables() == []


def test_rows_that_would_not_survive_can_be_left_out(outlet: Outlet) -> None:
    outlet.model("create table days as from (values (1, 'infinity'::date), (2, '2026-06-01'::date)) t(id, v)")
    outlet.publish(f"{SCHEMA}.days: {{where: isfinite(v)}}")
    assert outlet.table("days", "id") == [(2, dt.date(2026, 6, 1))]


@pytest.mark.parametrize(
    ("stream", "kind", "phrase"),
    [
        ("where: id = 'it", StatementFailed, "unterminated"),
        ('where: id = "it', StatementFailed, "unterminated"),
        ("where: missing = 1", PermanentFailure, "missing"),
        ("select: [id, nmae]", UnsupportedColumn, "no column nmae; it has: id, name"),
        ("primary_key: key", UnsupportedColumn, "no column key"),
        (f"object: public.{'x' * 64}", UnsupportedColumn, "longer than names are in Postgres"),
    ],
)
def test_a_wrong_stream_is_told_before_sling_starts(
    outlet: Outlet, stream: str, kind: type[PermanentFailure], phrase: str
) -> None:
    outlet.model("create table people as select 1 as id, 'a' as name")
    replication = outlet.replication(f"{SCHEMA}.people:\n  {stream}\n")
    outcome = outlet.run(replication)[f"{SCHEMA}.people"]
    assert isinstance(outcome, StreamFailed)
    assert isinstance(outcome.failure, kind)
    assert phrase in str(outcome.failure.description)


def test_a_missing_table_or_database_keeps_no_other_from_being_published(outlet: Outlet) -> None:
    streams = f"{SCHEMA}.gone: {{}}\n{SCHEMA}.there: {{}}\n"
    (first, second) = outlet.run(streams).values()
    for outcome in (first, second):
        assert isinstance(outcome, StreamFailed)
        assert isinstance(outcome.failure, MissingObject)
    outlet.model("create table there as select 1 as id")
    outcomes = outlet.run(streams)
    gone = outcomes[f"{SCHEMA}.gone"]
    assert isinstance(gone, StreamFailed)
    assert "usage.yaml:4: the warehouse has no table" in str(gone.failure.description)
    assert outlet.table("there", "id") == [(1,)]
