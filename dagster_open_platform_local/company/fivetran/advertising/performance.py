"""How often each campaign was seen and clicked on each day, what that cost, and which conversions its tool counts.

What belongs here: those numbers, for all parts of a campaign. What does not: which sign-ups are claimed (`claims.py`), the tables of
a tool.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.fivetran.advertising.claims import Claims, claims
from dagster_open_platform_local.company.fivetran.advertising.parts import (
    AD_WEIGHTS,
    DEVICE_WEIGHTS,
    GROUP_WEIGHTS,
    KEYWORD_WEIGHTS,
    group_count,
)
from dagster_open_platform_local.company.fivetran.advertising.rates import rates_of
from dagster_open_platform_local.company.fivetran.advertising.splitting import PHASES, split, split_along
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import unix_seconds
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.settings import CompanySettings

REPORTED_BEFORE = 14
"""Days before the epoch with which reports begin: what Fivetran loaded when the connectors were set up."""
DAYS_UNTIL_FINAL = 2
"""Days after a day on which it still has the clicks that the tool takes back later."""
_EPOCH = date(1970, 1, 1).toordinal()
_DAY_BITS = 20


@dataclass(frozen=True)
class Measures:
    """Numbers of equal shape.

    Args:
        impressions: Views.
        clicks: Clicks.
        cost: In millionths of the campaign's currency.
        conversions: Sign-ups after a click.
        views: Sign-ups after a view only.
    """

    impressions: Integers
    clicks: Integers
    cost: Integers
    conversions: Integers
    views: Integers

    def apply(self, change: Callable[[Integers], Integers]) -> "Measures":
        """The same change of each."""
        return Measures(
            change(self.impressions),
            change(self.clicks),
            change(self.cost),
            change(self.conversions),
            change(self.views),
        )

    def total(self, *axes: int) -> "Measures":
        """Sums over some axes."""
        return self.apply(lambda values: values.sum(axis=axes))

    def cells(self) -> tuple[Integers, ...]:
        """Where anything is to be reported: indices, an array an axis."""
        return tuple(np.nonzero(self.impressions + self.conversions + self.views))

    def at(self, cells: tuple[Integers, ...]) -> "Measures":
        """The numbers of some cells, one-dimensional."""
        return self.apply(lambda values: values[cells])


@dataclass(frozen=True)
class Performance:
    """A row a campaign and day, by campaign, then day.

    Args:
        campaign: Index into `campaigns(settings)`.
        day: Days since 1970.
        groups: Axes: row, slot of the ad group, kind of device.
        ads: One more axis: slot of the ad.
        searched: The rows of campaigns that have keywords.
        keywords: Axes: index into `searched`, ad group, device, slot of the keyword.
    """

    campaign: Integers
    day: Integers
    groups: Measures
    ads: Measures
    searched: Integers
    keywords: Measures


@dataclass(frozen=True)
class _Days:
    campaign: Integers
    day: Integers
    clicks: Integers
    unclicked: Integers
    price: Integers
    """Of a click, in millionths."""

    def draws(self, settings: CompanySettings, table: str) -> Draws:
        return Draws(settings.seed, table, ((self.campaign + 1) << _DAY_BITS) | self.day)


@lru_cache(maxsize=8)
def performance(settings: CompanySettings, today: date, channel: str) -> Performance:
    """What a tool reports on a date of all days before it.

    Args:
        settings: The company's.
        today: The date; nothing of it is there.
        channel: One of `campaigns.ADVERTISING`.
    """
    days, planned = _days(settings, today, channel), campaigns(settings)
    held = np.array([group_count(planned[index]) for index in days.campaign.tolist()], dtype=np.int64)
    draws = days.draws(settings, "ad_groups")
    shape = (days.day.size, len(GROUP_WEIGHTS), len(DEVICE_WEIGHTS))
    weights = np.outer(GROUP_WEIGHTS, DEVICE_WEIGHTS).ravel() * _jitter(draws, shape[1] * shape[2])
    slot = np.arange(shape[1] * shape[2], dtype=np.int64) // shape[2]
    weights = weights * (slot < held[:, None])
    clicks = split(days.clicks, weights, draws.below("clicks", PHASES)).reshape(shape)
    unclicked = split(days.unclicked, weights, draws.below("views", PHASES)).reshape(shape)
    located = _Located(settings, claims(settings, today, channel), days, held, unix_seconds(today))
    price = days.price[:, None] * (800 + _cells_below(draws, "price", shape[1] * shape[2], 400)) // 1000
    groups = located.measured(clicks, unclicked, price.reshape(shape) * (clicks + located.clicks(shape)), ())
    searched = np.flatnonzero([planned[index].kind == "search" for index in days.campaign.tolist()])
    return Performance(
        campaign=days.campaign,
        day=days.day,
        groups=groups,
        ads=_parts(draws, located, (clicks, unclicked, groups.cost), AD_WEIGHTS, "ad"),
        searched=searched,
        keywords=_parts(draws, located, (clicks, unclicked, groups.cost), KEYWORD_WEIGHTS, "keyword").apply(
            lambda values: values[searched]
        ),
    )


def _days(settings: CompanySettings, today: date, channel: str) -> _Days:
    first = settings.epoch.toordinal() - REPORTED_BEFORE - _EPOCH
    end = today.toordinal() - _EPOCH
    planned = campaigns(settings)
    spans: list[Integers] = []
    owners: list[int] = []
    for index, each in enumerate(planned):
        if each.channel == channel and each.start < today:
            last = end if each.end is None else min(end, each.end.toordinal() - _EPOCH + 1)
            spans.append(np.arange(max(first, each.start.toordinal() - _EPOCH), last, dtype=np.int64))
            owners.append(index)
    day = np.concatenate([np.zeros(0, dtype=np.int64), *spans])
    campaign = np.repeat(np.array(owners, dtype=np.int64), [span.size for span in spans])
    return _spending(settings, campaign, day, end)


def _spending(settings: CompanySettings, campaign: Integers, day: Integers, end: int) -> _Days:
    planned = campaigns(settings)
    own = np.unique(campaign)
    rates = {index: rates_of(planned[index]) for index in own.tolist()}
    place = np.searchsorted(own, campaign)
    cents = np.array([rates[index].click_cents for index in own.tolist()], dtype=np.int64)[place]
    views = np.array([rates[index].views_a_click for index in own.tolist()], dtype=np.int64)[place]
    weekend = np.array([rates[index].weekend_per_mille for index in own.tolist()], dtype=np.int64)[place]
    budget = np.array([planned[index].daily_budget_cents for index in own.tolist()], dtype=np.int64)[place]
    empty = np.zeros_like(day)
    draws = _Days(campaign, day, empty, empty, empty).draws(settings, "ad_days")
    # 1970-01-01 was a Thursday.
    spent = np.where((day + 3) % 7 >= 5, weekend, 1000) * (650 + draws.below("spent", 400)) // 1000
    expected = budget * spent // cents
    clicks = (expected + draws.below("rounding", 1000)) // 1000
    invalid = (clicks * draws.below("invalid", 90) + draws.below("invalid_rounding", 1000)) // 1000
    invalid = np.where(end - day <= DAYS_UNTIL_FINAL, invalid, 0)
    unclicked = expected * views * (700 + draws.below("unclicked", 600)) // 1_000_000
    price = cents * 10 * (850 + draws.below("price", 300))
    return _Days(campaign, day, clicks + invalid, unclicked + invalid * views, price)


class _Located:
    """Where in the parts of a campaign each claim belongs, the same in every report."""

    def __init__(
        self, settings: CompanySettings, found: Claims, days: _Days, held: Integers, now: int
    ) -> None:
        keys = (days.campaign << _DAY_BITS) | days.day
        wanted = (found.campaign << _DAY_BITS) | found.day
        row = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
        is_reported = keys[row] == wanted if keys.size else np.zeros(wanted.size, dtype=np.bool_)
        found, row = found.where(is_reported), row[is_reported]
        draws = Draws(settings.seed, "claimed_places", (found.organization << 10) | found.campaign)
        group = np.where(held[row] > 1, draws.pick("group", thresholds(GROUP_WEIGHTS)), 0)
        self._cell = (row, group, draws.pick("device", thresholds(DEVICE_WEIGHTS)))
        self._slots = {
            "ad": draws.pick("ad", thresholds(AD_WEIGHTS)),
            "keyword": draws.pick("keyword", thresholds(KEYWORD_WEIGHTS)),
        }
        self._is_view, self._is_known = found.is_view, found.known < now

    def _count(self, shape: tuple[int, ...], names: tuple[str, ...], mask: np.ndarray) -> Integers:
        counts = np.zeros(shape, dtype=np.int64)
        places = (*self._cell, *(self._slots[name] for name in names))
        np.add.at(counts, tuple(place[mask] for place in places), 1)
        return counts

    def clicks(self, shape: tuple[int, ...], names: tuple[str, ...] = ()) -> Integers:
        """Clicks of those who sign up, sooner or later."""
        return self._count(shape, names, ~self._is_view)

    def measured(
        self, clicks: Integers, unclicked: Integers, cost: Integers, names: tuple[str, ...]
    ) -> Measures:
        """All numbers of some parts.

        Args:
            clicks: Of those who do not sign up.
            unclicked: Views without a click.
            cost: Of all clicks.
            names: The axes beyond the device's: `ad` or `keyword`.
        """
        every = clicks + self.clicks(clicks.shape, names)
        return Measures(
            impressions=every + unclicked,
            clicks=every,
            cost=cost,
            conversions=self._count(clicks.shape, names, self._is_known & ~self._is_view),
            views=self._count(clicks.shape, names, self._is_known & self._is_view),
        )


def _parts(
    draws: Draws,
    located: _Located,
    amounts: tuple[Integers, Integers, Integers],
    weights: tuple[int, ...],
    name: str,
) -> Measures:
    """Cut clicks, views without a click, and costs of the ad groups into those of their ads or keywords."""
    clicks, unclicked, cost = amounts
    shape = (*clicks.shape, len(weights))
    cells = clicks[0].size if clicks.size else 1
    jittered = np.repeat(np.array(weights) * _jitter(draws, len(weights), name), cells, axis=0)
    phases = _cells_below(draws, f"{name}_clicks", cells, PHASES).ravel()
    parts = split(clicks.ravel(), jittered, phases).reshape(shape)
    phases = _cells_below(draws, f"{name}_views", cells, PHASES).ravel()
    others = split(unclicked.ravel(), jittered, phases).reshape(shape)
    every = parts + located.clicks(shape, (name,))
    costs = split_along(cost.ravel(), every.reshape(-1, shape[-1])).reshape(shape)
    return located.measured(parts, others, costs, (name,))


def _jitter(draws: Draws, count: int, name: str = "group") -> Integers:
    """Factors between 0.7 and 1.3 in thousandths: a row a draw, a column a part."""
    return 700 + _cells_below(draws, f"{name}_jitter", count, 600)


def _cells_below(draws: Draws, column: str, count: int, bound: int) -> Integers:
    """Uniform integers below a bound: a row a draw, `count` columns."""
    return np.stack([draws.below(f"{column}_{number}", bound) for number in range(count)], axis=1)
