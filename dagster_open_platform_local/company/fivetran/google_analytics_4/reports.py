"""Google Analytics' reports by day.

What belongs here: their rows. What does not: the numbers (`traffic.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.advertising.grouping import Grouping
from dagster_open_platform_local.company.fivetran.advertising.splitting import PHASES, split, split_along
from dagster_open_platform_local.company.fivetran.advertising.tables import days, fivetran_ids
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.fivetran.google_analytics_4.origins import Origin, origins
from dagster_open_platform_local.company.fivetran.google_analytics_4.properties import PROPERTY
from dagster_open_platform_local.company.fivetran.google_analytics_4.traffic import (
    EVENTS,
    KEY_EVENTS,
    Traffic,
    traffic,
)
from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.product.columns import Integers, choice
from dagster_open_platform_local.company.settings import CompanySettings

_SCHEMA = "google_analytics_4"
_PAGES = (
    ("/", 210), ("/pricing", 90), ("/platform", 85), ("/blog", 60), ("/sign-up", 55), ("/launch-week", 25),
    ("/compare/airflow", 40), ("/customers", 22), ("/docs", 160), ("/docs/getting-started", 120),
    ("/docs/guides/components", 75), ("/docs/guides/dbt", 62), ("/docs/api", 58), ("/docs/deployment", 44), ("/events", 12),
    ("/careers", 9),
)  # fmt: skip
_LANDING_PAGES = (
    ("/", 300), ("/platform", 150), ("/docs", 140), ("/docs/getting-started", 90), ("/compare/airflow", 70), ("/blog", 60),
    ("/pricing", 40), ("(not set)", 14),
)  # fmt: skip
_COUNTRIES = (
    ("United States", 440), ("United Kingdom", 85), ("Germany", 82), ("India", 78), ("France", 48), ("Netherlands", 42),
    ("Canada", 50), ("Australia", 34), ("Brazil", 32), ("Sweden", 18), ("Spain", 20), ("(not set)", 7),
)  # fmt: skip
_BROWSERS = (("Chrome", 660), ("Safari", 170), ("Firefox", 75), ("Edge", 80), ("(not set)", 5))
_DEVICES = (("desktop", 830), ("mobile", 155), ("tablet", 15))
Sums = Mapping[str, Integers]
"""Totals by metric, of one length."""


def report_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The reports as of a date."""
    found = traffic(settings, today)
    return {
        **_acquisition(settings, found),
        "events_report": _events(settings, found),
        "conversions_report": _conversions(settings, found),
        **_daily_shares(settings, found),
    }


def _metrics(found: Traffic) -> dict[str, Integers]:
    return {
        "sessions": found.sessions,
        "engaged_sessions": found.engaged,
        "total_users": found.users,
        "new_users": found.new_users,
        "event_count": found.events.sum(axis=1),
        "key_events": found.key_events,
        "key_events_sign_up": found.event("sign_up"),
        "screen_page_views": found.event("page_view"),
        "user_engagement_duration": found.seconds,
    }


def _codes(texts: Sequence[str]) -> tuple[Integers, list[str]]:
    """Numbers for texts that come again, and the text of each number."""
    own = sorted(set(texts))
    places = {text: number for number, text in enumerate(own)}
    return np.array([places[text] for text in texts], dtype=np.int64), own


def _acquisition(settings: CompanySettings, found: Traffic) -> dict[str, pa.Table]:
    """Reports of where sessions and users come from: sums over origins."""
    every: tuple[Origin, ...] = origins(settings)
    source, sources = _codes([each.source for each in every])
    medium, mediums = _codes([each.medium for each in every])
    campaign, names = _codes([each.campaign for each in every])
    channel, channels = _codes([each.channel for each in every])
    columns = {
        "source": (source[found.origin], sources),
        "medium": (medium[found.origin], mediums),
        "campaign_name": (campaign[found.origin], names),
        "default_channel_grouping": (channel[found.origin], channels),
    }
    reports = (
        ("session_source_medium_campaign", "session", ("source", "medium", "campaign_name")),
        ("traffic_acquisition_session_campaign_report", "session", ("campaign_name",)),
        ("traffic_acquisition_session_source_medium_report", "session", ("source", "medium")),
        (
            "traffic_acquisition_session_default_channel_grouping_report",
            "session",
            ("default_channel_grouping",),
        ),
        ("user_acquisition_first_user_source_medium_report", "first_user", ("source", "medium")),
        ("user_acquisition_first_user_medium_report", "first_user", ("medium",)),
    )
    tables = {}
    for name, scope, dimensions in reports:
        grouping = Grouping(found.day, *(columns[each][0] for each in dimensions))
        sums = {metric: grouping.sums(values) for metric, values in _metrics(found).items()}
        codes = [columns[each][0][grouping.rows] for each in dimensions]
        texts = {
            f"{scope}_{each}": choice(columns[each][1], code)
            for each, code in zip(dimensions, codes, strict=True)
        }
        tables[name] = _report(settings, name, found.day[grouping.rows], codes, texts, sums)
    return tables


