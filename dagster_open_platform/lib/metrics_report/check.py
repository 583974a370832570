"""Whether the report says what is true: its numbers against other tables, and the page against its numbers.

What belongs here: comparing, and what the checks say. What does not: the statements (`sql/checks/`), the checks themselves
(`defs/metrics_report`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

import dagster as dg

from dagster_open_platform.lib.metrics_report.catalogue import Metric
from dagster_open_platform.lib.metrics_report.report import Figures, Report, rounded
from dagster_open_platform.lib.metrics_report.statements import TableOf, check_of, models_in, values_of
from dagster_open_platform.lib.metrics_report.week import Week
from dagster_open_platform.lib.metrics_report.words import number
from dagster_open_platform.lib.warehouse import WarehouseConnection

LATE = 0.01
"""Rows that came late are in the tables that the checks read before they are in the marts: up to here that is a warning."""
_SUFFIX = "-value"
_CENT = 0.01
_SHOWN = 5


@dataclass(frozen=True)
class Difference:
    """A number that is not what other tables give.

    Args:
        metric: Of which.
        week: Of which.
        told: In the report.
        found: There; None: nothing.
    """

    metric: Metric
    week: Week
    told: float
    found: float | None

    @property
    def share(self) -> float:
        """Of the greater of the two."""
        if self.found is None:
            return 1.0
        greater = max(abs(self.told), abs(self.found))
        return abs(self.told - self.found) / greater if greater else 0.0

    def __str__(self) -> str:
        unit = self.metric.unit
        return f"{self.metric.title} of {self.week.label}: {number(self.told, unit)} told, {number(self.found, unit)} found"


@dataclass(frozen=True)
class Comparison:
    """What came of it.

    Args:
        compared: How many numbers.
        differences: Those that differ.
        absent: dbt models that were to be read and have no table yet; the metrics that need them were not compared.
    """

    compared: int
    differences: tuple[Difference, ...]
    absent: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all numbers were compared, and none differs."""
        return not (self.differences or self.absent)

    @property
    def text(self) -> str:
        """What was found, in words."""
        said = [
            f"{self.compared} numbers compared, {len(self.differences) or 'none'} differ{'' if self.differences else 's'}."
        ]
        said += [f"{each}." for each in self.differences[:_SHOWN]]
        if self.absent:
            said.append(f"There is no table of {', '.join(self.absent)} yet: materialize it first.")
        return " ".join(said)


def compare(connection: WarehouseConnection, table_of: TableOf, report: Report) -> Comparison:
    """Compares each number with what other tables give for it.

    Of an earlier week those may know nothing, as of a month before the first that there is. The week itself they must know.

    Args:
        connection: The warehouse.
        table_of: Gives the table of a dbt model.
        report: The numbers.
    """
    compared, differences, absent = 0, list[Difference](), set[str]()
    for figures in report.figures:
        statement = check_of(figures.metric.name)
        missing = {name for name in models_in(statement) if connection.columns(table_of(name)) is None}
        if missing:
            absent |= missing
            continue
        found = values_of(connection, table_of, statement, figures.weeks)
        for week, told in _known(figures):
            if week not in found and week != report.week:
                continue
            compared += 1
            other = rounded(figures.metric, found.get(week))
            # Both are rounded, so a sum on the edge may fall to either side.
            tolerance = 1.5 * _CENT if figures.metric.digits else 0
            if other is None or abs(told - other) > tolerance:
                differences.append(Difference(figures.metric, week, told, other))
    return Comparison(compared, tuple(differences), tuple(sorted(absent)))


def _known(figures: Figures) -> Iterator[tuple[Week, float]]:
    for week, value in zip(figures.weeks, figures.values, strict=True):
        if value is not None:
            yield week, value


def severity_of(found: Comparison) -> dg.AssetCheckSeverity:
    """How bad it is: a warning if every difference may be rows that came late."""
    worst = max((each.share for each in found.differences), default=1.0)
    return dg.AssetCheckSeverity.WARN if worst <= LATE else dg.AssetCheckSeverity.ERROR


def numbers_of_page(html: str) -> Mapping[str, float]:
    """The week's numbers as the page says them to programs, by metric; without those that have no data."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.numbers


class _Reader(HTMLParser):
    """Collects the page's `data` elements."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[str, float] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("id") or "", given.get("value")
        if tag == "data" and name.endswith(_SUFFIX) and value is not None:
            self.numbers[name.removesuffix(_SUFFIX)] = float(value)
