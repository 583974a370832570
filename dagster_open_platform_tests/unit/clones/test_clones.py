"""A pull request gets its databases, loses them when nobody uses them, and nobody else loses anything."""

import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.snowflake.clones import (
    IDLE_DAYS,
    NoPullRequest,
    chosen_pull_request,
    drop_clones,
    drop_idle_clones,
    idle_clones,
    make_clones,
    table_of,
)
from dagster_open_platform.lib.warehouse.databases import DatabaseInfo
from dagster_open_platform.lib.warehouse.errors import MissingObject
from dagster_open_platform.utils.clone_names import parse_clone_name
from dagster_open_platform.utils.databases import LOGICAL_DATABASES
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName, InvalidEnvironment
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb

NOW = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
NAMES = st.one_of(
    st.builds("{}_clone_{}".format, st.sampled_from(LOGICAL_DATABASES), st.integers(1, 4)),
    st.builds("{}_CLONE_{}".format, st.sampled_from(LOGICAL_DATABASES), st.integers(1, 4)),
    st.builds(
        "{}_clone_{}{}".format,
        st.sampled_from(LOGICAL_DATABASES),
        st.integers(1, 4),
        st.sampled_from(["b", "_", " ", "\u0667"]),
    ),
    st.sampled_from(
        [*LOGICAL_DATABASES, "snowflake", "other_clone_1", "clone_1", "purina_clone", '"purina_clone_1"']
    ),
)
AGES = st.none() | st.floats(0, 40, allow_nan=False)


def files(directory: Path) -> list[str]:
    return sorted(file.stem for file in directory.glob("*.duckdb"))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    with local_duckdb(tmp_path / "w").connect() as connection:
        for database in LOGICAL_DATABASES:
            connection.execute(f"CREATE TABLE {database}.main.t AS SELECT 1 AS n")
    return tmp_path / "w"


def test_a_pull_request_gets_every_database_and_a_half_made_set_is_completed(directory: Path) -> None:
    (directory / "dwh_reporting.duckdb").rename(directory / "away")
    with local_duckdb(directory).connect_without_databases() as connection:
        with pytest.raises(MissingObject, match="dwh_reporting"):
            make_clones(connection, "42")
        assert "purina_clone_42" in files(directory)
        (directory / "away").rename(directory / "dwh_reporting.duckdb")

        assert [(one.name, one.action) for one in make_clones(connection, "42")] == [
            ("purina_clone_42", "was there"),
            ("dwh_reporting_clone_42", "created"),
        ]
        make_clones(connection, "43")
        assert [one.action for one in drop_clones(connection, "42")] == ["dropped", "dropped"]
        assert [one.action for one in drop_clones(connection, "42")] == ["was not there", "was not there"]
    assert files(directory) == ["dwh_reporting", "dwh_reporting_clone_43", "purina", "purina_clone_43"]


def test_a_pull_request_that_is_none_is_refused_before_anything_is_done(directory: Path) -> None:
    with local_duckdb(directory).connect_without_databases() as connection:
        for wrong in ("", "4a", "42; drop"):
            with pytest.raises(InvalidEnvironment):
                make_clones(connection, wrong)
            with pytest.raises(InvalidEnvironment):
                drop_clones(connection, wrong)
    assert files(directory) == sorted(LOGICAL_DATABASES)


@pytest.mark.parametrize(
    ("configured", "own", "chosen"), [("42", None, "42"), (None, "7", "7"), ("7", "7", "7"), ("", "7", "7")]
)
def test_the_pull_request_is_the_configured_one_or_the_deployment_s(
    configured: str | None, own: str | None, chosen: str
) -> None:
    name = EnvironmentName.BRANCH if own else EnvironmentName.PROD
    assert chosen_pull_request(configured, Environment(name, pull_request_id=own)) == chosen


def test_a_pull_request_that_nobody_named_or_that_is_another_s_is_refused() -> None:
    with pytest.raises(NoPullRequest, match="pull_request_id"):
        chosen_pull_request(None, Environment(EnvironmentName.PROD))
    with pytest.raises(NoPullRequest, match="pull request 7, and the run is about 42"):
        chosen_pull_request("42", Environment(EnvironmentName.BRANCH, pull_request_id="7"))


@given(ages=st.dictionaries(NAMES, AGES, max_size=12), threshold=st.floats(1, 30, allow_nan=False))
@example(ages={"purina_clone_1": 14.0}, threshold=14.0)
@example(ages={"purina_clone_1": 20.0, "dwh_reporting_clone_1": 1.0}, threshold=14.0)
@example(ages={"purina_clone_1": 20.0, "dwh_reporting_clone_1": None}, threshold=14.0)
@example(ages={"purina": 400.0}, threshold=14.0)
def test_what_is_idle_is_decided_as_an_independent_rule_says(
    ages: dict[str, float | None], threshold: float
) -> None:
    databases = [
        DatabaseInfo(name, None, None if age is None else NOW - dt.timedelta(days=age), 1)
        for name, age in ages.items()
    ]
    reports = {one.name: one for one in idle_clones(databases, NOW, threshold)}

    assert set(reports) == {name for name in ages if parse_clone_name(name)}
    assert [*reports] == sorted(reports)
    for name, report in reports.items():
        family = [
            age
            for other, age in ages.items()
            if other in (f"{d}_clone_{report.pull_request_id}" for d in LOGICAL_DATABASES)
        ]
        if any(age is None for age in family):
            assert (report.action, report.idle_days) == ("kept", None)
        else:
            youngest = min(age for age in family if age is not None)
            assert report.idle_days == pytest.approx(youngest, abs=1e-9)
            expected = (
                "would be dropped"
                if report.idle_days is not None and report.idle_days >= threshold
                else "kept"
            )
            assert report.action == expected, name


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ages=st.dictionaries(NAMES, st.integers(0, 40), max_size=8), dry_run=st.booleans())
@example(
    ages={"purina": 40, "purina_clone_1": 40, "PURINA_CLONE_1": 40, "purina_clone_1b": 40}, dry_run=False
)
def test_of_all_files_exactly_idle_clones_are_deleted(
    tmp_path: Path, ages: dict[str, int], dry_run: bool
) -> None:
    directory = tmp_path / "w"
    directory.mkdir(exist_ok=True)
    for name, age in ages.items():
        file = directory / f"{name}.duckdb"
        file.write_bytes(b"not even a database")
        time = (NOW - dt.timedelta(days=age)).timestamp()
        os.utime(file, (time, time))
    with local_duckdb(directory).connect_without_databases() as connection:
        reports = drop_idle_clones(connection, NOW, dry_run=dry_run)

    gone = set(ages) - set(files(directory))
    idle = {one.name for one in reports if one.action in ("dropped", "would be dropped")}
    assert gone == (set() if dry_run else idle)
    for name in idle:
        clone = parse_clone_name(name)
        assert clone is not None
        assert all(ages.get(f"{d}_clone_{clone.pull_request_id}", 40) >= IDLE_DAYS for d in LOGICAL_DATABASES)
    assert all(one.action != "would be dropped" for one in reports) or dry_run
    for file in directory.glob("*.duckdb"):
        file.unlink()


def test_a_report_is_a_table() -> None:
    used = NOW - dt.timedelta(days=20)
    table = table_of(idle_clones([DatabaseInfo("purina_clone_7", None, used, 4096)], NOW))
    assert [record.data for record in table.records] == [
        {
            "name": "purina_clone_7",
            "pull_request": "7",
            "idle_days": 20.0,
            "bytes": 4096,
            "action": "would be dropped",
        }
    ]
    assert [column.name for column in table.schema.columns] == [*table.records[0].data]
