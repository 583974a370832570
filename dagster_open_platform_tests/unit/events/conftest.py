"""Micro-batches in a store, and what the landing table must hold after them."""

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_open_platform.lib.aws.buckets import EVENTS
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.events.land import EventSource, LandedDay, land_day
from dagster_open_platform.lib.warehouse import TableRef
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb

FIRST = dt.date(2026, 7, 1)
TABLE = TableRef("purina", "events", "streaming_events")
Batches = Sequence[Sequence[Mapping[str, Any]]]
"""Events of each file of a day."""


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def event(name: str, arrived: int = 0, late_days: int = 0, **fields: Any) -> dict[str, Any]:
    """An event as the stream delivers it."""
    ingested = dt.datetime.combine(day(arrived), dt.time(10), tzinfo=dt.UTC)
    return {
        "event_id": name,
        "event_type": "page_viewed",
        "organization_id": 7,
        "deployment_id": None,
        "user_id": 3,
        "occurred_at": (ingested - dt.timedelta(days=late_days, seconds=5))
        .isoformat()
        .replace("+00:00", "Z"),
        "ingested_at": ingested.isoformat(),
        "payload": {"path": "/", "n": arrived},
        **fields,
    }


class Site:
    """A store and a warehouse.

    Args:
        directory: Of the warehouse.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.warehouse = local_duckdb(directory)
        self.store = FakeObjectStore([EVENTS])
        self.landed: set[dt.date] = set()

    def put(self, number: int, batches: Batches) -> None:
        """Make a day's files these."""
        folder = f"events/{day(number):%Y/%m/%d}"
        self.store.delete_objects(EVENTS, [*self.store.objects(EVENTS, folder)])
        for place, events in enumerate(batches):
            body = "\n".join(json.dumps(each) for each in events)
            self.store.put(EVENTS, f"{folder}/{place:02}/stream-1-{place}.json", body.encode() + b"\n")

    def land(self, number: int) -> LandedDay:
        """Land a day."""
        with self.warehouse.connect() as connection:
            source = EventSource(self.store, EVENTS)
            found = land_day(connection, source, TABLE, day(number), self.landed, dt.datetime.now(dt.UTC))
        self.landed.add(day(number))
        return found

    def rows(self) -> dict[str, dict[str, Any]]:
        """All rows of the table by event, read by DuckDB alone; fails if an event stands twice."""
        with duckdb.connect(str(self.directory / "purina.duckdb"), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            rows = connection.execute("FROM events.streaming_events").to_arrow_table().to_pylist()
        found = {row["event_id"]: row for row in rows}
        assert len(found) == len(rows), "an event stands twice"
        return found


def expected(files: Mapping[int, Batches], landed: Collection[int]) -> dict[str, dict[str, Any]]:
    """What the table says of each event, after some days were landed in any order: the last line of its first day.

    Args:
        files: Of each day.
        landed: Days that were landed.
    """
    found: dict[str, dict[str, Any]] = {}
    for number in sorted(landed):
        own = {
            each["event_id"]: {
                "organization_id": each["organization_id"],
                "deployment_id": each["deployment_id"],
                "user_id": each["user_id"],
                "occurred_at": dt.datetime.fromisoformat(each["occurred_at"]),
                "ingested_at": dt.datetime.fromisoformat(each["ingested_at"]),
                "payload": each["payload"],
                "arrival_date": day(number),
                "_file": f"events/{day(number):%Y/%m/%d}/{place:02}/stream-1-{place}.json",
            }
            for place, events in enumerate(files[number])
            for each in events
        }
        found = {**own, **found}
    return found


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the table as ``expected`` writes it."""
    own = ("event_id", "event_type", "other_fields", "_arrival_precedence", "_loaded_at")
    found = {name: value for name, value in row.items() if name not in own}
    return {**found, "payload": json.loads(found["payload"])}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)
