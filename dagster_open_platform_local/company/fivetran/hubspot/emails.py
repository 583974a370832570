"""Tables of marketing's e-mails: what was sent, and everything that happened to it.

What belongs here: email_campaign, email_event and the tables of its types, subscriptions and their changes. What does not: who got what
(`mailings.py`). Types and fields of events: HubSpot's page "Email Analytics API" (developers.hubspot.com/docs/api-reference/legacy).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import Values, assembled, from_rows
from dagster_open_platform_local.company.fivetran.hubspot.audience import Audience, audience
from dagster_open_platform_local.company.fivetran.hubspot.mailings import Messages, mails, messages
from dagster_open_platform_local.company.fivetran.hubspot.numbers import PORTAL, SCHEMA, events_since
from dagster_open_platform_local.company.fivetran.hubspot.subscriptions import subscription_tables
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import (
    Integers,
    Mask,
    choice,
    joined,
    json_objects,
    moments,
    only,
    uuids,
)
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.staff import DOMAIN

MAIL_IDS, CAMPAIGN_IDS = 131_000_000_000, 284_000_000
TYPES = (
    "SENT", "DELIVERED", "DEFERRED", "BOUNCE", "DROPPED", "OPEN", "CLICK", "SPAMREPORT", "FORWARD", "PRINT", "STATUSCHANGE",
)  # fmt: skip
_OPEN, _STATUS_CHANGE = TYPES.index("OPEN"), TYPES.index("STATUSCHANGE")
_MACHINE = len(TYPES)
"""In the number of an event: an opening by a machine, which is of type OPEN too."""
_APPS = (("Batch", 113), ("Automation", 20_053))
_FROM = f"Dagster Labs <hello@{DOMAIN}>"
_BOUNCES = (
    ("MAILBOX_FULL", "4.2.2", "452 4.2.2 The email account is over quota"),
    ("UNKNOWN_USER", "5.1.1", "550 5.1.1 No such user"),
)
_AGENTS = (
    ("Chrome", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0", "DESKTOP"),
    ("Outlook", "Microsoft Office/16.0 (Microsoft Outlook 16.0)", "DESKTOP"),
    ("Apple Mail", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Mobile/15E148", "MOBILE"),
    ("Gmail", "Mozilla/5.0 (via ggpht.com GoogleImageProxy)", "UNKNOWN"),
)
_PLACES = (
    ("US", "new york"),
    ("US", "san francisco"),
    ("GB", "london"),
    ("DE", "berlin"),
    ("IN", "bengaluru"),
)


@dataclass(frozen=True)
class Events:
    """E-mail events by message, in the order of `TYPES`, the changes of status last.

    Args:
        ids: UUIDs.
        kind: Index into `TYPES`, `_MACHINE` for openings by a machine.
        message: Index in `messages`; -1 for a change of status.
        contact: Index in the audience.
        moment: Unix seconds.
    """

    ids: pa.Array
    kind: Integers
    message: Integers
    contact: Integers
    moment: Integers

    @property
    def type(self) -> Integers:
        """Index into `TYPES`."""
        return np.where(self.kind == _MACHINE, _OPEN, self.kind)

    def of(self, name: str) -> Integers:
        """Index of the events of a type."""
        return np.flatnonzero(self.type == TYPES.index(name))

    def ids_of(self, index: Integers) -> pa.Array:
        """The ids of some."""
        return self.ids.take(pa.array(index))


def email_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module as of 00:00 UTC of a date."""
    people, found = audience(settings, today), messages(settings, today)
    events = _events(settings, people, found)
    return {
        "email_campaign": _campaigns(settings, today, found),
        "email_event": _email_events(settings, today, people, found, events),
        **_deliveries(settings, today, found, events),
        **_readings(settings, today, found, events),
        **_unsubscriptions(settings, people, events),
    }


def _campaigns(settings: CompanySettings, today: date, found: Messages) -> pa.Table:
    """One for each e-mail that was sent to anybody; older ones are known by name only."""
    written = mails(settings, today)
    counts = np.bincount(found.mail, minlength=len(written)).tolist()
    rows = [
        {
            "id": CAMPAIGN_IDS + each.key,
            "app_id": _APPS[each.is_automated][1],
            "app_name": _APPS[each.is_automated][0],
            "content_id": MAIL_IDS + each.key,
            "name": each.name,
            "num_included": count,
            "num_queued": 0,
            "processing_state": "ALL_CHUNKS_QUEUED",
            "sub_type": None,
            "subject": each.subject,
            "type": "AUTOMATED_EMAIL" if each.is_automated else "BATCH_EMAIL",
        }
        for each, count in zip(written, counts, strict=True)
        if each.is_automated or each.sent < unix_seconds(today)
    ]
    return from_rows(SCHEMA, "email_campaign", rows)


