"""Tables of webinars.

What belongs here: webinar and what belongs to one. What does not: who registered and came (`commercial/webinars.py`).
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import crm_accounts
from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.commercial.contacts import crm_contacts
from dagster_open_platform_local.company.commercial.staff import SalesPerson, sales_people
from dagster_open_platform_local.company.commercial.webinars import (
    BREAK_SECONDS,
    MINUTES,
    Registrations,
    Webinar,
    registrations,
    webinars,
)
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.fivetran.zoom.accounts import department, host_ids
from dagster_open_platform_local.company.fivetran.zoom.numbers import (
    SCHEMA,
    account_ids,
    join_urls,
    uuids_of,
    webinar_ids,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, choice, joined, moments
from dagster_open_platform_local.company.settings import CompanySettings

_WEBINAR, _FIRST_USER = 5, 20_971_520
_SIZES = (
    "1-20",
    "21-50",
    "51-100",
    "101-500",
    "501-1,000",
    "1,001-5,000",
    "5,001-10,000",
    "More than 10,000",
)
_SIZES_FROM = np.array([21, 51, 101, 501, 1_001, 5_001, 10_001])
_USES = ("Airflow", "Dagster", "cron", "dbt only", "Prefect", "nothing yet")
_SOURCES = ("newsletter", "website", "linkedin", "partner")


def webinar_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module, but for polls and questions, as of 00:00 UTC of a date."""
    held, found = webinars(settings, today), registrations(settings, today)
    uuids = webinar_uuids(settings, held)
    registrants = registrant_ids(settings, found)
    hosts = panels(settings, today, held)
    start = np.array([each.start for each in held], dtype=np.int64)
    numbers = np.array([each.number for each in held], dtype=np.int64)
    ids = webinar_ids(numbers)
    staff = sales_people(settings, today)
    host = np.array([each[0] for each in hosts], dtype=np.int64)
    webinar: dict[str, Values] = {
        "uuid": uuids,
        "id": ids,
        "host_id": choice(host_ids(settings, staff), host),
        "topic": topics(settings, held),
        "type": np.full(numbers.size, _WEBINAR),
        "created_at": moments(np.array([each.opened for each in held], dtype=np.int64)),
        "start_time": moments(start),
        "duration": np.full(numbers.size, MINUTES),
        "timezone": pa.array(["UTC"] * numbers.size, pa.string()),
        "join_url": join_urls(ids),
    }
    return {
        "webinar": assembled(SCHEMA, "webinar", webinar),
        "webinar_panelist": _panelists(settings, today, held, hosts, uuids),
        **_registrants(settings, today, found, registrants, uuids, ids),
        **_attendance(settings, today, held, found, registrants, uuids, host),
    }


def webinar_uuids(settings: CompanySettings, held: tuple[Webinar, ...]) -> pa.Array:
    """Of each webinar."""
    return pa.array(
        uuids_of(settings.seed, "zoom_webinars", np.array([each.number for each in held], dtype=np.int64)),
        pa.string(),
    )


def topics(settings: CompanySettings, held: tuple[Webinar, ...]) -> pa.Array:
    """What each webinar is about."""
    every = campaigns(settings)
    return pa.array([every[each.campaign].name.partition(": ")[2] for each in held], pa.string())


def registrant_ids(settings: CompanySettings, found: Registrations) -> pa.Array:
    """Of each registration."""
    return pa.array(account_ids(settings.seed, "zoom_registrants", found.number), pa.string())


def panels(settings: CompanySettings, today: date, held: tuple[Webinar, ...]) -> list[tuple[int, int]]:
    """Host and second speaker of each webinar: of marketing, and of customer success."""
    staff = sales_people(settings, today)
    found: list[tuple[int, int]] = []
    for each in held:
        draws = Draws(settings.seed, "zoom_hosts", np.array([each.number], dtype=np.int64))
        pair: list[int] = []
        for role in ("MARKETING", "CSM"):
            there = [one.number for one in staff if one.role == role and one.hired <= each.opened < one.left]
            there = there or [next(one.number for one in staff if one.role == role)]
            pair.append(there[int(draws.below(role, len(there))[0])])
        found.append((pair[0], pair[1]))
    return found


