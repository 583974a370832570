"""What the platform's charts that are images have in common: colors, text, round axes, and the file.

What belongs here: what every chart needs. What does not: what a chart shows (`health/chart.py`, `metrics_report/png.py`).

Pillow draws with a font of its own; it brought 22 MB into an empty environment and is imported in 0.02 s, where matplotlib brings
numpy, builds a cache of the machine's fonts in the home directory, and takes a second.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

INK, PALE, GRID, PAPER = "#1f2937", "#6b7280", "#e5e7eb", "#ffffff"


def write(
    draw: ImageDraw, at: tuple[float, float], text: str, size: int = 22, color: str = INK, anchor: str = "la"
) -> None:
    """Writes one line of text.

    Args:
        draw: Where.
        at: The point that the anchor is put on, in pixels.
        text: What.
        size: Of the font, in pixels.
        color: Of the letters.
        anchor: Two letters, across and down: https://pillow.readthedocs.io/en/stable/handbook/text-anchors.html
    """
    from PIL import ImageFont

    # The font has no other letters than those of Latin scripts; what it lacks would be a box.
    shown = text.encode("latin-1", "replace").decode("latin-1")
    draw.text(at, shown, fill=color, font=ImageFont.load_default(size), anchor=anchor)


def png_of(image: Image) -> bytes:
    """The image as a PNG file."""
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def axis_top(most: int) -> int:
    """The end of an axis from 0 on: at least ``most``, a multiple of 4, and a round number.

    Args:
        most: The greatest value, not negative.
    """
    unit = 1
    while True:
        for factor in (4, 8, 12, 20, 32):
            if unit * factor >= most:
                return unit * factor
        unit *= 10
