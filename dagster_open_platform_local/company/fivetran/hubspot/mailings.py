"""Which e-mail of marketing's went to whom, and what became of it.

What belongs here: e-mails, messages, and the moments of what happened to them. What does not: the tables.

Newsletters go to who subscribed, the nurture e-mails to everybody one and six days after they came, reminders and follow-ups to who
registered for a webinar. Only what was sent since the connection was made is known (`numbers.events_since`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.commercial.campaigns import Campaign, campaigns_before
from dagster_open_platform_local.company.commercial.webinars import registrations, webinars
from dagster_open_platform_local.company.fivetran.hubspot.audience import MISTYPED, Audience, audience
from dagster_open_platform_local.company.fivetran.hubspot.numbers import events_since
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.settings import CompanySettings

_DAY = DAY_SECONDS
_STEPS = 16
"""Most e-mails of one campaign."""
_MAIL_BITS = 20
_SENDING_SECONDS = 1500
_DELIVERED, _DEFERRED_BY = (1, 2, 6, 40), (600, 1200, 3600)
_OPENED = (60, 1800, 4 * 3600, 16 * 3600, 5 * _DAY)
_CLICKED = (3, 12, 40, 600)
SENT, DELIVERED, DEFERRED, BOUNCED, DROPPED = range(5)


@dataclass(frozen=True)
class Mail:
    """An e-mail as marketing wrote it.

    Args:
        campaign: The campaign to which it belongs.
        step: Its place in the campaign, from 0.
        name: What marketing calls it.
        subject: What its recipients read.
        sent: When it was sent to everybody, in Unix seconds; `NEVER` for one that each gets at a time of their own.
        written: When it was made, in Unix seconds.
    """

    campaign: Campaign
    step: int
    name: str
    subject: str
    sent: int
    written: int

    @property
    def key(self) -> int:
        """The same on every date."""
        return self.campaign.number * _STEPS + self.step

    @property
    def is_automated(self) -> bool:
        """Whether each gets it at a time of their own."""
        return bool(self.sent >= NEVER)


@dataclass(frozen=True)
class Messages:
    """Messages as of a date, by contact and time. All moments are Unix seconds, `NEVER` if it did not happen or has not yet.

    Args:
        number: Of each, the same on every date.
        mail: Index in `mails` of the same date.
        contact: Index in the audience of the same date.
        sent: When HubSpot took it up.
        dropped: When it decided not to send it; `repeats` says why.
        repeats: Whether an earlier message to the address had bounced.
        deferred: When the recipient's server put it off.
        bounced: When it was refused.
        is_hard: Whether for good.
        delivered: When it was accepted.
        loaded: When a machine opened it.
        is_filtered: Whether HubSpot noticed that.
        opened: When somebody opened it.
        clicked: When somebody clicked.
        reported: When it was reported as spam.
        forwarded: When it was forwarded.
        printed: When it was printed.
    """

    number: Integers
    mail: Integers
    contact: Integers
    sent: Integers
    dropped: Integers
    repeats: Mask
    deferred: Integers
    bounced: Integers
    is_hard: Mask
    delivered: Integers
    loaded: Integers
    is_filtered: Mask
    opened: Integers
    clicked: Integers
    reported: Integers
    forwarded: Integers
    printed: Integers


@lru_cache(maxsize=2)
def mails(settings: CompanySettings, today: date) -> tuple[Mail, ...]:
    """Every e-mail that was written before a date, by campaign."""
    now = unix_seconds(today)
    starts = {each.number: each for each in webinars(settings, today)}
    found: list[Mail] = []
    for each in campaigns_before(settings, today):
        start = unix_seconds(each.start)
        if each.kind == "newsletter":
            name = each.name_on(today)
            found.append(
                Mail(
                    each,
                    0,
                    name,
                    f"{name}: what is new in orchestration",
                    start + 15 * 3600,
                    start - 3 * _DAY,
                )
            )
        elif each.utm_campaign == "trial-nurture":
            for step, subject in enumerate(
                ("Your first asset in ten minutes", "Three things teams do in their first week")
            ):
                found.append(Mail(each, step, f"Trial nurture {step + 1}", subject, int(NEVER), start))
        elif each.kind == "webinar":
            held = starts[each.number]
            topic = each.name.partition(": ")[2]
            found.append(
                Mail(each, 0, f"{each.name} | reminder", f"Tomorrow: {topic}", held.start - _DAY, held.opened)
            )
            found.append(
                Mail(
                    each,
                    1,
                    f"{each.name} | recording",
                    f"The recording of {topic}",
                    held.end + _DAY,
                    held.opened,
                )
            )
    return tuple(each for each in found if each.written < now)


@lru_cache(maxsize=2)
def messages(settings: CompanySettings, today: date) -> Messages:
    """Every message that was sent before 00:00 UTC of a date, since the connection was made.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    people, now = audience(settings, today), unix_seconds(today)
    parts = [part for part in _sendings(settings, today, people) if part[1].size]
    mail, contact, sent = (
        np.concatenate([*(part[column] for part in parts), np.zeros(0, dtype=np.int64)])
        for column in range(3)
    )
    keys = np.array([each.key for each in mails(settings, today)], dtype=np.int64)
    number = (people.number[contact] << _MAIL_BITS) | keys[mail] if mail.size else mail
    draws = Draws(settings.seed, "hubspot_messages", number)
    stray = draws.chance("stray", 0.05)
    kept = (sent >= events_since(settings)) & (sent < np.minimum(now, people.gone[contact]))
    kept &= (people.opted_out[contact] > sent) | stray
    order = np.lexsort((number[kept], sent[kept], contact[kept]))
    chosen = np.flatnonzero(kept)[order]
    return _fates(settings, people, number[chosen], mail[chosen], contact[chosen], sent[chosen], now)


