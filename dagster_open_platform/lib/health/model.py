"""The platform's health over a day, as values.

What belongs here: what was found. What does not: finding it (`measure.py`), and showing it (`report.py`, `chart.py`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg

from dagster_open_platform.lib.health.failures import StepFailure
from dagster_open_platform.lib.health.freshness import Freshness
from dagster_open_platform.lib.health.steps import SlowStep

Owners = tuple[str, ...]


@dataclass(frozen=True)
class HourOfRuns:
    """How the runs ended that ended within an hour.

    Args:
        start: UTC.
        succeeded: Runs.
        failed: Runs.
        canceled: Runs.
    """

    start: dt.datetime
    succeeded: int = 0
    failed: int = 0
    canceled: int = 0


@dataclass(frozen=True)
class FailedRun:
    """A run that failed.

    Args:
        run_id: Which.
        job: Name of its job.
        ended_at: UTC.
        failures: What failed in it.
        owners: Of the assets that failed, sorted.
        recovered: A later attempt succeeded.
        will_retry: Dagster said that it tries again, and has not succeeded yet.
    """

    run_id: str
    job: str
    ended_at: dt.datetime
    failures: tuple[StepFailure, ...]
    owners: Owners
    recovered: bool = False
    will_retry: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody has to look at it."""
        return not self.recovered and not self.will_retry


@dataclass(frozen=True)
class StaleAsset:
    """An asset that is older than its policy allows.

    Args:
        key: Which.
        owners: Its owners.
        state: WARN or FAIL.
        last: When it was materialized last; UTC.
    """

    key: dg.AssetKey
    owners: Owners
    state: Freshness
    last: dt.datetime


@dataclass(frozen=True)
class BadCheck:
    """A check that did not pass when it was evaluated last.

    Args:
        key: Which.
        owners: Of its asset.
        is_error: Whether it failed; otherwise it warns.
        description: What it said, without secrets; may be empty.
        at: When; UTC.
    """

    key: dg.AssetCheckKey
    owners: Owners
    is_error: bool
    description: str
    at: dt.datetime


@dataclass(frozen=True)
class OwnerHealth:
    """What concerns one owner.

    Args:
        owner: Such as ``team:devrel``.
        assets: How many assets are theirs.
        materializations: Of those, in the window.
        failed_runs: In the window, that have not recovered.
        stale: Assets whose freshness is degraded.
        failing: Checks that fail.
        warning: Checks that warn.
    """

    owner: str
    assets: int = 0
    materializations: int = 0
    failed_runs: int = 0
    stale: int = 0
    failing: int = 0
    warning: int = 0

    @property
    def is_well(self) -> bool:
        """Whether nothing is to do."""
        return not (self.failed_runs or self.stale or self.failing or self.warning)


@dataclass(frozen=True)
class Health:
    """How the platform is doing.

    Args:
        since: Begin of the window; UTC.
        until: Its end, not included; now.
        hours: The runs that ended, by hour, in order; their ends are hours after ``since``.
        under_way: Runs that have not ended.
        failed_runs: Newest first.
        materializations: In the window.
        slowest: Steps that made assets, slowest first.
        stale: Those that fail first, then the oldest first.
        never: Assets with a freshness policy that were never materialized.
        fresh: Assets that are as fresh as their policy demands.
        checks: Those that did not pass; failing ones first.
        checks_passed: How many passed when they were evaluated last.
        checks_unknown: How many were never evaluated, or not to their end the last time.
        owners: Everybody who owns something, by name.
        left_out: What there was too much of to read: what, and how it shows. Empty: everything was read.
    """

    since: dt.datetime
    until: dt.datetime
    hours: tuple[HourOfRuns, ...]
    under_way: int
    failed_runs: tuple[FailedRun, ...]
    materializations: int
    slowest: tuple[SlowStep, ...]
    stale: tuple[StaleAsset, ...]
    never: int
    fresh: int
    checks: tuple[BadCheck, ...]
    checks_passed: int
    checks_unknown: int
    owners: tuple[OwnerHealth, ...]
    left_out: tuple[str, ...] = ()

    @property
    def succeeded(self) -> int:
        """Runs that succeeded."""
        return sum(hour.succeeded for hour in self.hours)

    @property
    def canceled(self) -> int:
        """Runs that were canceled."""
        return sum(hour.canceled for hour in self.hours)

    @property
    def ended(self) -> int:
        """Runs that ended."""
        return self.succeeded + self.canceled + sum(hour.failed for hour in self.hours)

    @property
    def open_failures(self) -> tuple[FailedRun, ...]:
        """Failed runs that somebody has to look at."""
        return tuple(run for run in self.failed_runs if run.is_open)

    @property
    def failing_checks(self) -> tuple[BadCheck, ...]:
        """Checks that fail."""
        return tuple(check for check in self.checks if check.is_error)

    @property
    def warning_checks(self) -> tuple[BadCheck, ...]:
        """Checks that warn."""
        return tuple(check for check in self.checks if not check.is_error)

    @property
    def is_well(self) -> bool:
        """Whether nobody has anything to do."""
        return not (self.open_failures or self.stale or self.checks)

    def numbers(self) -> Mapping[str, int]:
        """What is recorded with the report, by name."""
        return {
            "runs_succeeded": self.succeeded,
            "runs_failed": len(self.failed_runs),
            "runs_failed_and_open": len(self.open_failures),
            "runs_canceled": self.canceled,
            "runs_under_way": self.under_way,
            "materializations": self.materializations,
            "assets_fresh": self.fresh,
            "assets_stale": len(self.stale),
            "assets_never_materialized": self.never,
            "checks_passed": self.checks_passed,
            "checks_failing": len(self.failing_checks),
            "checks_warning": len(self.warning_checks),
            "checks_unknown": self.checks_unknown,
        }
