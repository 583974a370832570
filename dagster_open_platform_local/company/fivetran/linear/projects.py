"""Projects in Linear: which there are, who leads them, how they go.

What belongs here: projects and the goals that they serve, as moments of which some may not have come yet. What does not: rows.

Each team plans two projects a quarter (customer success one), ten days before it begins. Half of them take longer than planned; some
are given up.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dagster_open_platform_local.company.fivetran.linear.colleagues import Colleague, someone
from dagster_open_platform_local.company.fivetran.linear.teams import CS, TEAMS, since, team_members
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.product.happenings import happens
from dagster_open_platform_local.company.settings import CompanySettings

QUARTER_DAYS = 91
_PLANNED_BEFORE = 10 * DAY_SECONDS
_DAY = DAY_SECONDS
_GOALS = (
    ("Faster", "Self-service", "Second region for", "Cheaper", "Observability of", "New home for"),
    (
        "asset graphs of ten thousand nodes", "branch deployments", "integrations", "the catalog", "run storage",
        "the warehouse", "renewals", "backfills", "alerts", "onboarding",
    ),
)  # fmt: skip
INITIATIVES = (
    "Scale to ten thousand assets",
    "Win the enterprise",
    "One platform for our own data",
    "Zero-touch upgrades",
)
"""One begins each quarter, in this order, over and over."""


@dataclass(frozen=True)
class Projects:
    """Projects by the time they were planned.

    Args:
        keys: Each one's, the same on every date.
        team: Index of the team.
        quarter: Number of the quarter since the company uses Linear, from 0.
        created: Unix seconds, as are the next five.
        start: When it begins.
        target: When it should be done.
        completed: When it is; `NEVER` if not.
        canceled: When it is given up; `NEVER` if not.
        lead: Index of the colleague.
        names: What they are called.
    """

    keys: Integers
    team: Integers
    quarter: Integers
    created: Integers
    start: Integers
    target: Integers
    completed: Integers
    canceled: Integers
    lead: Integers
    names: list[str]

    @property
    def ended(self) -> Integers:
        """When each is over, one way or the other."""
        return np.minimum(self.completed, self.canceled)


def projects(settings: CompanySettings, today: date, people: tuple[Colleague, ...]) -> Projects:
    """Every project that was planned before a date.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
        people: The colleagues of that date.
    """
    now, begin = unix_seconds(today), since(settings)
    quarters = (now - begin + _PLANNED_BEFORE) // (QUARTER_DAYS * _DAY) + 1
    keys = np.array(
        [
            quarter << 8 | team << 4 | slot
            for quarter in range(quarters)
            for team in range(len(TEAMS))
            for slot in range(1 if team == CS else 2)
        ],
        dtype=np.int64,
    )
    draws = Draws(settings.seed, "linear_projects", keys)
    quarter = keys >> 8
    start = begin + quarter * QUARTER_DAYS * _DAY + draws.below("start", 21) * _DAY
    created = begin + quarter * QUARTER_DAYS * _DAY - _PLANNED_BEFORE + draws.below("created", 5 * _DAY)
    known = created < now
    keys, quarter, start, created = keys[known], quarter[known], start[known], created[known]
    draws, team = Draws(settings.seed, "linear_projects", keys), keys >> 4 & 15
    canceled = happens(draws, "canceled", 0.1, start, (20 * _DAY, 60 * _DAY, 120 * _DAY))
    completed = happens(draws, "completed", 0.85, start, (45 * _DAY, 80 * _DAY, 110 * _DAY, 190 * _DAY))
    return Projects(
        keys=keys,
        team=team,
        quarter=quarter,
        created=created,
        start=start,
        target=start + (70 + draws.below("target", 20)) * _DAY,
        completed=np.where(canceled < NEVER, NEVER, completed),
        canceled=canceled,
        lead=members_of(people, team, draws, "lead", created),
        names=[
            f"{_GOALS[0][one]} {_GOALS[1][two]}"
            for one, two in zip(
                draws.below("goal", len(_GOALS[0])).tolist(),
                draws.below("object", len(_GOALS[1])).tolist(),
                strict=True,
            )
        ],
    )


def members_of(
    people: tuple[Colleague, ...], team: Integers, draws: Draws, column: str, moment: Integers
) -> Integers:
    """Index of one member of each row's team who was there at a moment (Unix seconds)."""
    found = np.zeros(team.size, dtype=np.int64)
    for number, members in enumerate(team_members(people)):
        found = np.where(team == number, someone(people, members, draws, column, moment), found)
    return found


def project_of(found: Projects, draws: Draws, team: Integers, created: Integers) -> Integers:
    """Index of a project of its team that runs when each issue is made; -1 where none does or it belongs to none."""
    running = (
        (found.team[None, :] == team[:, None])
        & (found.created[None, :] <= created[:, None])
        & (created[:, None] < found.ended[None, :])
    )
    rank = draws.below_each("project", np.maximum(running.sum(axis=1), 1))
    index = (
        np.argmax(np.cumsum(running, axis=1) > rank[:, None], axis=1)
        if found.keys.size
        else np.zeros(team.size, dtype=np.int64)
    )
    return np.where(running.any(axis=1) & draws.chance("in_project", 0.5), index, -1)
