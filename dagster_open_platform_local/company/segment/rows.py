"""Columns of calls.

What belongs here: the columns that every call has, and those of each table. What does not: which calls there are.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.google_analytics_4.origins import origins
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import TIMESTAMP
from dagster_open_platform_local.company.organizations import PLANS, plans
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    choice,
    either,
    joined,
    only,
    uuids,
)
from dagster_open_platform_local.company.product.directory import Directory
from dagster_open_platform_local.company.product.texts import ODDITIES
from dagster_open_platform_local.company.segment import docs, product, university, website
from dagster_open_platform_local.company.segment.calls import MILLIS, Calls, Journeys
from dagster_open_platform_local.company.segment.catalogue import SOURCES, Source, Table

PAGES: Mapping[str, Sequence[str]] = {
    "website": website.PAGES,
    "product": product.PAGES,
    "docs": docs.PAGES,
    "university": university.PAGES,
}
_BROWSERS = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/139.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/139.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Firefox/142.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Safari/604.1",
)
_BOTS = (
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
    "GPTBot/1.2 (+https://openai.com/gptbot)",
    "bingbot/2.0",
)
_LOCALES = ("en-US", "en-GB", "de-DE", "fr-FR", "pt-BR", "ja-JP")
_LIBRARY, _SERVER_LIBRARY = "analytics.js", "analytics-python"


def millis(moments: Integers) -> pa.Array:
    """Unix milliseconds as timestamps."""
    return pa.array(moments * 1000).cast(TIMESTAMP)


def texts(numbers: Integers) -> pa.Array:
    """Numbers as text; 0 as null."""
    return pa.array(numbers, mask=numbers == 0).cast(pa.string())


def common(found: Directory, source: Source, trips: Journeys) -> Columns:
    """The columns that every call has.

    Args:
        found: The company's people.
        source: Whose calls they are.
        trips: The calls.
    """
    calls, seed = trips.calls, found.settings.seed
    devices, index = np.unique(calls.device, return_inverse=True)
    of_device = Draws(seed, f"segment_{source.slug}_devices", devices)
    place = pa.array(index)
    agents = choice(_BROWSERS, of_device.below("agent", len(_BROWSERS))).take(place)
    server = calls.device >= university.SERVER if source.slug == "university" else calls.bot & False
    return {
        "id": uuids(Draws(seed, f"segment_{source.slug}", calls.ids), "id"),
        "anonymous_id": uuids(of_device, "anonymous_id").take(place),
        "user_id": texts(calls.user),
        "received_at": millis(trips.received),
        "sent_at": millis(trips.sent),
        "original_timestamp": millis(trips.original),
        "timestamp": millis(trips.timestamp),
        "uuid_ts": millis(trips.loaded),
        "context_library_name": choice((_LIBRARY, _SERVER_LIBRARY), server.astype(np.int64)),
        "context_library_version": choice(("1.74.0", "2.3.3"), server.astype(np.int64)),
        # The addresses of RFC 5737 belong to nobody.
        "context_ip": joined("203.0.113.", of_device.below("ip", 254) + 1).take(place),
        "context_user_agent": either(calls.bot, choice(_BOTS, calls.device % len(_BOTS)), agents),
        "context_locale": choice(_LOCALES, of_device.below("locale", len(_LOCALES))).take(place),
        **_place(found, source, calls),
    }


def _place(found: Directory, source: Source, calls: Calls) -> Columns:
    """On which page, and by which campaign's link."""
    paths = PAGES[source.slug]
    address = choice([f"{source.site}{path}" for path in paths], calls.page)
    none, index = calls.campaign < 0, np.maximum(calls.campaign, 0)
    known = origins(found.settings)
    names = choice([each.campaign for each in known], index)
    if not none.all():
        address = either(none, address, joined(address, "?utm_campaign=", names))
    return {
        "context_page_path": choice(paths, calls.page),
        "context_page_url": address,
        "context_campaign_name": only(names, ~none),
        "context_campaign_source": choice([each.source for each in known], index, none),
        "context_campaign_medium": choice([each.medium for each in known], index, none),
    }


def own(found: Directory, source: Source, table: Table, calls: Calls) -> Columns:
    """The columns that only a table has; the last one is left out before the day from which it exists.

    Args:
        found: The company's people.
        source: Whose calls they are.
        table: The table.
        calls: Its calls.
    """
    draws = Draws(found.settings.seed, f"segment_{source.slug}_{table.name}", calls.ids)
    columns = _OWN.get((source.slug, table.name)) or _OWN["", table.name]
    made = columns(found, calls, draws)
    if table.kind == "page":
        paths = PAGES[source.slug]
        titles = [path.strip("/").split("/")[-1].replace("-", " ").capitalize() or "Home" for path in paths]
        made = {
            "name": choice(titles, calls.page),
            "path": choice(paths, calls.page),
            "url": choice([f"{source.site}{path}" for path in paths], calls.page),
            "title": choice([f"{title} | {source.name}" for title in titles], calls.page),
        }
    return made


def exists(found: Directory, table: Table) -> bool:
    """Whether the last of a table's own columns exists by now."""
    return table.since is None or (found.today - found.settings.epoch).days > table.since


def _traits(found: Directory, calls: Calls, _draws: Draws) -> Columns:
    people = found.users.take(pa.array(calls.user - 1)).combine_chunks()
    columns = {name: people[name].combine_chunks() for name in ("email", "first_name", "last_name")}
    return {**columns, "organization_id": texts(found.user_organization[calls.user - 1])}


