"""Microsoft Advertising: levels add up, goals are told apart, campaigns are the company's."""

import pytest

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.fivetran.bingads.campaigns import campaign_id
from dagster_open_platform_tests.unit.company_fivetran.advertising import COMPANY, LARGE, TODAY, ask

SUMS = "sum(clicks), sum(impressions), sum(conversions), sum(all_conversions), sum(CAST(round(spend * 1e6) AS BIGINT))"


@pytest.mark.parametrize("level", ["campaign", "ad_group", "ad"])
def test_every_level_has_the_accounts_sums(level: str) -> None:
    query = """SELECT date, device_type, {sums} FROM bingads.{level}_performance_daily_report
        GROUP BY ALL ORDER BY ALL"""
    assert ask(query, level=level, sums=SUMS) == ask(query, level="account", sums=SUMS)


def test_keywords_have_what_search_campaigns_have() -> None:
    keywords = ask(
        """SELECT campaign_id, date, {sums} FROM bingads.keyword_performance_daily_report
        GROUP BY ALL ORDER BY ALL""",
        sums=SUMS,
    )
    searching = ask(
        """SELECT campaign_id, date, {sums} FROM bingads.campaign_performance_daily_report
        WHERE campaign_id IN (SELECT id FROM bingads.campaign_history WHERE type = 'Search')
        GROUP BY ALL ORDER BY ALL""",
        sums=SUMS,
    )
    assert keywords == searching
    ((others,),) = ask(
        """SELECT count(DISTINCT campaign_id) FROM bingads.campaign_performance_daily_report
        WHERE campaign_id NOT IN (SELECT campaign_id FROM bingads.keyword_performance_daily_report)"""
    )
    assert others == 1


def test_goals_tell_sign_ups_and_requests_for_a_demo_apart() -> None:
    goals = {
        goal: (conversions, every)
        for goal, conversions, every in ask(
            """SELECT goal, sum(conversions), sum(all_conversions)
            FROM bingads.conversion_performance_daily_report GROUP BY ALL""",
            LARGE,
        )
    }
    ((sign_ups,),) = ask("SELECT sum(conversions) FROM bingads.keyword_performance_daily_report", LARGE)
    assert goals["Sign-up"] == (sign_ups, sign_ups)
    assert goals["Demo request"][0] == 0 < goals["Demo request"][1]
    known = set(ask("SELECT id, name FROM bingads.conversion_goal_history"))
    assert set(ask("SELECT DISTINCT goal_id, goal FROM bingads.conversion_performance_daily_report")) <= known


def test_places_add_up_to_ad_groups_and_some_are_not_known() -> None:
    query = """SELECT ad_group_id, date, sum(clicks) FROM bingads.{} GROUP BY ALL HAVING sum(clicks) > 0
        ORDER BY ALL"""
    by_place = ask(query.format("geographic_performance_daily_report"))
    assert by_place == ask(query.format("ad_group_performance_daily_report"))
    ((share,),) = ask(
        """SELECT sum(clicks) FILTER (state IS NULL) / sum(clicks) FROM bingads.geographic_performance_daily_report"""
    )
    assert 0.05 < share < 0.15


def test_the_newest_version_has_the_companys_name() -> None:
    found = dict(ask("SELECT id, arg_max(name, modified_time) FROM bingads.campaign_history GROUP BY id"))
    own = [each for each in campaigns(COMPANY) if each.channel == "bing" and each.start < TODAY]
    assert found == {campaign_id(each.number): each.name for each in own}
    versions = [name for (name,) in ask("SELECT name FROM bingads.campaign_history")]
    assert len(versions) > len(found)


def test_terms_contain_their_keyword() -> None:
    ((wrong, some),) = ask(
        """SELECT count(*) FILTER (NOT contains(search_query, keyword.name)), count(*)
        FROM bingads.search_query_performance_daily_report AS report
        JOIN bingads.keyword_history AS keyword ON keyword.id = report.keyword_id"""
    )
    assert (wrong, some > 500) == (0, True)