def _events(settings: CompanySettings, people: Audience, found: Messages) -> Events:
    happened = (
        found.sent, found.delivered, found.deferred, found.bounced, found.dropped, found.opened, found.clicked,
        found.reported, found.forwarded, found.printed,
    )  # fmt: skip
    # Nothing was sent of what was dropped.
    first = np.where(found.dropped < NEVER, NEVER, found.sent)
    every = (first, *happened[1:])
    numbered = [*enumerate(every), (_MACHINE, found.loaded)]
    kind = np.concatenate([np.full(int((moment < NEVER).sum()), number) for number, moment in numbered])
    message = np.concatenate([np.flatnonzero(moment < NEVER) for _, moment in numbered])
    moment = np.concatenate([each[each < NEVER] for _, each in numbered])
    out = np.flatnonzero((people.opted_out < NEVER) & (people.opted_out >= events_since(settings)))
    key = np.concatenate(
        [found.number[message] * 16 + kind, people.number[out] * 16 + _STATUS_CHANGE - (1 << 60)]
    )
    return Events(
        ids=uuids(Draws(settings.seed, "hubspot_email_events", key), "id"),
        kind=np.concatenate([kind, np.full(out.size, _STATUS_CHANGE)]),
        message=np.concatenate([message, np.full(out.size, -1)]),
        contact=np.concatenate([found.contact[message], out]),
        moment=np.concatenate([moment, people.opted_out[out]]),
    )


def _of_message(events: Events, name: str, count: int) -> Integers:
    """Index of the event of a type of each message; -1 if it has none."""
    place = np.full(count + 1, -1, dtype=np.int64)
    index = np.flatnonzero(events.kind == TYPES.index(name))
    place[events.message[index]] = index
    return place


def _email_events(
    settings: CompanySettings, today: date, people: Audience, found: Messages, events: Events
) -> pa.Table:
    written = mails(settings, today)
    has_message, message = events.message >= 0, np.maximum(events.message, 0)
    keys = np.array([each.key for each in written], dtype=np.int64)
    apps = np.array([_APPS[each.is_automated][1] for each in written], dtype=np.int64)
    mail = found.mail[message] if found.mail.size else message
    sent = _of_message(events, "SENT", found.number.size)[events.message]
    sent = np.where(has_message & (events.kind != TYPES.index("SENT")), sent, -1)
    delivered = _of_message(events, "DELIVERED", found.number.size)[events.message]
    later = np.where(events.kind == TYPES.index("DEFERRED"), delivered, -1)
    filtered = (events.kind == _MACHINE) & (found.is_filtered[message] if found.number.size else has_message)
    return assembled(
        SCHEMA,
        "email_event",
        {
            "id": events.ids,
            "app_id": pa.array(apps[mail], mask=~has_message),
            "created": moments(events.moment),
            "email_campaign_id": pa.array(CAMPAIGN_IDS + keys[mail], mask=~has_message),
            "filtered_event": filtered,
            "obsoleted_by_id": _picked(events.ids, later),
            "obsoleted_by_created": moments(np.where(later >= 0, events.moment[later], NEVER)),
            "portal_id": np.full(events.kind.size, PORTAL),
            "recipient": people.email.take(pa.array(events.contact)),
            "sent_by_id": _picked(events.ids, sent),
            "sent_by_created": moments(np.where(sent >= 0, events.moment[sent], NEVER)),
            "type": choice(TYPES, events.type),
        },
    )


def _picked(values: pa.Array, index: Integers) -> pa.Array:
    return values.take(pa.array(np.maximum(index, 0), mask=index < 0))


