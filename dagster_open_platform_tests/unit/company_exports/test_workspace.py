"""Workspace snapshots: two formats with one content, and that content is the product's."""

import json
import re
from collections import Counter
from datetime import date, timedelta
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.company.exports import workspace
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_exports.reading import (
    Row,
    bucket,
    days,
    instant,
    midnight,
    snapshot,
)

COMPANY = CompanySettings(seed=5, scale=0.5)
PARTS_SINCE = date(2026, 8, 1)
PREFIX = re.compile(r"raw/workspace/(\d{4}-\d\d-\d\d)/(org_[0-9a-f]{16})/")
LISTS = {
    "assets": {"key", "group", "kinds", "description", "partitions", "is_executable", "deps"},
    "asset_checks": {"asset_key", "name", "blocking"},
    "partitions": {"name", "kind", "count"},
    "pipelines": {"name", "op_count"},
    "jobs": {"name", "is_asset_job", "tags"},
    "schedules": {"name", "cron", "timezone", "job", "status"},
    "sensors": {"name", "type", "interval_seconds", "status"},
    "resources": {"name", "type", "is_top_level"},
}


@lru_cache(maxsize=8)
def objects(first: date, end: date) -> dict[str, bytes]:
    return bucket(workspace.objects_of_day, COMPANY, first, end)


def prefixes(found: dict[str, bytes]) -> list[str]:
    matches = [PREFIX.match(key) for key in found]
    assert all(matches)
    return sorted({match[0] for match in matches if match})


@pytest.fixture(scope="module")
def snapshots() -> list[tuple[date, Row]]:
    """Every snapshot of a fortnight on both sides of the change of formats."""
    found = objects(PARTS_SINCE - timedelta(days=14), PARTS_SINCE + timedelta(days=14))
    return [(date.fromisoformat(each.split("/")[2]), snapshot(found, each)) for each in prefixes(found)]


@settings(max_examples=10)
@given(seed=st.integers(0, 99), age=st.integers(0, 180), scale=st.sampled_from([0.02, 0.4]))
def test_in_parts_or_not_it_is_the_same(seed: int, age: int, scale: float) -> None:
    """What is sent on a day, put together, is the blob of that day."""
    company = CompanySettings(seed=seed, scale=scale)
    day = company.epoch + timedelta(days=age)
    found = bucket(workspace.objects_of_day, company, day, day + timedelta(days=1))
    blobs = {each.organization: workspace.blob(each) for each in workspace.snapshots(company, day)}
    assert {each.split("/")[3]: snapshot(found, each) for each in prefixes(found)} == blobs
    assert blobs


def test_the_format_changes_on_a_day() -> None:
    before = objects(PARTS_SINCE - timedelta(days=14), PARTS_SINCE)
    assert {key.split("/", 4)[4] for key in before} == {"workspace.json"}
    after = objects(PARTS_SINCE, PARTS_SINCE + timedelta(days=14))
    endings = Counter(re.sub(r"\d{4}-\w+\.json", "N.json", key.split("/", 4)[4]) for key in after)
    assert endings.keys() == {"manifest.json", "parts/N.json", "parts/N.json.z"}


def test_a_manifest_comes_after_its_parts() -> None:
    for found in (workspace.objects_of_day(COMPANY, day) for day in days(PARTS_SINCE, date(2026, 8, 9))):
        waiting: set[str] = set()
        for each in found:
            if each.key.endswith("/manifest.json"):
                assert {part["key"] for part in json.loads(each.body)["parts"]} == waiting
                waiting = set()
            else:
                waiting.add(each.key)
        assert waiting == set()


def test_the_shape_is_the_documented_one(snapshots: list[tuple[date, Row]]) -> None:
    counts: Counter[str] = Counter()
    for day, found in snapshots:
        assert found.keys() == {"version", "organization", "deployment", "snapshot_at", "code_locations"}
        assert midnight(day) < instant(found["snapshot_at"]) < midnight(day) + timedelta(minutes=5)
        for location in found["code_locations"]:
            assert location.keys() == {
                *(
                    "name",
                    "image",
                    "dagster_version",
                    "python_version",
                    "loaded_at",
                    "load_error",
                    "repositories",
                ),
            }
            assert (
                bool(location["load_error"])
                == (location["repositories"] == [])
                == (location["image"] is None)
            )
            assert instant(location["loaded_at"]) < midnight(day)
            counts["broken"] += bool(location["load_error"])
            for repository in location["repositories"]:
                assert repository.keys() == {"name", *LISTS}
                for name, keys in LISTS.items():
                    counts[name] += len(repository[name])
                    assert all(item.keys() == keys for item in repository[name]), name
    assert counts.keys() == {"broken", *LISTS}
    assert min(counts.values()) > 0


