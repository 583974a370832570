"""The company's marketing campaigns, and which of them brought each organization.

What belongs here: what every tool that knows of a campaign agrees on: its name, its tag in links, its channel, when it ran, what it
might cost; and by which one an organization came to sign up. What does not: how a tool keeps campaigns, clicks, members.

Where tools disagree about a campaign, as in life:

- some were renamed later (`Campaign.name_on`); their tag in links stayed what it was;
- the channel of a sign-up is what really happened; every tool sees it through what it could track, and misses some.

Days and times are UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dagster_open_platform_local.company.commercial.campaign_plan import (
    ALWAYS_ON,
    CONFERENCES,
    LAUNCHES,
    NEWSLETTER_BUDGET,
    WEBINAR_BUDGET,
    WEBINAR_TOPICS,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.organizations import sign_ups
from dagster_open_platform_local.company.settings import CompanySettings

CHANNELS = ("google", "linkedin", "reddit", "bing", "email", "event", "webinar")
ADVERTISING = CHANNELS[:4]
"""The channels that are paid by the click or the view."""

_BEFORE_DAYS, _AFTER_DAYS = 940, 3650
"""Campaigns are planned from so many days before the epoch to so many after it."""
_CAMPAIGN_SHARE = 0.46
"""Of the sign-ups; the others found the company by themselves."""
_TOUCH_GAPS = (300, 900, 3_600, 4 * 3_600, DAY_SECONDS, 4 * DAY_SECONDS, 12 * DAY_SECONDS, 30 * DAY_SECONDS)
_PULL = {"google": 10, "linkedin": 8, "reddit": 24, "bing": 28, "email": 110, "event": 4, "webinar": 70}
"""Sign-ups by channel for the same budget, relative to one another."""
_WHOLE = 1 << 32


@dataclass(frozen=True)
class Campaign:
    """A campaign.

    Args:
        number: 1, 2, 3, ... by the day of its start.
        name: What it is called now.
        utm_campaign: Its tag in links; no two campaigns share one.
        channel: One of `CHANNELS`.
        kind: search, performance_max, display, video, social, newsletter, nurture, conference or webinar.
        region: US, EMEA or GLOBAL: whom it addresses.
        start: Its first day. A webinar's registration opens then.
        end: Its last day, which is that of a webinar itself; None if it runs on.
        daily_budget_cents: What may be spent on a day, in hundredths of `currency`.
        currency: USD or EUR.
        former_name: What it was called before it was renamed; None if it never was.
        renamed: The day from which it has its name; None if it always had it.
    """

    number: int
    name: str
    utm_campaign: str
    channel: str
    kind: str
    region: str
    start: date
    end: date | None
    daily_budget_cents: int
    currency: str = "USD"
    former_name: str | None = None
    renamed: date | None = None

    def name_on(self, day: date) -> str:
        """What it was called at the end of a day."""
        return self.former_name if self.renamed and self.former_name and day < self.renamed else self.name

    def runs_on(self, day: date) -> bool:
        """Whether a day is one of its days."""
        return self.start <= day and (self.end is None or day <= self.end)


@lru_cache(maxsize=8)
def campaigns(settings: CompanySettings) -> tuple[Campaign, ...]:
    """Every campaign by its start, also those that are only planned: whoever looks at a date leaves out what starts on it or later.

    Campaign `number` is at index `number - 1`, whatever the date.
    """
    first, last = (settings.epoch + timedelta(days=days) for days in (-_BEFORE_DAYS, _AFTER_DAYS))
    planned = [*_always_on(settings), *_launches(first, last), *_others(first, last)]
    planned.sort(key=lambda each: (each.start, each.utm_campaign))
    return tuple(
        replace(
            each, number=number, daily_budget_cents=max(int(each.daily_budget_cents * settings.scale), 100)
        )
        for number, each in enumerate(planned, start=1)
    )


def campaigns_before(settings: CompanySettings, today: date) -> tuple[Campaign, ...]:
    """The campaigns that have started before a date."""
    return tuple(each for each in campaigns(settings) if each.start < today)


def _always_on(settings: CompanySettings) -> Iterator[Campaign]:
    for plan in ALWAYS_ON:
        start, end, renamed = (
            None if days is None else settings.epoch + timedelta(days=days)
            for days in (plan.start, plan.end, plan.renamed)
        )
        yield Campaign(
            number=0,
            name=plan.name,
            utm_campaign=plan.utm_campaign,
            channel=plan.channel,
            kind=plan.kind,
            region=plan.region,
            start=start or settings.epoch,
            end=end,
            daily_budget_cents=plan.daily_budget * 100,
            currency=plan.currency,
            former_name=plan.former_name,
            renamed=renamed,
        )


def _launches(first: date, last: date) -> Iterator[Campaign]:
    """One of the product's launches each quarter: twelve days from the second Monday of the quarter's second month on."""
    for month in _months(first, last):
        if month.month % 3 != 2:
            continue
        start = month + timedelta(days=(7 - month.weekday()) % 7 + 7)
        quarter = f"{month.year} Q{(month.month + 2) // 3}"
        for channel, kind, budget in LAUNCHES:
            slug = f"launch-{quarter.lower().replace(' ', '-')}-{channel}"
            name, end = f"Launch week {quarter} | {channel.title()}", start + timedelta(days=11)
            yield Campaign(0, name, slug, channel, kind, "GLOBAL", start, end, budget * 100)


def _others(first: date, last: date) -> Iterator[Campaign]:
    """A newsletter and a webinar each month, and the year's conferences."""
    for month in _months(first, last):
        sent = month + timedelta(days=(8 - month.weekday()) % 7)
        slug, until = f"newsletter-{month:%Y-%m}", sent + timedelta(days=6)
        budget = NEWSLETTER_BUDGET * 100
        yield Campaign(
            0, f"Newsletter {month:%Y-%m}", slug, "email", "newsletter", "GLOBAL", sent, until, budget
        )
        topic = WEBINAR_TOPICS[(month.year * 12 + month.month) % len(WEBINAR_TOPICS)]
        held = month + timedelta(days=(9 - month.weekday()) % 7 + 14)
        name, slug = f"Webinar {month:%Y-%m}: {topic}", f"webinar-{month:%Y-%m}-{_slug(topic)}"
        opened, budget = held - timedelta(days=21), WEBINAR_BUDGET * 100
        yield Campaign(0, name, slug, "webinar", "webinar", "GLOBAL", opened, held, budget)
        for conference in CONFERENCES:
            if conference.month == month.month:
                start = month.replace(day=conference.day)
                start += timedelta(days=(8 - start.weekday()) % 7)
                end = start + timedelta(days=conference.days - 1)
                name, slug = f"{conference.name} {month.year}", f"{_slug(conference.name)}-{month.year}"
                budget = conference.daily_budget * 100
                yield Campaign(0, name, slug, "event", "conference", conference.region, start, end, budget)


