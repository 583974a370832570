"""The asset over the company's own stream: ranges, what is told of each day, and checks."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.defs.snowflake.py.events import (
    DAYS_HAVE_EVENTS,
    EVENT_IDS_UNIQUE,
    KEY,
    event_ids_unique,
    streaming_events_asset,
)
from dagster_open_platform.lib.aws.buckets import EVENTS
from dagster_open_platform.lib.aws.fake import FakeS3
from dagster_open_platform_local.company.exports.stream import objects_of_day
from dagster_open_platform_local.company.settings import EPOCH, CompanySettings
from dagster_open_platform_tests.unit.events.conftest import TABLE, Site

COMPANY = CompanySettings(seed=2, scale=0.5)
DAYS = [EPOCH + dt.timedelta(days=number) for number in range(12)]


class Platform:
    """The asset, a store with the company's stream, and a warehouse."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.instance = dg.DagsterInstance.ephemeral()
        for each in (each for day in DAYS for each in objects_of_day(COMPANY, day)):
            site.store.put(each.bucket, each.key, each.body)

    def run(self, first: dt.date, last: dt.date) -> dg.ExecuteInProcessResult:
        tags = {
            "dagster/asset_partition_range_start": first.isoformat(),
            "dagster/asset_partition_range_end": last.isoformat(),
        }
        resources = {"s3": FakeS3(self.site.store), "warehouse": self.site.warehouse}
        asset = streaming_events_asset(retry_policy=None)
        return dg.materialize([asset], instance=self.instance, resources=resources, tags=tags)

    def partitions(self) -> dict[str, dict[str, Any]]:
        """Metadata of the latest materialization of each day."""
        records = self.instance.fetch_materializations(KEY, limit=100, ascending=True).records
        return {
            str(record.partition_key): {
                name: value.value for name, value in record.asset_materialization.metadata.items()
            }
            for record in records
            if record.asset_materialization
        }

    def arrivals(self) -> dict[str, list[dt.date]]:
        """The days whose files have each event, by json alone."""
        found: dict[str, list[dt.date]] = {}
        for key, body in self.site.store.objects(EVENTS).items():
            for line in body.splitlines():
                found.setdefault(json.loads(line)["event_id"], []).append(
                    dt.date(*map(int, key.split("/")[1:4]))
                )
        return found


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(Site(tmp_path))


def checks(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {found.check_name: found.passed for found in result.get_asset_check_evaluations()}


def test_every_event_of_the_stream_is_there_once_on_its_first_day(platform: Platform) -> None:
    # The later half comes first, as when somebody back-fills from the end.
    assert platform.run(DAYS[6], DAYS[-1]).success
    result = platform.run(DAYS[0], DAYS[6])

    arrivals, rows = platform.arrivals(), platform.site.rows()
    assert {name: row["arrival_date"] for name, row in rows.items()} == {
        name: min(found) for name, found in arrivals.items()
    }
    assert any(len({*found}) > 1 for found in arrivals.values()), "no event came on two days"
    assert checks(result) == {EVENT_IDS_UNIQUE: True, DAYS_HAVE_EVENTS: True}

    told, days = platform.partitions(), Counter(row["arrival_date"] for row in rows.values())
    assert set(told) == {day.isoformat() for day in DAYS}
    # A day that was landed when an earlier one was not yet had its events too.
    settled = {day: told[day.isoformat()] for day in DAYS if day != DAYS[7]}
    assert {day: found["dagster/partition_row_count"] for day, found in settled.items()} == {
        day: days[day] for day in settled
    }
    lines = Counter(day for found in arrivals.values() for day in found)
    assert {day: told[day.isoformat()]["events_read"] for day in DAYS} == dict(lines)
    assert sum(found["late_events"] for found in told.values()) > 0


def test_a_day_without_events_is_told(platform: Platform) -> None:
    result = platform.run(DAYS[-1], DAYS[-1] + dt.timedelta(days=1))

    assert checks(result) == {EVENT_IDS_UNIQUE: True, DAYS_HAVE_EVENTS: False}
    (failed,) = [found for found in result.get_asset_check_evaluations() if not found.passed]
    assert failed.metadata["silent_days"].value == ["2026-06-13"]
    assert failed.severity is dg.AssetCheckSeverity.WARN


def test_the_check_finds_an_event_that_stands_twice(platform: Platform) -> None:
    platform.run(DAYS[0], DAYS[0])
    with platform.site.warehouse.connect() as connection:
        connection.execute(
            "INSERT INTO purina.events.streaming_events FROM purina.events.streaming_events LIMIT 1"
        )
        found = event_ids_unique(connection, TABLE)
    assert not found.passed
    assert found.metadata["rows_that_repeat"].value == 1
