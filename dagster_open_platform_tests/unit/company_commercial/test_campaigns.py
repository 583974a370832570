"""Campaigns: what every tool agrees on, and which of them brought whom."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.company.commercial.campaigns import (
    CHANNELS,
    campaigns,
    campaigns_before,
    sign_up_sources,
)
from dagster_open_platform_local.company.organizations import organizations_table, sign_ups
from dagster_open_platform_local.company.settings import CompanySettings

COMPANY = CompanySettings()
TODAY = date(2026, 11, 26)
dates = st.dates(date(2024, 1, 1), date(2028, 1, 1))


def test_numbers_names_and_tags() -> None:
    found = campaigns(COMPANY)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    assert [each.start for each in found] == sorted(each.start for each in found)
    assert len({each.utm_campaign for each in found}) == len(found)
    assert {each.channel for each in found} == set(CHANNELS)
    assert all(set(each.utm_campaign) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for each in found)
    assert all(each.end is None or each.end >= each.start for each in found)


@given(dates, st.integers(1, 400))
def test_what_has_started_is_the_beginning_of_what_is_planned(today: date, more: int) -> None:
    now, later = campaigns_before(COMPANY, today), campaigns_before(COMPANY, today + timedelta(days=more))
    assert now == later[: len(now)] == campaigns(COMPANY)[: len(now)]
    assert all(each.start >= today for each in later[len(now) :])


def test_a_renamed_campaign_has_its_old_name_until_then() -> None:
    renamed = [each for each in campaigns(COMPANY) if each.renamed]
    assert len(renamed) >= 4
    for each in renamed:
        assert each.renamed is not None
        assert each.name_on(each.renamed - timedelta(days=1)) == each.former_name != each.name
        assert each.name_on(each.renamed) == each.name


def test_every_channel_has_something_to_tell_of_the_months_since_the_epoch() -> None:
    for channel in CHANNELS:
        running = [
            each
            for each in campaigns_before(COMPANY, TODAY)
            if each.channel == channel and (each.end is None or each.end >= COMPANY.epoch)
        ]
        assert len(running) >= 2, channel


def test_an_organization_was_brought_by_a_campaign_that_ran_then() -> None:
    found, planned = sign_up_sources(COMPANY, TODAY), campaigns(COMPANY)
    signed_up = organizations_table(COMPANY, TODAY)["created_at"].to_pylist()
    assert len(signed_up) == found.campaign.size
    for index, touched, created in zip(
        found.campaign.tolist(), found.touched.tolist(), signed_up, strict=True
    ):
        moment = datetime.fromtimestamp(touched, UTC)
        assert moment < created <= moment + timedelta(days=31)
        assert index < 0 or planned[index].runs_on(moment.date())


@given(dates, st.integers(1, 400))
def test_who_was_brought_by_what_stays(today: date, more: int) -> None:
    now, later = (
        sign_up_sources(COMPANY, today),
        sign_up_sources(COMPANY, today + timedelta(days=more)),
    )
    assert now.campaign.size == sign_ups(COMPANY, today).ids.size
    np.testing.assert_array_equal(now.campaign, later.campaign[: now.campaign.size])
    np.testing.assert_array_equal(now.touched, later.touched[: now.touched.size])


def test_about_half_of_the_sign_ups_come_by_a_campaign_most_of_them_by_advertising() -> None:
    company = CompanySettings(scale=20.0)
    found, planned = sign_up_sources(company, TODAY), campaigns(company)
    by_channel = Counter(planned[index].channel for index in found.campaign.tolist() if index >= 0)
    assert set(by_channel) == set(CHANNELS)
    share = by_channel.total() / found.campaign.size
    assert 0.4 < share < 0.5
    assert by_channel.most_common(1)[0][0] == "google"
    paid = sum(by_channel[channel] for channel in ("google", "linkedin", "reddit", "bing"))
    assert 0.6 < paid / by_channel.total() < 0.9


def test_a_campaign_brings_somebody_on_its_first_and_on_its_last_day() -> None:
    company = CompanySettings(scale=100.0)
    found, planned = sign_up_sources(company, TODAY), campaigns(company)
    (launch,) = [each for each in planned if each.utm_campaign == "launch-2026-q3-google"]
    mine = found.touched[found.campaign == launch.number - 1].tolist()
    days = {datetime.fromtimestamp(touched, UTC).date() for touched in mine}
    assert launch.end
    assert (min(days), max(days)) == (launch.start, launch.end)


@pytest.mark.parametrize("scale", [0.01, 1.0, 50.0])
def test_budgets_grow_with_the_company_and_nothing_else_does(scale: float) -> None:
    usual, other = campaigns(COMPANY), campaigns(CompanySettings(scale=scale))
    for one, two in zip(usual, other, strict=True):
        assert (one.utm_campaign, one.start, one.end) == (two.utm_campaign, two.start, two.end)
        assert two.daily_budget_cents == max(int(one.daily_budget_cents * scale), 100)
