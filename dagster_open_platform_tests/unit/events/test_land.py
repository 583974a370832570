"""One row an event, of the first day that brought it, whatever is landed in whatever order and how often."""

import datetime as dt
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.aws.buckets import EVENTS
from dagster_open_platform.lib.aws.errors import ObjectStoreUnavailable
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.events.errors import BatchesGone
from dagster_open_platform.lib.events.land import EventSource, land_day
from dagster_open_platform_tests.fixtures.warehouse import fake_snowflake
from dagster_open_platform_tests.unit.events.conftest import (
    TABLE,
    Batches,
    Site,
    day,
    event,
    expected,
    said,
)


def table(site: Site) -> dict[str, object]:
    return {name: said(row) for name, row in site.rows().items()}


def test_a_day_lands_with_late_and_repeated_events(site: Site) -> None:
    files: Batches = [
        [event("a"), event("b", late_days=3), event("c", user_id=None, deployment_id=5)],
        [event("a", payload={"path": "again"}), event("d")],
    ]
    site.put(0, files)
    landed = site.land(0)

    assert table(site) == expected({0: files}, [0])
    assert (landed.lines, landed.rows, landed.late_rows) == (5, 4, 1)
    assert site.rows()["b"]["occurred_at"].date() == day(-3)
    assert site.rows()["b"]["arrival_date"] == day(0)
    assert {row["_arrival_precedence"] for row in site.rows().values()} == {
        -(day(0) - dt.date(1970, 1, 1)).days
    }


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_event_of_two_days_is_the_first_ones(site: Site, order: tuple[int, int]) -> None:
    files: dict[int, Batches] = {0: [[event("a"), event("b")]], 1: [[event("b", 1), event("c", 1)]]}
    for number in (0, 1):
        site.put(number, files[number])
    for number in (*order, *order):
        site.land(number)

    assert table(site) == expected(files, [0, 1])
    assert site.rows()["b"]["arrival_date"] == day(0)


def test_what_a_day_does_not_bring_any_more_goes_unless_another_day_brought_it_too(site: Site) -> None:
    files: dict[int, Batches] = {
        0: [[event("a"), event("both"), event("all"), event("gone")]],
        1: [[event("all", 1)]],
        2: [[event("both", 2), event("all", 2)]],
        3: [[event("gone", 3)]],
    }
    for number, batches in files.items():
        site.put(number, batches)
    for number in (0, 1, 2):
        site.land(number)
    files[0] = [[event("a")]]
    site.put(0, files[0])

    landed = site.land(0)

    assert (landed.rows, landed.rows_moved, landed.rows_deleted) == (1, 2, 1)
    assert table(site) == expected(files, [0, 1, 2])
    assert {name: row["arrival_date"] for name, row in site.rows().items()} == {
        "a": day(0),
        "all": day(1),
        "both": day(2),
    }
    # A day that was not landed brings nothing until it is.
    site.land(3)
    assert table(site) == expected(files, [0, 1, 2, 3])


def test_a_landing_that_dies_half_way_loses_nothing_and_the_next_one_ends_it(site: Site) -> None:
    files: dict[int, Batches] = {0: [[event("a"), event("both"), event("gone")]], 1: [[event("both", 1)]]}
    for number in files:
        site.put(number, files[number])
        site.land(number)
    files[0] = [[event("a", payload={"path": "/new"}), event("more")]]
    site.put(0, files[0])

    def dies(request: str, key: str) -> None:
        if key.startswith(f"events/{day(1):%Y/%m/%d}"):
            raise ObjectStoreUnavailable("The connection broke.")

    site.store.before = dies
    with pytest.raises(ObjectStoreUnavailable):
        site.land(0)
    # What the day brings is there already; what it does not bring any more is there still.
    found = table(site)
    assert set(found) == {"a", "more", "both", "gone"}
    assert found["a"] == expected(files, [0])["a"]

    site.store.before = lambda request, key: None
    site.land(0)
    assert table(site) == expected(files, [0, 1])


NAMES = st.sampled_from("abcdef")
DAYS = st.integers(0, 3)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    steps=st.lists(
        st.tuples(
            DAYS, st.lists(st.lists(st.tuples(NAMES, st.integers(0, 9)), max_size=4), min_size=1, max_size=3)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_sequence_of_days(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, list[list[tuple[str, int]]]]]
) -> None:
    """Each step makes a day's files others and lands it; every row of the table is what the files say."""
    site = Site(tmp_path_factory.mktemp("warehouse"))
    files: dict[int, Batches] = {}
    for number, batches in steps:
        files[number] = [
            [event(name, number, payload={"value": value}) for name, value in events] for events in batches
        ]
        site.put(number, files[number])
        landed = site.land(number)
        rows = site.rows()
        assert {name: said(row) for name, row in rows.items()} == expected(files, files)
        own = [row for row in rows.values() if row["arrival_date"] == day(number)]
        assert landed.rows == len(own)


def test_a_day_whose_files_are_gone_is_not_emptied(site: Site) -> None:
    site.put(0, [[event("a")]])
    site.land(0)
    before = site.rows()
    site.put(0, [])

    with pytest.raises(BatchesGone, match=r"no files of 2026-07-01.* has 1 events"):
        site.land(0)
    assert site.rows() == before


def test_a_day_without_events_makes_the_table_with_all_its_columns(site: Site) -> None:
    assert site.land(0).rows == 0
    with site.warehouse.connect() as connection:
        columns = connection.columns(TABLE) or {}
    assert site.rows() == {}
    assert list(columns)[:3] == ["event_id", "event_type", "organization_id"]
    assert columns["occurred_at"] == "TIMESTAMP WITH TIME ZONE"


def test_on_snowflake_too() -> None:
    store, landed = FakeObjectStore([EVENTS]), set[dt.date]()
    with fake_snowflake() as warehouse, warehouse.connect() as connection:
        for number, names in ((0, "ab"), (1, "bc"), (0, "a")):
            body = "\n".join(json.dumps(event(name, number)) for name in names)
            store.put(EVENTS, f"events/{day(number):%Y/%m/%d}/10/stream-1.json", body.encode())
            now = dt.datetime.now(dt.UTC)
            land_day(connection, EventSource(store, EVENTS), TABLE, day(number), landed, now)
            landed.add(day(number))
        rows = connection.query(
            "SELECT event_id, arrival_date FROM purina.events.streaming_events"
        ).to_pylist()
    assert {row["event_id"]: row["arrival_date"] for row in rows} == {"a": day(0), "b": day(1), "c": day(1)}
