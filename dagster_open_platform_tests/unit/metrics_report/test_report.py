"""Each number is what the rows add up to, and a week of which not everything is known has none."""

import datetime as dt
from collections.abc import Callable

import pytest

from dagster_open_platform.lib.metrics_report.catalogue import METRICS
from dagster_open_platform.lib.metrics_report.check import compare, severity_of
from dagster_open_platform.lib.metrics_report.report import Figures, NothingToReport, Report, change
from dagster_open_platform.lib.metrics_report.week import Week
from dagster_open_platform_tests.fixtures.metrics import (
    CONTRACTS,
    LAST,
    OPPORTUNITIES,
    WEEK,
    MetricsWarehouse,
    small_company,
)
from dagster_open_platform_tests.unit.metrics_report.conftest import report_of

ROWS = small_company()


def figures(report: Report, name: str) -> Figures:
    return next(each for each in report.figures if each.metric.name == name)


def within(week: Week, model: str, day: str, value: str) -> float:
    return sum(row[value] for row in ROWS[model] if week.start <= row[day] <= week.last_day)


def active(week: Week) -> float:
    ran = {
        row["organization_id"]
        for row in ROWS["stg_cloud_product__runs"]
        if week.start <= row["created_date"] <= week.last_day
    }
    did = {
        row["organization_id"]
        for row in ROWS["stg_cloud_product__user_events_counts"]
        if row["event_count"] and week.start <= row["event_date"] <= week.last_day
    }
    return len(ran | did)


def opportunities(test: Callable[[Week, dt.date, dt.date | None, bool], bool]) -> Callable[[Week], float]:
    return lambda week: sum(e.usd for e in OPPORTUNITIES if test(week, e.created, e.closed, e.won))


EXPECTED: dict[str, Callable[[Week], float]] = {
    "arr": lambda week: sum(each.cents for each in CONTRACTS if each.holds(week.last_day)) / 100,
    "active_organizations": active,
    "runs": lambda week: within(week, "usage_metrics_daily", "usage_date", "run_count"),
    "credits": lambda week: within(week, "usage_metrics_daily", "usage_date", "credit_count"),
    "open_pipeline": opportunities(
        lambda week, created, closed, _: (
            created <= week.last_day and (closed is None or closed > week.last_day)
        )
    ),
    "pipeline_entered": opportunities(lambda week, created, *_: week.start <= created <= week.last_day),
    "bookings": opportunities(
        lambda week, _, closed, won: won and closed is not None and week.start <= closed <= week.last_day
    ),
    "downloads": lambda week: within(
        week, "stg_pypi__daily_file_downloads", "download_date", "download_count"
    ),
    "cloud_cost": lambda week: within(week, "fct_cloud_costs_daily", "usage_date", "cost_usd"),
    "ai_cost": lambda week: within(week, "fct_ai_costs_daily", "usage_date", "cost_usd"),
}


def test_it_tells_the_last_whole_week_and_the_twelve_before_it(report: Report) -> None:
    assert (report.week, report.until) == (WEEK, LAST)
    for each in report.figures:
        assert each.weeks == tuple(WEEK.before(number) for number in range(12, -1, -1))


@pytest.mark.parametrize("name", [metric.name for metric in METRICS])
def test_a_number_is_what_the_rows_add_up_to(report: Report, name: str) -> None:
    told = figures(report, name)
    for week, value in zip(told.weeks, told.values, strict=True):
        # Nothing in a week is no zero: nobody knows whether nothing happened or nothing was loaded.
        assert value == (pytest.approx(EXPECTED[name](week), abs=0.005) if EXPECTED[name](week) else None), (
            week
        )


def test_the_average_is_that_of_the_weeks_before(report: Report) -> None:
    told = figures(report, "runs")
    before = [EXPECTED["runs"](week) for week in told.weeks[:-1]]
    assert told.mean_before == pytest.approx(sum(before) / 12)
    now = EXPECTED["runs"](WEEK)
    assert told.change_on_mean == pytest.approx(now / (sum(before) / 12) - 1)
    assert told.change == pytest.approx(now / before[-1] - 1)


def test_a_week_whose_last_day_is_missing_has_no_number(company: MetricsWarehouse) -> None:
    company.keep("usage_metrics_daily", lambda row: row["usage_date"] < WEEK.last_day)
    report = report_of(company)
    runs = figures(report, "runs")
    assert (report.week, runs.value, runs.until) == (WEEK, None, WEEK.last_day - dt.timedelta(days=1))
    assert runs.before == EXPECTED["runs"](WEEK.before(1))
    assert figures(report, "arr").value == EXPECTED["arr"](WEEK)


