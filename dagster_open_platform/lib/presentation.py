"""Data as people see it on an asset's page: Markdown tables, queries, and small charts.

What belongs here: rendering. What does not: deciding what to show.

Dagster's UI renders Markdown metadata as GitHub does, and shows images only from ``http(s):`` and ``data:`` addresses. A
chart is an SVG in a ``data:`` address: it needs no drawing library. It is kept below 1,000 characters, because the UI hides
longer Markdown behind a click.
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

_WIDTH, _HEIGHT = 560, 99


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
        values: Label → value, not negative. About thirty fit into what the UI shows without a click.
        title: What the values are, with their unit; also the image's description for those who don't see it.
    """
    top = max(values.values(), default=0) or 1
    step = max(_WIDTH // max(len(values), 1), 2)
    heights = [round(_HEIGHT * value / top) for value in values.values()]
    # One path: up from the base line, then down and on to the next bar.
    bars = "".join(f"v-{height}m{step} {height}" for height in heights)
    labels = list(values) or [""]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT + 38}" font-size="11"'
        f' font-family="sans-serif" fill="#6b7280"><text y="12">{escape(title)}, at most {top:,.0f}</text>'
        f'<path stroke="#4f46e5" stroke-width="{step - 1}" d="M{step // 2} {_HEIGHT + 20}{bars}"/>'
        f'<text y="{_HEIGHT + 34}">{escape(labels[0])}</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT + 34}" text-anchor="end">{escape(labels[-1])}</text></svg>'
    )
    encoded = base64.b64encode(svg.encode()).decode()
    return dg.MetadataValue.md(f"![{title}](data:image/svg+xml;base64,{encoded})")
