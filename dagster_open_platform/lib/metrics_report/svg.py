"""A metric's chart as a part of the page.

What belongs here: shapes as elements. What does not: where they are (`plot.py`), their colors (`style.py`).
"""

from dagster_open_platform.lib.metrics_report.markup import Html, element
from dagster_open_platform.lib.metrics_report.plot import FONT, HEIGHT, NO_VALUE, WIDTH, plot_of
from dagster_open_platform.lib.metrics_report.report import Figures
from dagster_open_platform.lib.metrics_report.words import number


def svg_of(figures: Figures) -> Html:
    """The chart, with a title and a description for who does not see it."""
    name, plot = figures.metric.name, plot_of(figures)
    ids = (f"{name}-chart-title", f"{name}-chart-text")
    return element(
        "svg",
        element("title", f"{figures.metric.title} by week", id=ids[0]),
        element("desc", described(figures), id=ids[1]),
        (element("line", x1=each.left, x2=each.right, y1=each.y, y2=each.y) for each in plot.lines),
        (
            element(
                "rect",
                x=each.left,
                y=each.top,
                width=each.width,
                height=each.height,
                class_="told" if each.told else "earlier",
            )
            for each in plot.columns
        ),
        (
            element("text", each.text, x=each.x, y=each.y, text_anchor=each.anchor, dy="0.35em")
            for each in plot.labels
        ),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        font_size=FONT,
        role="img",
        aria_labelledby=" ".join(ids),
    )


def described(figures: Figures) -> str:
    """What the chart shows, in words."""
    unit, known = figures.metric.unit, [value for value in figures.values if value is not None]
    first, last = figures.weeks[0].label, figures.weeks[-1].label
    if not known:
        return f"A column for each week from {first} to {last}; none has data."
    gaps = len(figures.values) - len(known)
    return (
        f"A column for each week from {first} to {last}, from zero. Least {number(min(known), unit)}, most"
        f" {number(max(known), unit)}, last {number(figures.value, unit)}."
        + (f" {gaps} of the weeks have no data, shown as {NO_VALUE}." if gaps else "")
    )
