"""The arithmetic under all advertising tools: parts that add up, claims that hold."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.company.commercial.campaigns import (
    ADVERTISING,
    campaigns,
    sign_up_sources,
)
from dagster_open_platform_local.company.fivetran.advertising.claims import claims
from dagster_open_platform_local.company.fivetran.advertising.grouping import Grouping
from dagster_open_platform_local.company.fivetran.advertising.performance import (
    Measures,
    Performance,
    performance,
)
from dagster_open_platform_local.company.fivetran.advertising.splitting import PHASES, split, split_along
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_fivetran.advertising import COMPANY, LARGE, TODAY

amounts = st.integers(0, 10**6)
weights = st.lists(st.integers(0, 2000), min_size=1, max_size=6).filter(any)
channels = pytest.mark.parametrize("channel", ADVERTISING)
FIELDS = ("impressions", "clicks", "cost", "conversions", "views")


@given(amounts, weights, st.integers(0, PHASES - 1))
def test_parts_add_up_and_follow_their_weights(amount: int, given_weights: list[int], phase: int) -> None:
    array = np.array([given_weights], dtype=np.int64)
    parts = split(np.array([amount]), array, np.array([phase]))[0].tolist()
    assert sum(parts) == amount
    for part, weight in zip(parts, given_weights, strict=True):
        assert abs(part - amount * weight / sum(given_weights)) <= 1.001
        assert weight or part == 0


@given(amounts, st.lists(st.integers(0, 500), min_size=1, max_size=6))
def test_what_is_cut_along_counts_is_nowhere_more_than_they_are_if_it_is_not_more_in_sum(
    amount: int, counts: list[int]
) -> None:
    amount = min(amount, sum(counts))
    parts = split_along(np.array([amount]), np.array([counts]))[0].tolist()
    assert sum(parts) == amount
    assert all(0 <= part <= count for part, count in zip(parts, counts, strict=True))


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 3), st.integers(0, 100))))
def test_sums_by_key_are_those_of_a_dictionary(found: list[tuple[int, int, int]]) -> None:
    expected: Counter[tuple[int, int]] = Counter()
    for one, two, value in found:
        expected[one, two] += value
    columns = np.array(found, dtype=np.int64).reshape(-1, 3).T
    grouping = Grouping(columns[0], columns[1])
    keys = [tuple(key) for key in columns[:2, grouping.rows].T.tolist()]
    assert keys == sorted({(one, two) for one, two, _ in found})
    assert grouping.sums(columns[2]).tolist() == [expected[key] for key in keys]


@channels
@pytest.mark.parametrize("scale", [0.02, 1.0, 1000.0])
def test_every_level_adds_up_to_the_one_above(channel: str, scale: float) -> None:
    found = performance(CompanySettings(scale=scale), TODAY, channel)
    for field in FIELDS:
        groups = getattr(found.groups, field)
        np.testing.assert_array_equal(getattr(found.ads, field).sum(axis=3), groups)
        np.testing.assert_array_equal(getattr(found.keywords, field).sum(axis=3), groups[found.searched])
    for level in (found.groups, found.ads, found.keywords):
        assert _is_sound(level)


def _is_sound(level: Measures) -> bool:
    return bool(
        (level.conversions >= 0).all()
        and (level.clicks >= level.conversions).all()
        and (level.impressions >= level.clicks).all()
        and ((level.cost > 0) <= (level.clicks > 0)).all()
        and (level.cost >= 0).all()
    )


@channels
def test_a_campaign_costs_about_its_budget_on_the_days_on_which_it_runs(channel: str) -> None:
    found, planned = performance(COMPANY, TODAY, channel), campaigns(COMPANY)
    spent = found.groups.cost.sum(axis=(1, 2))
    for index in np.unique(found.campaign).tolist():
        mine = found.campaign == index
        days = [date(1970, 1, 1) + timedelta(days=int(day)) for day in found.day[mine]]
        assert all(planned[index].runs_on(day) and day < TODAY for day in days)
        if len(days) > 30:
            share = spent[mine].sum() / (planned[index].daily_budget_cents * 10_000 * len(days))
            assert 0.4 < share < 1.1


@channels
def test_a_tool_claims_who_clicked_its_ads_and_some_who_saw_them(channel: str) -> None:
    found, sources = claims(LARGE, TODAY, channel), sign_up_sources(LARGE, TODAY)
    planned = campaigns(LARGE)
    assert {planned[index].channel for index in np.unique(found.campaign).tolist()} == {channel}
    known = found.where(found.organization <= sources.campaign.size)
    came_by = sources.campaign[known.organization - 1]
    np.testing.assert_array_equal(known.campaign[~known.is_view], came_by[~known.is_view])
    assert not np.isin(came_by[known.is_view], np.unique(known.campaign)).any()
    clicked = int(np.isin(sources.campaign, np.unique(known.campaign)).sum())
    assert int((~known.is_view).sum()) == clicked
    traced = int((known.known[~known.is_view] < NEVER).sum())
    assert 0.84 < traced / clicked < 0.92
    assert 0 < int(known.is_view.sum()) < clicked


@channels
def test_conversions_come_to_the_day_of_the_click_until_a_month_later(channel: str) -> None:
    def by_day(today: date) -> Counter[int]:
        found = performance(LARGE, today, channel)
        counts = (found.groups.conversions + found.groups.views).sum(axis=(1, 2))
        grouping = Grouping(found.day)
        days = found.day[grouping.rows].tolist()
        return Counter(dict(zip(days, grouping.sums(counts).tolist(), strict=True)))

    first, later = by_day(TODAY), by_day(TODAY + timedelta(days=10))
    start = unix_seconds(TODAY) // DAY_SECONDS
    days = [day for day in first if day < start]
    assert all(first[day] <= later[day] for day in days)
    assert all(first[day] == later[day] for day in days if day < start - 33)
    assert any(first[day] < later[day] for day in days)


@channels
def test_invalid_clicks_are_taken_back_after_two_days(channel: str) -> None:
    first = performance(LARGE, TODAY, channel)
    later = performance(LARGE, TODAY + timedelta(days=5), channel)
    known = _clicks(later)
    start = unix_seconds(TODAY) // DAY_SECONDS
    found = _clicks(first)
    assert all(clicks >= known[key] for key, clicks in found.items())
    changed = {day for (campaign, day), clicks in found.items() if clicks > known[campaign, day]}
    assert changed == {start - 2, start - 1}


def _clicks(found: Performance) -> dict[tuple[int, int], int]:
    """Clicks by campaign and day."""
    keys = zip(found.campaign.tolist(), found.day.tolist(), strict=True)
    return dict(zip(keys, found.groups.clicks.sum(axis=(1, 2)).tolist(), strict=True))
