"""From columns of Python values to Arrow tables.

What belongs here: types, and values that repeat. What does not: where the values come from (`tables.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from dagster_open_platform.lib.anthropic.columns import TABLES
from dagster_open_platform.lib.anthropic.errors import UnexpectedAnswer
from dagster_open_platform.lib.columns import Column, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Taken:
    """A column of fewer values than rows.

    Args:
        values: The values.
        index: Of the value of each row; null for none.
    """

    values: Sequence[Any]
    index: pa.Array


Columns: TypeAlias = Mapping[str, "Sequence[Any] | pa.Array | Taken"]


def table_of(name: str, columns: Columns) -> pa.Table:
    """A table of `columns.TABLES` from its columns.

    Raises:
        UnexpectedAnswer: A value is not of its column's type. The message does not show it.
    """
    import pyarrow as pa

    schema = arrow_schema(TABLES[name])

    def made(column: Column) -> pa.Array:
        values, kind = columns[column.name], schema.field(column.name).type
        if isinstance(values, Taken):
            return _array(pa, column, values.values, kind).take(values.index)
        return values if isinstance(values, pa.Array) else _array(pa, column, values, kind)

    arrays = [made(column) for column in TABLES[name]]
    return pa.table(arrays, schema=schema)


def _array(pa: Any, column: Column, values: Sequence[Any], kind: Any) -> pa.Array:
    try:
        if column.type == "decimal":
            # Amounts are texts, so that no digit gets lost on the way.
            return pa.array(values, pa.string()).cast(kind)
        if column.type in ("integer", "float"):
            # With a type given, Arrow would cut off what stands behind the point, and take true for 1.
            found = pa.array(values)
            is_real = column.type == "float" and pa.types.is_float64(found.type)
            if not (is_real or pa.types.is_int64(found.type) or pa.types.is_null(found.type)):
                raise TypeError
            return found.cast(kind)
        return pa.array(values, kind)
    except (pa.ArrowException, TypeError, OverflowError):
        raise UnexpectedAnswer(
            f"Anthropic's answer has values as {column.name!r} that are not of type {column.type}."
        ) from None