def _report(
    settings: CompanySettings,
    name: str,
    day: Integers,
    codes: Sequence[Integers],
    texts: Mapping[str, Values],
    sums: Sums,
) -> pa.Table:
    """A report with those metrics and rates that its table has."""
    layout = frozenset(layouts(_SCHEMA)[name].schema.names)
    known: dict[str, Values] = {**sums, "total_revenue": np.zeros(day.size)}
    if "sessions" in sums and "engaged_sessions" in sums:
        sessions = np.maximum(sums["sessions"], 1)
        known["engagement_rate"] = sums["engaged_sessions"] / sessions
        known["events_per_session"] = sums["event_count"] / sessions
    return assembled(
        _SCHEMA,
        name,
        {
            "_fivetran_id": fivetran_ids(settings.seed, f"{_SCHEMA}.{name}", day, *codes),
            "date": days(day),
            "property": pa.array([PROPERTY] * day.size, pa.string()),
            **texts,
            **{metric: values for metric, values in known.items() if metric in layout},
        },
    )


def _events(settings: CompanySettings, found: Traffic) -> pa.Table:
    grouping = Grouping(found.day)
    day, users = found.day[grouping.rows], grouping.sums(found.users)
    counts = np.stack([grouping.sums(found.event(name)) for name in EVENTS], axis=1)
    row, event = np.nonzero(counts)
    count = counts[row, event]
    involved = np.minimum(count, users[row])
    sums = {"event_count": count, "total_users": involved}
    texts: dict[str, Values] = {
        "event_name": choice(EVENTS, event),
        "event_count_per_user": count / involved,
    }
    return _report(settings, "events_report", day[row], [event], texts, sums)


def _conversions(settings: CompanySettings, found: Traffic) -> pa.Table:
    grouping = Grouping(found.day)
    counts = np.stack([grouping.sums(found.event(name)) for name in KEY_EVENTS], axis=1)
    row, event = np.nonzero(counts)
    sums = {"key_events": counts[row, event], "total_users": counts[row, event]}
    texts = {"event_name": choice(KEY_EVENTS, event)}
    return _report(settings, "conversions_report", found.day[grouping.rows][row], [event], texts, sums)


def _daily_shares(settings: CompanySettings, found: Traffic) -> dict[str, pa.Table]:
    """Reports of what all sessions of a day have in common, whatever their origin: pages, countries, browsers, devices."""
    grouping = Grouping(found.day)
    day = found.day[grouping.rows]
    sums = {metric: grouping.sums(values) for metric, values in _metrics(found).items()}
    reports = (
        ("pages_path_report", "page_path", _PAGES),
        ("landing_page_report", "landing_page", _LANDING_PAGES),
        ("demographic_country_report", "country", _COUNTRIES),
        ("tech_browser_report", "browser", _BROWSERS),
        ("tech_device_category_report", "device_category", _DEVICES),
    )
    tables = {}
    for name, dimension, shares in reports:
        draws = Draws(settings.seed, f"{_SCHEMA}.{name}", day)
        weights = np.array([weight for _, weight in shares], dtype=np.int64) * np.stack(
            [800 + draws.below(f"jitter_{number}", 400) for number in range(len(shares))], axis=1
        )
        sessions = split(sums["sessions"], weights, draws.below("sessions", PHASES))
        parts = _along(sums, sessions)
        row, share = np.nonzero(parts["sessions"])
        texts = {dimension: choice([text for text, _ in shares], share)}
        chosen = {metric: values[row, share] for metric, values in parts.items()}
        tables[name] = _report(settings, name, day[row], [share], texts, chosen)
    return tables


def _along(sums: Sums, sessions: Integers) -> dict[str, Integers]:
    """The totals of each day cut as its sessions are; no part has more engaged sessions than sessions, or new users than users.

    Args:
        sums: Totals of each day.
        sessions: Those of each part: a row a day.
    """
    users, engaged = (
        split_along(sums["total_users"], sessions),
        split_along(sums["engaged_sessions"], sessions),
    )
    return {
        "sessions": sessions,
        "total_users": users,
        "engaged_sessions": engaged,
        "new_users": split_along(sums["new_users"], users),
        "user_engagement_duration": split_along(sums["user_engagement_duration"], engaged),
        **{
            metric: split_along(sums[metric], sessions)
            for metric in ("event_count", "key_events", "screen_page_views")
        },
    }
