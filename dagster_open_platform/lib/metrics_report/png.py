"""A metric's chart as a small image, for places that show no page.

What belongs here: shapes as pixels. What does not: where they are (`plot.py`).
"""

from __future__ import annotations

import base64

from dagster_open_platform.lib.drawing import GRID, INK, PALE, PAPER, png_of, write
from dagster_open_platform.lib.metrics_report.plot import FONT, HEIGHT, WIDTH, plot_of
from dagster_open_platform.lib.metrics_report.report import Figures
from dagster_open_platform.lib.metrics_report.svg import described

SCALE = 2
"""Pixels a unit of the plot."""
TOLD, EARLIER = "#4f46e5", "#8b93a3"
_ANCHORS = {"middle": "mm", "end": "rm"}
_COLORS = 16
"""As many as letters with soft edges need; a quarter of the bytes."""


def chart_of(figures: Figures) -> bytes:
    """The chart, as a PNG."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    draw = ImageDraw.Draw(image)
    plot = plot_of(figures)
    for line in plot.lines:
        draw.line(
            [(line.left * SCALE, line.y * SCALE), (line.right * SCALE, line.y * SCALE)], fill=GRID, width=2
        )
    for column in plot.columns:
        if column.height:
            left, top = column.left * SCALE, column.top * SCALE
            right, bottom = left + column.width * SCALE, (column.top + column.height) * SCALE
            draw.rectangle(
                [(left, min(top, bottom - 1)), (right, bottom)], fill=TOLD if column.told else EARLIER
            )
    for label in plot.labels:
        at = (label.x * SCALE, label.y * SCALE)
        write(
            draw, at, label.text, FONT * SCALE, INK if label.anchor == "end" else PALE, _ANCHORS[label.anchor]
        )
    return png_of(image.quantize(_COLORS))


def markdown_of(figures: Figures) -> str:
    """The chart as Markdown that holds it, with a text for who does not see it."""
    encoded = base64.b64encode(chart_of(figures)).decode()
    return f"![{figures.metric.title} by week. {described(figures)}](data:image/png;base64,{encoded})"
