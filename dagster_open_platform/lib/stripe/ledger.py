"""Two sides of a ledger, item by item: what they come to, why they differ, and what nobody can explain.

What belongs here: comparing the two sides of any question. What does not: the questions, which are SQL files beside their checks.

A question is a query with the columns `id` (of what is compared), `currency`, `month` (its first day; null if there is none),
`left_cents` and `right_cents` (exact integers), and `reason`: why the two may differ, else null. An item whose sides differ without a
reason is unexplained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg

from dagster_open_platform.lib.presentation import markdown_table

if TYPE_CHECKING:
    import pyarrow as pa

    from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection

SAMPLE = 20
"""Unexplained items that are shown."""
SHOWN = 60
"""Rows of a table of differences that are shown."""

UNEXPLAINED = "UNEXPLAINED"
"""The outcome of items that differ without a reason."""
_IS_WRONG = "left_cents <> right_cents AND reason IS NULL"
_SUMS = f"""
SELECT
    currency,
    CASE WHEN left_cents = right_cents THEN 'equal' WHEN {_IS_WRONG} THEN '{UNEXPLAINED}' ELSE reason END AS outcome,
    COUNT(*) AS items,
    CAST(SUM(left_cents) AS BIGINT) AS left_cents,
    CAST(SUM(right_cents) AS BIGINT) AS right_cents,
    CAST(SUM(left_cents - right_cents) AS BIGINT) AS difference_cents
"""


@dataclass(frozen=True)
class Compared:
    """The answer to a question.

    Args:
        totals: By currency and outcome: `equal`, a reason, or `UNEXPLAINED`.
        differences: By currency, month and outcome, the newest first, without what is equal.
        sample: Unexplained items, the greatest differences first.
        items: How many there are.
        unexplained: How many of these differ without a reason.
    """

    totals: pa.Table
    differences: pa.Table
    sample: tuple[dict[str, str], ...]
    items: int
    unexplained: int


def compare(connection: WarehouseConnection, question: str, tables: Mapping[str, TableRef]) -> Compared:
    """Ask a question.

    Args:
        connection: Reads the tables.
        question: A query with `{name}` for each table.
        tables: By these names.

    Raises:
        PermanentFailure, RetryableFailure: The warehouse's.
    """
    judged = question.format_map({name: connection.quoted(table) for name, table in tables.items()})
    totals = connection.query(f"{_SUMS} FROM ({judged}) AS judged GROUP BY 1, 2 ORDER BY 1, 2")
    by_month = _SUMS.replace("currency,", "currency, month,", 1)
    differences = connection.query(
        f"{by_month} FROM ({judged}) AS judged WHERE left_cents <> right_cents"
        " GROUP BY 1, 2, 3 ORDER BY 2 DESC NULLS LAST, 1, 3"
    )
    sample = connection.query(
        "SELECT id, currency, month, left_cents, right_cents"  # noqa: S608 - quoted
        f" FROM ({judged}) AS judged WHERE {_IS_WRONG} ORDER BY ABS(left_cents - right_cents) DESC, id LIMIT {SAMPLE}"
    )
    shown = tuple({name: str(value) for name, value in row.items()} for row in sample.to_pylist())
    counts = [(row["items"], row["outcome"] == UNEXPLAINED) for row in totals.to_pylist()]
    items, unexplained = sum(n for n, _ in counts), sum(n for n, is_wrong in counts if is_wrong)
    return Compared(totals, differences, shown, items, unexplained)


def result_of(key: dg.AssetCheckKey, found: Compared, tolerated: float = 0.0) -> dg.AssetCheckResult:
    """What a check says.

    Args:
        key: The check's.
        found: The answer to its question.
        tolerated: Part of the items up to which it warns.
    """
    is_tolerated = found.unexplained <= found.items * tolerated
    first = found.sample[0] if found.sample else {}
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=found.unexplained == 0,
        severity=dg.AssetCheckSeverity.WARN if is_tolerated else dg.AssetCheckSeverity.ERROR,
        description=(
            f"{found.unexplained:,} of {found.items:,} differ and nobody knows why, such as {first['id']}:"
            f" {first['left_cents']} and {first['right_cents']} (in the smallest unit of {first['currency']})."
            if first
            else f"All {found.items:,} are equal, or it is known why not."
        ),
        metadata={
            "items": found.items,
            "unexplained": found.unexplained,
            "totals": markdown_table(found.totals, SHOWN),
            "differences_by_month": markdown_table(found.differences, SHOWN),
            "sample": dg.MetadataValue.json(list(found.sample)),
        },
    )