def _sendings(
    settings: CompanySettings, today: date, people: Audience
) -> Iterator[tuple[Integers, Integers, Integers]]:
    """Index of the e-mail and of the contact and the moment, an e-mail at a time."""
    subscribes = people.subscribes(settings)
    registered = registrations(settings, today)
    place = {each.campaign: index for index, each in enumerate(webinars(settings, today))}
    known = np.zeros(registered.number.size, dtype=np.bool_)
    known[people.registered(registered)] = True
    for index, each in enumerate(mails(settings, today)):
        draws = Draws(settings.seed, f"hubspot_mail_{each.key}", people.number)
        spread = draws.below("spread", _SENDING_SECONDS)
        if each.is_automated:
            gets = people.number % 3 != MISTYPED
            contact = np.flatnonzero(gets & draws.chance("gets", 0.25))
            sent = people.created + (1 + 5 * each.step) * _DAY + spread
        elif each.campaign.kind == "webinar":
            is_here = known & (registered.webinar == place[each.campaign.number - 1])
            before = is_here & (registered.registered < each.sent) & (registered.canceled >= each.sent)
            contact = np.unique(people.of_crm[registered.contact[before]])
            sent = each.sent + spread
        else:
            contact = np.flatnonzero(subscribes & (people.created < each.sent))
            sent = each.sent + spread
        yield np.full(contact.size, index, dtype=np.int64), contact, sent[contact]


def _fates(
    settings: CompanySettings,
    people: Audience,
    number: Integers,
    mail: Integers,
    contact: Integers,
    sent: Integers,
    now: int,
) -> Messages:
    """What became of each message; they are in the order of contact and time."""
    draws = Draws(settings.seed, "hubspot_fates", number)
    own = people.draws(settings, "hubspot_addresses")
    dead = (own.chance("dead", 0.015) | (people.number % 3 == MISTYPED))[contact]
    repeats = dead & np.concatenate([[False], contact[1:] == contact[:-1]])[: contact.size]
    unwanted = people.opted_out[contact] <= sent
    drops = repeats | unwanted
    soft = draws.chance("soft", 0.007)
    bounces = (dead | soft) & ~drops
    defers = draws.chance("defers", 0.015) & ~drops & ~bounces
    delay = np.where(
        defers, draws.quantile("deferred_by", _DEFERRED_BY), draws.quantile("delivery", _DELIVERED)
    )
    delivered = np.where(drops | bounces, NEVER, sent + delay)
    moments = {
        "dropped": np.where(drops, sent + 1, NEVER),
        "deferred": np.where(defers, sent + 4, NEVER),
        "bounced": np.where(bounces, sent + delay, NEVER),
        "delivered": delivered,
        **_reading(draws, delivered),
    }
    return Messages(
        number=number,
        mail=mail,
        contact=contact,
        sent=sent,
        repeats=repeats,
        is_hard=dead,
        is_filtered=draws.chance("filtered", 0.5),
        **{name: np.where(moment < now, moment, NEVER) for name, moment in moments.items()},
    )


def _reading(draws: Draws, delivered: Integers) -> dict[str, Integers]:
    """What the recipient did, or a machine in their stead."""
    opened = _after(draws, "opened", 0.4, delivered, _OPENED)
    blind = _after(draws, "blind", 0.004, delivered, _OPENED)
    return {
        "loaded": _after(draws, "loaded", 0.14, delivered, (1, 3, 9)),
        "opened": opened,
        "clicked": np.minimum(_after(draws, "clicked", 0.12, opened, _CLICKED), blind),
        "reported": _after(draws, "reported", 0.0015, opened, _CLICKED),
        "forwarded": _after(draws, "forwarded", 0.006, opened, _CLICKED),
        "printed": _after(draws, "printed", 0.003, opened, _CLICKED),
    }


def _after(
    draws: Draws, column: str, probability: float, moment: Integers, gaps: tuple[int, ...]
) -> Integers:
    """When something follows what may have happened at a moment; `NEVER` where that did not."""
    follows = draws.chance(column, probability) & (moment < NEVER)
    return np.where(follows, np.where(follows, moment, 0) + draws.quantile(f"{column}_gap", gaps), NEVER)