def _panelists(
    settings: CompanySettings,
    today: date,
    held: tuple[Webinar, ...],
    hosts: list[tuple[int, int]],
    uuids: pa.Array,
) -> pa.Table:
    staff = sales_people(settings, today)
    index = np.repeat(np.arange(len(held)), 2)
    person = np.array([one for pair in hosts for one in pair], dtype=np.int64)
    numbers = np.array([each.number for each in held], dtype=np.int64)[index]
    columns: dict[str, Values] = {
        "user_id": choice(host_ids(settings, staff), person),
        "webinar_uuid": uuids.take(pa.array(index)),
        "email": choice([each.email for each in staff], person),
        "name": choice([_name(each) for each in staff], person),
        "join_url": join_urls(webinar_ids(numbers)),
        "name_tag_name": choice([_name(each) for each in staff], person),
    }
    return assembled(SCHEMA, "webinar_panelist", columns)


def _name(person: SalesPerson) -> str:
    return f"{person.first_name} {person.last_name}"


def _registrants(
    settings: CompanySettings,
    today: date,
    found: Registrations,
    ids: pa.Array,
    uuids: pa.Array,
    numbers: Integers,
) -> dict[str, pa.Table]:
    crm, accounts = crm_contacts(settings, today), crm_accounts(settings, today)
    contact, account = pa.array(found.contact), crm.account[found.contact]
    known = pa.array(np.maximum(account, 0), mask=account < 0)
    employees = accounts.employees.take(known)
    size = np.searchsorted(_SIZES_FROM, employees.fill_null(0).to_numpy(), side="right")
    uuid = uuids.take(pa.array(found.webinar))
    columns: dict[str, Values] = {
        "user_id": ids,
        "webinar_uuid": uuid,
        "email": found.email,
        "first_name": crm.first_name.take(contact),
        "last_name": crm.last_name.take(contact),
        "create_time": moments(found.registered),
        "job_title": crm.title.take(contact),
        "org": accounts.name.take(known),
        "industry": accounts.industry.take(known),
        "country": accounts.country.take(known),
        "no_of_employees": choice(_SIZES, size, employees.is_null().to_numpy(zero_copy_only=False)),
        "join_url": joined(join_urls(numbers[found.webinar]), "?tk=", ids),
        "status": choice(("approved", "denied"), (found.canceled < NEVER).astype(np.int64)),
    }
    draws = Draws(settings.seed, "zoom_questions", found.number)
    answered = np.flatnonzero(draws.chance("answers", 0.8))
    custom: dict[str, Values] = {
        "index": pa.array(["0"] * answered.size, pa.string()),
        "user_id": ids.take(pa.array(answered)),
        "webinar_uuid": uuid.take(pa.array(answered)),
        "title": pa.array(["What do you orchestrate with today?"] * answered.size, pa.string()),
        "value": choice(_USES, draws.below("use", len(_USES))[answered]),
    }
    return {
        "webinar_registrant": assembled(SCHEMA, "webinar_registrant", columns),
        "webinar_registrant_custom_question": assembled(SCHEMA, "webinar_registrant_custom_question", custom),
    }


def _stays(found: Registrations) -> tuple[Integers, Integers, Integers]:
    """Registration, coming and going of each time somebody was there: twice where the connection broke."""
    came = np.flatnonzero(found.joined < NEVER)
    again = np.flatnonzero(found.broken < NEVER)
    return (
        np.concatenate([came, again]),
        np.concatenate([found.joined[came], found.broken[again] + BREAK_SECONDS]),
        np.concatenate([np.minimum(found.left, found.broken)[came], found.left[again]]),
    )


