"""Data as people see it on an asset's page: Markdown tables, queries, and small charts.

What belongs here: rendering. What does not: deciding what to show.

Dagster's UI renders Markdown metadata as GitHub does, and shows images only from ``http(s):`` and ``data:`` addresses. A
chart is an SVG in a ``data:`` address: it needs no drawing library and about a kilobyte in the event log.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import dagster as dg

if TYPE_CHECKING:
    import pyarrow as pa

CELL_CHARACTERS = 80
"""Longer texts are cut."""

_WIDTH, _HEIGHT, _GAP = 560, 120, 2


def markdown_table(table: pa.Table, limit: int = 10) -> dg.MarkdownMetadataValue:
    """The first rows of a table; numbers stand right and with thousands separated."""
    import pyarrow as pa

    numeric = [pa.types.is_integer(field.type) or pa.types.is_floating(field.type) for field in table.schema]
    lines = [
        _row(table.column_names),
        _row(["---:" if right else "---" for right in numeric]),
        *(_row([_cell(value) for value in row.values()]) for row in table.slice(0, limit).to_pylist()),
    ]
    if table.num_rows > limit:
        lines.append(f"\n{table.num_rows - limit:,} more rows")
    return dg.MetadataValue.md("\n".join(lines))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}"
    text = str(value)
    shown = text if len(text) <= CELL_CHARACTERS else f"{text[:CELL_CHARACTERS]}…"
    return shown.replace("|", "\\|").replace("\n", " ")


def markdown_query(sql: str, parameters: Mapping[str, Any]) -> dg.MarkdownMetadataValue:
    """A query as it was sent, and the values that were bound to it."""
    values = "\n".join(f"- `{name}` = `{value}`" for name, value in parameters.items())
    return dg.MetadataValue.md(f"```sql\n{sql.strip()}\n```\n\n{values}")


def bar_chart(values: Mapping[str, float], title: str) -> dg.MarkdownMetadataValue:
    """A bar for each value, in the order given; the first and the last label and the greatest value are written.

    Args:
        values: Label → value, not negative.
        title: What the values are, with their unit; also the image's description for those who don't see it.
    """
    top = max(values.values(), default=0) or 1
    step = _WIDTH / max(len(values), 1)
    bars = "".join(
        f'<rect x="{index * step:.1f}" y="{20 + _HEIGHT * (1 - value / top):.1f}"'
        f' width="{max(step - _GAP, 1):.1f}" height="{_HEIGHT * value / top:.1f}"/>'
        for index, value in enumerate(values.values())
    )
    labels = list(values) or [""]
    text = 'font-family="sans-serif" font-size="11" fill="#6b7280"'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT + 40}">'
        f'<text x="0" y="12" {text}>{escape(title)}, at most {top:,.0f}</text><g fill="#4f46e5">{bars}</g>'
        f'<text x="0" y="{_HEIGHT + 35}" {text}>{escape(labels[0])}</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT + 35}" text-anchor="end" {text}>{escape(labels[-1])}</text></svg>'
    )
    encoded = base64.b64encode(svg.encode()).decode()
    return dg.MetadataValue.md(f"![{title}](data:image/svg+xml;base64,{encoded})")
