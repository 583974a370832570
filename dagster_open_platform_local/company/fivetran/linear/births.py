"""Which issues there are in Linear, where each comes from, and its number.

What belongs here: what is fixed when an issue is made. What does not: what becomes of it (`course.py`).

An issue comes from an issue on GitHub that was triaged, from a follow-up of an incident, from a customer's request, or from somebody
of the team. A team's issues are numbered in the order in which they are made; an issue of a later day never changes the number of one
of an earlier day.
"""

from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Self

import numpy as np

from dagster_open_platform_local.company import github_text
from dagster_open_platform_local.company.fivetran.incident_io.follow_ups import follow_ups
from dagster_open_platform_local.company.fivetran.incident_io.happenings import EXPORT, HANGING
from dagster_open_platform_local.company.fivetran.linear.teams import (
    BUG,
    CHORE,
    CS,
    DATA_TEAM,
    FEATURE,
    INFRA,
    PLUS,
    SINCE_DAYS,
    TEAM_OF_AREA,
    TEAMS,
    since,
)
from dagster_open_platform_local.company.fivetran.linear.words import titles_of
from dagster_open_platform_local.company.github_activity import timeline
from dagster_open_platform_local.company.github_items import Items, opened_items
from dagster_open_platform_local.company.github_state import kinds_and_areas
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.product.happenings import daily
from dagster_open_platform_local.company.settings import CompanySettings

TEAM, GITHUB, INCIDENT, CUSTOMER = range(4)
"""Where an issue comes from."""
_OWN_A_DAY, _REQUESTED_A_DAY = 5, 1
_TEAM_WEIGHTS = thresholds([24, 20, 12, 12, 12, 14, 6])
_LABEL_WEIGHTS = thresholds([30, 40, 6, 24])
_TAKEN_FROM_GITHUB = (0.42, 0.26, 0.2, 0.04)
"""By kind: bugs, requests, documentation, questions."""
_GITHUB_GAPS = (60, 600, 3_600, 43_200)


@dataclass(frozen=True)
class Births:
    """Issues by the time they were made.

    Args:
        keys: Each one's, the same on every date.
        origin: `TEAM`, `GITHUB`, `INCIDENT` or `CUSTOMER`.
        source: Its index in what it comes from on this date: GitHub's items, follow-ups; 0 for the others.
        team: Index into `TEAMS`.
        number: In its team.
        created: Unix seconds.
        label: Index into `teams.LABELS` of its type.
        ended: When what it comes from was closed there, in Unix seconds; `NEVER` if that is not so, or it comes from nothing.
    """

    keys: Integers
    origin: Integers
    source: Integers
    team: Integers
    number: Integers
    created: Integers
    label: Integers
    ended: Integers

    def where(self, mask: Mask) -> Self:
        """Those that are marked."""
        return type(self)(**{field.name: getattr(self, field.name)[mask] for field in fields(self)})

    def draws(self, seed: int, table: str = "linear_issues") -> Draws:
        """The columns of the issues."""
        return Draws(seed, table, self.keys)

    @property
    def identifiers(self) -> list[str]:
        """Such as `CORE-12`."""
        return [
            f"{TEAMS[team].key}-{number}"
            for team, number in zip(self.team.tolist(), self.number.tolist(), strict=True)
        ]


@lru_cache(maxsize=2)
def births(settings: CompanySettings, today: date) -> Births:
    """Every issue that was made before a date, also those that were deleted since.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    parts = [
        _from_team(settings, today),
        _from_github(settings, today),
        _from_incidents(settings, today),
        _from_customers(settings, today),
    ]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((joined["keys"], joined["created"]))
    order = order[joined["created"][order] < unix_seconds(today)]
    found = {name: values[order] for name, values in joined.items()}
    number = np.zeros(order.size, dtype=np.int64)
    for team in range(len(TEAMS)):
        own = found["team"] == team
        number[own] = np.arange(1, own.sum() + 1)
    return Births(number=number, **found)


def github_items(settings: CompanySettings, today: date) -> Items:
    """What GitHub-born issues' `source` is an index into: everything opened there before a date, also what was deleted."""
    return opened_items(settings, today)


