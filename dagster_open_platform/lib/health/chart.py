"""The report's chart, as a PNG: how the runs ended, hour by hour, and which assets took longest.

What belongs here: drawing. What does not: choosing what is drawn.

Slack shows no SVG, so it is drawn with Pillow (`lib/drawing.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_open_platform.lib.drawing import GRID, INK, PALE, PAPER, axis_top, png_of, write
from dagster_open_platform.lib.health.model import Health, HourOfRuns
from dagster_open_platform.lib.health.steps import SlowStep

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT = 1600, 800
_MARGIN, _TOP, _BOTTOM = 60, 120, 690
_SPLIT = 900
_ROWS = 8
_LONGEST_LABEL = 52

SUCCEEDED, FAILED, CANCELED, SLOW = "#2f855a", "#c53030", "#a0aec0", "#4f46e5"


def chart_of(health: Health) -> bytes:
    """Draws the chart.

    Returns:
        A PNG of 1,600 by 800 pixels.
    """
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    _runs(draw, health)
    _slowest(draw, health.slowest[:_ROWS])
    return png_of(image)


def _runs(draw: ImageDraw, health: Health) -> None:
    left, right = _MARGIN + 40, _SPLIT - 60
    write(draw, (_MARGIN, 28), "Runs by the hour in which they ended (UTC)", 28)
    _legend(draw, health)
    top = axis_top(max((hour.succeeded + hour.failed + hour.canceled for hour in health.hours), default=0))
    scale = (_BOTTOM - _TOP) / top
    for value in range(0, top + 1, max(top // 4, 1)):
        y = _BOTTOM - value * scale
        draw.line([(left, y), (right, y)], fill=GRID, width=2)
        write(draw, (left - 12, y), f"{value:,}", 20, PALE, "rm")
    width = (right - left) / max(len(health.hours), 1)
    for number, hour in enumerate(health.hours):
        x = left + number * width
        _column(draw, (x + width * 0.12, x + width * 0.88), hour, scale)
        if number % max(len(health.hours) // 6, 1) == 0:
            draw.line([(x, _BOTTOM), (x, _BOTTOM + 8)], fill=PALE, width=2)
            label = f"{hour.start:%H:%M}" + (f"\n{hour.start:%d %b}" if number == 0 else "")
            for line, text in enumerate(label.split("\n")):
                write(draw, (x, _BOTTOM + 14 + 24 * line), text, 20, PALE, "ma" if number else "la")
    if not health.ended:
        write(draw, ((left + right) / 2, (_TOP + _BOTTOM) / 2), "No run ended.", 26, PALE, "mm")


def _legend(draw: ImageDraw, health: Health) -> None:
    x: float = _MARGIN
    failed = sum(hour.failed for hour in health.hours)
    for color, number, label in (
        (SUCCEEDED, health.succeeded, "succeeded"),
        (FAILED, failed, "failed"),
        (CANCELED, health.canceled, "canceled"),
    ):
        draw.rectangle([(x, 76), (x + 18, 94)], fill=color)
        text = f"{number:,} {label}"
        write(draw, (x + 28, 85), text, 22, INK, "lm")
        x += 28 + 12 * len(text) + 40


def _column(draw: ImageDraw, sides: tuple[float, float], hour: HourOfRuns, scale: float) -> None:
    # Failures stand on the base line, where the eye compares them.
    bottom = float(_BOTTOM)
    for number, color in ((hour.failed, FAILED), (hour.canceled, CANCELED), (hour.succeeded, SUCCEEDED)):
        if number:
            # One failure among thousands of runs is still seen.
            top = bottom - max(number * scale, 3)
            draw.rectangle([(sides[0], top), (sides[1], bottom - 1)], fill=color)
            bottom = top


def _slowest(draw: ImageDraw, steps: tuple[SlowStep, ...]) -> None:
    left, right = _SPLIT, WIDTH - _MARGIN
    write(draw, (left, 28), "Slowest assets, duration of their step", 28)
    if not steps:
        write(draw, ((left + right) / 2, (_TOP + _BOTTOM) / 2), "No asset was made.", 26, PALE, "mm")
        return
    longest = max(step.seconds for step in steps) or 1
    pitch = (_BOTTOM + 60 - _TOP) / _ROWS
    for row, step in enumerate(steps):
        y = _TOP - 30 + row * pitch
        write(draw, (left, y), cut(label_of(step)), 21)
        length = max((right - left - 130) * step.seconds / longest, 3)
        draw.rectangle([(left, y + 32), (left + length, y + 56)], fill=SLOW)
        write(draw, (left + length + 12, y + 44), duration(step.seconds), 21, PALE, "lm")


def label_of(step: SlowStep) -> str:
    """The assets of a step in one line: one of them, and how many more."""
    first = step.assets[0].to_user_string()
    return f"{first} and {len(step.assets) - 1} more" if len(step.assets) > 1 else first


def cut(label: str) -> str:
    """A label that fits: the end of a key says more than its beginning."""
    return label if len(label) <= _LONGEST_LABEL else f"...{label[-(_LONGEST_LABEL - 3) :]}"


def duration(seconds: float) -> str:
    """A duration as people say it, such as `2 min 5 s`.

    Args:
        seconds: Not negative.
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
