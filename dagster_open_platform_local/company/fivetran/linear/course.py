"""What became of each issue in Linear: states, people, priorities, cycles.

What belongs here: moments of which some may not have come yet, and how things stand at a date. What does not: rows (`tables_*.py`).

The dirt in it:

- an issue that GitHub closed is done here minutes later, but for one in 25 that the integration missed; one that was reopened there
  stays done here;
- an issue that was closed on GitHub before it came here is done as soon as it is made;
- 1.5 % are thrown away; two weeks later they are gone;
- nobody has a fifth of the open ones; some are assigned to people who left;
- some have the label `bug`, which somebody made beside `Bug`.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.fivetran.linear.births import (
    CUSTOMER,
    GITHUB,
    INCIDENT,
    TEAM,
    Births,
    births,
)
from dagster_open_platform_local.company.fivetran.linear.colleagues import Colleague, colleagues
from dagster_open_platform_local.company.fivetran.linear.projects import (
    Projects,
    members_of,
    project_of,
    projects,
)
from dagster_open_platform_local.company.fivetran.linear.teams import (
    BACKLOG,
    CANCELED,
    DONE,
    DUPLICATE,
    IN_PROGRESS,
    IN_REVIEW,
    PLANNED,
    TEAMS,
    TRIAGE,
    cycle_of,
)
from dagster_open_platform_local.company.hashing import thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.product.happenings import happens, latest
from dagster_open_platform_local.company.settings import CompanySettings

TRASH_DAYS = 14
_DAY, _HOUR = DAY_SECONDS, 3600
_ACCEPT_GAPS = (600, 2 * _HOUR, _DAY, 5 * _DAY)
_START_GAPS = (_HOUR, _DAY, 6 * _DAY, 25 * _DAY, 90 * _DAY)
_WORK_GAPS = (2 * _HOUR, _DAY, 4 * _DAY, 11 * _DAY, 35 * _DAY)
_LATE_GAPS = (_DAY, 20 * _DAY, 80 * _DAY, 200 * _DAY)
_PRIORITY_WEIGHTS = thresholds([14, 6, 22, 38, 20])
ESTIMATES = (1, 2, 3, 5, 8)
_MOST_CYCLES = 4


@dataclass(frozen=True)
class Issues:
    """Issues that are there on a date, and what becomes of them.

    Args:
        settings: The company's.
        now: 00:00 UTC of the date, in Unix seconds.
        people: The colleagues.
        born: The issues.
        projects: All projects.
        first: Index into `STATES` of the state in which each was made.
        steps: When each came to a state and which, pairs of arrays, in the order of time; `NEVER` where it does not.
        creator: Index of the colleague; -1: another tool.
        assignee: Of the colleague; -1: nobody.
        assigned: When; `NEVER` if nobody has it.
        priority: 0 none, 1 urgent, 2 high, 3 medium, 4 low: what it was made with.
        reprioritized: When it became urgent or, if it was, high; `NEVER` if it did not.
        project: Index into `projects`; -1: none.
        trashed: When it was thrown away; `NEVER` if not.
    """

    settings: CompanySettings
    now: int
    people: tuple[Colleague, ...]
    born: Births
    projects: Projects
    first: Integers
    steps: tuple[tuple[Integers, Integers], ...]
    creator: Integers
    assignee: Integers
    assigned: Integers
    priority: Integers
    reprioritized: Integers
    project: Integers
    trashed: Integers

    @property
    def state(self) -> Integers:
        """The state of each now."""
        found = self.first
        for moment, to in self.steps:
            found = np.where(moment < self.now, to, found)
        return found

    def reached(self, *states: int) -> Integers:
        """When each first came to one of some states, if it has; `NEVER` else."""
        found = np.full(self.first.size, NEVER)
        for moment, to in self.steps:
            found = np.minimum(found, np.where((moment < self.now) & np.isin(to, states), moment, NEVER))
        return found

    @property
    def priority_now(self) -> Integers:
        """The priority of each now."""
        return np.where(self.reprioritized < self.now, _raised(self.priority), self.priority)

    @property
    def updated(self) -> Integers:
        """When each last changed, comments aside."""
        steps = (moment for moment, _ in self.steps)
        return latest(self.now, self.born.created, self.assigned, self.reprioritized, self.trashed, *steps)

    def cycles(self) -> tuple[Integers, Integers]:
        """The first and the last cycle in which each was worked on; 0 if in none."""
        started = self.reached(IN_PROGRESS, IN_REVIEW)
        has = (started < NEVER) & np.array([team.has_cycles for team in TEAMS])[self.born.team]
        first = cycle_of(self.settings, np.where(has, started, self.now))
        ended = np.minimum(self.reached(DONE, CANCELED, DUPLICATE), self.now - 1)
        last = np.clip(cycle_of(self.settings, ended), first, first + _MOST_CYCLES - 1)
        return np.where(has, first, 0), np.where(has, last, 0)


@lru_cache(maxsize=2)
def issues(settings: CompanySettings, today: date) -> Issues:
    """Every issue that is there on a date: made before it, and not gone.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    people, born, now = colleagues(settings, today), births(settings, today), unix_seconds(today)
    trashed = happens(born.draws(settings.seed), "trashed", 0.015, born.created, (_HOUR, 5 * _DAY, 60 * _DAY))
    stays = trashed + TRASH_DAYS * _DAY >= now
    born, trashed = born.where(stays), trashed[stays]
    draws = born.draws(settings.seed)
    first, steps = _steps(settings, born)
    assigned = np.where(draws.chance("assigned", 0.8), steps[0][0], NEVER)
    # Whoever works on it has it.
    assigned = np.minimum(assigned, steps[1][0])
    has_somebody = assigned < now
    made = projects(settings, today, people)
    project = project_of(made, draws, born.team, born.created)
    priority = draws.pick("priority", _PRIORITY_WEIGHTS)
    return Issues(
        settings=settings,
        now=now,
        people=people,
        born=born,
        projects=made,
        first=first,
        steps=steps,
        creator=np.where(
            np.isin(born.origin, (GITHUB, INCIDENT)),
            -1,
            members_of(people, born.team, draws, "creator", born.created),
        ),
        assignee=np.where(
            has_somebody, members_of(people, born.team, draws, "assignee", np.minimum(assigned, now)), -1
        ),
        assigned=np.where(has_somebody, assigned, NEVER),
        priority=np.where(born.origin == INCIDENT, 1 + draws.below("urgent", 2), priority),
        reprioritized=happens(draws, "reprioritized", 0.1, born.created, _LATE_GAPS),
        project=np.where(born.origin == TEAM, project, -1),
        trashed=trashed,
    )