def _months(first: date, last: date) -> Iterator[date]:
    """The first day of every month that begins in a time."""
    for number in range(first.year * 12 + first.month, last.year * 12 + last.month):
        yield date(number // 12, number % 12 + 1, 1)


def _slug(text: str) -> str:
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in text.lower()).split())


@dataclass(frozen=True)
class SignUpSources:
    """How each organization came, in the order of `organizations.sign_ups`: organization `id` is at index `id - 1`.

    Args:
        campaign: Index into `campaigns(settings)`; -1 if no campaign brought it.
        touched: When somebody of theirs first followed the campaign's link (Unix seconds, before the sign-up); that of the first
            visit where there was no campaign.
    """

    campaign: NDArray[np.int64]
    touched: NDArray[np.int64]


@lru_cache(maxsize=4)
def sign_up_sources(settings: CompanySettings, today: date) -> SignUpSources:
    """Which campaign brought each organization that signed up before a date; what is known on one date stays on later ones."""
    found = sign_ups(settings, today)
    draws = Draws(settings.seed, "sign_up_sources", found.ids)
    touched = found.created - draws.quantile("touch_gap", _TOUCH_GAPS)
    first = settings.epoch - timedelta(days=_BEFORE_DAYS)
    day = (touched - unix_seconds(first)) // DAY_SECONDS
    shares = _shares(settings, first, max((today - first).days, 1))
    is_known = (day >= 0) & draws.chance("campaign", _CAMPAIGN_SHARE)
    day = np.maximum(day, 0)
    picked = np.searchsorted(
        shares.ravel(), day * _WHOLE + draws.below("which_campaign", _WHOLE), side="right"
    )
    index = picked - day * shares.shape[1]
    is_known &= index < shares.shape[1]
    return SignUpSources(np.where(is_known, index, -1), touched)


def _shares(settings: CompanySettings, first: date, days: int) -> NDArray[np.int64]:
    """Cumulative shares in the sign-ups of each day (rows) of each campaign (columns), in `_WHOLE` above the day's own multiple.

    On a day without any campaign every share is none, so that nothing is found there.
    """
    known = [each for each in campaigns(settings) if each.start < first + timedelta(days=days)]
    weights = np.zeros((days, len(known)), dtype=np.int64)
    for column, each in enumerate(known):
        start = max((each.start - first).days, 0)
        end = days if each.end is None else (each.end - first).days + 1
        weights[start:end, column] = each.daily_budget_cents * _PULL[each.channel]
    totals = weights.sum(axis=1, keepdims=True)
    cumulative = weights.cumsum(axis=1)
    # In two steps, since 64 bits hold cents times 2^20, but not times 2^32.
    scaled = (cumulative * (1 << 20) // np.maximum(totals, 1)) << 12
    return scaled + np.arange(days, dtype=np.int64)[:, None] * _WHOLE
