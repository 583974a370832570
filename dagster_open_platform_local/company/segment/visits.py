"""Visits to a site, and the pages that a visit looks at.

What belongs here: what all sites have in common. What does not: how many visits there are, and what else happens in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.segment.calls import Calls, made
from dagster_open_platform_local.company.segment.catalogue import Source

PLACES = 6
"""Bits of a page's number in its visit."""
KINDS = 4
"""Bits of what happens on a page."""
_DEPTHS = (1, 2, 3, 4, 6, 9)
_BOT_DEPTH = 14
_STAYS = (2_000, 9_000, 30_000, 80_000, 400_000)


@dataclass(frozen=True)
class Visits:
    """Visits to a site.

    Args:
        ids: A number of each, the same on every date; below 2^52.
        device: A number of the browser.
        user: Id of the product's user who is signed in; 0: nobody.
        start: Unix milliseconds.
        campaign: Index of the campaign whose link led there; -1: none.
        bot: Whether a bot visits.
    """

    ids: Integers
    device: Integers
    user: Integers
    start: Integers
    campaign: Integers
    bot: Mask


def pages(
    seed: int, source: Source, visits: Visits, depths: Sequence[int], popularity: Sequence[int]
) -> Calls:
    """The pages that visits look at, in their order.

    Args:
        seed: The company's.
        source: The site.
        visits: The visits.
        depths: Weights of one, two, three, four, six and nine pages.
        popularity: Weight of each of the site's pages.
    """
    draws = Draws(seed, f"segment_{source.slug}_visits", visits.ids)
    depth = np.array(_DEPTHS)[draws.pick("depth", thresholds(depths))]
    depth = np.where(visits.bot, _BOT_DEPTH, depth)
    visit = np.repeat(np.arange(visits.ids.size, dtype=np.int64), depth)
    place = np.arange(visit.size, dtype=np.int64) - np.repeat(np.cumsum(depth) - depth, depth)
    views = Draws(seed, f"segment_{source.slug}_views", (visits.ids[visit] << PLACES) | place)
    stay = views.quantile("stay", _STAYS)
    before = np.cumsum(stay) - stay
    elapsed = before - np.repeat(before[np.cumsum(depth) - depth], depth) if depth.size else before
    return made(
        views.ids << KINDS,
        source.number("pages"),
        visits.device[visit],
        visits.start[visit] + elapsed,
        user=visits.user[visit],
        page=views.pick("page", thresholds(popularity)),
        # Only the page to which the link led has it in its address.
        campaign=np.where(place == 0, visits.campaign[visit], -1),
        detail=visit,
        bot=visits.bot[visit],
    )


def on_pages(seed: int, source: Source, views: Calls, table: str, share: float) -> Calls:
    """An event on a part of the pages, some seconds after they were opened; bots do nothing.

    Args:
        seed: The company's.
        source: The site.
        views: The pages.
        table: Of the event.
        share: How many of the pages have one.
    """
    number = source.number(table)
    draws = Draws(seed, f"segment_{source.slug}_{table}", views.ids)
    chosen = draws.chance("happens", share) & ~views.bot
    found = views.where(chosen)
    return made(
        found.ids | number,
        number,
        found.device,
        found.moment + 500 + draws.below("after", 25_000)[chosen],
        user=found.user,
        page=found.page,
    )


def identified(source: Source, calls: Calls, chosen: Mask) -> Calls:
    """An identify call right after some calls, whose user it names.

    Args:
        source: The site.
        calls: The calls; each that is chosen has a user.
        chosen: Which of them.
    """
    found, number = calls.where(chosen), source.number("identifies")
    return made(
        found.ids | number, number, found.device, found.moment + 120, user=found.user, page=found.page
    )
