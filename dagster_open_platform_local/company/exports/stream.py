"""Events of the company's own product, as a delivery stream puts them into object storage in small files.

What belongs here: the bucket's objects. What does not: the product's tables; who acts in which deployment is known from them.

Three files a day, each with what came in the eight hours before, named by the moment at which the stream closed it. Only of
organizations in the US: the EU's events stay there.

The dirt in it:

- 2 % of the events are delivered again, in the next file, often that of the next day;
- 3 % come hours or days after they happened (`occurred_at` long before `ingested_at`), from browsers that slept;
- what happens in no deployment has a null `deployment_id`, what the system does has a null `user_id`;
- `payload` differs by the type of the event, and search terms are what people type.
"""

from datetime import date, timedelta
from typing import Any

import numpy as np

from dagster_open_platform.lib.aws.buckets import EVENTS
from dagster_open_platform_local.company.exports.objects import (
    Objects,
    StoredObject,
    day_ids,
    iso_moments,
    json_lines,
)
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, uuids
from dagster_open_platform_local.company.product.estate import Estate, estate
from dagster_open_platform_local.company.product.happenings import pick_existing
from dagster_open_platform_local.company.product.texts import JOB_OBJECTS, ODDITIES
from dagster_open_platform_local.company.settings import CompanySettings

FILES_A_DAY = 3
_PER_DAY = 120
_WEEKEND_PER_MILLE, _GROWTH_PER_MILLE_A_DAY = 400, 2
_LATE, _TWICE, _SYSTEM, _ODD_TERM = 0.03, 0.02, 0.06, 0.05
_LATENESS = (7_200, 20_000, 90_000, 300_000)
_DELAYS = (1, 2, 5, 40)
_WINDOW = DAY_SECONDS // FILES_A_DAY

EVENT_TYPES = (
    ("page_viewed", 40),
    ("asset_viewed", 22),
    ("run_launched", 12),
    ("search_performed", 10),
    ("insights_opened", 6),
    ("alert_policy_saved", 3),
    ("branch_deployment_created", 4),
    ("user_invited", 3),
)
_WEIGHTS = thresholds([weight for _, weight in EVENT_TYPES])
_OF_NO_DEPLOYMENT = ("search_performed", "user_invited")
_PAGES = ("/overview", "/runs", "/assets", "/catalog", "/automation", "/deployment", "/settings", "/insights")


def objects_of_day(settings: CompanySettings, day: date) -> Objects:
    """The files that the stream closes on a day; one is left out if nothing came in its hours."""
    # In this order, for the estate of the day is the one that is asked for next.
    last = _arrivals(settings, day - timedelta(days=1))[-1] if day > settings.epoch else []
    before = [row for row in last if row.pop("comes_again")]
    for number, rows in enumerate(_arrivals(settings, day)):
        again = [row for row in rows if row.pop("comes_again")]
        if rows or before:
            yield StoredObject(EVENTS, _key(settings, day, number), json_lines([*before, *rows]))
        before = again


def _key(settings: CompanySettings, day: date, number: int) -> str:
    draws = Draws(settings.seed, "stream_files", np.array([day.toordinal() * FILES_A_DAY + number]))
    second = (number + 1) * _WINDOW - 1 - int(draws.below("second", 60)[0])
    (name,) = uuids(draws, "name").to_pylist()
    hour, minute, rest = second // 3600, second // 60 % 60, second % 60
    return f"events/{day:%Y/%m/%d}/{hour:02d}/stream-1-{day}-{hour:02d}-{minute:02d}-{rest:02d}-{name}.json"


