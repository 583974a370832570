"""YouTube's rows: campaigns found again in videos, and counts that agree with one another and become final."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_tests.unit.company_fivetran.made import SETTINGS, TODAY, TOMORROW, rows, table

NAME = "youtube_analytics"
REPORTED = TODAY - timedelta(days=2)
FIRST = SETTINGS.epoch - timedelta(days=30)


def videos() -> list[dict[str, Any]]:
    return table(NAME, "video")


def test_every_webinar_and_launch_has_its_video() -> None:
    described = [row["snippet_description"] for row in videos()]
    held = [
        each
        for each in campaigns(SETTINGS)
        if each.kind == "webinar" and each.end and SETTINGS.epoch <= each.end < TODAY - timedelta(days=2)
    ]
    assert len(held) >= 5
    for each in held:
        assert sum(text.endswith(f"utm_campaign={each.utm_campaign}") for text in described) == 1
    launched = {
        each.start
        for each in campaigns(SETTINGS)
        if each.name.startswith("Launch week") and each.start < TODAY
    }
    films = {row["snippet_published_at"].date() for row in videos() if "Launch week" in row["snippet_title"]}
    assert {day for day in launched if day >= SETTINGS.epoch} <= films


def test_reports_refer_to_videos_and_the_channel() -> None:
    (channel,) = table(NAME, "channel")
    known = {row["id"]: row for row in videos()}
    later = {row["id"] for row in table(NAME, "video", SETTINGS.epoch + timedelta(days=1))}
    playlists = {row["id"] for row in table(NAME, "playlist")}
    for name, found in rows(NAME).items():
        if not name.endswith("_report"):
            continue
        assert found.num_rows > 100, name
        assert set(found["channel_id"].to_pylist()) == {channel["id"]}
        # Videos that were removed since are still in the reports.
        assert set(found["video_id"].to_pylist()) - known.keys() <= later
        days = found["date"].to_pylist()
        assert min(days) >= FIRST
        assert max(days) <= REPORTED
        if "playlist_id" in found.column_names:
            assert set(found["playlist_id"].to_pylist()) <= playlists


def test_counts_of_videos_are_the_sums_of_their_days() -> None:
    views: dict[str, int] = defaultdict(int)
    gained = 0
    for row in table(NAME, "channel_basic_a_2_report"):
        views[row["video_id"]] += row["views"]
        gained += row["subscribers_gained"]
    compared = 0
    for row in videos():
        total = int(row["statistics_view_count"])
        if row["snippet_published_at"].date() >= FIRST:
            assert total == views[row["id"]]
            compared += 1
        else:
            assert total >= views[row["id"]]
    assert compared > 25
    (channel,) = table(NAME, "channel")
    (earlier,) = table(NAME, "channel", TODAY - timedelta(days=90))
    since = [
        row["subscribers_gained"]
        for row in table(NAME, "channel_basic_a_2_report")
        if row["date"] > REPORTED - timedelta(days=90)
    ]
    won = channel["statistics_subscriber_count"] - earlier["statistics_subscriber_count"]
    # The earlier date did not know all of its newest day.
    assert 0 <= won - sum(since) <= 3
    assert 0 < sum(since) < gained


def test_the_newest_day_is_counted_anew_and_the_others_are_final() -> None:
    def counted(today: Any) -> dict[Any, int]:
        found: dict[Any, int] = defaultdict(int)
        for row in table(NAME, "channel_basic_a_2_report", today):
            found[row["date"], row["video_id"]] += row["views"]
        return found

    today, tomorrow = counted(TODAY), counted(TOMORROW)
    newest = {key for key in today if key[0] == REPORTED}
    assert all(tomorrow[key] == count for key, count in today.items() if key not in newest)
    assert all(tomorrow[key] >= count for key, count in today.items() if key in newest)
    assert sum(tomorrow[key] for key in newest) > sum(today[key] for key in newest)


def test_shares_of_viewers_add_up() -> None:
    found: dict[Any, float] = defaultdict(float)
    for row in table(NAME, "channel_demographics_a_1_report"):
        found[row["date"], row["video_id"]] += row["views_percentage"]
    assert found
    assert all(abs(total - 100) < 1e-6 for total in found.values())


def test_watch_time_is_views_times_how_long_they_lasted() -> None:
    for row in table(NAME, "channel_basic_a_2_report"):
        seconds = row["watch_time_minutes"] * 60
        assert abs(seconds - row["views"] * row["average_view_duration_seconds"]) < 1e-3
        assert row["engaged_views"] <= row["views"]
        assert 10 <= row["average_view_duration_percentage"] < 60
