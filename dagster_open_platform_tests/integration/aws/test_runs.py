"""Real runs over sockets on what the company's customers and AWS leave in object storage."""

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest

from dagster_open_platform.defs.aws.py.assets import key_of
from dagster_open_platform.lib.aws.buckets import BILLING, WORKSPACE
from dagster_open_platform.lib.aws.errors import ExpiredCredentials, MissingBucket, ObjectChanged
from dagster_open_platform.lib.aws.parquet import InvalidParquet
from dagster_open_platform.lib.aws.resource import S3StoreResource
from dagster_open_platform.lib.aws.workspace.errors import OrganizationsFailed, OrganizationsUnsettled
from dagster_open_platform.lib.aws.workspace.layout import LISTS, OBJECTS
from dagster_open_platform_local.company.exports import billing, workspace
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.fixtures.aws import COST_CHECKS, AwsPlatform, HookedStores, aws_platform
from dagster_open_platform_tests.fixtures.s3 import S3Server
from dagster_open_platform_tests.fixtures.workspace import Json, Sent, regrouped, rows_of_snapshot
from dagster_open_platform_tests.integration.aws.test_store import expired_session

SETTINGS = CompanySettings(seed=11, scale=0.05)
LEGACY, PARTS = dt.date(2026, 7, 30), dt.date(2026, 8, 2)
LOCATION: Json = {"name": "l", "repositories": [{"name": "r", "assets": [{"key": ["a"], "kinds": []}]}]}


@pytest.fixture
def platform(platform_s3: S3Server, tmp_path: Path) -> Iterator[AwsPlatform]:
    with aws_platform(S3StoreResource(max_attempts=2), tmp_path) as made:
        yield made


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]


def send(server: S3Server, *sent: Sent) -> None:
    for each in sent:
        each.send(server.put)


def test_the_companys_customers_in_both_formats(platform_s3: S3Server, platform: AwsPlatform) -> None:
    days = days_between(LEGACY, PARTS)
    for day in days:
        for found in workspace.objects_of_day(SETTINGS, day):
            platform_s3.put(*found)
    assert platform.stage(LEGACY.isoformat(), PARTS.isoformat()).success
    staged = platform_s3.objects(WORKSPACE, "staging/")
    snapshots = [(day.isoformat(), found) for day in days for found in workspace.snapshots(SETTINGS, day)]
    assert {
        name
        for key in platform_s3.objects(WORKSPACE, "raw/")
        if (name := key.split("/")[-1]).endswith("e.json")
    }
    for day, found in snapshots:
        rows = rows_of_snapshot(staged, day, found.organization)
        assert without_empty(regrouped(rows)) == without_empty(found.code_locations)
        assert [row["deployment"] for row in rows["workspaces"]] == [found.deployment]
    assert platform.staged("assets") == {day.isoformat() for day in days}
    marked = [key for key in staged if "_organizations" in key]
    assert len(marked) == len(snapshots)
    assert all(found.passed for found in platform.check_staging().values())


def without_empty(locations: list[Json]) -> list[Json]:
    """Without the lists that have nothing in them, which no row tells of."""
    return [
        {
            **location,
            "repositories": [
                {key: value for key, value in repository.items() if key not in LISTS or value}
                for repository in location["repositories"]
            ],
        }
        for location in locations
    ]