def test_weeks_without_rows_have_no_number(company: MetricsWarehouse) -> None:
    gone = {WEEK.before(1).start, WEEK.before(5).start}
    company.keep("fct_ai_costs_daily", lambda row: Week.of(row["usage_date"]).start not in gone)
    told = figures(report_of(company), "ai_cost")
    assert [week.start in gone for week in told.weeks] == [value is None for value in told.values]
    assert told.change is None
    assert len(told.known_before) == 10


def test_a_metric_without_any_rows_has_no_numbers(company: MetricsWarehouse) -> None:
    company.keep("fct_cloud_costs_daily", lambda row: False)
    told = figures(report_of(company), "cloud_cost")
    assert (set(told.values), told.until, told.mean_before) == ({None}, None, None)


def test_a_week_is_not_told_before_it_is_over(company: MetricsWarehouse) -> None:
    for day in (WEEK.last_day, WEEK.start):
        assert report_of(company, as_of=day).week == WEEK.before(1)
    assert report_of(company, as_of=WEEK.last_day + dt.timedelta(days=1)).week == WEEK


def test_days_that_are_not_here_yet_move_nothing(company: MetricsWarehouse) -> None:
    company.rows["fct_ai_costs_daily"].append({"usage_date": LAST + dt.timedelta(days=90), "cost_usd": 1.0})
    assert report_of(company).week == WEEK


def test_nothing_to_report_is_an_error_that_names_what_is_missing(company: MetricsWarehouse) -> None:
    for model in company.rows:
        company.keep(model, lambda row: False)
    with pytest.raises(NothingToReport, match=r"usage_metrics_daily have no rows up to 2026-11-25"):
        report_of(company)


def test_the_checks_find_the_same_numbers_in_other_tables(company: MetricsWarehouse) -> None:
    report = report_of(company)
    with company.resource.connect() as connection:
        found = compare(connection, company.table_of, report)
    told = sum(value is not None for each in report.figures for value in each.values)
    # August's ARR has no month before it to begin with.
    assert told - 2 <= found.compared <= told
    assert found.differences == ()


@pytest.mark.parametrize(
    ("model", "metric"),
    [
        ("arr_by_month", "arr"),
        ("stg_cloud_product__runs", "runs"),
        ("fct_steps", "credits"),
        ("fct_opportunity_stages", "open_pipeline"),
        ("stg_salesforce__opportunity", "pipeline_entered"),
        ("stg_pypi__daily_file_downloads", "downloads"),
        ("stg_aws__aws_cost_report", "cloud_cost"),
        ("stg_anthropic__cost", "ai_cost"),
    ],
)
def test_one_row_less_elsewhere_is_found(company: MetricsWarehouse, model: str, metric: str) -> None:
    report = report_of(company)
    days = ("run_date", "usage_date", "created_date", "download_date", "month_start", "valid_from")
    when = next(day for day in days if day in company.rows[model][0])
    lost = max(
        (
            row
            for row in company.rows[model]
            if str(row[when]) <= str(WEEK.last_day)
            and row.get("valid_to") is None
            and not row.get("is_closed")
        ),
        key=lambda row: str(row[when]),
    )
    company.rows[model].remove(lost)
    company.load()
    with company.resource.connect() as connection:
        found = compare(connection, company.table_of, report)
    assert metric in {each.metric.name for each in found.differences}
    assert report.week in {each.week for each in found.differences}


def test_a_table_that_is_not_there_yet_is_named(company: MetricsWarehouse) -> None:
    report = report_of(company)
    with company.resource.connect() as connection:
        found = compare(
            connection,
            lambda model: company.table_of("nothing" if model == "arr_by_month" else model),
            report,
        )
    assert (found.passed, found.absent, found.differences) == (False, ("arr_by_month",), ())
    assert "no table of arr_by_month yet" in found.text
    assert severity_of(found).value == "ERROR"


def test_only_what_may_be_late_rows_is_a_warning(company: MetricsWarehouse) -> None:
    report = report_of(company)
    for extra, severity in ((1, "WARN"), (10_000, "ERROR")):
        company.rows["stg_pypi__daily_file_downloads"].append(
            {"download_date": WEEK.start, "download_count": extra}
        )
        company.load()
        with company.resource.connect() as connection:
            found = compare(connection, company.table_of, report)
        assert [each.week for each in found.differences] == [WEEK]
        assert severity_of(found).value == severity


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [(110, 100, 0.1), (90, 100, -0.1), (1, 0, None), (None, 1, None), (1, None, None), (-5, -10, 0.5)],
)
def test_changes(now: float | None, before: float | None, expected: float | None) -> None:
    assert change(now, before) == (None if expected is None else pytest.approx(expected))
