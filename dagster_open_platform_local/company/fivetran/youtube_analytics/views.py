"""How often each video was watched on each day, and by whom.

What belongs here: counts a video and day. What does not: the reports that split them (`tables_reports.py`).

A report of a day comes two days later, and its counts are a tenth too low at first; a day after that they are final.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dagster_open_platform_local.company.fivetran.youtube_analytics.videos import Videos
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.settings import CompanySettings

REPORTED_AFTER_DAYS = 2
_WEEKEND_PER_MILLE, _MISSING_PER_MILLE = 550, 100


@dataclass(frozen=True)
class Views:
    """Days on which a video was watched, by day and video.

    Args:
        video: Index of the video.
        day: Days since 1970-01-01.
        count: How often; above 0.
    """

    video: Integers
    day: Integers
    count: Integers

    def where(self, mask: Mask) -> "Views":
        """Those that are marked."""
        return Views(self.video[mask], self.day[mask], self.count[mask])

    def keys(self, found: Videos) -> Integers:
        """What each is known by on every date."""
        return found.keys[self.video] << 20 | self.day


def all_views(settings: CompanySettings, today: date, found: Videos) -> Views:
    """Every view of every video that is known on a date.

    Args:
        settings: The company's.
        today: The date.
        found: The videos of that date.
    """
    last = unix_seconds(today) // DAY_SECONDS - REPORTED_AFTER_DAYS
    first = found.published // DAY_SECONDS
    end = np.minimum(found.removed // DAY_SECONDS, last + 1)
    days = np.maximum(end - first, 0)
    video = np.repeat(np.arange(days.size, dtype=np.int64), days)
    age = np.arange(video.size, dtype=np.int64) - np.repeat(np.cumsum(days) - days, days)
    day = first[video] + age
    draws = Draws(settings.seed, "youtube_views", found.keys[video] << 20 | day)
    # A burst, then a long tail.
    expected = found.popularity[video] * (4_000 // (age + 4) + 12) // 1000
    # 1970-01-01 was a Thursday.
    expected = np.where((day + 3) % 7 >= 5, expected * _WEEKEND_PER_MILLE // 1000, expected)
    expected = expected * (500 + draws.below("noise", 1000)) // 1000
    count = (expected + draws.below("rounding", 1000)) // 1000
    missing = (count * _MISSING_PER_MILLE + draws.below("missing", 1000)) // 1000
    count = np.where(day == last, count - missing, count)
    order = np.lexsort((video, day))
    order = order[count[order] > 0]
    return Views(video[order], day[order], count[order])
