"""How many sessions, users and events each origin has on each day.

What belongs here: those numbers. What does not: how reports put them together (`reports.py`).
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.commercial.campaigns import (
    ADVERTISING,
    campaigns,
    campaigns_before,
    sign_up_sources,
)
from dagster_open_platform_local.company.fivetran.advertising.grouping import Grouping
from dagster_open_platform_local.company.fivetran.advertising.performance import REPORTED_BEFORE, performance
from dagster_open_platform_local.company.fivetran.google_analytics_4.origins import (
    DIRECT,
    SIGN_UP_WEIGHTS,
    UNPAID,
    origins,
)
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.organizations import sign_ups
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.settings import CompanySettings

_EPOCH = date(1970, 1, 1).toordinal()
_SEEN, _KEEPS_CAMPAIGN = 0.88, 0.79
_PROCESSED_AFTER = (1_800, 4 * 3600, 18 * 3600, 40 * 3600)
_PROCESSED_PER_MILLE = (930, 990)
"""Of the sessions, for yesterday and the day before."""
_WEEKEND_PER_MILLE, _GROWTH_PER_MILLE_A_DAY = 410, 2
_OTHER_SESSIONS = {"newsletter": 150, "nurture": 9, "webinar": 7, "conference": 14}
"""On the first day of a newsletter, on every day of the others, at scale 1."""
EVENTS = (
    *("session_start", "page_view", "first_visit", "user_engagement", "scroll", "click"),
    *("form_start", "sign_up", "generate_lead"),
)
KEY_EVENTS = ("sign_up", "generate_lead")


@dataclass(frozen=True)
class Traffic:
    """A row a day and origin that had sessions.

    Args:
        day: Days since 1970.
        origin: Index into `origins(settings)`.
        sessions: Sessions.
        engaged: Sessions that were engaged.
        users: Users.
        new_users: Users who were there for the first time.
        seconds: For how long somebody looked at the site.
        events: How often each of `EVENTS` happened, a column an event.
    """

    day: Integers
    origin: Integers
    sessions: Integers
    engaged: Integers
    users: Integers
    new_users: Integers
    seconds: Integers
    events: Integers

    def event(self, name: str) -> Integers:
        """How often an event happened."""
        return self.events[:, EVENTS.index(name)]

    @property
    def key_events(self) -> Integers:
        """How often a key event happened."""
        return self.event("sign_up") + self.event("generate_lead")


@lru_cache(maxsize=4)
def traffic(settings: CompanySettings, today: date) -> Traffic:
    """The traffic as Google Analytics knows it on a date, of all days before it since reports begin."""
    parts = [_paid(settings, today), *_other_campaigns(settings, today), _unpaid(settings, today)]
    signed = _sign_ups(settings, today)
    day = np.concatenate([*(part[0] for part in parts), signed[0]])
    origin = np.concatenate([*(part[1] for part in parts), signed[1]])
    sessions = np.concatenate([*(part[2] for part in parts), np.zeros_like(signed[0])])
    signs = np.concatenate([np.zeros_like(part[0]) for part in parts] + [np.ones_like(signed[0])])
    grouping = Grouping(day, origin)
    sessions, signs = _processed(today, day[grouping.rows], grouping.sums(sessions)), grouping.sums(signs)
    sessions = np.maximum(sessions, signs)
    is_there = sessions > 0
    rows = grouping.rows[is_there]
    return _behaviour(settings, day[rows], origin[rows], sessions[is_there], signs[is_there])


_Counts = tuple[Integers, Integers, Integers]
"""Days since 1970, index of the origin, sessions."""


def _paid(settings: CompanySettings, today: date) -> _Counts:
    """Sessions after clicks on ads: some clicks are lost on the way."""
    days, owners, counts = [], [], []
    for channel in ADVERTISING:
        found = performance(settings, today, channel)
        clicks = found.groups.total(1, 2).clicks
        draws = Draws(settings.seed, f"sessions_{channel}", ((found.campaign + 1) << 20) | found.day)
        arrived = 780 + draws.below("arrived", 150)
        days.append(found.day)
        owners.append(found.campaign)
        counts.append((clicks * arrived + draws.below("rounding", 1000)) // 1000)
    return np.concatenate(days), np.concatenate(owners), np.concatenate(counts)


def _other_campaigns(settings: CompanySettings, today: date) -> list[_Counts]:
    """Sessions after e-mails, conferences and webinars."""
    first, end = settings.epoch.toordinal() - REPORTED_BEFORE - _EPOCH, today.toordinal() - _EPOCH
    found: list[_Counts] = []
    for index, each in enumerate(campaigns_before(settings, today)):
        if each.channel in ADVERTISING:
            continue
        start = each.start.toordinal() - _EPOCH
        last = end if each.end is None else min(end, each.end.toordinal() - _EPOCH + 1)
        day = np.arange(max(start, first), last, dtype=np.int64)
        draws = Draws(settings.seed, "sessions_other", (np.int64(index + 1) << 20) | day)
        usual = np.full(day.size, int(_OTHER_SESSIONS[each.kind] * settings.scale * 1000), dtype=np.int64)
        if each.kind == "newsletter":
            usual = usual >> (day - start)
        sessions = (usual * (600 + draws.below("noise", 800)) // 1000 + draws.below("rounding", 1000)) // 1000
        found.append((day, np.full(day.size, index, dtype=np.int64), sessions))
    return found


def _unpaid(settings: CompanySettings, today: date) -> _Counts:
    first, end = settings.epoch.toordinal() - REPORTED_BEFORE - _EPOCH, today.toordinal() - _EPOCH
    day = np.repeat(np.arange(first, end, dtype=np.int64), len(UNPAID))
    number = np.tile(np.arange(len(UNPAID), dtype=np.int64), end - first)
    usual = np.array([int(each.sessions * settings.scale * 1000) for each in UNPAID], dtype=np.int64)[number]
    age = day - (settings.epoch.toordinal() - _EPOCH)
    draws = Draws(settings.seed, "sessions_unpaid", (number << 20) | day)
    per_mille = (1000 + _GROWTH_PER_MILLE_A_DAY * age) * (820 + draws.below("noise", 360)) // 1000
    # 1970-01-01 was a Thursday.
    per_mille = np.where((day + 3) % 7 >= 5, per_mille * _WEEKEND_PER_MILLE // 1000, per_mille)
    sessions = (usual * per_mille // 1000 + draws.below("rounding", 1000)) // 1000
    return day, len(campaigns(settings)) + number, sessions


def _sign_ups(settings: CompanySettings, today: date) -> tuple[Integers, Integers]:
    """Day and origin of each sign-up that Google Analytics has seen and processed."""
    found, sources = sign_ups(settings, today), sign_up_sources(settings, today)
    draws = Draws(settings.seed, "analytics_sign_ups", found.ids)
    processed = found.created + draws.quantile("processed", _PROCESSED_AFTER)
    others = len(campaigns(settings)) + draws.pick("origin", thresholds(SIGN_UP_WEIGHTS))
    direct = len(campaigns(settings)) + DIRECT
    by_campaign = np.where(draws.chance("keeps_campaign", _KEEPS_CAMPAIGN), sources.campaign, direct)
    origin = np.where(sources.campaign >= 0, by_campaign, others)
    day = found.created // DAY_SECONDS
    first = settings.epoch.toordinal() - REPORTED_BEFORE - _EPOCH
    is_seen = draws.chance("seen", _SEEN) & (processed < unix_seconds(today)) & (day >= first)
    return day[is_seen], origin[is_seen]


def _processed(today: date, day: Integers, sessions: Integers) -> Integers:
    """What is processed by now: not all of the last two days."""
    age = today.toordinal() - _EPOCH - day
    for number, per_mille in enumerate(_PROCESSED_PER_MILLE, start=1):
        sessions = np.where(age == number, sessions * per_mille // 1000, sessions)
    return sessions


def _behaviour(
    settings: CompanySettings, day: Integers, origin: Integers, sessions: Integers, signs: Integers
) -> Traffic:
    """What people did in their sessions."""
    draws = Draws(settings.seed, "analytics_behaviour", (origin << 20) | day)
    usual = np.array([each.engaged_per_mille for each in origins(settings)], dtype=np.int64)[origin]
    engaged = sessions * np.clip(usual + draws.below("engaged", 160) - 80, 0, 1000) // 1000
    users = np.maximum(sessions * (820 + draws.below("users", 120)) // 1000, 1)
    new_users = users * (480 + draws.below("new", 300)) // 1000
    views = sessions + engaged * (1_400 + draws.below("views", 1_800)) // 1000
    leads = (sessions * 3 + draws.below("leads", 1000)) // 1000
    events = {
        "session_start": sessions,
        "page_view": views,
        "first_visit": new_users,
        "user_engagement": engaged + views * 300 // 1000,
        "scroll": views * (260 + draws.below("scroll", 160)) // 1000,
        "click": views * draws.below("click", 110) // 1000,
        "form_start": 2 * (signs + leads),
        "sign_up": signs,
        "generate_lead": leads,
    }
    return Traffic(
        day=day,
        origin=origin,
        sessions=sessions,
        engaged=engaged,
        users=users,
        new_users=new_users,
        seconds=engaged * (35 + draws.below("seconds", 90)),
        events=np.stack([events[name] for name in EVENTS], axis=1),
    )
