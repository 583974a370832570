"""A run puts the page where a browser finds it, twice the same, and its checks see what is wrong."""

import datetime as dt
import re
from pathlib import Path

import dagster as dg
import httpx
import pytest

from dagster_open_platform.defs.metrics_report.py.assets import (
    KEY,
    NUMBERS_ARE_TRUE,
    PAGE_SAYS_ITS_NUMBERS,
    MetricsReportConfig,
    report_asset,
)
from dagster_open_platform.lib.aws.buckets import REPORTS
from dagster_open_platform.lib.aws.resource import S3StoreResource
from dagster_open_platform.lib.health.links import VARIABLE
from dagster_open_platform.lib.metrics_report.check import numbers_of_page
from dagster_open_platform.lib.metrics_report.report import Report, metrics_of
from dagster_open_platform.lib.metrics_report.statements import models_checked, models_read
from dagster_open_platform.lib.warehouse import duckdb_warehouse
from dagster_open_platform_tests.fixtures.metrics import LAST, MetricsWarehouse, key_of
from dagster_open_platform_tests.fixtures.s3 import S3Server, s3
from dagster_open_platform_tests.fixtures.warehouse import DATABASES, fake_snowflake

__all__ = ["s3"]

WEEK = "2026-W47"


@pytest.fixture
def company(tmp_path: Path) -> MetricsWarehouse:
    """A small company."""
    company = MetricsWarehouse(duckdb_warehouse(tmp_path, DATABASES))
    company.load()
    return company


@pytest.fixture
def platform(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """S3, with the platform's variables in this process."""
    for name, value in {**s3.variables, VARIABLE: "http://dagster:3000"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    return s3


def run(company: MetricsWarehouse, week: str = WEEK) -> dg.ExecuteInProcessResult:
    asset = report_asset(key_of, retry_policy=None)
    config = dg.RunConfig({asset.op.name: MetricsReportConfig(week=week)})
    resources = {"warehouse": company.resource, "s3": S3StoreResource()}
    return dg.materialize([asset], resources=resources, run_config=config)


def metadata(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    (materialization,) = result.asset_materializations_for_node(KEY.to_python_identifier())
    return {name: value.value for name, value in materialization.metadata.items()}


def report(company: MetricsWarehouse) -> Report:
    with company.resource.connect() as connection:
        return metrics_of(connection, company.table_of, LAST)


def checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {each.check_name: each for each in result.get_asset_check_evaluations()}


def test_a_browser_opens_the_page(company: MetricsWarehouse, platform: S3Server) -> None:
    result = run(company)
    recorded = metadata(result)
    address = str(recorded["page"])
    answer = httpx.get(address, timeout=20)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    numbers = {each.metric.name: each.value for each in report(company).figures if each.value is not None}
    assert len(numbers) == 10
    assert numbers_of_page(answer.text) == {name: recorded[name] for name in numbers} == numbers
    assert "http://dagster:3000/assets/dwh_reporting/core/dim_contracts" in answer.text
    # Nobody else does.
    assert httpx.get(address.partition("?")[0], timeout=20).status_code == 403
    assert {name: each.passed for name, each in checks(result).items()} == {
        NUMBERS_ARE_TRUE: True,
        PAGE_SAYS_ITS_NUMBERS: True,
    }


def test_a_second_run_leaves_the_same_page_but_for_its_moment(
    company: MetricsWarehouse, platform: S3Server
) -> None:
    made = re.compile(rb"<p>Made on .*?</p>")
    run(company)
    first = platform.objects(REPORTS)
    run(company)
    second = platform.objects(REPORTS)
    # A week that was asked for by name leaves the latest page alone.
    assert list(first) == list(second) == [f"metrics/{WEEK}.html"]
    assert [made.sub(b"", page) for page in first.values()] == [
        made.sub(b"", page) for page in second.values()
    ]


def test_a_false_number_is_found(company: MetricsWarehouse, platform: S3Server) -> None:
    rows = company.rows["usage_metrics_daily"]
    rows[:] = [{**row, "run_count": 2 * row["run_count"]} for row in rows]
    company.load()
    check = checks(run(company))[NUMBERS_ARE_TRUE]
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.ERROR
    assert "Runs of week" in (check.description or "")


@pytest.mark.parametrize("week", ["2026-W99", "yesterday"])
def test_a_week_that_is_none_is_refused(company: MetricsWarehouse, week: str) -> None:
    with pytest.raises(dg.Failure, match=f"no week '{week}'"):
        run(company, week)


def test_it_depends_on_the_models_that_it_reads() -> None:
    asset = report_asset(key_of)
    assert {key.path[-1] for key in asset.dependency_keys} == models_read()
    others = {dep.asset_key.path[-1] for spec in asset.check_specs for dep in spec.additional_deps}
    assert others == models_checked() - models_read()


def test_snowflake_gives_the_numbers_that_duckdb_gives(company: MetricsWarehouse) -> None:
    with fake_snowflake() as warehouse:
        other = MetricsWarehouse(warehouse, {name: company.rows[name] for name in models_read()})
        other.load()
        with warehouse.connect() as connection:
            assert metrics_of(connection, other.table_of, LAST) == report(company)


def test_an_older_page_is_made_of_the_days_up_to_its_week(
    company: MetricsWarehouse, platform: S3Server
) -> None:
    older = metadata(run(company, "2026-W45"))
    assert older["week"] == "2026-W45"
    assert (
        older["runs"]
        == next(each for each in report(company).figures if each.metric.name == "runs").values[-3]
    )
    assert dt.date.fromisoformat(str(older["data_until"])) <= dt.date(2026, 11, 9)
