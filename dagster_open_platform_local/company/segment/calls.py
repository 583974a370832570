"""Calls, and how they travel from a device to a row of the warehouse.

What belongs here: the moments of a call's journey. What does not: who makes it, and why.
Source: https://segment.com/docs/connections/spec/common/#timestamps (which clock each moment is of, and how `timestamp` is corrected).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

import numpy as np

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.segment.catalogue import Source
from dagster_open_platform_local.company.settings import CompanySettings

MILLIS = 1000
HOUR = 3600 * MILLIS
DAY = DAY_SECONDS * MILLIS
SLOW_DAY = 86
"""Days after the epoch of the day on which loads were slow."""
_SLOW_FROM, _SLOW_BY = 9 * HOUR, 9 * HOUR
_LATE, _WRONG_CLOCK, _TWICE = 0.015, 0.02, 0.006
_LATENESS = (10 * 60_000, HOUR, 5 * HOUR, 20 * HOUR, 70 * HOUR)
_SKEWS = (-50 * HOUR, -HOUR, -90_000, 150_000, 5 * HOUR)
_AGAIN = (DAY + 60_000, DAY + HOUR, 2 * DAY, 3 * DAY)


@dataclass(frozen=True)
class Calls:
    """Calls of a source.

    Args:
        ids: A number of each, the same on every date.
        table: Index into the source's `calls`.
        device: A number of the browser or server that made it.
        user: Id of the product's user; 0: anonymous.
        moment: When it happened, in Unix milliseconds.
        page: Index of the page on which it happened.
        campaign: Index of the campaign whose link led there; -1: none.
        detail: What the table's own columns are drawn from, beside the id.
        bot: Whether a bot made it.
    """

    ids: Integers
    table: Integers
    device: Integers
    user: Integers
    moment: Integers
    page: Integers
    campaign: Integers
    detail: Integers
    bot: Mask

    def where(self, chosen: "Mask | Integers") -> Self:
        """Those that are marked, or at some places."""
        return type(self)(*(getattr(self, each.name)[chosen] for each in fields(self)))


def made(
    ids: Integers, table: Integers | int, device: Integers, moment: Integers, **others: Integers | Mask
) -> Calls:
    """Calls of which only some things are known.

    Args:
        ids: See `Calls`.
        table: See `Calls`.
        device: See `Calls`.
        moment: See `Calls`.
        others: Whatever is not 0, no campaign, no bot.
    """
    nothing, none = np.zeros(ids.size, dtype=np.int64), np.full(ids.size, -1, dtype=np.int64)
    known = {
        "user": nothing,
        "page": nothing,
        "campaign": none,
        "detail": nothing,
        "bot": nothing > 0,
        **others,
    }
    return Calls(
        ids=ids,
        table=np.broadcast_to(np.int64(table), ids.shape).copy(),
        device=device,
        moment=moment,
        **known,
    )


def together(parts: Sequence[Calls]) -> Calls:
    """All calls of several kinds."""
    return Calls(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Calls)))


@dataclass(frozen=True)
class Journeys:
    """Calls that Segment has received by now, each once for every time that it was received.

    Args:
        calls: The calls, by the time of the load, then by their numbers.
        original: By the device's clock, in Unix milliseconds, like those that follow.
        sent: By the device's clock.
        received: By Segment's clock.
        loaded: When it came into the warehouse, or would have come.
        refused: Whether Segment refused it: such a call is never loaded.
    """

    calls: Calls
    original: Integers
    sent: Integers
    received: Integers
    loaded: Integers
    refused: Mask

    def where(self, chosen: "Mask | Integers") -> Self:
        """Those that are marked, or at some places."""
        arrays = [getattr(self, each.name)[chosen] for each in fields(self)[1:]]
        return type(self)(self.calls.where(chosen), *arrays)

    @property
    def timestamp(self) -> Integers:
        """When it happened by Segment's clock: the device's clock is wrong by the same in both of its times."""
        return self.received - (self.sent - self.original)


def journeys(settings: CompanySettings, today: date, source: Source, calls: Calls, refused: Mask) -> Journeys:
    """How calls travelled, as far as Segment has received them before a date.

    Args:
        settings: The company's.
        today: The date.
        source: Whose calls they are.
        calls: The calls.
        refused: Which of them violate the tracking plan.
    """
    draws = Draws(settings.seed, f"segment_{source.slug}", calls.ids)
    devices = Draws(settings.seed, f"segment_{source.slug}_devices", calls.device)
    skew = np.where(devices.chance("wrong_clock", _WRONG_CLOCK), devices.quantile("skew", _SKEWS), 0)
    network = 40 + draws.below("network", 900)
    late = draws.chance("late", _LATE)
    waited = np.where(late, draws.quantile("lateness", _LATENESS), draws.below("queue", 2500))
    first = calls.moment + waited + network
    again = np.flatnonzero(draws.chance("twice", _TWICE))
    received = np.concatenate([first, (first + draws.quantile("again", _AGAIN))[again]])
    index = np.concatenate([np.arange(calls.ids.size, dtype=np.int64), again])
    original, sent = (calls.moment + skew)[index], received + (skew - network)[index]
    loaded = _loads(settings, source, received)
    found = Journeys(calls.where(index), original, sent, received, loaded, refused[index])
    found = found.where(received < unix_seconds(today) * MILLIS)
    return found.where(np.lexsort((found.calls.ids, found.loaded)))


def _loads(settings: CompanySettings, source: Source, received: Integers) -> Integers:
    """When each call came into the warehouse: with the load of the hour after it, a few minutes after that hour began."""
    hour = received // HOUR + 1
    delay = Draws(settings.seed, f"segment_{source.slug}_loads", hour).below("delay", 480_000) + 60_000
    slow = unix_seconds(settings.epoch) * MILLIS + SLOW_DAY * DAY
    is_slow = (hour * HOUR >= slow + _SLOW_FROM) & (hour * HOUR < slow + DAY)
    return hour * HOUR + delay + np.where(is_slow, _SLOW_BY, 0)
