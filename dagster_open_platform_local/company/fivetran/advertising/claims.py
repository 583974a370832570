"""Which sign-ups an advertising tool claims, and since when it does.

What belongs here: one row a claim. What does not: what else a tool counts (`performance.py`).

A tool claims a sign-up after somebody clicked its ad, unless the click cannot be traced (12 %: no consent, another browser); and it
claims some after somebody only saw its ad, whatever brought them. Nobody asks the other tools, so two may claim the same one.
"""

from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np

from dagster_open_platform_local.company.commercial.campaigns import Campaign, campaigns, sign_up_sources
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.organizations import sign_ups
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.settings import CompanySettings

MOST_DAYS_LATER = 31
"""Days after a click until whoever clicked has signed up, and a bit for the tool to know."""
_UNTRACEABLE = 0.12
_SEEN = {"google": 0.02, "linkedin": 0.07, "reddit": 0.035, "bing": 0.01}
"""Share of the sign-ups by others that a tool claims because an ad was seen."""
_KNOWN_AFTER = (900, 2 * 3600, 9 * 3600, 30 * 3600)


@dataclass(frozen=True)
class Claims:
    """Sign-ups that follow an ad.

    Args:
        organization: Id of who signed up.
        campaign: Index into `campaigns(settings)`.
        day: Days since 1970 of the click, or of the view.
        known: Unix seconds from which the tool counts it; `NEVER` if it never does, although it was a click.
        is_view: Whether the ad was only seen.
    """

    organization: Integers
    campaign: Integers
    day: Integers
    known: Integers
    is_view: Mask

    def where(self, mask: Mask) -> Self:
        """Those that are marked."""
        return type(self)(
            self.organization[mask], self.campaign[mask], self.day[mask], self.known[mask], self.is_view[mask]
        )


def claims(settings: CompanySettings, today: date, channel: str) -> Claims:
    """What the clicks and views before a date lead to, also those sign-ups that happen only later: their clicks are there already.

    Args:
        settings: The company's.
        today: The date; a claim that is known on it has `known` before it.
        channel: One of `campaigns.ADVERTISING`.
    """
    horizon = date.fromordinal(today.toordinal() + MOST_DAYS_LATER)
    found, sources = sign_ups(settings, horizon), sign_up_sources(settings, horizon)
    planned = campaigns(settings)
    begun = [index for index, each in enumerate(planned) if each.channel == channel and each.start < today]
    own = np.array(begun, dtype=np.int64)
    draws = Draws(settings.seed, f"{channel}_claims", found.ids)
    day = sources.touched // DAY_SECONDS
    clicked = np.isin(sources.campaign, own)
    seen, seen_campaign = _running(planned, own, day, draws)
    seen &= draws.chance("seen", _SEEN[channel])
    known = found.created + draws.quantile("known_after", _KNOWN_AFTER)
    known = np.where(clicked & draws.chance("untraceable", _UNTRACEABLE), NEVER, known)
    campaign = np.where(clicked, sources.campaign, seen_campaign)
    everyone = Claims(found.ids, campaign, day, known, ~clicked)
    return everyone.where((clicked | seen) & (day < unix_seconds(today) // DAY_SECONDS))


def _running(
    planned: tuple[Campaign, ...], own: Integers, day: Integers, draws: Draws
) -> tuple[Mask, Integers]:
    """Whether any of some campaigns ran on each row's day, and the index of one that did."""
    epoch = date(1970, 1, 1).toordinal()
    chosen = np.full(day.size, -1, dtype=np.int64)
    count = np.zeros(day.size, dtype=np.int64)
    # Reservoir sampling: each campaign takes the place with a chance of one in those seen so far.
    for index in own.tolist():
        campaign = planned[index]
        last = np.iinfo(np.int64).max if campaign.end is None else campaign.end.toordinal() - epoch
        runs = (day >= campaign.start.toordinal() - epoch) & (day <= last)
        count += runs
        takes = runs & (draws.below_each(f"takes_{index}", np.maximum(count, 1)) == 0)
        chosen = np.where(takes, index, chosen)
    return count > 0, chosen