def _groups(found: Directory, calls: Calls, _draws: Draws) -> Columns:
    number = found.user_organization[calls.user - 1]
    them = found.organizations.take(pa.array(number - 1)).combine_chunks()
    columns = {name: them[name].combine_chunks() for name in ("name", "domain")}
    return {"group_id": texts(number), **columns, "plan": _plans(found, number, calls.moment // MILLIS)}


def _plans(found: Directory, organization: Integers, at: Integers) -> pa.Array:
    """The plans that organizations (by id) had at moments (Unix seconds)."""
    draws = found.draws("organizations", organization)
    return choice(PLANS, plans(draws, found.created[organization - 1], at)[0])


def _cta(_found: Directory, _calls: Calls, draws: Draws) -> Columns:
    return {
        "label": choice(("Start free trial", "Book a demo", "Read the docs"), draws.below("label", 3)),
        "position": choice(("hero", "navigation", "footer"), draws.below("position", 3)),
        "experiment": choice(("control", "short-hero"), draws.below("experiment", 2)),
    }


def _demo(_found: Directory, _calls: Calls, draws: Draws) -> Columns:
    sizes = ("1-10", "11-50", "51-250", "251-1000", "1000+")
    return {
        "company_size": choice(sizes, draws.below("size", len(sizes)), draws.chance("no_size", 0.1)),
        "form": choice(("demo", "contact"), draws.below("form", 2)),
    }


def _signed_up(found: Directory, calls: Calls, draws: Draws) -> Columns:
    return {
        "organization_id": texts(calls.detail),
        "plan": _plans(found, calls.detail, calls.moment // MILLIS),
        "method": choice(("google", "github", "email"), draws.below("method", 3)),
    }


def _search(_found: Directory, _calls: Calls, draws: Draws) -> Columns:
    return {
        "query_length": pa.array(draws.quantile("length", (2, 6, 14, 60))),
        "results": pa.array(draws.quantile("results", (0, 0, 4, 20, 100))),
    }


def _feedback(_found: Directory, _calls: Calls, draws: Draws) -> Columns:
    helpful = draws.chance("helpful", 0.7)
    rating = np.where(helpful, 4 + draws.below("good", 2), 1 + draws.below("bad", 3))
    return {
        "is_helpful": pa.array(helpful),
        "rating": pa.array(rating, mask=draws.chance("no_rating", 0.2)),
        "comment": choice(ODDITIES, draws.below("comment", len(ODDITIES)), ~draws.chance("comments", 0.3)),
    }


def _versions(_found: Directory, _calls: Calls, draws: Draws) -> Columns:
    names = ("1.10", "1.11", "1.12", "1.13")
    one = draws.below("from", len(names))
    other = (one + 1 + draws.below("to", len(names) - 1)) % len(names)
    return {"from_version": choice(names, one), "to_version": choice(names, other)}


def _course(_found: Directory, calls: Calls, draws: Draws) -> Columns:
    score = university.score_of(calls.detail)
    number = pa.array(university.lesson_of(calls.detail))
    return {
        "course": choice(university.COURSES, university.course_of(calls.detail)),
        "lesson": number,
        "days": number,
        "score": pa.array(score),
        "is_passed": pa.array(score >= university.PASSING_SCORE),
        "certificate_id": joined("cert_", uuids(draws, "certificate")),
    }


def _one_of(column: str, *values: str) -> Callable[[Directory, Calls, Draws], Columns]:
    return lambda _found, _calls, draws: {column: choice(values, draws.below(column, len(values)))}


_OWN: Mapping[tuple[str, str], Callable[[Directory, Calls, Draws], Columns]] = {
    ("", "pages"): lambda _found, _calls, _draws: {},
    ("", "identifies"): _traits,
    ("", "groups"): _groups,
    ("", "cta_clicked"): _cta,
    ("", "demo_requested"): _demo,
    ("", "newsletter_subscribed"): _one_of("placement", "footer", "blog", "popup"),
    ("", "pricing_calculated"): lambda _found, _calls, draws: {
        "credits": pa.array(draws.quantile("credits", (100, 1_000, 10_000, 200_000))),
        "plan": choice(PLANS, draws.below("plan", len(PLANS))),
    },
    ("", "video_played"): lambda _found, _calls, draws: {
        "video": choice(("product-tour", "components-intro", "customer-story"), draws.below("video", 3)),
        "seconds_watched": pa.array(draws.quantile("seconds", (1, 12, 60, 180))),
    },
    ("", "signed_up"): _signed_up,
    ("", "search_performed"): _search,
    ("docs", "search_performed"): lambda found, calls, draws: {
        **_search(found, calls, draws),
        "is_ai_answer": pa.array(draws.chance("ai", 0.4)),
    },
    ("", "run_launched"): lambda _found, _calls, draws: {
        "trigger": choice(("launchpad", "asset_page", "job_page"), draws.below("trigger", 3)),
        "is_backfill": pa.array(draws.chance("backfill", 0.2)),
    },
    ("", "asset_viewed"): _one_of("view", "overview", "lineage", "checks", "partitions"),
    ("", "policy_edited"): _one_of("policy", "alert", "freshness", "retention"),
    ("", "docs_opened"): _one_of("topic", "assets", "schedules", "alerts", "components"),
    ("", "user_invited"): lambda _found, calls, draws: {
        "invited_user_id": texts(calls.detail),
        "role": choice(("ADMIN", "EDITOR", "LAUNCHER", "VIEWER"), draws.below("role", 4)),
    },
    ("", "feedback_submitted"): _feedback,
    ("", "code_copied"): lambda _found, _calls, draws: {
        "language": choice(("python", "yaml", "bash", "sql"), draws.below("language", 4)),
        "lines": pa.array(draws.quantile("lines", (1, 4, 18, 90))),
    },
    ("", "version_switched"): _versions,
    **{
        ("", table.name): _course
        for source in SOURCES
        if source.slug == "university"
        for table in source.calls
        if table.kind == "track"
    },
}
"""By source and table; an empty source: any."""
