"""The rows of YouTube's daily reports: the same views, split one way or another.

What belongs here: those rows. What does not: how many views there were (`views.py`).

Codes are those of the YouTube Reporting API (https://developers.google.com/youtube/reporting/v1/reports/dimensions). Reports begin
thirty days before the company connected its channel, as the API has it. A video with few views in a day is left out of the reports
that would tell too much of its viewers, as YouTube does: so the reports do not add up to the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import Values, assembled, hexadecimals
from dagster_open_platform_local.company.fivetran.youtube_analytics.tables_channel import (
    channel_id,
    playlist_ids,
    subscribers_gained,
)
from dagster_open_platform_local.company.fivetran.youtube_analytics.videos import Videos, playlist_members
from dagster_open_platform_local.company.fivetran.youtube_analytics.views import Views
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, choice, dates
from dagster_open_platform_local.company.settings import CompanySettings

SCHEMA = "youtube_analytics"
_HISTORY_DAYS = 30
_COUNTRIES = ("US", "IN", "GB", "DE", "BR", "FR", "CA", "NL", "ZZ")
"""`ZZ` is YouTube's for unknown."""
_COUNTRY_WEIGHTS = thresholds([38, 20, 8, 8, 7, 5, 5, 4, 5])
_PROVINCES = ("US-CA", "US-NY", "US-WA", "US-TX", "US-MA")
_DEVICES, _SYSTEMS = (101, 102, 103, 104, 105), (2, 3, 4, 5, 7)
_TRAFFIC = (1, 3, 4, 5, 7, 9, 14, 17)
_PLACES = (0, 1, 2, 5)
_SERVICES = (1, 3, 30, 51)
_AGES = ("AGE_18_24", "AGE_25_34", "AGE_35_44", "AGE_45_54")
_GENDERS = ("MALE", "FEMALE", "GENDER_OTHER")


@dataclass(frozen=True)
class _Split:
    """A report's rows before they have values: which views each is of, and how many of them.

    Args:
        views: Index of the day and video.
        part: Which part of that day and video: 0, 1, ...
        count: Views.
        keys: What each row is known by on every date.
    """

    views: Integers
    part: Integers
    count: Integers
    keys: Integers


def report_tables(settings: CompanySettings, found: Videos, everything: Views) -> dict[str, pa.Table]:
    """Those tables by name.

    Args:
        settings: The company's.
        found: The videos.
        everything: All views.
    """
    first = unix_seconds(settings.epoch) // DAY_SECONDS - _HISTORY_DAYS
    made = _Reports(settings, found, everything.where(everything.day >= first))
    return {
        "channel_basic_a_2_report": made.basic(),
        "channel_combined_a_2_report": made.watched(
            "channel_combined_a_2_report",
            15,
            {
                "playback_location_type": _PLACES,
                "traffic_source_type": _TRAFFIC,
                "device_type": _DEVICES,
                "operating_system": _SYSTEMS,
            },
        ),
        "channel_device_os_a_2_report": made.watched(
            "channel_device_os_a_2_report", 6, {"device_type": _DEVICES, "operating_system": _SYSTEMS}
        ),
        "channel_playback_location_a_2_report": made.watched(
            "channel_playback_location_a_2_report", 10, {"playback_location_type": _PLACES}
        ),
        "channel_traffic_source_a_2_report": made.watched(
            "channel_traffic_source_a_2_report", 6, {"traffic_source_type": _TRAFFIC}
        ),
        "channel_province_a_2_report": made.provinces(),
        "channel_demographics_a_1_report": made.demographics(),
        "channel_sharing_service_a_1_report": made.shares(),
        "playlist_basic_a_1_report": made.playlists(),
        "audience_retention": made.retention(),
    }


