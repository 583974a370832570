"""Puts columns together into tables of a layout.

What belongs here: types and names. What does not: values.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dagster_open_platform_local.company.errors import CompanyError
from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.hashing import Bits, Draws

Values = pa.Array | pa.ChunkedArray | NDArray[Any] | Sequence[Any]


class UnknownColumnError(CompanyError):
    """A column was made that the table does not have."""


def assembled(schema: str, table: str, columns: Mapping[str, Values]) -> pa.Table:
    """A table with the layout's types.

    Args:
        schema: Names the layout.
        table: One of its tables.
        columns: By name, all of one length; those that are left out are null.

    Raises:
        UnknownColumnError: A column is not one of the table's.
    """
    shape = layouts(schema)[table].schema
    if strange := columns.keys() - set(shape.names):
        raise UnknownColumnError(f"{schema}.{table} has no column {', '.join(sorted(strange))}")
    fields = [field for field in shape if field.name in columns]
    return pa.table([_typed(columns[field.name], field.type) for field in fields], schema=pa.schema(fields))


def from_rows(schema: str, table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """A table with the layout's types, from few rows.

    Args:
        schema: Names the layout.
        table: One of its tables.
        rows: Each with any of the table's columns; moments are `datetime`s in UTC.

    Raises:
        UnknownColumnError: A column is not one of the table's.
    """
    shape = layouts(schema)[table].schema
    if strange := {name for row in rows for name in row} - set(shape.names):
        raise UnknownColumnError(f"{schema}.{table} has no column {', '.join(sorted(strange))}")
    return pa.Table.from_pylist([dict(row) for row in rows], schema=shape)


def _typed(values: Any, wanted: pa.DataType) -> pa.Array:
    if isinstance(values, list | tuple):
        return pa.array(values, wanted)
    return (pa.array(values) if isinstance(values, np.ndarray) else values).cast(wanted)


def ulids(draws: Draws, column: str, seconds: NDArray[np.int64]) -> list[str]:
    """Ids that begin with the time, 26 characters of Crockford's alphabet (https://github.com/ulid/spec).

    Args:
        draws: Of the rows.
        column: Name of the column.
        seconds: The time of each, in Unix seconds.
    """
    high, low = draws.bits(column), draws.bits(f"{column}_low")
    return [
        _base32(moment * 1000 + int(one) % 1000, 10) + _base32(int(one) >> 24, 8) + _base32(int(two) >> 24, 8)
        for moment, one, two in zip(seconds.tolist(), high, low, strict=True)
    ]


def hexadecimals(bits: Bits, digits: int) -> list[str]:
    """The highest bits of each number as so many hexadecimal digits, at most 16."""
    return [f"{each:016x}"[:digits] for each in bits.tolist()]


def _base32(value: int, digits: int) -> str:
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[value >> 5 * i & 31] for i in reversed(range(digits)))
