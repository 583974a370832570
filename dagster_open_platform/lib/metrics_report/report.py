"""The numbers of the report.

What belongs here: which week is told, reading its numbers, and comparing them. What does not: how they look (`words.py`, `page.py`).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from dagster_open_platform.lib.metrics_report.catalogue import METRICS, Metric
from dagster_open_platform.lib.metrics_report.statements import TableOf, last_day_of, statement_of, values_of
from dagster_open_platform.lib.metrics_report.week import Week
from dagster_open_platform.lib.warehouse import WarehouseConnection
from dagster_open_platform.utils.failures import PermanentFailure

WEEKS_BEFORE = 12
"""With how many weeks before it the week is compared."""


class NothingToReport(PermanentFailure):
    """The warehouse has not a whole week of any metric yet."""


@dataclass(frozen=True)
class Figures:
    """The numbers of a metric.

    Args:
        metric: Which.
        weeks: In order, the told one last.
        values: Of each week; None where there are no data.
        until: How far its data go, also beyond the week; None: there are none.
    """

    metric: Metric
    weeks: tuple[Week, ...]
    values: tuple[float | None, ...]
    until: dt.date | None

    @property
    def value(self) -> float | None:
        """The week's."""
        return self.values[-1]

    @property
    def before(self) -> float | None:
        """That of the week before."""
        return self.values[-2]

    @property
    def known_before(self) -> tuple[float, ...]:
        """Those of the weeks before it that have one."""
        return tuple(value for value in self.values[:-1] if value is not None)

    @cached_property
    def mean_before(self) -> float | None:
        """Their average."""
        known = self.known_before
        return sum(known) / len(known) if known else None

    @property
    def change(self) -> float | None:
        """From the week before, as a fraction of it; None where one of the two is missing, or that one was zero."""
        return change(self.value, self.before)

    @property
    def change_on_mean(self) -> float | None:
        """From the average of the weeks before, likewise."""
        return change(self.value, self.mean_before)


@dataclass(frozen=True)
class Report:
    """The numbers of a week.

    Args:
        week: Which.
        figures: One a metric.
        until: How far the data go of which most is known.
    """

    week: Week
    figures: tuple[Figures, ...]
    until: dt.date


def change(now: float | None, before: float | None) -> float | None:
    """How much a number differs from one before, as a fraction of that; None where that says nothing."""
    if now is None or not before:
        return None
    return (now - before) / abs(before)


def metrics_of(
    connection: WarehouseConnection,
    table_of: TableOf,
    as_of: dt.date,
    metrics: Sequence[Metric] = METRICS,
) -> Report:
    """The last whole week for which there are data, and the twelve before it.

    A metric whose data end before the week does has no number for it: half a week is no decline.

    Args:
        connection: The warehouse.
        table_of: Gives the table of a dbt model.
        as_of: A day (UTC); only weeks that were over when it began are told, whatever the data say of later days.
        metrics: What is told.

    Raises:
        NothingToReport: No metric has data for a whole week.
        PermanentFailure, RetryableFailure: One of the warehouse's.
    """
    ends = {
        until: last_day_of(connection, table_of, until, as_of)
        for until in dict.fromkeys(metric.until for metric in metrics)
    }
    latest = max((end for end in ends.values() if end), default=None)
    if latest is None:
        raise NothingToReport(
            "There is nothing to report: "
            + ", ".join(sorted(until.model for until in ends))
            + f" have no rows up to {as_of}. Materialize them first."
        )
    week = min(Week.last_before(latest + dt.timedelta(days=1)), Week.last_before(as_of))
    weeks = tuple(week.before(number) for number in range(WEEKS_BEFORE, -1, -1))
    figures = tuple(_figures(connection, table_of, metric, weeks, ends[metric.until]) for metric in metrics)
    if all(value is None for each in figures for value in each.values):
        raise NothingToReport(
            f"There is nothing to report: no metric has a whole week up to {week.label}; data end on {latest}."
        )
    return Report(week, figures, latest)


def _figures(
    connection: WarehouseConnection,
    table_of: TableOf,
    metric: Metric,
    weeks: tuple[Week, ...],
    end: dt.date | None,
) -> Figures:
    found = values_of(connection, table_of, statement_of(metric.name), weeks)
    whole = {week: value for week, value in found.items() if end and week.last_day <= end}
    return Figures(metric, weeks, tuple(rounded(metric, whole.get(week)) for week in weeks), end)


def rounded(metric: Metric, value: float | None) -> float | None:
    """A number with the decimals that its metric has: a sum of fractions differs behind them from one run to the next."""
    if value is None:
        return None
    return round(float(value), metric.digits) if metric.digits else int(value)