def _attendance(
    settings: CompanySettings,
    today: date,
    held: tuple[Webinar, ...],
    found: Registrations,
    ids: pa.Array,
    uuids: pa.Array,
    host: Integers,
) -> dict[str, pa.Table]:
    crm, now = crm_contacts(settings, today), unix_seconds(today)
    stay, join, leave = _stays(found)
    chosen, contact = pa.array(stay), pa.array(found.contact[stay])
    # Within a webinar everybody gets a number of their own, and another one when they come again.
    order = np.lexsort((join, found.webinar[stay]))
    place = np.empty_like(stay)
    ordered = found.webinar[stay][order]
    place[order] = np.arange(stay.size) - np.searchsorted(ordered, ordered)
    participants: dict[str, Values] = {
        "user_id": pa.array(_FIRST_USER + 1024 * place).cast(pa.string()),
        "webinar_uuid": uuids.take(pa.array(found.webinar[stay])),
        "registrant_id": ids.take(chosen),
        "name": joined(crm.first_name.take(contact), " ", crm.last_name.take(contact)),
        "user_email": found.email.take(chosen),
        "join_time": moments(join),
        "leave_time": moments(leave),
        "duration": leave - join,
        "failover": np.zeros(stay.size, dtype=np.bool_),
        "status": pa.array(["in_meeting"] * stay.size, pa.string()),
    }
    over = np.array([each.end < now for each in held], dtype=np.bool_)
    absent = np.flatnonzero((found.joined >= NEVER) & (found.canceled >= NEVER) & over[found.webinar])
    absentees: dict[str, Values] = {
        "registrant_id": ids.take(pa.array(absent)),
        "webinar_uuid": uuids.take(pa.array(found.webinar[absent])),
        "email": found.email.take(pa.array(absent)),
    }
    return {
        "webinar_participant": assembled(SCHEMA, "webinar_participant", participants),
        "webinar_absentee": assembled(SCHEMA, "webinar_absentee", absentees),
        "webinar_report": _reports(settings, today, held, found, uuids, host, np.flatnonzero(over)),
        "webinar_tracking_source": _tracking(settings, held, found, uuids),
    }


def _reports(
    settings: CompanySettings,
    today: date,
    held: tuple[Webinar, ...],
    found: Registrations,
    uuids: pa.Array,
    host: Integers,
    over: Integers,
) -> pa.Table:
    stay, join, leave = _stays(found)
    staff = sales_people(settings, today)
    webinar, size = found.webinar[stay], len(held)
    start, end = (
        np.array([getattr(each, name) for each in held], dtype=np.int64) for name in ("start", "end")
    )
    np.minimum.at(start, webinar, join)
    np.maximum.at(end, webinar, leave)
    minutes = np.zeros(size, dtype=np.int64)
    np.add.at(minutes, webinar, (leave - join + 59) // 60)
    columns: dict[str, Values] = {
        "uuid": uuids.take(pa.array(over)),
        "id": pa.array(webinar_ids(np.array([each.number for each in held], dtype=np.int64))[over]).cast(
            pa.string()
        ),
        "topic": topics(settings, held).take(pa.array(over)),
        "type": pa.array(["Webinar"] * over.size, pa.string()),
        "dept": choice([department(each) for each in staff], host[over]),
        "user_email": choice([each.email for each in staff], host[over]),
        "user_name": choice([_name(each) for each in staff], host[over]),
        "start_time": moments(start[over]),
        "end_time": moments(end[over]),
        "duration": (end - start)[over] // 60,
        "participants_count": np.bincount(webinar, minlength=size)[over],
        "total_minutes": minutes[over],
    }
    return assembled(SCHEMA, "webinar_report", columns)


def _tracking(
    settings: CompanySettings, held: tuple[Webinar, ...], found: Registrations, uuids: pa.Array
) -> pa.Table:
    """Four links for each webinar; all registrations came by one of them."""
    size, times = len(held), len(_SOURCES)
    by = Draws(settings.seed, "zoom_sources", found.number).below("source", times)
    count = np.bincount(found.webinar * times + by, minlength=size * times)
    index, source = np.repeat(np.arange(size), times), np.tile(np.arange(times), size)
    numbers = np.array([each.number for each in held], dtype=np.int64)[index]
    draws = Draws(settings.seed, "zoom_tracking", numbers * times + source)
    columns: dict[str, Values] = {
        "id": pa.array(account_ids(settings.seed, "zoom_tracking", numbers * times + source), pa.string()),
        "webinar_uuid": uuids.take(pa.array(index)),
        "source_name": choice(_SOURCES, source),
        "registrationr_count": count,
        "visitor_count": count * 3 + draws.below("visitors", 9),
        "tracking_url": joined(join_urls(webinar_ids(numbers)), "?source=", choice(_SOURCES, source)),
    }
    return assembled(SCHEMA, "webinar_tracking_source", columns)
