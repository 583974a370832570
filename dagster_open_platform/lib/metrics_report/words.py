"""Numbers, days and comparisons as people read them.

What belongs here: wording, the same for the page, the images and the metadata. What does not: markup.
"""

import datetime as dt

from dagster_open_platform.lib.metrics_report.catalogue import Good, Unit
from dagster_open_platform.lib.metrics_report.report import Figures, change

NO_DATA = "no data"
_SPACE = "\N{NO-BREAK SPACE}"
_SAME = 0.0005
"""Changes below are none: they would be shown as 0.0 %."""
_SCALES = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))


def number(value: float | None, unit: Unit) -> str:
    """A number with its unit, such as `$12,345` or `1,234 runs`. Cents are shown below a hundred dollars."""
    if value is None:
        return NO_DATA
    if unit is Unit.USD:
        return f"{'-' if value < 0 else ''}${abs(value):,.{2 if abs(value) < 100 else 0}f}"
    return f"{value:,.0f} {unit.value.removesuffix('s') if value == 1 else unit.value}"


def short(value: float, unit: Unit) -> str:
    """A number on an axis, such as `$1.5m`."""
    for size, letter in _SCALES:
        if value >= size:
            text = f"{value / size:.3g}{letter}"
            break
    else:
        text = f"{value:.3g}"
    return f"${text}" if unit is Unit.USD else text


def day(date: dt.date) -> str:
    """A day, such as `22 November 2026`."""
    return f"{date.day} {date:%B %Y}"


def moment(time: dt.datetime) -> str:
    """A moment in UTC, to the minute."""
    utc = time.astimezone(dt.UTC)
    return f"{day(utc.date())}, {utc:%H:%M} UTC"


def in_brief(figures: Figures) -> str:
    """How the week compares with the one before, where there is little room."""
    changed = figures.change
    if changed is None:
        return NO_DATA if figures.value is None or figures.before is None else "not comparable"
    return "unchanged" if abs(changed) < _SAME else ", ".join(_direction(figures, changed))


def against_week_before(figures: Figures) -> str:
    """The comparison with the week before, in words."""
    return _compared(figures, figures.before, "on the week before", "the week before")


def against_mean(figures: Figures) -> str:
    """The comparison with the average of the weeks before, in words."""
    known = len(figures.known_before)
    what = "the week before" if known == 1 else f"the average of the {known} weeks before that have data"
    if known == len(figures.values) - 1:
        what = f"the average of the {known} weeks before"
    return _compared(figures, figures.mean_before, f"on {what}", what)


def _compared(figures: Figures, before: float | None, on: str, what: str) -> str:
    unit, value = figures.metric.unit, figures.value
    if value is None:
        return missing(figures)
    if before is None:
        return "nothing to compare with: no data before it"
    if before == 0:
        return f"{what} had {number(0, unit)}"
    changed = change(value, before) or 0.0
    if abs(changed) < _SAME:
        return f"unchanged against {what}"
    way, verdict = _direction(figures, changed)
    return f"{way} {on} ({number(before, unit)}), which is {verdict}"


def _direction(figures: Figures, changed: float) -> tuple[str, str]:
    """Which way and how far, and whether that is good: never told by color alone."""
    verdict = "better" if (changed > 0) == (figures.metric.good is Good.UP) else "worse"
    return f"{'up' if changed > 0 else 'down'} {abs(changed) * 100:,.1f}{_SPACE}%", verdict


def missing(figures: Figures) -> str:
    """Why a metric has no number for the week."""
    if figures.until is None:
        return "there are no data yet"
    if figures.until < figures.weeks[-1].last_day:
        return f"the data end on {day(figures.until)}, before the week does"
    return "the data of the week are not complete"


def plain(value: float | None, unit: Unit) -> str:
    """A number below a heading that names what is counted; money keeps its sign."""
    return number(value, unit).removesuffix(f" {unit.value}")


def capitalized(text: str) -> str:
    """The text with a capital at its beginning, and otherwise as it is."""
    return f"{text[:1].upper()}{text[1:]}"


def sentence(text: str) -> str:
    """The text as a sentence of its own."""
    return f"{capitalized(text)}."
