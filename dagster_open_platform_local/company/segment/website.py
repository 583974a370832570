"""What the marketing site sends.

What belongs here: its calls. What does not: tables and journeys.

A visit is one of Google Analytics' sessions (`fivetran/google_analytics_4/traffic.py`), with its campaign: each sixteenth of those that no
ad blocker hides. A sign-up is an organization's, with the campaign that brought it, from whose visit on the founder's browser is known.
"""

from datetime import date, timedelta

import numpy as np

from dagster_open_platform_local.company.commercial.campaigns import campaigns, sign_up_sources
from dagster_open_platform_local.company.fivetran.advertising.claims import MOST_DAYS_LATER
from dagster_open_platform_local.company.fivetran.google_analytics_4.traffic import traffic
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.directory import Directory, directory
from dagster_open_platform_local.company.segment.calls import MILLIS, Calls, made, together
from dagster_open_platform_local.company.segment.catalogue import WEBSITE
from dagster_open_platform_local.company.segment.visits import Visits, identified, on_pages, pages
from dagster_open_platform_local.company.settings import CompanySettings

PAGES = (
    *(
        "/",
        "/pricing",
        "/platform",
        "/blog",
        "/customers",
        "/integrations",
        "/vs/airflow",
        "/events",
        "/careers",
    ),
    *("/blog/components", "/blog/data-contracts", "/webinars", "/signup"),
)
_POPULARITY = (30, 12, 11, 9, 5, 7, 8, 3, 2, 5, 4, 3, 1)
_PRICING, _SIGN_UP = PAGES.index("/pricing"), PAGES.index("/signup")
SENT_PER_MILLE = 52
"""Of the sessions of Google Analytics: a sixteenth of the five sixths that no ad blocker hides."""
_DEPTHS = (44, 22, 14, 9, 8, 3)
_SETTLED = timedelta(days=3)
"""After so long Google Analytics has counted all sessions of a day."""
_SIGN_UPS_SENT, _BOTS = 0.84, 0.03
_DEVICES = 1 << 60
_EVENTS = (
    *(("cta_clicked", 0.11), ("demo_requested", 0.006), ("newsletter_subscribed", 0.009)),
    *(("pricing_calculated", 0.035), ("video_played", 0.03)),
)


def website_calls(found: Directory) -> Calls:
    """All calls before a date, and some after it."""
    seed = found.settings.seed
    views = pages(seed, WEBSITE, _visits(found.settings, found.today), _DEPTHS, _POPULARITY)
    events = [on_pages(seed, WEBSITE, views, table, share) for table, share in _EVENTS]
    # Whoever signs up only later has been here before: what that visit sent does not wait for the sign-up.
    horizon = directory(found.settings, found.today + timedelta(days=MOST_DAYS_LATER))
    return together([views, *events, *_sign_ups(horizon)])


def _visits(settings: CompanySettings, today: date) -> Visits:
    counted = traffic(settings, today + _SETTLED)
    first, end = (unix_seconds(day) // DAY_SECONDS for day in (settings.epoch, today))
    is_ours = (counted.day >= first) & (counted.day < end)
    day, origin, sessions = counted.day[is_ours], counted.origin[is_ours], counted.sessions[is_ours]
    row = (day << 14) | origin
    rounding = Draws(settings.seed, "segment_website_sessions", row).below("rounding", 1000)
    counts = (sessions * SENT_PER_MILLE + rounding) // 1000
    index = np.repeat(np.arange(day.size, dtype=np.int64), counts)
    place = np.arange(index.size, dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    ids = (row[index] << 12) | place
    draws = Draws(settings.seed, "segment_website_visits", ids)
    pool = max(int(700 * settings.scale), 20)
    known = len(campaigns(settings))
    return Visits(
        ids=ids,
        device=np.where(draws.chance("returns", 0.45), draws.below("device", pool), ids),
        user=np.zeros(ids.size, dtype=np.int64),
        start=(day[index] * DAY_SECONDS + draws.below("second", DAY_SECONDS)) * MILLIS,
        campaign=np.where(origin[index] < known, origin[index], -1),
        bot=draws.chance("bot", _BOTS),
    )


def _sign_ups(found: Directory) -> list[Calls]:
    """The visit that a campaign brought, then the sign-up in the same browser: page, identify, event."""
    draws = found.draws("segment_sign_ups", found.organizations["id"].to_numpy())
    sent = draws.chance("sent", _SIGN_UPS_SENT) & (found.founders > 0)
    sent &= found.created >= unix_seconds(found.settings.epoch)
    ids, user, created = draws.ids[sent], found.founders[sent], found.created[sent] * MILLIS
    sources = sign_up_sources(found.settings, found.today)
    key, device = (ids << 8) | (1 << 61), ids | _DEVICES
    number = WEBSITE.number("pages")
    touched = np.maximum(sources.touched[sent], unix_seconds(found.settings.epoch)) * MILLIS
    page = np.full(ids.size, _PRICING, dtype=np.int64)
    visit = made(key, number, device, touched, campaign=sources.campaign[sent], page=page)
    at = np.full(ids.size, _SIGN_UP, dtype=np.int64)
    form = made(key | 16, number, device, created - 45_000, page=at)
    event, identify = (WEBSITE.number(table) for table in ("signed_up", "identifies"))
    named = identified(WEBSITE, made(key | 32, identify, device, created, user=user, page=at), user > 0)
    signed = made(key | 64, event, device, created + 400, user=user, page=at, detail=ids)
    return [visit, form, named, signed]
