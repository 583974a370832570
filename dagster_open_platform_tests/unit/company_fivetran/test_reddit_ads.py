"""Reddit's ads: levels add up, windows hold one another, money is in millionths."""

import pytest

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_tests.unit.company_fivetran.advertising import COMPANY, LARGE, TODAY, ask

WINDOWS = ("day", "week", "month")
SUMS = ", ".join(
    [f"sum(click_through_conversion_attribution_window_{window})" for window in WINDOWS]
    + [f"sum(view_through_conversion_attribution_window_{window})" for window in WINDOWS]
    + ["sum(coalesce(total_value, 0))"]
)


@pytest.mark.parametrize("level", ["campaign", "ad_group", "ad"])
def test_every_level_has_the_accounts_sums(level: str) -> None:
    query = """SELECT date, sum(clicks), sum(impressions), sum(spend) FROM reddit_ads.{level}_report
        GROUP BY ALL ORDER BY ALL"""
    assert ask(query, level=level) == ask(query, level="account")
    query = """SELECT date, event_name, {sums} FROM reddit_ads.{level}_conversions_report
        GROUP BY ALL ORDER BY ALL"""
    assert ask(query, level=level, sums=SUMS) == ask(query, level="account", sums=SUMS)


def test_countries_add_up_to_campaigns_and_some_clicks_have_none() -> None:
    query = """SELECT campaign_id, date, sum(clicks), sum(impressions), sum(spend)
        FROM reddit_ads.{} GROUP BY ALL ORDER BY ALL"""
    assert ask(query.format("campaign_country_report")) == ask(query.format("campaign_report"))
    ((share,),) = ask(
        """SELECT sum(clicks) FILTER (country = '') / sum(clicks) FROM reddit_ads.campaign_country_report"""
    )
    assert 0.05 < share < 0.15
    ((by_country, whole),) = ask(
        """SELECT (SELECT sum(click_through_conversion_attribution_window_month)
            FROM reddit_ads.campaign_country_conversions_report),
        (SELECT sum(click_through_conversion_attribution_window_month)
            FROM reddit_ads.account_conversions_report WHERE event_name = 'SIGN_UP')"""
    )
    assert by_country == whole > 0


def test_a_shorter_window_has_no_more_than_a_longer_one() -> None:
    for side in ("click", "view"):
        day, week, month = (f"{side}_through_conversion_attribution_window_{window}" for window in WINDOWS)
        ((more, some),) = ask(
            """SELECT count(*) FILTER ({day} > {week} OR {week} > {month}), sum({month})
            FROM reddit_ads.ad_conversions_report""",
            day=day,
            week=week,
            month=month,
        )
        assert (more, some > 0) == (0, True)
    ((in_day, in_week, in_month),) = ask(
        """SELECT sum(click_through_conversion_attribution_window_day),
        sum(click_through_conversion_attribution_window_week),
        sum(click_through_conversion_attribution_window_month) FROM reddit_ads.ad_conversions_report
        WHERE event_name = 'SIGN_UP'""",
        LARGE,
    )
    assert 0 < in_day < in_week < in_month


def test_a_click_costs_about_a_dollar() -> None:
    ((dollars, rate),) = ask(
        "SELECT sum(spend) / 1e6 / sum(clicks), avg(abs(cpc - spend / 1e6 / greatest(clicks, 1))) FROM reddit_ads.ad_report"
    )
    assert 0.6 < dollars < 1.6
    assert rate < 1e-9


def test_campaigns_have_their_present_name_only() -> None:
    names = {name for (name,) in ask("SELECT name FROM reddit_ads.campaign")}
    own = [each for each in campaigns(COMPANY) if each.channel == "reddit" and each.start < TODAY]
    assert names == {each.name for each in own}
    assert any(each.former_name for each in own)


def test_every_ad_belongs_to_a_group_of_its_campaign() -> None:
    ((ads, whole),) = ask(
        """SELECT count(*), (SELECT count(*) FROM reddit_ads.ad) FROM reddit_ads.ad
        JOIN reddit_ads.ad_group ON ad_group.id = ad.ad_group_id AND ad_group.campaign_id = ad.campaign_id
        JOIN reddit_ads.campaign ON campaign.id = ad.campaign_id JOIN reddit_ads.post ON post.id = ad.post_id"""
    )
    assert ads == whole > 0
