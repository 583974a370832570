"""LinkedIn's rows: campaigns found again in posts, and counts that agree with one another."""

from collections import defaultdict
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_tests.unit.company_fivetran.made import SETTINGS, TODAY, table

NAME = "linkedin_pages"
PARTS = ("overview", "about", "people", "jobs", "careers", "life_at", "products", "insights")


def rows(name: str) -> list[dict[str, Any]]:
    return table(NAME, name)


def test_posts_lead_to_campaigns_that_had_begun() -> None:
    starts = {each.utm_campaign: each.start for each in campaigns(SETTINGS)}
    published = {row["id"]: row["first_published_at"].date() for row in rows("ugc_post_history")}
    tagged = 0
    for row in rows("post_content"):
        query = parse_qs(urlsplit(row["article_source"]).query)
        if "utm_campaign" in query:
            assert published[row["post_id"]] == starts[query["utm_campaign"][0]]
            tagged += 1
    assert tagged > 30


def test_every_post_is_of_one_page_and_has_its_statistics() -> None:
    posts = {row["id"] for row in rows("ugc_post_history")}
    pages = {row["id"] for row in rows("organization")}
    assert {row["ugc_post_id"] for row in rows("organization_ugc_post")} == posts
    assert {row["organization_id"] for row in rows("organization_ugc_post")} == pages
    statistics = {row["_fivetran_id"]: row["_share_entity_urn"] for row in rows("share_statistic")}
    links = {row["share_statistic_id"]: row["ugc_post_id"] for row in rows("ugc_post_share_statistic")}
    assert statistics == links
    assert set(links.values()) == posts
    assert {row["object"] for row in rows("comment_history")} <= posts


def test_a_post_that_was_edited_has_two_versions() -> None:
    versions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows("ugc_post_history"), key=lambda row: row["last_modified_time"]):
        versions[row["id"]].append(row)
    twice = [found for found in versions.values() if len(found) == 2]
    assert 0.04 * len(versions) < len(twice) < 0.2 * len(versions)
    for first, second in twice:
        assert second["commentary"] == f"{first['commentary']} (updated)"
        assert (
            first["lifecycle_state_info_is_edited_by_author"],
            second["lifecycle_state_info_is_edited_by_author"],
        ) == (False, True)


def test_days_of_a_page_are_the_sums_of_its_posts() -> None:
    by_page: dict[str, int] = defaultdict(int)
    for row in rows("time_bound_share_statistic"):
        by_page[row["organization_entity"]] += row["impression_count"]
    posts: dict[str, int] = defaultdict(int)
    for row in rows("share_statistic"):
        posts[row["_organization_entity_urn"]] += row["impression_count"]
    for page, total in by_page.items():
        # Days also count posts that were deleted since.
        assert 0.9 * total < posts[page] <= total


def test_parts_of_a_page_add_up() -> None:
    for row in rows("time_bound_page_statistic"):
        assert sum(row[f"{part}_page_views"] for part in PARTS) == row["all_page_views"]
        for part in (*PARTS, "all"):
            mobile = row["all_mobile_page_views" if part == "all" else f"mobile_{part}_page_views"]
            desktop = row["all_desktop_page_views" if part == "all" else f"desktop_{part}_page_views"]
            assert mobile + desktop == row[f"{part}_page_views"]


def test_followers_are_paid_for_only_while_an_advertisement_runs() -> None:
    running = [each for each in campaigns(SETTINGS) if each.channel == "linkedin"]
    paid = 0
    for row in rows("time_bound_follower_statistic"):
        day = row["day"].date()
        if row["follower_gains_paid_follower_gain"]:
            assert any(each.runs_on(day) for each in running)
            paid += 1
        assert day <= TODAY - timedelta(days=2)
    assert paid > 100
    organic = {row["organization_entity"]: 0 for row in rows("time_bound_follower_statistic")}
    for kind in ("function", "seniority"):
        known = {row["id"] for row in rows(kind)}
        found = rows(f"followers_by_{kind}")
        assert {row[f"{kind}_id"] for row in found} <= known
        assert {row["_organization_entity_urn"] for row in found} == organic.keys()
