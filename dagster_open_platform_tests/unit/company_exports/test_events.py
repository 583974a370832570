"""Telemetry, product events and the community's export: their shapes, their dirt, and whom they are about."""

import json
import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from dagster_open_platform_local.company.exports import community, stream, telemetry
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.pypi_releases import packages
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_exports.reading import (
    Row,
    bucket,
    days,
    instant,
    lines,
    midnight,
)

COMPANY = CompanySettings(seed=6)
FIRST, END = date(2026, 8, 20), date(2026, 9, 9)
Files = dict[str, list[Row]]


def files(maker: Any) -> Files:
    return {key: lines(body) for key, body in bucket(maker.objects_of_day, COMPANY, FIRST, END).items()}


@pytest.fixture(scope="module")
def reported() -> Files:
    return files(telemetry)


@pytest.fixture(scope="module")
def streamed() -> Files:
    return files(stream)


def test_telemetry_has_its_shape(reported: Files) -> None:
    keys = {
        *("event_id", "action", "client_time", "elapsed_time_seconds", "instance_id", "run_storage_id"),
        *("dagster_version", "python_version", "os_desc", "metadata"),
    }
    known = {
        version
        for package in packages(COMPANY.seed)
        if package.name == "dagster"
        for version in package.versions
    }
    for rows in reported.values():
        for row in rows:
            assert row.keys() == keys
            assert row["dagster_version"] in known
            assert all(isinstance(value, str) for value in row["metadata"].values())
            assert (row["elapsed_time_seconds"] is not None) == row["action"].endswith("_ended")
    everything = [row for rows in reported.values() for row in rows]
    assert 0.1 < sum(row["run_storage_id"] is None for row in everything) / len(everything) < 0.3
    assert {row["action"] for row in everything} == {name for name, _ in telemetry.ACTIONS}


def test_telemetry_comes_in_parts_by_the_day_of_arrival(reported: Files) -> None:
    by_day: Counter[str] = Counter()
    for key, rows in reported.items():
        match = re.fullmatch(r"events/dt=(\d{4}-\d\d-\d\d)/part-(\d{5})\.json\.gz", key)
        assert match
        assert 0 < len(rows) <= telemetry.EVENTS_A_PART
        by_day[match[1]] += len(rows)
    assert [*by_day] == [day.isoformat() for day in days(FIRST, END)]
    assert 250 < min(by_day.values()) < max(by_day.values()) < 650


def test_telemetry_comes_late_and_twice(reported: Files) -> None:
    ages: Counter[int] = Counter()
    seen: dict[str, tuple[str, Row]] = {}
    again: Counter[bool] = Counter()
    for key, rows in reported.items():
        day = date.fromisoformat(key[10:20])
        for row in rows:
            age = (day - instant(row["client_time"]).date()).days
            if row["event_id"] in seen:
                earlier, same = seen[row["event_id"]]
                assert row == same
                again[earlier[10:20] == key[10:20]] += 1
            else:
                seen[row["event_id"]] = (key, row)
                ages[age] += 1
    assert ages.keys() == set(range(7))
    assert 0.02 < (ages.total() - ages[0]) / ages.total() < 0.06
    assert min(again[True], again[False]) > 0.005 * ages.total()


def test_installations_are_the_same_from_day_to_day(reported: Files) -> None:
    by_instance: dict[str, list[Row]] = {}
    for rows in reported.values():
        for row in rows:
            by_instance.setdefault(row["instance_id"], []).append(row)
    for rows in by_instance.values():
        for name in ("run_storage_id", "python_version", "os_desc"):
            assert len({row[name] for row in rows}) == 1
        rows.sort(key=lambda row: row["client_time"])
        versions = [tuple(map(int, row["dagster_version"].split("."))) for row in rows]
        assert versions == sorted(versions)


def test_the_stream_has_its_shape(streamed: Files) -> None:
    pattern = (
        r"events/(\d{4}/\d\d/\d\d)/(\d\d)/stream-1-(\d{4}-\d\d-\d\d)-(\d\d)-\d\d-\d\d-[0-9a-f-]{36}\.json"
    )
    keys = {
        *(
            "event_id",
            "event_type",
            "organization_id",
            "deployment_id",
            "user_id",
            "occurred_at",
            "ingested_at",
        ),
        "payload",
    }
    hours: Counter[str] = Counter()
    for key, rows in streamed.items():
        match = re.fullmatch(pattern, key)
        assert match
        assert match[1].replace("/", "-") == match[3]
        assert match[2] == match[4]
        hours[match[2]] += 1
        assert rows
        assert all(row.keys() == keys for row in rows)
    count = len([*days(FIRST, END)])
    assert hours == {"07": count, "15": count, "23": count}
    assert 70 < sum(map(len, streamed.values())) / count < 180