def test_a_failing_organization_and_one_invalid_json_among_very_many(
    platform_s3: S3Server, platform: AwsPlatform
) -> None:
    day = "2026-08-01"
    many = Sent(day, "many", [{**LOCATION, "name": f"l{number}"} for number in range(400)])
    send(
        platform_s3,
        Sent(day, "a", [LOCATION]),
        many,
        Sent(day, "z", [LOCATION]),
        Sent("2026-08-02", "a", [LOCATION]),
    )
    broken = f"{many.folder}parts/0321.json"
    platform_s3.put(WORKSPACE, broken, platform_s3.objects(WORKSPACE, broken)[broken][:77])
    with pytest.raises(OrganizationsFailed) as raised:
        platform.stage(day, "2026-08-02")
    message = str(raised.value.description)
    assert f"many of {day}: s3://{WORKSPACE}/{broken} is no valid JSON: near character " in message
    markers = platform_s3.objects(WORKSPACE, "staging/_organizations/")
    assert [key.split("/", 2)[2] for key in markers] == [
        f"{day}/a.json",
        f"{day}/z.json",
        "2026-08-02/a.json",
    ]
    assert platform.staged("assets") == {"2026-08-02"}
    send(platform_s3, many)
    assert platform.stage(day).success
    assert len(rows_of_snapshot(platform_s3.objects(WORKSPACE, "staging/"), day, "many")["assets"]) == 400


def test_an_object_that_is_replaced_while_it_is_read(platform_s3: S3Server, tmp_path: Path) -> None:
    day = "2026-08-01"
    first = Sent(day, "a", [LOCATION, {**LOCATION, "name": "other"}])
    replacements = iter(
        [first._replace(locations=[{**LOCATION, "name": f"v{number}"}] * 1) for number in range(2)]
    )
    send(platform_s3, first)

    def before(request: str, key: str) -> None:
        if (
            request == "get_object"
            and key.endswith("/parts/0000.json.z")
            and (sent := next(replacements, None))
        ):
            send(platform_s3, sent)

    with aws_platform(HookedStores(S3StoreResource(), before), tmp_path) as platform:
        # Replaced when it is read, and again when it is read again.
        with pytest.raises(OrganizationsUnsettled, match="replaced since it was listed") as raised:
            platform.stage(day)
        assert raised.value.allow_retries
        assert platform_s3.objects(WORKSPACE, "staging/_organizations/") == {}
        assert platform.stage(day).success
    rows = rows_of_snapshot(platform_s3.objects(WORKSPACE, "staging/"), day, "a")
    assert [row["code_location"] for row in rows["code_locations"]] == ["v1"]


def test_an_expired_credential_stops_the_run(
    platform_s3: S3Server, platform: AwsPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(platform_s3, Sent("2026-08-01", "a", [LOCATION]))
    for name, value in expired_session(platform_s3).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ExpiredCredentials):
        platform.stage("2026-08-01")
    assert platform.staged("assets") == set()
    assert platform.instance.fetch_observations(key_of("assets"), limit=1).records == []


def test_a_bucket_that_does_not_exist(platform_s3: S3Server, platform: AwsPlatform) -> None:
    for bucket in (WORKSPACE, BILLING):
        shutil.rmtree(platform_s3.directory / bucket)
    with pytest.raises(MissingBucket, match=WORKSPACE):
        platform.stage("2026-08-01")
    with pytest.raises(MissingBucket, match=BILLING):
        platform.bill("2026-08-01")
    assert platform.staged("assets") == set()


def test_an_outage_in_the_middle_is_over_with_the_next_run(
    platform_s3: S3Server, platform: AwsPlatform
) -> None:
    send(platform_s3, *(Sent("2026-08-01", f"o{number}", [LOCATION]) for number in range(12)))
    platform_s3.misbehave([{"path": "staging/assets/2026-08-01/o7/", "status": 503}])
    result = platform.stage("2026-08-01", raise_on_error=False)
    assert not result.success
    assert platform.staged("assets") == set()
    platform_s3.misbehave([])
    before = platform_s3.objects(WORKSPACE, "staging/_organizations/")
    assert before
    assert platform.stage("2026-08-01").success
    after = platform_s3.objects(WORKSPACE, "staging/_organizations/")
    assert len(after) == 12
    # What was staged before the outage was not staged again.
    assert {key: after[key] for key in before} == before
    assert platform.staged(OBJECTS[0]) == {"2026-08-01"}


