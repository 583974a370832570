"""Google Analytics: reports agree with one another, nearly with clicks on ads, and nearly with who signed up."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.organizations import organizations_table
from dagster_open_platform_tests.unit.company_fivetran.advertising import COMPANY, LARGE, TODAY, ask

CLICKS = {
    "google": """SELECT campaign.utm, date, sum(clicks) FROM google_ads.campaign_stats AS stats JOIN (
        SELECT DISTINCT ad_group.campaign_id, regexp_extract(final_urls, 'utm_campaign=([^&"]+)', 1) AS utm
        FROM google_ads.ad_history AS ad JOIN google_ads.ad_group_history AS ad_group ON ad_group.id = ad.ad_group_id
        ) AS campaign ON campaign.campaign_id = stats.id GROUP BY ALL""",
    "linkedin": """SELECT regexp_extract(click_uri, 'utm_campaign=([^&]+)', 1), CAST(day AS DATE), sum(clicks)
        FROM linkedin_ads.ad_analytics_by_creative AS stats JOIN linkedin_ads.creative_history AS creative
        ON creative.id = stats.creative_id GROUP BY ALL""",
    "reddit": """SELECT regexp_extract(click_url, 'utm_campaign=([^&]+)', 1), date, sum(clicks)
        FROM reddit_ads.ad_report AS stats JOIN reddit_ads.ad ON ad.id = stats.ad_id GROUP BY ALL""",
    "bing": """SELECT regexp_extract(final_url, 'utm_campaign=([^&]+)', 1), date, sum(clicks)
        FROM bingads.ad_performance_daily_report AS stats JOIN bingads.ad_history AS ad ON ad.id = stats.ad_id
        GROUP BY ALL""",
}
REPORTS = ("traffic_acquisition_session_campaign_report", "traffic_acquisition_session_source_medium_report")


@pytest.mark.parametrize("channel", CLICKS)
def test_clicks_on_ads_become_sessions_with_the_campaigns_tag_save_some(channel: str) -> None:
    clicks = {(tag, day): count for tag, day, count in ask(CLICKS[channel])}
    sessions = {
        (tag, day): count
        for tag, day, count in ask(
            """SELECT session_campaign_name, date, sessions
            FROM google_analytics_4.session_source_medium_campaign
            WHERE session_source = '{source}' AND session_medium IN ('cpc', 'paid_social')""",
            source=channel,
        )
    }
    pmax = {each.utm_campaign for each in campaigns(COMPANY) if each.kind == "performance_max"}
    assert {tag for tag, _ in sessions} - pmax <= {tag for tag, _ in clicks}
    shared = sorted(sessions.keys() & clicks.keys())
    assert len(shared) > 150
    # A sign-up may be the only session of a day whose click was days before.
    assert sum(sessions[key] > clicks[key] for key in shared) <= len(shared) * 0.02
    share = sum(sessions[key] for key in shared) / sum(clicks[key] for key in shared)
    assert 0.75 < share < 0.95


@pytest.mark.parametrize(
    ("links", "source", "medium"),
    [
        ("SELECT final_urls FROM google_ads.ad_history", "google", "cpc"),
        ("SELECT click_uri FROM linkedin_ads.creative_history", "linkedin", "paid_social"),
        ("SELECT click_url FROM reddit_ads.ad", "reddit", "paid_social"),
        ("SELECT final_url FROM bingads.ad_history", "bing", "cpc"),
    ],
)
def test_links_carry_the_source_and_medium_of_their_sessions(links: str, source: str, medium: str) -> None:
    found = ask(links)
    assert found
    assert all(f"utm_source={source}&utm_medium={medium}&" in link for (link,) in found)
    assert (source, medium) in ask(
        "SELECT session_source, session_medium FROM google_analytics_4.session_source_medium_campaign"
    )


def test_reports_of_where_sessions_come_from_have_the_same_sums() -> None:
    columns = "sum(sessions), sum(engaged_sessions), sum(total_users), sum(key_events)"
    whole = ask(
        """SELECT date, {columns} FROM google_analytics_4.session_source_medium_campaign
        GROUP BY ALL ORDER BY ALL""",
        columns=columns,
    )
    for report in (*REPORTS, "traffic_acquisition_session_default_channel_grouping_report"):
        found = ask(
            "SELECT date, {columns} FROM google_analytics_4.{report} GROUP BY ALL ORDER BY ALL",
            columns=columns,
            report=report,
        )
        assert found == whole, report


def test_events_are_those_of_the_sessions() -> None:
    found = ask(
        """SELECT date, sum(event_count), sum(event_count) FILTER (event_name = 'session_start'),
        sum(event_count) FILTER (event_name IN ('sign_up', 'generate_lead'))
        FROM google_analytics_4.events_report GROUP BY ALL ORDER BY ALL"""
    )
    whole = ask(
        """SELECT date, sum(event_count), sum(sessions), sum(key_events)
        FROM google_analytics_4.{report} GROUP BY ALL ORDER BY ALL""",
        report=REPORTS[0],
    )
    assert [(day, *(float(each or 0) for each in rest)) for day, *rest in found] == [
        (day, *map(float, rest)) for day, *rest in whole
    ]


@pytest.mark.parametrize(
    "report",
    [
        "pages_path_report",
        "landing_page_report",
        "demographic_country_report",
        "tech_browser_report",
        "tech_device_category_report",
    ],
)
def test_pages_countries_and_browsers_share_the_day(report: str) -> None:
    columns = "sum(total_users), sum(new_users), sum(key_events)"
    found = ask(
        "SELECT date, {columns} FROM google_analytics_4.{report} GROUP BY ALL ORDER BY ALL",
        columns=columns,
        report=report,
    )
    whole = ask(
        """SELECT date, {columns} FROM google_analytics_4.user_acquisition_first_user_source_medium_report
        GROUP BY ALL ORDER BY ALL""",
        columns=columns,
    )
    assert found == whole
    assert ask(
        "SELECT count(*) FROM google_analytics_4.{report} WHERE new_users > total_users OR total_users < 0",
        report=report,
    ) == [(0,)]


def _organizations(first: date, last: date) -> int:
    return sum(
        datetime(first.year, first.month, first.day, tzinfo=UTC)
        <= created
        < datetime(last.year, last.month, last.day, tzinfo=UTC)
        for created in organizations_table(LARGE, TODAY)["created_at"].to_pylist()
    )


def test_sign_ups_are_the_organizations_save_an_eighth() -> None:
    first, last = LARGE.epoch, TODAY - timedelta(days=3)
    ((counted,),) = ask(
        """SELECT sum(key_events) FROM google_analytics_4.conversions_report
        WHERE event_name = 'sign_up' AND date >= DATE '{first}' AND date < DATE '{last}'""",
        LARGE,
        first=first,
        last=last,
    )
    assert 0.86 < counted / _organizations(first, last) < 0.90


def test_sign_ups_by_campaign_are_fewer_than_the_tool_that_sold_the_click_claims() -> None:
    first, last = LARGE.epoch, TODAY - timedelta(days=35)
    ((here,),) = ask(
        """SELECT sum(key_events_sign_up) FROM google_analytics_4.session_source_medium_campaign
        WHERE session_source = 'google' AND session_medium = 'cpc'
          AND date >= DATE '{first}' AND date < DATE '{last}'""",
        LARGE,
        first=first,
        last=last,
    )
    ((claimed,),) = ask(
        """SELECT sum(conversions) FROM google_ads.campaign_stats
        WHERE date >= DATE '{first}' AND date < DATE '{last}'""",
        LARGE,
        first=first,
        last=last,
    )
    assert 0.7 < here / claimed < 0.9
    ((sign_ups, whole),) = ask(
        """SELECT (SELECT sum(key_events_sign_up) FROM google_analytics_4.session_source_medium_campaign),
        (SELECT sum(event_count) FROM google_analytics_4.events_report WHERE event_name = 'sign_up')"""
    )
    assert sign_ups == whole


def test_yesterday_is_not_complete_and_is_told_again() -> None:
    yesterday = TODAY - timedelta(days=1)
    query = "SELECT sum(sessions) FROM google_analytics_4.{report} WHERE date = DATE '{day}'"
    first, later = (
        ask(query, LARGE, today, report=REPORTS[0], day=yesterday)
        for today in (TODAY, TODAY + timedelta(days=7))
    )
    assert 0.85 < first[0][0] / later[0][0] < 1