def _raised(priority: Integers) -> Integers:
    return np.where(priority == 1, 2, 1)


def _steps(settings: CompanySettings, born: Births) -> tuple[Integers, tuple[tuple[Integers, Integers], ...]]:
    """The first state of each issue, and the moments at which it comes to others: accepted, started, reviewed, ended."""
    draws = born.draws(settings.seed)
    waits = np.isin(born.origin, (GITHUB, CUSTOMER))
    planned = np.where(draws.chance("planned", 0.4), PLANNED, BACKLOG)
    first = np.where(waits, TRIAGE, planned)
    accepted = np.where(waits, born.created + draws.quantile("accept_gap", _ACCEPT_GAPS), NEVER)
    start = np.where(waits, accepted, born.created) + draws.quantile("start_gap", _START_GAPS)
    done = start + draws.quantile("work_gap", _WORK_GAPS)
    fate = draws.below("fate", 1000)
    is_done, is_given_up = fate < 640, (fate >= 640) & (fate < 760)
    # What was closed elsewhere is done here soon after; what was not, is seldom done.
    follows = np.isin(born.origin, (GITHUB, INCIDENT))
    closed = follows & (born.ended < NEVER) & ~draws.chance("missed", 0.04)
    at = np.maximum(np.where(closed, born.ended, 0), born.created) + 120 + draws.below("lag", 900)
    is_done, done = np.where(follows, closed, is_done), np.where(closed, at, done)
    start = np.where(closed, born.created + (at - born.created) * (1 + draws.below("share", 8)) // 10, start)
    accepted = np.where(waits & (accepted > start) & closed, (born.created + start) // 2, accepted)
    given_up = np.where(is_given_up & ~is_done, start + draws.quantile("late_gap", _LATE_GAPS), NEVER)
    works = is_done | (~is_given_up & draws.chance("begun", 0.3))
    ends_as = np.where(is_done, DONE, np.where(draws.chance("duplicate", 0.25), DUPLICATE, CANCELED))
    review = is_done & draws.chance("reviewed", 0.75)
    return first, (
        (accepted, planned),
        (np.where(works, start, NEVER), np.full(first.size, IN_PROGRESS)),
        (np.where(review, (start + done) // 2, NEVER), np.full(first.size, IN_REVIEW)),
        (np.where(is_done, done, given_up), ends_as),
    )


def is_closed(found: Issues) -> Mask:
    """Whether each is done or given up."""
    return np.isin(found.state, (DONE, CANCELED, DUPLICATE))
