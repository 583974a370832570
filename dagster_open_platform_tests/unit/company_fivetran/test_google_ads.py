"""Google Ads: accounts, campaigns and reports agree with one another and with who signed up."""

from datetime import date, timedelta

from dagster_open_platform_local.company.commercial.campaigns import campaigns, sign_up_sources
from dagster_open_platform_local.company.fivetran.google_ads.ids import campaign_id
from dagster_open_platform_local.company.moments import unix_seconds
from dagster_open_platform_tests.unit.company_fivetran.advertising import COMPANY, LARGE, TODAY, ask

SUMS = "sum(clicks), sum(impressions), sum(cost_micros), sum(conversions), sum(view_through_conversions)"


def test_the_accounts_sums_are_their_campaigns() -> None:
    found = [
        ask(
            "SELECT date, customer_id, device, {sums} FROM google_ads.{table} GROUP BY ALL ORDER BY ALL",
            sums=SUMS,
            table=table,
        )
        for table in ("account_stats", "campaign_stats")
    ]
    assert found[0] == found[1]


def test_the_campaigns_sums_are_their_ad_groups_and_ads_but_performance_max_has_none() -> None:
    campaign = ask(
        """SELECT stats.id, date, device, {sums} FROM google_ads.campaign_stats AS stats
        JOIN google_ads.campaign_history AS campaign ON campaign.id = stats.id AND campaign._fivetran_active
        WHERE advertising_channel_type <> 'PERFORMANCE_MAX' GROUP BY ALL ORDER BY ALL""",
        sums=SUMS,
    )
    for table in ("ad_group_stats", "ad_stats"):
        query = "SELECT campaign_id, date, device, {sums} FROM google_ads.{table} GROUP BY ALL ORDER BY ALL"
        assert ask(query, sums=SUMS, table=table) == campaign
    everything, with_groups = (
        ask("SELECT sum(cost_micros) FROM google_ads.{table}", table=table)[0][0]
        for table in ("campaign_stats", "ad_stats")
    )
    assert everything > with_groups


def test_keywords_have_what_search_campaigns_have_and_terms_less() -> None:
    keywords = ask(
        "SELECT campaign_id, date, device, {sums} FROM google_ads.keyword_stats GROUP BY ALL ORDER BY ALL",
        sums=SUMS,
    )
    searching = ask(
        """SELECT campaign_id, date, device, {sums} FROM google_ads.ad_group_stats
        WHERE ad_network_type = 'SEARCH' GROUP BY ALL ORDER BY ALL""",
        sums=SUMS,
    )
    assert keywords == searching
    ((shown, clicked),) = ask(
        """SELECT (SELECT sum(clicks) FROM google_ads.search_term_keyword_stats),
        (SELECT sum(clicks) FROM google_ads.keyword_stats)"""
    )
    assert 0.5 < shown / clicked < 0.95


def test_every_report_refers_to_what_is_there() -> None:
    missing = ask(
        """SELECT count(*) FROM google_ads.ad_stats AS stats WHERE NOT EXISTS (
            SELECT 1 FROM google_ads.ad_history AS ad
            JOIN google_ads.ad_group_history AS ad_group ON ad_group.id = ad.ad_group_id
            JOIN google_ads.campaign_history AS campaign ON campaign.id = ad_group.campaign_id
            WHERE ad.id = stats.ad_id AND ad_group.id = stats.ad_group_id
              AND campaign.id = stats.campaign_id AND campaign.customer_id = stats.customer_id)"""
    )
    assert missing == [(0,)]
    missing = ask(
        """SELECT count(*) FROM google_ads.keyword_stats AS stats WHERE NOT EXISTS (
            SELECT 1 FROM google_ads.ad_group_criterion_history AS keyword
            WHERE keyword.id = stats.ad_group_criterion_criterion_id AND keyword.ad_group_id = stats.ad_group_id)"""
    )
    assert missing == [(0,)]


def test_names_of_campaigns_are_the_companys_and_history_has_the_former_ones() -> None:
    current = dict(ask("SELECT id, name FROM google_ads.campaign_history WHERE _fivetran_active"))
    own = [each for each in campaigns(COMPANY) if each.channel == "google" and each.start < TODAY]
    assert current == {campaign_id(each.number): each.name for each in own}
    found = set(ask("SELECT id, name FROM google_ads.campaign_history"))
    renamed = [each for each in own if each.renamed and each.renamed < TODAY]
    assert renamed
    assert {(campaign_id(each.number), each.former_name) for each in renamed} <= found


def test_a_campaign_that_ended_is_paused_and_spends_nothing_after() -> None:
    ended = ask(
        """SELECT campaign.id, end_date, max(date) FROM google_ads.campaign_history AS campaign
        JOIN google_ads.campaign_stats AS stats ON stats.id = campaign.id
        WHERE _fivetran_active AND status = 'PAUSED' GROUP BY ALL"""
    )
    assert ended
    for _, end, last in ended:
        assert last <= date.fromisoformat(end) < TODAY


def test_links_carry_the_tag_of_their_campaign_also_after_it_was_renamed() -> None:
    found = dict(
        ask(
            """SELECT DISTINCT ad_group.campaign_id, regexp_extract(final_urls, 'utm_campaign=([^&"]+)', 1)
            FROM google_ads.ad_history AS ad JOIN google_ads.ad_group_history AS ad_group
            ON ad_group.id = ad.ad_group_id"""
        )
    )
    own = [each for each in campaigns(COMPANY) if each.channel == "google" and each.start < TODAY]
    tags = {campaign_id(each.number): each.utm_campaign for each in own if each.kind != "performance_max"}
    assert found == tags


def test_accounts_have_one_currency_each_and_budgets_are_in_it() -> None:
    found = ask(
        """SELECT campaign.id, account.currency_code, budget.amount_micros
        FROM google_ads.campaign_history AS campaign
        JOIN google_ads.account_history AS account ON account.id = campaign.customer_id
        JOIN google_ads.campaign_budget_history AS budget ON budget.campaign_id = campaign.id
        WHERE campaign._fivetran_active AND budget._fivetran_active"""
    )
    own = {campaign_id(each.number): each for each in campaigns(COMPANY) if each.channel == "google"}
    assert {currency for _, currency, _ in found} == {"USD", "EUR"}
    for identity, currency, amount in found:
        assert own[identity].currency == currency
        assert own[identity].daily_budget_cents * 10_000 == amount


def test_conversions_are_the_sign_ups_that_ads_brought_save_those_that_cannot_be_traced() -> None:
    # Clicks of five weeks ago and before, so that whoever signs up has.
    first, last = LARGE.epoch, TODAY - timedelta(days=35)
    sources, planned = sign_up_sources(LARGE, TODAY), campaigns(LARGE)
    brought = sum(
        index >= 0
        and planned[index].channel == "google"
        and unix_seconds(first) <= touched < unix_seconds(last)
        for index, touched in zip(sources.campaign.tolist(), sources.touched.tolist(), strict=True)
    )
    ((counted,),) = ask(
        """SELECT sum(conversions) FROM google_ads.campaign_stats
        WHERE date >= DATE '{first}' AND date < DATE '{last}'""",
        LARGE,
        first=first,
        last=last,
    )
    assert brought > 500
    assert 0.84 < counted / brought < 0.92