def _deliveries(
    settings: CompanySettings, today: date, found: Messages, events: Events
) -> dict[str, pa.Table]:
    """What servers did."""
    sent, dropped = (_headers(settings, today, found, events, name) for name in ("SENT", "DROPPED"))
    repeats = found.repeats[events.message[events.of("DROPPED")]].astype(np.int64)
    delivered, deferred, bounced = (events.of(name) for name in ("DELIVERED", "DEFERRED", "BOUNCE"))
    hard = found.is_hard[events.message[bounced]].astype(np.int64)
    columns: dict[str, dict[str, Values]] = {
        "sent": sent,
        "dropped": {
            **dropped,
            "drop_reason": choice(("PREVIOUSLY_UNSUBSCRIBED_MESSAGE", "PREVIOUSLY_BOUNCED"), repeats),
            "drop_message": choice(("Recipient unsubscribed", "Recipient bounced before"), repeats),
        },
        "delivered": {
            "id": events.ids_of(delivered),
            "response": ["250 2.0.0 OK"] * delivered.size,
            "smtp_id": joined("<", events.ids_of(delivered), "@mail.example.com>"),
        },
        "deferred": {
            "id": events.ids_of(deferred),
            "response": ["451 4.7.1 Try again later"] * deferred.size,
            "attempt": np.ones(deferred.size, dtype=np.int64),
        },
        "bounce": {
            "id": events.ids_of(bounced),
            **{
                name: choice([each[place] for each in _BOUNCES], hard)
                for place, name in enumerate(("category", "status", "response"))
            },
        },
    }
    return {
        f"email_event_{name}": assembled(SCHEMA, f"email_event_{name}", each)
        for name, each in columns.items()
    }


def _headers(
    settings: CompanySettings, today: date, found: Messages, events: Events, name: str
) -> dict[str, Values]:
    index = events.of(name)
    subjects = pa.array([each.subject for each in mails(settings, today)], pa.string())
    return {
        "id": events.ids_of(index),
        "from": [_FROM] * index.size,
        "reply_to": [f'["hello@{DOMAIN}"]'] * index.size,
        "cc": ["[]"] * index.size,
        "bcc": ["[]"] * index.size,
        "subject": subjects.take(pa.array(found.mail[events.message[index]])),
    }


def _readings(settings: CompanySettings, today: date, found: Messages, events: Events) -> dict[str, pa.Table]:
    """What recipients, or machines in their stead, did."""
    slugs = pa.array([each.campaign.utm_campaign for each in mails(settings, today)], pa.string())
    tables: dict[str, pa.Table] = {}
    for name, table in (
        ("OPEN", "email_event_open"),
        ("CLICK", "email_event_click"),
        ("FORWARD", "email_event_forward"),
        ("PRINT", "email_event_print"),
        ("SPAMREPORT", "email_event_spam_report"),
    ):
        index = events.of(name)
        draws = Draws(
            settings.seed, f"hubspot_{table}", found.number[events.message[index]] * 16 + events.kind[index]
        )
        by_machine = events.kind[index] == _MACHINE
        agent = np.where(by_machine, 2, draws.below("agent", len(_AGENTS)))
        columns: dict[str, pa.Array] = {
            "id": events.ids.take(pa.array(index)),
            "ip_address": joined("198.51.100.", draws.below("address", 254) + 1),
            "user_agent": choice([each[1] for each in _AGENTS], agent),
        }
        if name != "SPAMREPORT":
            columns |= {"browser": _browser(agent), "location": _location(draws, by_machine)}
        if name == "OPEN":
            columns["duration"] = pa.array(
                np.where(by_machine, 0, draws.quantile("duration", (0, 900, 4000, 30_000)))
            )
        if name == "CLICK":
            slug = slugs.take(pa.array(found.mail[events.message[index]]))
            columns["url"] = joined("https://dagsterlabs.example.com/?utm_medium=email&utm_campaign=", slug)
        tables[table] = assembled(SCHEMA, table, columns)
    return tables


def _browser(agent: Integers) -> pa.Array:
    return json_objects(
        name=choice([each[0] for each in _AGENTS], agent), type=choice([each[2] for each in _AGENTS], agent)
    )


def _location(draws: Draws, unknown: Mask) -> pa.Array:
    place = draws.below("place", len(_PLACES))
    found = json_objects(
        country=choice([each[0] for each in _PLACES], place),
        city=choice([each[1] for each in _PLACES], place),
    )
    return only(found, ~unknown)


def _unsubscriptions(settings: CompanySettings, people: Audience, events: Events) -> dict[str, pa.Table]:
    index = events.of("STATUSCHANGE")
    ids, recipients = events.ids.take(pa.array(index)), people.email.take(pa.array(events.contact[index]))
    return subscription_tables(settings, ids, recipients, events.moment[index])