def test_the_stream_repeats_itself_in_the_next_file(streamed: Files) -> None:
    place: dict[str, int] = {}
    contents: dict[str, Row] = {}
    late = repeated = 0
    for number, (key, rows) in enumerate(streamed.items()):
        for row in rows:
            if row["event_id"] in place:
                assert number == place[row["event_id"]] + 1
                assert row == contents[row["event_id"]]
                repeated += 1
                continue
            place[row["event_id"]], contents[row["event_id"]] = number, row
            ingested = instant(row["ingested_at"])
            if number > 0:
                assert ingested.date().isoformat() == key[7:17].replace("/", "-")
                assert ingested.hour // 8 == int(key[18:20]) // 8
            delay = ingested - instant(row["occurred_at"])
            assert delay > timedelta(0)
            late += delay > timedelta(hours=1)
    assert 0.01 < repeated / len(place) < 0.04
    assert 0.01 < late / len(place) < 0.06


def test_the_stream_is_about_the_products_users(streamed: Files) -> None:
    """Who acts was there and active when the day began, in a deployment of their organization."""
    today = date(2026, 9, 2)
    names = ("organizations", "users", "users_organizations", "deployments")
    tables = [product_tables(COMPANY, database, today, names) for database in ("main", "shard1")]
    member = {
        row["user_id"]: row["organization_id"]
        for row in tables[0]["users_organizations"].to_pylist()
        if not row["is_guest"]
    }
    active = {row["id"] for row in tables[0]["users"].to_pylist() if row["is_active"]}
    owner = {
        row["id"]: row["organization_id"] for table in tables for row in table["deployments"].to_pylist()
    }
    without: Counter[str] = Counter()
    for key, rows in streamed.items():
        if key.startswith("events/2026/09/02/") and "/07/" not in key:
            for row in rows:
                if row["user_id"] is not None:
                    assert row["user_id"] in active
                    assert member[row["user_id"]] == row["organization_id"]
                if row["deployment_id"] is not None:
                    assert owner[row["deployment_id"]] == row["organization_id"]
                without["user"] += row["user_id"] is None
                without["deployment"] += row["deployment_id"] is None
    assert min(without["user"], without["deployment"]) > 0


def test_payloads_differ_by_type(streamed: Files) -> None:
    shapes: dict[str, set[tuple[str, ...]]] = {}
    for rows in streamed.values():
        for row in rows:
            shapes.setdefault(row["event_type"], set()).add(tuple(row["payload"]))
    assert shapes.keys() == {name for name, _ in stream.EVENT_TYPES}
    assert all(len(each) == 1 for each in shapes.values())
    assert len({*map(str, shapes.values())}) > 4


def test_slack_is_exported_and_on_some_days_again() -> None:
    found = {
        key: lines(body)
        for key, body in bucket(community.objects_of_day, COMPANY, COMPANY.epoch, END).items()
    }
    first = {key: rows for key, rows in found.items() if key.endswith("/activity.json.gz")}
    assert [key[6:16].replace("/", "-") for key in first] == [
        day.isoformat() for day in days(COMPANY.epoch, END)
    ]
    again = {key: rows for key, rows in found.items() if key.endswith("/activity-2.json.gz")}
    assert len(first) + len(again) == len(found)
    assert 0.05 < len(again) / len(first) < 0.25
    missed = 0
    for key, rows in again.items():
        before = found[key.replace("-2.", ".")]
        assert [row["channel_id"] for row in rows] == [row["channel_id"] for row in before]
        # The messages of the last minutes, which the first export had not seen.
        assert all(new["messages"] >= old["messages"] for new, old in zip(rows, before, strict=True))
        missed += sum(row["messages"] for row in rows) - sum(row["messages"] for row in before)
        assert instant(rows[0]["exported_at"]) - instant(before[0]["exported_at"]) > timedelta(days=1)
    assert missed > 0


def test_slack_has_about_twenty_channels_of_lasting_ids() -> None:
    names: dict[str, set[str]] = {}
    for day in days(COMPANY.epoch, date(2026, 11, 24)):
        rows = community.activity(COMPANY, day)
        assert 17 <= len(rows) <= 22
        for row in rows:
            assert row.keys() == {
                *("date", "channel_id", "channel_name", "is_shared", "messages", "reactions"),
                *("active_members", "new_members", "exported_at"),
            }
            assert row["date"] == day.isoformat()
            assert midnight(day) < instant(row["exported_at"]) < midnight(day + timedelta(days=1))
            assert 0 <= row["active_members"] <= row["messages"]
            names.setdefault(row["channel_id"], set()).add(row["channel_name"])
    assert sorted(len(each) for each in names.values()) == [1] * (len(names) - 1) + [2]


def test_every_line_survives_a_round_trip(streamed: Files) -> None:
    """People search for what breaks readers: line ends within a value must not be line ends of the file."""
    terms = {row["payload"].get("term") for rows in streamed.values() for row in rows}
    assert any(term and "\n" in term for term in terms)
    for rows in streamed.values():
        assert all(json.loads(json.dumps(row)) == row for row in rows)