def _part(
    origin: int,
    keys: Integers,
    team: Integers,
    created: Integers,
    label: Integers,
    source: Integers | None = None,
    ended: Integers | None = None,
) -> dict[str, Integers]:
    return {
        "keys": np.int64(origin) << 56 | keys,
        "origin": np.full(keys.size, origin, dtype=np.int64),
        "source": np.zeros(keys.size, dtype=np.int64) if source is None else source,
        "team": team,
        "created": created,
        "label": label,
        "ended": np.full(keys.size, NEVER) if ended is None else ended,
    }


def _from_team(settings: CompanySettings, today: date) -> dict[str, Integers]:
    rows = daily(settings, "linear_own", today, _OWN_A_DAY, -SINCE_DAYS)
    draws = Draws(settings.seed, "linear_own", rows.ids)
    label = BUG + draws.pick("label", _LABEL_WEIGHTS)
    return _part(TEAM, rows.ids, draws.pick("team", _TEAM_WEIGHTS), rows.created, label)


def _from_customers(settings: CompanySettings, today: date) -> dict[str, Integers]:
    rows = daily(settings, "linear_requested", today, _REQUESTED_A_DAY, -SINCE_DAYS)
    draws = Draws(settings.seed, "linear_requested", rows.ids)
    team = np.where(draws.chance("for_success", 0.2), CS, draws.pick("team", thresholds([30, 40, 15, 15])))
    return _part(CUSTOMER, rows.ids, team, rows.created, np.full(rows.ids.size, FEATURE, dtype=np.int64))


def _from_github(settings: CompanySettings, today: date) -> dict[str, Integers]:
    """Issues that a maintainer labelled and took over, some minutes or hours later."""
    items = github_items(settings, today)
    times, draws = timeline(settings, items), Draws(settings.seed, "github_items", items.ids)
    kinds, areas = kinds_and_areas(draws, items.is_discussion)
    own = Draws(settings.seed, "linear_github", items.ids)
    chance = own.below("taken", 1000) < (np.array(_TAKEN_FROM_GITHUB) * 1000).astype(np.int64)[kinds]
    triaged = np.where(times.triaged < NEVER, times.triaged, 0)
    made = triaged + own.quantile("gap", _GITHUB_GAPS)
    taken = np.flatnonzero(
        ~items.is_discussion & chance & (triaged >= since(settings)) & (made < unix_seconds(today))
    )
    label = np.minimum(kinds + BUG, CHORE)[taken]
    team = np.array(TEAM_OF_AREA, dtype=np.int64)[areas[taken]]
    return _part(GITHUB, items.ids[taken], team, made[taken], label, taken, times.closed[taken])


def _from_incidents(settings: CompanySettings, today: date) -> dict[str, Integers]:
    found, made = follow_ups(settings, today)
    exported = np.flatnonzero(made.is_exported)
    kind = found.kind[made.incident[exported]]
    team = np.where(kind == EXPORT, DATA_TEAM, np.where(kind == HANGING, INFRA, PLUS))
    label = np.full(exported.size, CHORE, dtype=np.int64)
    return _part(
        INCIDENT,
        made.ids[exported],
        team,
        made.created[exported] + 40,
        label,
        exported,
        made.completed[exported],
    )


def titles(settings: CompanySettings, today: date, found: Births) -> list[str]:
    """The title of each issue: GitHub's, the follow-up's, or the team's own words.

    Args:
        settings: The company's.
        today: The date that the issues are of.
        found: The issues.
    """
    words = np.array(titles_of(found.draws(settings.seed), found.team), dtype=object)
    of_github = found.origin == GITHUB
    items = github_items(settings, today).ids[found.source[of_github]]
    draws = Draws(settings.seed, "github_items", items)
    kinds, areas = kinds_and_areas(draws, np.zeros(items.size, dtype=np.bool_))
    words[of_github] = github_text.titles(draws, kinds, areas)
    of_incident = found.origin == INCIDENT
    made = follow_ups(settings, today)[1].titles
    words[of_incident] = [made[i] for i in found.source[of_incident].tolist()]
    return words.tolist()
