"""The page is kept by its week, and its numbers and charts are recorded."""

import base64
import io
import re

import pytest
from PIL import Image

from dagster_open_platform.lib.aws.buckets import BUCKETS, REPORTS, metrics_report_prefix
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.drawing import PAPER
from dagster_open_platform.lib.metrics_report.png import EARLIER, TOLD, chart_of
from dagster_open_platform.lib.metrics_report.publish import metadata_of, numbers_of, publish
from dagster_open_platform.lib.metrics_report.report import Report
from dagster_open_platform.lib.metrics_report.week import Week
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName

WEEK = Week.of_key("2026-W47")


def test_the_latest_page_is_also_there_under_its_own_name() -> None:
    store = FakeObjectStore(BUCKETS)
    published = publish(store, "metrics", WEEK, "<p>ü</p>", is_latest=True)
    assert published.uri == "s3://dop-reports/metrics/2026-W47.html"
    assert published.address == "https://dop-reports.s3.example/metrics/2026-W47.html?valid=604800"
    page = "<p>ü</p>".encode()
    assert store.objects(REPORTS) == {"metrics/2026-W47.html": page, "metrics/latest.html": page}


def test_a_past_week_leaves_the_latest_page_alone() -> None:
    store = FakeObjectStore(BUCKETS)
    publish(store, "metrics", WEEK, "new", is_latest=True)
    publish(store, "metrics", WEEK.before(20), "old", is_latest=False)
    assert store.objects(REPORTS) == {
        "metrics/2026-W27.html": b"old",
        "metrics/2026-W47.html": b"new",
        "metrics/latest.html": b"new",
    }


def test_a_pull_request_writes_over_nothing() -> None:
    assert metrics_report_prefix(Environment(EnvironmentName.BRANCH, "12")) == "branch/12/metrics"
    assert metrics_report_prefix(Environment(EnvironmentName.PROD)) == "metrics"


def test_charts_are_images_of_a_few_kilobytes(report: Report) -> None:
    recorded = metadata_of(report, publish(FakeObjectStore(BUCKETS), "m", WEEK, "", is_latest=True))
    text = recorded["charts"].value
    images = [base64.b64decode(found) for found in re.findall(r"\(data:image/png;base64,([^)]+)\)", text)]
    assert images == [chart_of(each) for each in report.figures]
    assert len(text) < 100_000
    assert all(each.metric.title in text for each in report.figures)


def test_a_chart_shows_a_column_a_week_and_the_told_one_in_its_own_color(report: Report) -> None:
    for figures in report.figures:
        image = Image.open(io.BytesIO(chart_of(figures))).convert("RGB")
        row = [near(image.getpixel((x, 281))) for x in range(92, 712)]  # just above the base line
        runs = [color for place, color in enumerate(row) if color and (place == 0 or row[place - 1] != color)]
        known = sum(value is not None and value > 0 for value in figures.values)
        assert runs == ["earlier"] * (known - 1) + ["told"], figures.metric.name


def near(pixel: object) -> str | None:
    assert isinstance(pixel, tuple)
    distances = {
        name: sum(
            abs(int(color[place : place + 2], 16) - part)
            for place, part in zip((1, 3, 5), pixel, strict=True)
        )
        for name, color in {"told": TOLD, "earlier": EARLIER, "": PAPER}.items()
    }
    return min(distances, key=distances.__getitem__) or None


def test_numbers_are_recorded_to_be_plotted(report: Report) -> None:
    recorded = metadata_of(report, publish(FakeObjectStore(BUCKETS), "m", WEEK, "", is_latest=True))
    numbers = numbers_of(report)
    assert {name: recorded[name] for name in numbers} == numbers
    assert recorded["without_data"] == [f.metric.name for f in report.figures if f.value is None]
    assert recorded["overview"].value.count("\n") == 1 + len(report.figures)
    assert (recorded["week"], recorded["data_until"]) == ("2026-W47", "2026-11-25")


@pytest.mark.parametrize("count", range(2))
def test_the_same_numbers_give_the_same_image(report: Report, count: int) -> None:
    assert chart_of(report.figures[count]) == chart_of(report.figures[count])
