"""Where the report is kept, and what is recorded of it.

What belongs here: names of objects, writing them, and metadata. What does not: the page (`page.py`), the bucket (`lib/aws/buckets.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg

from dagster_open_platform.lib.aws.buckets import REPORTS
from dagster_open_platform.lib.aws.protocol import LONGEST_ADDRESS, ObjectStore
from dagster_open_platform.lib.metrics_report.png import markdown_of
from dagster_open_platform.lib.metrics_report.report import Figures, Report
from dagster_open_platform.lib.metrics_report.week import Week
from dagster_open_platform.lib.metrics_report.words import against_mean, against_week_before, number, sentence

HTML = "text/html; charset=utf-8"
LATEST = "latest.html"


@dataclass(frozen=True)
class Published:
    """A page that is kept.

    Args:
        key: Of its object.
        address: Opens it in a browser, for a week at most.
    """

    key: str
    address: str

    @property
    def uri(self) -> str:
        """Of its object."""
        return f"s3://{REPORTS}/{self.key}"


def publish(store: ObjectStore, prefix: str, week: Week, page: str, *, is_latest: bool) -> Published:
    """Keeps a week's page, in place of the one that there was.

    Args:
        store: Where.
        prefix: Folder of all weeks.
        week: Whose it is.
        page: HTML.
        is_latest: Whether it is also the one that people find who ask for the latest.
    """
    key, body = f"{prefix}/{week.key}.html", page.encode()
    store.put_object(REPORTS, key, body, content_type=HTML)
    if is_latest:
        store.put_object(REPORTS, f"{prefix}/{LATEST}", body, content_type=HTML)
    return Published(key, store.address_of(REPORTS, key, LONGEST_ADDRESS))


def numbers_of(report: Report) -> Mapping[str, float]:
    """The week's numbers, by metric; without those that have no data."""
    return {each.metric.name: each.value for each in report.figures if each.value is not None}


def metadata_of(report: Report, published: Published) -> Mapping[str, Any]:
    """What is recorded with the report.

    Args:
        report: Its numbers, which Dagster plots over time.
        published: Where it is.
    """
    return {
        "page": dg.MetadataValue.url(published.address),
        "object": dg.MetadataValue.path(published.uri),
        "week": report.week.key,
        "data_until": report.until.isoformat(),
        "overview": dg.MetadataValue.md(_overview(report)),
        "charts": dg.MetadataValue.md(charts_of(report)),
        "without_data": [each.metric.name for each in report.figures if each.value is None],
        **numbers_of(report),
    }


def charts_of(report: Report) -> str:
    """All charts as Markdown that holds its images."""
    return "\n\n".join(f"**{each.metric.title}**\n\n{markdown_of(each)}" for each in report.figures)


def _overview(report: Report) -> str:
    lines = [
        f"| Metric | Week {report.week.number} | Against the week before | Against the weeks before |",
        "| --- | ---: | --- | --- |",
    ]
    return "\n".join([*lines, *map(_line, report.figures)])


def _line(figures: Figures) -> str:
    value = number(figures.value, figures.metric.unit)
    compared = [sentence(against_week_before(figures)), sentence(against_mean(figures))]
    return f"| {figures.metric.title} | {value} | {' | '.join(compared)} |"
