"""The company's sheets: shape, what they refer to, and the dirt that is in them."""

import itertools
from collections import Counter
from collections.abc import Mapping
from datetime import date

import pyarrow as pa
import pytest

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.commercial.staff import sales_people
from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS
from dagster_open_platform_local.company.fivetran.google_sheets.tables import rows
from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_fivetran.sources import (
    Row,
    assert_not_later,
    assert_shape,
    midnight,
)

COMPANY = CompanySettings(seed=14)
TODAY = date(2026, 11, 20)
Tables = Mapping[str, pa.Table]


@pytest.fixture(scope="module")
def sheets() -> Tables:
    """All rows of today."""
    return rows(COMPANY, TODAY)


def test_each_sheet_has_a_connector_of_its_own_that_loads_it_alone(sheets: Tables) -> None:
    connectors = {each.sheet: each for each in CONNECTORS if each.schema == "google_sheets"}
    assert connectors.keys() == layouts("google_sheets").keys() == sheets.keys()
    for name, connector in connectors.items():
        assert name is not None
        assert connector.rows(COMPANY, TODAY) == {name: sheets[name]}


def test_rows_are_numbered_from_below_the_names_without_a_gap(sheets: Tables) -> None:
    assert_shape("google_sheets", sheets)
    for table in sheets.values():
        assert table.num_rows
        assert table["_row"].to_pylist() == list(range(2, table.num_rows + 2))


def test_nothing_was_reviewed_today_or_later(sheets: Tables) -> None:
    assert_not_later(sheets, TODAY)


def test_addresses_are_those_of_the_people_of_sales(sheets: Tables) -> None:
    known = {each.email for each in sales_people(COMPANY, TODAY)}
    exact: Counter[bool] = Counter()
    for table in sheets.values():
        for name in table.column_names:
            if name.endswith("email"):
                for address in table[name].to_pylist():
                    if address is not None:
                        assert address.strip().lower() in known
                        exact[address in known] += 1
    assert exact[True] > exact[False] > 0


def test_budgets_add_up_and_name_campaigns_that_ran_in_the_month(sheets: Tables) -> None:
    known = {each.utm_campaign: each for each in campaigns(COMPANY)}
    planned: Counter[date] = Counter()
    unknown, found = 0, sheets["marketing_budget"].to_pylist()
    for row in found:
        if row["channel"] == "TOTAL":
            assert row["planned_usd"] == pytest.approx(planned[row["month"]])
            continue
        planned[row["month"]] += row["planned_usd"]
        campaign = known.get(row["utm_campaign"])
        unknown += campaign is None
        if campaign is not None:
            assert campaign.channel == row["channel"].lower()
            assert campaign.end is None or campaign.end >= row["month"]
    assert 0 < unknown < len(found) / 10
    assert set(planned) == {date(2026, month, 1) for month in range(6, 12)}


def test_numbers_among_text_are_text(sheets: Tables) -> None:
    for sheet, column in (("arr_targets", "churn_allowance"), ("headcount_plan", "budget_usd")):
        texts = [each for each in sheets[sheet][column].to_pylist() if each is not None]
        numbers = [each for each in texts if each.isdigit()]
        assert len(texts) > len(numbers) > len(texts) / 2, sheet


def test_targets_of_a_quarter_are_there_for_each_segment_and_region(sheets: Tables) -> None:
    blocks: dict[str, list[Row]] = {}
    for row in sheets["arr_targets"].to_pylist():
        if row["fiscal_quarter"]:
            blocks.setdefault(row["fiscal_quarter"], []).append(row)
    for quarter, block in blocks.items():
        assert len({(row["segment"].lower(), row["region"]) for row in block}) == 9, quarter
    assert "FY26 Q4" in blocks
    assert "FY27 Q1" in blocks
    assert any(row["fiscal_quarter"] is None for row in sheets["arr_targets"].to_pylist())


def test_actual_heads_are_those_who_were_there(sheets: Tables) -> None:
    people = sales_people(COMPANY, TODAY)
    for row in sheets["headcount_plan"].to_pylist():
        assert (row["actual_headcount"] is None) == (row["month"] > TODAY)
    latest = [row for row in sheets["headcount_plan"].to_pylist() if row["month"] == date(2026, 11, 1)]
    end = midnight(date(2026, 11, 2)).timestamp()
    there = sum(each.hired < end <= each.left for each in people)
    assert sum(row["actual_headcount"] for row in latest) == there


def test_a_territory_passes_on_without_a_gap(sheets: Tables) -> None:
    territories: dict[str, list[Row]] = {}
    for row in sheets["territory_assignments"].to_pylist():
        territories.setdefault(row["territory"], []).append(row)
    assert len(territories) == 48
    for each in territories.values():
        assert all(
            first["effective_to"] == then["effective_from"] for first, then in itertools.pairwise(each)
        )
        assert each[-1]["effective_to"] is None


def test_events_are_campaigns_with_a_day(sheets: Tables) -> None:
    known = {each.name: each for each in campaigns(COMPANY) if each.channel in ("event", "webinar")}
    for row in sheets["event_calendar"].to_pylist():
        campaign = known[row["event_name"]]
        assert row["end_date"] == campaign.end
        assert row["utm_campaign"] in (None, campaign.utm_campaign)
        assert (row["status"] == "done") <= (row["end_date"] < TODAY)
