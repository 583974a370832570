"""A metric's chart as shapes: a column a week, from zero.

What belongs here: what is where. What does not: drawing it, which the page (`svg.py`) and the images (`png.py`) do each in their way.
"""

from dataclasses import dataclass
from math import ceil
from typing import Literal

from dagster_open_platform.lib.drawing import axis_top
from dagster_open_platform.lib.metrics_report.report import Figures
from dagster_open_platform.lib.metrics_report.words import short

WIDTH, HEIGHT = 360, 170
FONT = 12
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 356, 12, 142
_GAP = 0.22
_WEEKS_A_LABEL = 3
NO_VALUE = "-"
"""Stands where a week has no number."""


@dataclass(frozen=True)
class Line:
    """A level line from left to right."""

    left: float
    right: float
    y: float


@dataclass(frozen=True)
class Column:
    """A column that stands on the base line.

    Args:
        left: Edge.
        top: Edge; at the bottom for zero.
        width: Across.
        height: Down to the base line.
        told: Whether it is the week that the report is about.
    """

    left: float
    top: float
    width: float
    height: float
    told: bool


@dataclass(frozen=True)
class Label:
    """A text.

    Args:
        x: Of its anchor.
        y: Of its middle.
        text: What.
        anchor: Which point of it stands there.
    """

    x: float
    y: float
    text: str
    anchor: Literal["middle", "end"] = "middle"


@dataclass(frozen=True)
class Plot:
    """A chart of `WIDTH` by `HEIGHT` units, with y downwards."""

    lines: tuple[Line, ...]
    columns: tuple[Column, ...]
    labels: tuple[Label, ...]


def plot_of(figures: Figures) -> Plot:
    """The chart of a metric; its values are not negative."""
    most = max((value for value in figures.values if value is not None), default=0)
    top = axis_top(max(ceil(most), 1))
    lines, labels = [], []
    for level in (0, top // 2, top):
        y = _BOTTOM - (_BOTTOM - _TOP) * level / top
        lines.append(Line(_LEFT, _RIGHT, y))
        labels.append(Label(_LEFT - 6, y, short(level, figures.metric.unit), "end"))
    columns = []
    pitch = (_RIGHT - _LEFT) / len(figures.weeks)
    for place, (week, value) in enumerate(zip(figures.weeks, figures.values, strict=True)):
        middle = _LEFT + pitch * (place + 0.5)
        if value is None:
            labels.append(Label(middle, _BOTTOM - FONT / 2 - 2, NO_VALUE))
        else:
            height = (_BOTTOM - _TOP) * max(value, 0) / top
            told = place == len(figures.weeks) - 1
            columns.append(
                Column(middle - pitch * (0.5 - _GAP / 2), _BOTTOM - height, pitch * (1 - _GAP), height, told)
            )
        if (len(figures.weeks) - 1 - place) % _WEEKS_A_LABEL == 0:
            labels.append(Label(middle, _BOTTOM + FONT, f"W{week.number:02}"))
    return Plot(tuple(lines), tuple(columns), tuple(labels))
