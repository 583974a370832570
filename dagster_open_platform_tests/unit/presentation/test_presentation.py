"""Markdown tables, queries and charts."""

import base64
import re
from xml.etree import ElementTree

import pyarrow as pa

from dagster_open_platform.lib.presentation import bar_chart, markdown_query, markdown_table


def test_cells_are_cut_and_escaped() -> None:
    table = markdown_table(
        pa.table({"a": ["x|y\nz"], "b": pa.array([None], pa.string()), "c": ["long" * 40]})
    )
    assert (table.value or "").splitlines()[2] == f"| x\\|y z |  | {'long' * 20}… |"


def test_numbers_stand_right_and_the_rest_is_counted() -> None:
    table = markdown_table(pa.table({"n": range(1000, 1012)}), limit=2)
    assert (table.value or "").splitlines() == [
        "| n |",
        "| ---: |",
        "| 1,000 |",
        "| 1,001 |",
        "",
        "10 more rows",
    ]


def test_a_query_is_shown_with_what_was_bound() -> None:
    shown = markdown_query("select ?\n", {"day": "2026-06-01"}).value or ""
    assert shown == "```sql\nselect ?\n```\n\n- `day` = `2026-06-01`"


def test_a_chart_is_a_drawing_with_a_bar_for_each_value() -> None:
    shown = bar_chart({"<first>": 1.0, "second": 4.0, "third": 0.0}, "Downloads & more").value or ""
    encoded = re.search(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", shown)
    assert encoded
    drawing = ElementTree.fromstring(base64.b64decode(encoded[1]))  # noqa: S314 - we have just drawn it
    (path,) = drawing.findall("{http://www.w3.org/2000/svg}path")
    heights = [int(height) for height in re.findall(r"v-(\d+)", path.attrib["d"])]
    assert heights == [round(heights[1] / 4), heights[1], 0]


def test_a_chart_of_a_month_is_shown_without_a_click() -> None:
    days = {f"2026-06-{day:02}": 1_234_567.0 + day for day in range(1, 29)}
    assert len(bar_chart(days, "Downloads a week").value or "") < 1000
