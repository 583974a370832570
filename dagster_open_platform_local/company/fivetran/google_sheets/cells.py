"""Rows of a sheet, and how people spoil cells.

What belongs here: that. What does not: what is in a sheet.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import from_rows
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.settings import CompanySettings

SCHEMA = "google_sheets"
FIRST_ROW = 2
"""The first one holds the names of the columns."""
Row = dict[str, Any]


def sheet(name: str, rows: Sequence[Row]) -> pa.Table:
    """A sheet of rows from top to bottom."""
    return from_rows(SCHEMA, name, [{"_row": FIRST_ROW + place, **row} for place, row in enumerate(rows)])


def draws_of(settings: CompanySettings, name: str, *key: int) -> Draws:
    """The cells of one row.

    Args:
        settings: The company's.
        name: Of the sheet.
        key: Small numbers, below 4096, that tell the row from others on every date.
    """
    number = 0
    for part in key:
        number = number << 12 | part
    return Draws(settings.seed, f"sheet_{name}", np.array([number], dtype=np.int64))


def below(draws: Draws, column: str, bound: int) -> int:
    """A number for one row."""
    return int(draws.below(column, bound)[0])


def chance(draws: Draws, column: str, probability: float) -> bool:
    """Whether something befalls one row."""
    return bool(draws.chance(column, probability)[0])


def typed_address(draws: Draws, email: str) -> str:
    """An address as somebody types it: with a capital or a blank too many in one of twelve rows."""
    return (f"{email} ", email.capitalize(), *[email] * 22)[below(draws, "address", 24)]


def typed_amount(draws: Draws, dollars: int) -> str | None:
    """An amount in a column of text: a number, or one with signs, or no number at all."""
    texts = (f"${dollars:,}", f"{dollars / 1000:g}k", "n/a", "TBD", None)
    place = below(draws, "amount", 40)
    return texts[place] if place < len(texts) else str(dollars)
