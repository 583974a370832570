"""LinkedIn's ads: creatives add up to campaigns, and money to two currencies."""

from datetime import timedelta

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.fivetran.linkedin_ads.campaigns import campaign_id
from dagster_open_platform_tests.unit.company_fivetran.advertising import COMPANY, LARGE, TODAY, ask

SUMS = """sum(clicks), sum(impressions), sum(external_website_post_click_conversions),
    sum(external_website_post_view_conversions), sum(CAST(round(cost_in_local_currency * 1e6) AS BIGINT))"""


def test_creatives_add_up_to_their_campaigns() -> None:
    campaign = ask(
        "SELECT campaign_id, day, {sums} FROM linkedin_ads.ad_analytics_by_campaign GROUP BY ALL ORDER BY ALL",
        sums=SUMS,
    )
    creative = ask(
        """SELECT campaign_id, day, {sums} FROM linkedin_ads.ad_analytics_by_creative AS stats
        JOIN linkedin_ads.creative_history AS creative ON creative.id = stats.creative_id
        GROUP BY ALL ORDER BY ALL""",
        sums=SUMS,
    )
    assert campaign == creative


def test_conversions_are_those_after_clicks_and_after_views() -> None:
    for level in ("campaign", "creative"):
        table = f"linkedin_ads.ad_analytics_by_{level}"
        assert ask(
            """SELECT count(*) FROM {table} WHERE external_website_conversions <>
            external_website_post_click_conversions + external_website_post_view_conversions""",
            table=table,
        ) == [(0,)]
        ((whole, apart),) = ask(
            """SELECT (SELECT sum(external_website_conversions) FROM {table}),
            (SELECT sum(external_website_conversions) FROM {table}_with_conversion_breakdown)""",
            table=table,
        )
        assert whole == apart > 10


def test_a_campaign_in_euros_costs_more_dollars() -> None:
    found = ask(
        """SELECT daily_budget_currency_code, min(cost_in_usd / cost_in_local_currency),
        max(cost_in_usd / cost_in_local_currency)
        FROM linkedin_ads.ad_analytics_by_campaign AS stats
        JOIN (SELECT DISTINCT id, daily_budget_currency_code FROM linkedin_ads.campaign_history) AS campaign
        ON campaign.id = stats.campaign_id WHERE cost_in_local_currency > 1 GROUP BY ALL ORDER BY ALL"""
    )
    assert [currency for currency, *_ in found] == ["EUR", "USD"]
    assert 1.0 < found[0][1] < found[0][2] < 1.2
    assert found[1][1:] == (1.0, 1.0)


def test_the_newest_version_has_the_companys_name() -> None:
    found = dict(
        ask("""SELECT id, arg_max(name, last_modified_time) FROM linkedin_ads.campaign_history GROUP BY id""")
    )
    own = [each for each in campaigns(COMPANY) if each.channel == "linkedin" and each.start < TODAY]
    assert found == {campaign_id(each.number): each.name for each in own}
    former = {each.former_name for each in own if each.renamed and each.renamed <= TODAY - timedelta(days=1)}
    assert former
    assert former <= {name for (name,) in ask("SELECT name FROM linkedin_ads.campaign_history")}


def test_months_by_country_leave_out_the_small_ones() -> None:
    found = ask(
        """SELECT country.clicks, whole.clicks FROM (
            SELECT campaign_id, month, sum(clicks) AS clicks
            FROM linkedin_ads.monthly_ad_analytics_by_member_country GROUP BY ALL) AS country
        JOIN (SELECT campaign_id, strftime(day, '%Y-%m') AS month, sum(clicks) AS clicks
            FROM linkedin_ads.ad_analytics_by_campaign GROUP BY ALL) AS whole USING (campaign_id, month)"""
    )
    assert len(found) > 20
    assert all(country <= whole for country, whole in found)
    assert 0.97 < sum(country for country, _ in found) / sum(whole for _, whole in found) <= 1
    ((unknown,),) = ask(
        """SELECT count(*) FROM linkedin_ads.monthly_ad_analytics_by_member_country
        WHERE member_country NOT IN (SELECT id FROM linkedin_ads.geo)"""
    )
    assert unknown == 0


def test_linkedin_claims_sign_ups_that_google_claims_too() -> None:
    ((clicked, seen),) = ask(
        """SELECT sum(external_website_post_click_conversions), sum(external_website_post_view_conversions)
        FROM linkedin_ads.ad_analytics_by_campaign""",
        LARGE,
    )
    assert 0.3 < seen / clicked < 2