def _arrivals(settings: CompanySettings, day: date) -> list[list[dict[str, Any]]]:
    """The events that come in on a day for the first time, by the file they are in, in the order in which they come."""
    age = (day - settings.epoch).days
    per_mille = 1000 + _GROWTH_PER_MILLE_A_DAY * age
    if day.weekday() >= 5:
        per_mille = per_mille * _WEEKEND_PER_MILLE // 1000
    noise = Draws(settings.seed, "stream_days", np.array([age], dtype=np.int64)).below("noise", 200)
    per_mille = per_mille * (900 + int(noise[0])) // 1000
    count = max(FILES_A_DAY, int(_PER_DAY * settings.scale * 1000) * per_mille // 1_000_000)
    ids = day_ids(age, count)
    second = Draws(settings.seed, "stream", ids).below("second", DAY_SECONDS)
    order = np.argsort(second, kind="stable")
    ids, second = ids[order], second[order]
    rows = _events(estate(settings, day), ids, unix_seconds(day) + second)
    bounds = np.searchsorted(second, [_WINDOW * number for number in range(FILES_A_DAY + 1)]).tolist()
    return [rows[bounds[number] : bounds[number + 1]] for number in range(FILES_A_DAY)]


def _events(found: Estate, ids: Integers, came: Integers) -> list[dict[str, Any]]:
    """Events that come in at some moments (Unix seconds), of users who were there when the day began."""
    draws = found.directory.draws("stream", ids)
    names = [EVENT_TYPES[number][0] for number in draws.pick("type", _WEIGHTS).tolist()]
    user, organization = _who(found, draws)
    deployment = _where(found, draws, organization)
    late = np.where(
        draws.chance("late", _LATE), draws.quantile("lateness", _LATENESS), draws.quantile("delay", _DELAYS)
    )
    micro = draws.below("micro", 1_000_000)
    occurred, ingested = iso_moments((came - late) * 1_000_000 + micro), iso_moments(came * 1_000_000 + micro)
    event_ids = uuids(draws, "event_id").to_pylist()
    system, twice = draws.chance("system", _SYSTEM).tolist(), draws.chance("twice", _TWICE).tolist()
    payloads = _payloads(draws, names)
    columns = zip(user.tolist(), organization.tolist(), deployment.tolist(), strict=True)
    return [
        {
            "event_id": event_ids[i],
            "event_type": names[i],
            "organization_id": its_organization + 1,
            "deployment_id": None if names[i] in _OF_NO_DEPLOYMENT else its_deployment,
            "user_id": None if system[i] or its_user < 0 else its_user + 1,
            "occurred_at": occurred[i],
            "ingested_at": ingested[i],
            "payload": payloads[i],
            "comes_again": twice[i],
        }
        for i, (its_user, its_organization, its_deployment) in enumerate(columns)
    ]


def _who(found: Estate, draws: Draws) -> tuple[Integers, Integers]:
    """User and organization (by index) of each event; those who are gone do nothing, the system acts for them."""
    who = found.directory
    users = who.american_users
    now = np.full(draws.ids.size, who.now, dtype=np.int64)
    picked = users[pick_existing(draws, "user", who.user_created[users], now)]
    active = who.is_active(picked, now)
    return np.where(active, picked, -1), who.user_organization[picked] - 1


def _where(found: Estate, draws: Draws, organization: Integers) -> Integers:
    """Id of the deployment of each event: one of its organization's, most often the first."""
    order = np.argsort(found.deployments.parent, kind="stable")
    parents = found.deployments.parent[order]
    first = np.searchsorted(parents, organization)
    count = np.searchsorted(parents, organization, side="right") - first
    some = np.maximum(count, 1)
    picked = np.minimum(draws.below_each("deployment", some), draws.below_each("or_deployment", some))
    return found.deployments.ids[order][np.minimum(first + picked, order.size - 1)]


def _payloads(draws: Draws, names: list[str]) -> list[dict[str, Any]]:
    """What each type of event says."""
    thing = [JOB_OBJECTS[number] for number in draws.below("thing", len(JOB_OBJECTS)).tolist()]
    number = draws.below("number", 10_000).tolist()
    odd = draws.chance("odd_term", _ODD_TERM).tolist()
    found: list[dict[str, Any]] = []
    for i, name in enumerate(names):
        if name == "page_viewed":
            said: dict[str, Any] = {"path": _PAGES[number[i] % len(_PAGES)], "duration_ms": number[i]}
        elif name == "asset_viewed":
            said = {"asset_key": ["raw", thing[i]], "tab": ("overview", "lineage", "checks")[number[i] % 3]}
        elif name == "run_launched":
            said = {
                "job": f"refresh_{thing[i]}_job",
                "partitions": number[i] % 12,
                "is_backfill": number[i] % 9 == 0,
            }
        elif name == "search_performed":
            said = {
                "term": ODDITIES[number[i] % len(ODDITIES)] if odd[i] else thing[i],
                "results": number[i] % 50,
            }
        elif name == "user_invited":
            said = {"role": ("VIEWER", "EDITOR", "LAUNCHER")[number[i] % 3]}
        else:
            said = {}
        found.append(said)
    return found
