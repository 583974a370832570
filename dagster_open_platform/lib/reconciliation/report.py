"""The result of a reconciliation: as rows of its table, and for people.

What belongs here: its columns and how it is shown. What does not: where it is written (``defs/``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from dagster_open_platform.lib.columns import Column, arrow_schema
from dagster_open_platform.lib.presentation import markdown_table
from dagster_open_platform.lib.reconciliation.explain import Comparison, Reason
from dagster_open_platform.lib.reconciliation.holders import Held, Holder

if TYPE_CHECKING:
    import pyarrow as pa

_REASONS: Mapping[Reason, str] = {
    Reason.NEWER_THAN_COPY: "Keys created since the copy's last load began.",
    Reason.DELETED_SINCE_COPY: "Keys deleted at the source since the copy's last load began.",
    Reason.KEPT_BY_COPY: "Keys deleted at the source that an incremental copy keeps.",
    Reason.INSERT_NOT_ARRIVED: "Keys created after the last change that the change table has.",
    Reason.DELETE_NOT_ARRIVED: "Keys deleted at the source whose delete the change table has not yet.",
    Reason.FILTERED: "Keys that the model leaves out on purpose.",
    Reason.OTHER_DATABASE: "Keys that the model has from other databases.",
    Reason.UNEXPLAINED: "Keys without a reason, and rows that repeat a key.",
}
COLUMNS = (
    Column(
        "observed_date", "date", "Day of the reconciliation (UTC); another one on that day takes its place."
    ),
    Column("observed_at", "timestamp", "When it began (UTC)."),
    Column("table_name", "string", "Table at the source."),
    Column("left_holder", "string", "One place: postgres, sling, dms or dbt."),
    Column("right_holder", "string", "The other place."),
    Column("left_rows", "integer", "Rows in the one."),
    Column("right_rows", "integer", "Rows in the other."),
    Column("only_left", "integer", "Keys that the other has not."),
    Column("only_right", "integer", "Keys that the one has not."),
    Column("left_repeated", "integer", "Rows of the one that repeat a key."),
    Column("right_repeated", "integer", "Rows of the other that repeat a key."),
    *(Column(reason.value, "integer", description) for reason, description in _REASONS.items()),
    Column("unexplained_keys", "string", "Some of the keys without a reason, as a JSON array."),
    Column("copy_loaded_at", "timestamp", "When the copy's last load began (UTC).", nullable=True),
    Column(
        "last_change_at",
        "timestamp",
        "When the last change was committed that the change table has (UTC).",
        nullable=True,
    ),
)
CHECK = "every_difference_is_explained"
_KEYS_SHOWN = 3


Result = tuple[Held, Sequence[Comparison]]
"""What a table's places hold, and how they compare."""


def rows_of(results: Sequence[Result], observed_at: dt.datetime) -> pa.Table:
    """The rows of the result's table: one a table and pair.

    Args:
        results: Of all tables.
        observed_at: Aware.
    """
    import pyarrow as pa

    rows = [_row(held, each, observed_at) for held, comparisons in results for each in comparisons]
    return pa.Table.from_pylist(rows, schema=arrow_schema(COLUMNS))


def _row(held: Held, each: Comparison, observed_at: dt.datetime) -> Mapping[str, Any]:
    return {
        "observed_date": observed_at.astimezone(dt.UTC).date(),
        "observed_at": observed_at,
        "table_name": held.table.name,
        "left_holder": each.left.value,
        "right_holder": each.right.value,
        "left_rows": each.left_rows,
        "right_rows": each.right_rows,
        "only_left": each.only_left,
        "only_right": each.only_right,
        "left_repeated": each.left_repeated,
        "right_repeated": each.right_repeated,
        **{reason.value: each.reasons[reason] for reason in Reason},
        Reason.UNEXPLAINED.value: each.unexplained,
        "unexplained_keys": json.dumps(each.samples),
        "copy_loaded_at": held.moments.loaded_at,
        "last_change_at": held.moments.changed_at,
    }


def shown_counts(results: Sequence[Result]) -> dg.MarkdownMetadataValue:
    """Rows of each table in each place."""
    import pyarrow as pa

    return markdown_table(
        pa.Table.from_pylist(
            [
                {"table": held.table.name, **{holder.value: held.rows[holder] for holder in Holder}}
                for held, _ in results
            ]
        )
    )


def shown_differences(results: Sequence[Result]) -> dg.MarkdownMetadataValue:
    """Every pair that differs, with its reasons."""
    import pyarrow as pa

    lines = [
        {
            "table": held.table.name,
            "pair": f"{each.left.value} / {each.right.value}",
            "rows": f"{each.left_rows:,} / {each.right_rows:,}",
            "only left": each.only_left,
            "only right": each.only_right,
            "because": ", ".join(_reasons(each)),
        }
        for held, comparisons in results
        for each in comparisons
        if each.reasons or each.repeated
    ]
    return (
        markdown_table(pa.Table.from_pylist(lines), limit=50)
        if lines
        else dg.MetadataValue.md("No difference.")
    )


def _reasons(each: Comparison) -> Iterator[str]:
    for reason in Reason:
        if each.reasons[reason]:
            yield f"{each.reasons[reason]:,} {reason.value.replace('_', ' ')}"
    if each.repeated:
        yield f"{each.repeated:,} rows repeat a key"


def every_difference_is_explained(results: Sequence[Result]) -> dg.AssetCheckResult:
    """Whether there is a reason for every key that one place has and another has not; if not, some of those keys."""
    wrong = [(held, each) for held, comparisons in results for each in comparisons if each.unexplained]
    lines = [
        f"{held.table.name}, {each.left.value} and {each.right.value}: {each.unexplained}"
        + (f", such as {', '.join(each.samples[:_KEYS_SHOWN])}" if each.samples else "")
        + (f"; {each.repeated} rows repeat a key" if each.repeated else "")
        for held, each in wrong
    ]
    return dg.AssetCheckResult(
        check_name=CHECK,
        passed=not wrong,
        metadata={
            "unexplained": sum(each.unexplained for _, each in wrong),
            "keys": {
                f"{held.table.name}: {each.left.value}/{each.right.value}": each.samples
                for held, each in wrong
            },
        },
        description="; ".join(lines[:6]) if lines else "Every difference between the places is explained.",
    )
