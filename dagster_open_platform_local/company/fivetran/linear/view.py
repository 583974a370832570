"""Linear's workspace on a date, with the ids of everything in it.

What belongs here: what the modules of rows share. What does not: rows.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.linear.births import titles
from dagster_open_platform_local.company.fivetran.linear.colleagues import Colleague, account_ids
from dagster_open_platform_local.company.fivetran.linear.course import Issues, issues
from dagster_open_platform_local.company.fivetran.linear.teams import (
    LABELS,
    STATES,
    TEAMS,
    WORKSPACE,
    cycle_keys,
    ids,
    state_ids,
)
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.product.columns import Integers, moments
from dagster_open_platform_local.company.settings import CompanySettings

URL = f"https://linear.app/{WORKSPACE}"


@dataclass(frozen=True)
class View:
    """The workspace on a date.

    Args:
        settings: The company's.
        today: The date.
        issues: Its issues.
    """

    settings: CompanySettings
    today: date
    issues: Issues

    @property
    def now(self) -> int:
        """00:00 UTC of the date, in Unix seconds."""
        return self.issues.now

    @property
    def people(self) -> tuple[Colleague, ...]:
        """The colleagues."""
        return self.issues.people

    @cached_property
    def organization_id(self) -> str:
        """The workspace's id."""
        return ids(self.settings, "organization", np.zeros(1, dtype=np.int64))[0]

    @cached_property
    def user_ids(self) -> pa.Array:
        """Of the colleagues."""
        return pa.array(account_ids(self.settings, "linear", self.people), pa.string())

    @cached_property
    def team_ids(self) -> pa.Array:
        """Of `TEAMS`."""
        return pa.array(ids(self.settings, "team", np.arange(len(TEAMS))), pa.string())

    @cached_property
    def state_ids(self) -> pa.Array:
        """Of the states: see `teams.state_ids`."""
        return pa.array(state_ids(self.settings), pa.string())

    @cached_property
    def label_ids(self) -> pa.Array:
        """Of `LABELS`."""
        return pa.array(ids(self.settings, "label", np.arange(len(LABELS))), pa.string())

    @cached_property
    def project_ids(self) -> pa.Array:
        """Of the projects."""
        return pa.array(ids(self.settings, "project", self.issues.projects.keys), pa.string())

    @cached_property
    def issue_ids(self) -> pa.Array:
        """Of the issues."""
        return pa.array(ids(self.settings, "issue", self.issues.born.keys), pa.string())

    @cached_property
    def titles(self) -> list[str]:
        """Of the issues."""
        return titles(self.settings, self.today, self.issues.born)

    def states(self, state: Integers) -> pa.Array:
        """The id of a state of each issue's team; null where it is negative."""
        return picked(self.state_ids, np.where(state < 0, -1, self.issues.born.team * len(STATES) + state))

    def cycles(self, team: Integers, number: Integers) -> pa.Array:
        """The id of a cycle of each team; null where the number is 0."""
        found = pa.array(ids(self.settings, "cycle", cycle_keys(team, number)), pa.string())
        return picked(found, np.where(number > 0, np.arange(number.size), -1))

    def come(self, moment: Integers) -> pa.Array:
        """Moments that have come; the others are null."""
        return moments(np.where(moment < self.now, moment, NEVER))


def view(settings: CompanySettings, today: date) -> View:
    """The workspace on a date."""
    return View(settings, today, issues(settings, today))


def picked(values: pa.Array, index: Integers) -> pa.Array:
    """The values at some indexes; null where one is negative."""
    return values.take(pa.array(np.maximum(index, 0), mask=index < 0))
