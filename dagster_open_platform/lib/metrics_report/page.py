"""The report as one page that needs nothing else: no script, no font, no image, no style sheet of elsewhere.

What belongs here: what stands where. What does not: wording of numbers (`words.py`), colors (`style.py`), charts (`svg.py`).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dagster_open_platform.lib.metrics_report.catalogue import Metric
from dagster_open_platform.lib.metrics_report.markup import Html, element
from dagster_open_platform.lib.metrics_report.report import WEEKS_BEFORE, Figures, Report
from dagster_open_platform.lib.metrics_report.statements import models_of
from dagster_open_platform.lib.metrics_report.style import STYLE
from dagster_open_platform.lib.metrics_report.svg import svg_of
from dagster_open_platform.lib.metrics_report.words import (
    NO_DATA,
    against_mean,
    against_week_before,
    capitalized,
    day,
    in_brief,
    missing,
    moment,
    number,
    plain,
    sentence,
)

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the page may load and do, should markup ever get into it: nothing."""


@dataclass(frozen=True)
class ModelPage:
    """A dbt model as the page shows it.

    Args:
        key: Its asset's.
        description: What a row is.
        address: Of the asset's page; None: nobody knows it.
    """

    key: str
    description: str
    address: str | None = None


@dataclass(frozen=True)
class Context:
    """What the page says beside numbers.

    Args:
        generated_at: When it was made, aware.
        models: By the name of each model behind a metric.
    """

    generated_at: dt.datetime
    models: Mapping[str, ModelPage] = field(default_factory=dict)


def html_of(report: Report, context: Context) -> str:
    """The page. The same report gives the same bytes, but for the moment at which it was made."""
    title = f"Company metrics, {report.week.label}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="robots", content="noindex"),
        element("title", title),
        element("style", Html(STYLE)),
    )
    body = element(
        "body",
        element("header", element("h1", title), _introduction(report)),
        element(
            "main",
            _overview(report),
            element("div", (_metric(each, context) for each in report.figures), class_="metrics"),
        ),
        element("footer", _footer(report, context)),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en').source}\n"


def _introduction(report: Report) -> Html:
    first, last = report.week.start, report.week.last_day
    return element(
        "p",
        "Monday ",
        element("time", day(first), datetime=first.isoformat()),
        " to Sunday ",
        element("time", day(last), datetime=last.isoformat()),
        f", against the {WEEKS_BEFORE} weeks before.",
    )


def _footer(report: Report, context: Context) -> tuple[Html, Html]:
    made = context.generated_at.astimezone(dt.UTC).replace(microsecond=0)
    return (
        element(
            "p", "Data go to ", element("time", day(report.until), datetime=report.until.isoformat()), "."
        ),
        element("p", "Made on ", element("time", moment(made), datetime=made.isoformat()), "."),
    )


def _overview(report: Report) -> Html:
    rows = (
        element(
            "tr",
            element("th", element("a", each.metric.title, href=f"#{each.metric.name}"), scope="row"),
            element("td", plain(each.value, each.metric.unit), class_="number"),
            element("td", capitalized(in_brief(each))),
        )
        for each in report.figures
    )
    table = _table(
        "The week in numbers", ("Metric", f"Week {report.week.number}", "On the week before"), rows
    )
    heading = element("h2", "At a glance", id="overview")
    return element("section", heading, _scrolling("overview", table), aria_labelledby="overview")


def _metric(figures: Figures, context: Context) -> Html:
    metric = figures.metric
    return element(
        "section",
        element("h2", metric.title, id=metric.name),
        element("p", metric.meaning, class_="pale"),
        element("p", _value(figures), class_="value"),
        element("p", sentence(against_week_before(figures))),
        element("p", sentence(against_mean(figures))) if figures.value is not None else (),
        element("figure", svg_of(figures), element("figcaption", _caption(figures))),
        _numbers(figures),
        _models(metric, context),
        aria_labelledby=metric.name,
    )


def _value(figures: Figures) -> Html | str:
    if figures.value is None:
        return capitalized(NO_DATA)
    # What the check reads back, and anybody's script may.
    shown = number(figures.value, figures.metric.unit)
    return element("data", shown, id=f"{figures.metric.name}-value", value=exact(figures.value))


def exact(value: float) -> str:
    """A number as programs read it."""
    return repr(value)


def _caption(figures: Figures) -> str:
    until = f"Data go to {day(figures.until)}." if figures.until else sentence(missing(figures))
    return f"{capitalized(figures.metric.unit.value)} by week; the last column is {figures.weeks[-1].label}. {until}"


def _numbers(figures: Figures) -> Html:
    title, unit = figures.metric.title, figures.metric.unit
    rows = (
        element(
            "tr",
            element("th", f"Week {week.number}, from {day(week.start)}", scope="row"),
            element("td", plain(value, unit), class_="number"),
        )
        for week, value in zip(reversed(figures.weeks), reversed(figures.values), strict=True)
    )
    table = _table(f"{title} by week", ("Week", capitalized(unit.value)), rows)
    summary = element("summary", f"{title}: numbers by week")
    return element("details", summary, _scrolling(figures.metric.name, table))


def _table(caption: str, header: tuple[str, ...], rows: Iterable[Html]) -> Html:
    # Numbers stand right, in the second column.
    cells = (
        element("th", text, scope="col", class_="number" if place == 1 else None)
        for place, text in enumerate(header)
    )
    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", cells)),
        element("tbody", rows),
    )


def _scrolling(heading: str, table: Html) -> Html:
    """A table that may be wider than the screen; who has only a keyboard scrolls it when it has the focus."""
    return element("div", table, class_="scroll", tabindex="0", role="group", aria_labelledby=heading)


def _models(metric: Metric, context: Context) -> Html:
    pages = [context.models[name] for name in sorted(models_of(metric)) if name in context.models]
    items = (
        element(
            "li",
            element("a", page.key, href=page.address) if page.address else element("code", page.key),
            f": {page.description}",
        )
        for page in pages
    )
    summary = element("summary", f"{metric.title}: models behind it")
    return element("details", summary, element("ul", items))