def bill_night(server: S3Server, night: dt.date) -> None:
    """What AWS writes in the night after a day."""
    for found in billing.objects_of_day(SETTINGS, night):
        server.put(*found)


def as_told(table: pa.Table, names: list[str]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row.get(name) for name in names) for row in table.to_pylist())


def test_the_companys_bill_with_late_rows_and_a_new_column(
    platform_s3: S3Server, platform: AwsPlatform
) -> None:
    """July with its last corrections, August as it runs; the column comes with August."""
    for night in (dt.date(2026, 7, 20), dt.date(2026, 7, 31), dt.date(2026, 8, 3), dt.date(2026, 8, 5)):
        bill_night(platform_s3, night)
        for month in {night.replace(day=1), dt.date(2026, 7, 1)}:
            assert platform.bill(month.isoformat()).success
    july, august, last = dt.date(2026, 7, 1), dt.date(2026, 8, 1), dt.date(2026, 8, 5)
    names = billing.columns_of(SETTINGS, august)
    assert set(billing.columns_of(SETTINGS, july)) < set(names)
    expected = as_told(billing.month_rows(SETTINGS, july, last), names)
    expected += as_told(billing.month_rows(SETTINGS, august, last), names)
    with platform.warehouse.connect() as connection:
        found = connection.query("select * from purina.aws.aws_cost_report")
    assert as_told(found, names) == expected
    checked = platform.check_bill()
    assert set(checked) == set(COST_CHECKS)
    # A company as small as this one's has days that cost thrice what is usual.
    assert checked["every_month_has_cost_every_day"].passed


def test_a_truncated_file_of_a_bill_changes_nothing(platform_s3: S3Server, platform: AwsPlatform) -> None:
    bill_night(platform_s3, dt.date(2026, 7, 20))
    assert platform.bill("2026-07-01").success
    before = Counter(map(str, platform.bill_rows()))
    bill_night(platform_s3, dt.date(2026, 7, 25))
    key = next(iter(platform_s3.objects(BILLING)))
    platform_s3.put(BILLING, key, platform_s3.objects(BILLING)[key][:-100])
    with pytest.raises(InvalidParquet, match=key):
        platform.bill("2026-07-01")
    assert Counter(map(str, platform.bill_rows())) == before


def test_a_bill_that_is_written_while_it_is_read(platform_s3: S3Server, tmp_path: Path) -> None:
    bill_night(platform_s3, dt.date(2026, 7, 20))
    nights = iter([dt.date(2026, 7, 21)])

    def before(request: str, key: str) -> None:
        if request == "open_object" and (night := next(nights, None)):
            bill_night(platform_s3, night)

    with aws_platform(HookedStores(S3StoreResource(), before), tmp_path) as platform:
        assert platform.bill("2026-07-01").success
        expected = billing.month_rows(SETTINGS, dt.date(2026, 7, 1), dt.date(2026, 7, 21))
        assert len(platform.bill_rows()) == expected.num_rows
    nights = iter(days_between(dt.date(2026, 7, 22), dt.date(2026, 7, 28)))
    with (
        aws_platform(HookedStores(S3StoreResource(), before), tmp_path / "again") as platform,
        pytest.raises(ObjectChanged, match="replaced 3 times"),
    ):
        platform.bill("2026-07-01")


def test_no_secret_reaches_a_run(platform_s3: S3Server, platform: AwsPlatform) -> None:
    send(platform_s3, Sent("2026-08-01", "a", [LOCATION]))
    platform_s3.put(WORKSPACE, "raw/workspace/2026-08-01/bad/manifest.json", b"{")
    result = platform.stage("2026-08-01", raise_on_error=False)
    assert not result.success
    said = repr(platform.instance.all_logs(result.run_id)) + repr(result.dagster_run)
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    assert not [name for name in names if platform_s3.variables[name] in said]
    assert dg.DagsterEventType.STEP_FAILURE.value in said
