"""The teams in Linear, the states that their issues go through, their labels and cycles.

What belongs here: what is set up once, and the calendar of cycles. What does not: issues.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dagster_open_platform_local.company.fivetran.linear.colleagues import (
    DATA,
    ENGINEERING,
    SUCCESS,
    Colleague,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, uuids
from dagster_open_platform_local.company.settings import CompanySettings

WORKSPACE = "dagster-labs"
SINCE_DAYS = 203
"""Days before the epoch since which the company uses Linear: a Monday, since the epoch is one."""
CYCLE_DAYS = 14
UPCOMING_CYCLES = 2


@dataclass(frozen=True)
class Team:
    """A team.

    Args:
        key: Begins the identifiers of its issues.
        name: As shown.
        department: Of its members.
        members: The first and the last but one of the department's members, if it is not all of them.
        has_cycles: Whether it works in cycles.
        color: As shown.
    """

    key: str
    name: str
    department: str
    members: tuple[int, int | None]
    has_cycles: bool
    color: str


TEAMS = (
    Team("CORE", "Core framework", ENGINEERING, (0, 6), True, "#5e6ad2"),
    Team("PLUS", "Dagster+", ENGINEERING, (6, 11), True, "#26b5ce"),
    Team("INT", "Integrations", ENGINEERING, (11, 14), True, "#f2c94c"),
    Team("UI", "Web interface", ENGINEERING, (14, 16), True, "#bb87fc"),
    Team("INFRA", "Cloud infrastructure", ENGINEERING, (16, 18), True, "#eb5757"),
    Team("DATA", "Data platform", DATA, (0, None), True, "#4cb782"),
    Team("CS", "Customer success", SUCCESS, (0, None), False, "#f2994a"),
)
CORE, PLUS, INT, UI, INFRA, DATA_TEAM, CS = range(len(TEAMS))
TEAM_OF_AREA = (CORE, CORE, CORE, UI, PLUS, CORE, INT, INT, INFRA, INT)
"""By the index into `github_text.AREA_LABELS`."""


@dataclass(frozen=True)
class State:
    """A state of work, which every team has.

    Args:
        name: As shown.
        type: One of Linear's.
        color: As shown.
        description: What it means, if somebody wrote that.
    """

    name: str
    type: str
    color: str
    description: str | None = None


STATES = (
    State("Triage", "triage", "#fc7840", "Not looked at yet"),
    State("Backlog", "backlog", "#bec2c8"),
    State("Todo", "unstarted", "#e2e2e2"),
    State("In Progress", "started", "#f2c94c"),
    State("In Review", "started", "#0f783c", "A pull request waits for somebody"),
    State("Done", "completed", "#5e6ad2"),
    State("Canceled", "canceled", "#95a2b3"),
    State("Duplicate", "canceled", "#95a2b3"),
)
TRIAGE, BACKLOG, PLANNED, IN_PROGRESS, IN_REVIEW, DONE, CANCELED, DUPLICATE = range(len(STATES))


@dataclass(frozen=True)
class Label:
    """A label of the whole workspace.

    Args:
        name: As shown.
        color: As shown.
        parent: Index of the group that it belongs to; None if to none.
        is_group: Whether it only holds others.
    """

    name: str
    color: str
    parent: int | None = None
    is_group: bool = False


LABELS = (
    Label("Type", "#95a2b3", is_group=True),
    Label("Bug", "#eb5757", 0),
    Label("Feature", "#bb87fc", 0),
    Label("Docs", "#4ea7fc", 0),
    Label("Chore", "#95a2b3", 0),
    Label("Source", "#95a2b3", is_group=True),
    Label("GitHub", "#26b5ce", 5),
    Label("Incident", "#fc7840", 5),
    Label("Customer", "#f2994a", 5),
    Label("Good first issue", "#4cb782"),
    Label("Regression", "#eb5757"),
    Label("bug", "#eb5757"),
)
"""The last one is what somebody made who did not see that there was one already."""
BUG, FEATURE, DOCS, CHORE, FROM_GITHUB, FROM_INCIDENT, FROM_CUSTOMER = 1, 2, 3, 4, 6, 7, 8
GOOD_FIRST, REGRESSION, BUG_AGAIN = 9, 10, 11


def since(settings: CompanySettings) -> int:
    """When the company began to use Linear, in Unix seconds."""
    return unix_seconds(settings.epoch) - SINCE_DAYS * DAY_SECONDS


def ids(settings: CompanySettings, table: str, keys: Integers) -> list[str]:
    """The UUIDs of some rows of a table.

    Args:
        settings: The company's.
        table: Name of the table in Linear.
        keys: Each row's own, the same on every date.
    """
    return uuids(Draws(settings.seed, f"linear_{table}", np.asarray(keys, dtype=np.int64)), "id").to_pylist()


def state_ids(settings: CompanySettings) -> list[str]:
    """The UUID of every state of every team: state `s` of team `t` is at `t * len(STATES) + s`."""
    return ids(settings, "workflow_state", np.arange(len(TEAMS) * len(STATES)))


def team_members(people: tuple[Colleague, ...]) -> tuple[Integers, ...]:
    """Index of the members of each team among all colleagues, those who left too."""
    found: list[Integers] = []
    for team in TEAMS:
        own = [number for number, each in enumerate(people) if each.department == team.department]
        found.append(np.array(own[slice(*team.members)], dtype=np.int64))
    return tuple(found)


def cycle_of(settings: CompanySettings, moment: Integers) -> Integers:
    """The number of the cycle in which each moment (Unix seconds) lies; the first is 1."""
    return (moment - since(settings)) // (CYCLE_DAYS * DAY_SECONDS) + 1


def cycle_start(settings: CompanySettings, number: Integers) -> Integers:
    """When cycles begin, in Unix seconds."""
    return since(settings) + (number - 1) * CYCLE_DAYS * DAY_SECONDS


def cycle_keys(team: Integers, number: Integers) -> Integers:
    """What a team's cycle is known by: see `ids`."""
    return team << 16 | number


def current_cycle(settings: CompanySettings, today: date) -> int:
    """The number of the cycle in which a date lies; 0 before the first."""
    return int(cycle_of(settings, np.array([unix_seconds(today)], dtype=np.int64))[0])