@dataclass(frozen=True)
class _Reports:
    settings: CompanySettings
    found: Videos
    views: Views

    def split(self, report: str, least: int, parts: int) -> _Split:
        """Days and videos with enough views, each in so many parts: a part has what is left, and the last one all of it."""
        chosen = np.flatnonzero(self.views.count >= least)
        index, part = np.repeat(chosen, parts), np.tile(np.arange(parts, dtype=np.int64), chosen.size)
        keys = self.views.keys(self.found)[index] << 3 | part
        count = self.views.count[index]
        if parts == 2:
            share = Draws(self.settings.seed, report, keys >> 3).below("share", 700) + 150
            first = count * share // 1000
            count = np.where(part == 0, first, count - first)
        there = count > 0
        return _Split(index[there], part[there], count[there], keys[there])

    def table(self, report: str, rows: _Split, columns: Mapping[str, Values]) -> pa.Table:
        """The columns that all reports have, and others."""
        draws = Draws(self.settings.seed, report, rows.keys)
        ids = zip(hexadecimals(draws.bits("id"), 16), hexadecimals(draws.bits("id_low"), 16), strict=True)
        shared: dict[str, Values] = {
            "_fivetran_id": ["".join(each) for each in ids],
            "date": dates(self.views.day[rows.views] * DAY_SECONDS),
            "channel_id": [channel_id(self.settings)] * rows.keys.size,
            "video_id": pa.array(self.found.ids, pa.string()).take(pa.array(self.views.video[rows.views])),
            "country_code": choice(_COUNTRIES, draws.pick("country", _COUNTRY_WEIGHTS)),
            "live_or_on_demand": ["on_demand"] * rows.keys.size,
            "subscribed_status": choice(("not_subscribed", "subscribed"), rows.part % 2),
        }
        return assembled(SCHEMA, report, shared | dict(columns))

    def time(self, report: str, rows: _Split) -> dict[str, Values]:
        """Views, and how long they lasted: between a tenth and six tenths of the video."""
        draws = Draws(self.settings.seed, report, rows.keys)
        length = self.found.length[self.views.video[rows.views]]
        per_mille = 100 + draws.below("watched", 500)
        seconds = length * per_mille // 1000
        return {
            "views": rows.count,
            "engaged_views": rows.count * (500 + draws.below("engaged", 400)) // 1000,
            "watch_time_minutes": rows.count * seconds / 60,
            "average_view_duration_seconds": seconds.astype(np.float64),
        }

    def watched(self, report: str, least: int, codes: Mapping[str, Sequence[int]]) -> pa.Table:
        """A report of views and watch time by some codes."""
        rows = self.split(report, least, 2)
        draws = Draws(self.settings.seed, report, rows.keys)
        columns = self.time(report, rows)
        for name, values in codes.items():
            weights = thresholds([2.0**-place for place in range(len(values))])
            columns[name] = np.array(values, dtype=np.int64)[draws.pick(name, weights)]
        return self.table(report, rows, columns | self.red(rows) | self.percentage(report, rows))

    def red(self, rows: _Split) -> dict[str, Values]:
        """Views of those who pay YouTube: about one in ten."""
        return {"red_views": rows.count // 10, "red_watch_time_minutes": rows.count // 10 * 2.5}

    def percentage(self, report: str, rows: _Split) -> dict[str, Values]:
        """How much of the video was seen, in percent; agrees with `time`."""
        draws = Draws(self.settings.seed, report, rows.keys)
        return {"average_view_duration_percentage": (100 + draws.below("watched", 500)) / 10}

    def basic(self) -> pa.Table:
        """Subscribers and others apart; reactions and new subscribers are with the first of the two."""
        report = "channel_basic_a_2_report"
        rows = self.split(report, 1, 2)
        draws = Draws(self.settings.seed, report, rows.keys)
        gained = subscribers_gained(self.settings, self.found, self.views)[rows.views]
        whole = np.zeros(self.views.count.size, dtype=np.int64)
        np.maximum.at(whole, rows.views, rows.keys)
        is_last = whole[rows.views] == rows.keys
        return self.table(
            report,
            rows,
            {
                **self.time(report, rows),
                **self.red(rows),
                **self.percentage(report, rows),
                "comments": (rows.count * 11 + draws.below("comments", 1000)) // 1000,
                "likes": (rows.count * 28 + draws.below("likes", 1000)) // 1000,
                "dislikes": (rows.count + draws.below("dislikes", 1000)) // 1000,
                "shares": (rows.count * 15 + draws.below("shares", 1000)) // 1000,
                "subscribers_gained": np.where(is_last, gained, 0),
                "subscribers_lost": draws.chance("lost", 0.01).astype(np.int64),
                "videos_added_to_playlists": (rows.count * 8 + draws.below("added", 1000)) // 1000,
                "videos_removed_from_playlists": np.zeros_like(rows.count),
                "card_impressions": rows.count * 3 // 4,
                "card_clicks": rows.count // 80,
            },
        )

    def provinces(self) -> pa.Table:
        """The states of the US, which the API tells of no other country."""
        report = "channel_province_a_2_report"
        rows = self.split(report, 12, 2)
        draws = Draws(self.settings.seed, report, rows.keys)
        columns = {
            **self.time(report, rows),
            **self.red(rows),
            "country_code": ["US"] * rows.keys.size,
            "province_code": choice(_PROVINCES, draws.below("province", len(_PROVINCES))),
        }
        return self.table(report, rows, columns)

    def demographics(self) -> pa.Table:
        """Two groups of viewers, with their shares in percent."""
        report = "channel_demographics_a_1_report"
        rows = self.split(report, 20, 2)
        draws = Draws(self.settings.seed, report, rows.keys)
        total = self.views.count[rows.views]
        columns = {
            "age_group": choice(_AGES, draws.below("age", 2) + 2 * (rows.part % 2)),
            "gender": choice(_GENDERS, draws.pick("gender", thresholds([66, 31, 3]))),
            "views_percentage": rows.count * 100 / total,
        }
        return self.table(report, rows, columns)

    def shares(self) -> pa.Table:
        """By which services viewers told others."""
        report = "channel_sharing_service_a_1_report"
        rows = self.split(report, 12, 1)
        draws = Draws(self.settings.seed, report, rows.keys)
        columns = {
            "sharing_service": np.array(_SERVICES, dtype=np.int64)[draws.below("service", len(_SERVICES))],
            "shares": 1 + rows.count * 15 // 1000,
        }
        return self.table(report, rows, columns)

    def playlists(self) -> pa.Table:
        """Views that began in the playlist of the video's kind: about a quarter."""
        report = "playlist_basic_a_1_report"
        rows = self.split(report, 8, 1)
        draws = Draws(self.settings.seed, report, rows.keys)
        place = np.full(self.found.keys.size, -1, dtype=np.int64)
        for number, members in enumerate(playlist_members(self.settings, self.found)):
            place[members] = number
        own = place[self.views.video[rows.views]]
        count = rows.count // 4
        columns = {
            **self.time(report, _Split(rows.views, rows.part, count, rows.keys)),
            "playlist_id": choice(playlist_ids(self.settings), own),
            "playlist_starts": count * 2 // 3,
            "playlist_saves_added": draws.chance("saved", 0.05).astype(np.int64),
            "playlist_saves_removed": np.zeros_like(count),
        }
        return self.table(report, rows, columns)

    def retention(self) -> pa.Table:
        """For each video of the reports' time, ten days after it came: who still watches after each twentieth of it."""
        newest = int(self.views.day.max(initial=0))
        first = int(self.views.day.min(initial=newest))
        day = self.found.published // DAY_SECONDS + 10
        chosen = np.flatnonzero((day >= first) & (day <= newest))
        index, place = np.repeat(chosen, 20), np.tile(np.arange(1, 21, dtype=np.int64), chosen.size)
        draws = Draws(self.settings.seed, "youtube_retention", self.found.keys[index] << 8 | place)
        watching = 1_000_000 // (1000 + place * 90) + draws.below("noise", 30)
        return assembled(
            SCHEMA,
            "audience_retention",
            {
                "date": dates(day[index] * DAY_SECONDS),
                "elapsed_video_time_ratio": [f"{each / 20:.2f}" for each in place.tolist()],
                "video_id": pa.array(self.found.ids, pa.string()).take(pa.array(index)),
                "audience_watch_ratio": watching / 1000,
                "relative_retention_performance": draws.below("relative", 1000) / 1000,
            },
        )