def test_what_is_named_in_a_repository_is_there(snapshots: list[tuple[date, Row]]) -> None:
    for _, found in snapshots:
        for location in found["code_locations"]:
            for repository in location["repositories"]:
                keys = [tuple(each["key"]) for each in repository["assets"]]
                partitions = {each["name"] for each in repository["partitions"]}
                jobs = [each["name"] for each in repository["jobs"]]
                assert len(set(keys)) == len(keys)
                assert {tuple(each["asset_key"]) for each in repository["asset_checks"]} <= {*keys}
                assert {each["partitions"] for each in repository["assets"]} <= {None, *partitions}
                assert [each["job"] for each in repository["schedules"]] == jobs
                assert [each["name"] for each in repository["pipelines"]] == ["__ASSET_JOB", *jobs]


def test_the_content_is_the_products(snapshots: list[tuple[date, Row]]) -> None:
    """Locations, versions, jobs and the listed assets are those of the product's tables at the same moment."""
    for day in {day for day, _ in snapshots if day.day % 5 == 0}:
        locations, deployments = product_locations(day)
        for _, found in (each for each in snapshots if each[0] == day):
            deployment = deployments[found["organization"]]
            assert found["deployment"] == deployment["name"]
            rows = locations[deployment["id"]]
            assert [each["name"] for each in found["code_locations"]] == [
                row["location_name"] for row in rows
            ]
            for location, row in zip(found["code_locations"], rows, strict=True):
                assert location["image"] == row["image"]
                assert location["load_error"] == row["load_error"]
                assert instant(location["loaded_at"]).replace(tzinfo=None) == row["loaded_at"]
                if not row["load_error"]:
                    assert_is_of_document(location, json.loads(row["document"]))


def product_locations(day: date) -> tuple[dict[int, list[Row]], dict[str, Row]]:
    """Code locations by deployment, and each organization's (by public id) oldest deployment."""
    names = ("organizations", "deployments", "repository_locations_data")
    tables = [product_tables(COMPANY, database, day, names) for database in ("main", "shard1")]
    public = {row["id"]: row["public_id"] for row in tables[0]["organizations"].to_pylist()}
    locations: dict[int, list[Row]] = {}
    deployments: dict[str, Row] = {}
    for table in tables:
        for row in table["repository_locations_data"].to_pylist():
            locations.setdefault(row["deployment_id"], []).append(row)
        for row in table["deployments"].to_pylist():
            if row["deployment_type"] == "PRODUCTION":
                deployments[public[row["organization_id"]]] = row
    return locations, deployments


def assert_is_of_document(location: Row, document: Row) -> None:
    for name in ("dagster_version", "python_version"):
        assert location[name] == document[name]
    (repository,), (kept,) = location["repositories"], document["repositories"]
    assert len(repository["assets"]) == kept["asset_count"]
    for asset, listed in zip(repository["assets"], kept["assets"], strict=False):
        assert {name: asset[name] for name in ("key", "group", "kinds")} == {
            name: listed[name] for name in ("key", "group", "kinds")
        }
        assert (asset["partitions"] is not None) == listed["partitioned"]
    assert [job["name"] for job in repository["jobs"]] == [job["name"] for job in kept["jobs"]]
    assert [(each["name"], each["cron"]) for each in repository["schedules"]] == [
        (each["name"], each["cron"]) for each in kept["schedules"]
    ]


def test_about_a_fifth_of_thirty_organizations_send_each_day() -> None:
    company = CompanySettings()
    sent = Counter(
        found.organization
        for day in days(date(2026, 10, 1), date(2026, 11, 1))
        for found in workspace.snapshots(company, day)
    )
    assert 25 <= len(sent) <= 45
    assert 0.14 < sum(sent.values()) / len(sent) / 31 < 0.26


@pytest.mark.parametrize("scale", [0.03, 0.3])
def test_somebody_sends_on_every_day(scale: float) -> None:
    company = CompanySettings(seed=2, scale=scale)
    for day in days(company.epoch, company.epoch + timedelta(days=60)):
        assert any(True for _ in workspace.snapshots(company, day))


def test_a_company_without_customers_has_no_snapshots() -> None:
    company = CompanySettings(seed=2, scale=0.001)
    assert product_tables(company, "main", company.epoch, ("organizations",))["organizations"].num_rows == 0
    assert list(workspace.objects_of_day(company, company.epoch)) == []
