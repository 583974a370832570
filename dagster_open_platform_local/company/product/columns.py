"""Values of columns as Arrow arrays.

What belongs here: how a value is written (codes, UUIDs, JSON, decimals, moments). What does not: what it is.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dagster_open_platform_local.company.hashing import Bits, Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, TIMESTAMP
from dagster_open_platform_local.company.product.schema import ProductTable
from dagster_open_platform_local.company.settings import CompanySettings

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Columns = dict[str, pa.Array]

_MICROS = 1_000_000
_JOIN = "binary_join_element_wise"
_VERSION_MASK, _VERSION = np.uint64(0xFFFFFFFFFFFF0FFF), np.uint64(0x4000)
_VARIANT_MASK, _VARIANT = np.uint64(0x3FFFFFFFFFFFFFFF), np.uint64(0x8000000000000000)


def assembled(table: ProductTable, settings: CompanySettings, today: date, columns: Columns) -> pa.Table:
    """The table as it is shaped on a date; columns that it does not have yet are left out."""
    schema = table.arrow_schema(settings, today)
    return pa.table([columns[name] for name in schema.names], schema=schema)


def choice(names: Sequence[str], index: Integers, absent: Mask | None = None) -> pa.Array:
    """Names by their index; null where marked absent."""
    return pa.array(names, pa.string()).take(pa.array(index, mask=absent))


def either(mask: Mask, one: pa.Array, other: pa.Array) -> pa.Array:
    """The first value where marked, the second elsewhere."""
    return pc.call_function("if_else", [pa.array(mask), one, other])


def only(values: pa.Array, mask: Mask) -> pa.Array:
    """The values where marked, null elsewhere."""
    return pc.call_function("if_else", [pa.array(mask), values, pa.scalar(None, values.type)])


def moments(seconds: Integers, micros: Integers | None = None) -> pa.Array:
    """Unix seconds (and microseconds on top) as timestamptz; `NEVER` as null."""
    never = seconds >= NEVER
    value = np.where(never, 0, seconds) * _MICROS + (0 if micros is None else micros)
    return pa.array(value, mask=never).cast(TIMESTAMP)


def local_moments(seconds: Integers) -> pa.Array:
    """Unix seconds as timestamp without time zone (UTC); `NEVER` as null."""
    return moments(seconds).cast(pa.timestamp("us"))


def dates(seconds: Integers, absent: Mask | None = None) -> pa.Array:
    """Unix seconds as the date (UTC) on which they lie."""
    return pa.array((seconds // DAY_SECONDS).astype(np.int32), mask=absent).cast(pa.date32())


def epoch_floats(seconds: Integers, micros: Integers) -> pa.Array:
    """Unix seconds with their fraction as double precision; `NEVER` as null."""
    never = seconds >= NEVER
    return pa.array((np.where(never, 0, seconds) * _MICROS + micros) / _MICROS, mask=never)


def decimals(micros: Integers, absent: Mask) -> pa.Array:
    """Millionths as numeric(18,6); null where marked absent."""
    # Arrow keeps a decimal as a 128-bit integer, the low half first.
    halves = np.stack([micros, micros >> 63], axis=1).tobytes()
    values = pa.Array.from_buffers(pa.decimal128(18, 6), micros.size, [None, pa.py_buffer(halves)])
    return only(values, ~absent)


def uuids(draws: Draws, column: str) -> pa.Array:
    """A random UUID (version 4) a row."""
    high = (draws.bits(column) & _VERSION_MASK) | _VERSION
    low = (draws.bits(f"{column}_low") & _VARIANT_MASK) | _VARIANT
    return pa.array(
        [
            f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}"
            for one in _hexadecimals([high, low], draws.ids.size)
        ],
        pa.string(),
    )


def hashes(draws: Draws, column: str) -> pa.Array:
    """64 hexadecimal digits a row, as of a SHA-256."""
    parts = [draws.bits(f"{column}_{part}") for part in range(4)]
    return pa.array(_hexadecimals(parts, draws.ids.size), pa.string())


def _hexadecimals(parts: Sequence[Bits], count: int) -> list[str]:
    width = 16 * len(parts)
    whole = np.stack(parts, axis=1).astype(">u8").tobytes().hex()
    return [whole[i * width : (i + 1) * width] for i in range(count)]


def joined(*parts: "str | pa.Array | Integers | Mask") -> pa.Array:
    """Texts put together row by row; numbers and truth values are written as JSON writes them."""
    return pc.call_function(_JOIN, [*(_text(part) for part in parts), pa.scalar("")])


def _text(part: "str | pa.Array | Integers | Mask") -> "pa.Array | pa.Scalar":
    if isinstance(part, str):
        return pa.scalar(part)
    values = pa.array(part) if isinstance(part, np.ndarray) else part
    return values.cast(pa.string())


def json_objects(**fields: "pa.Array | Integers | Mask") -> pa.Array:
    """A JSON object a row.

    Args:
        fields: Numbers, truth values, or plain texts: letters, digits and punctuation that JSON need not escape. A null text
            becomes null.
    """
    parts: list[str | pa.Array | Integers | Mask] = []
    for name, values in fields.items():
        parts.append(f'{", " if parts else "{"}"{name}": ')
        parts.append(_json(values))
    return joined(*parts, "}")


def _json(values: "pa.Array | Integers | Mask") -> pa.Array:
    found = pa.array(values) if isinstance(values, np.ndarray) else values
    text = joined('"', found, '"') if pa.types.is_string(found.type) else found.cast(pa.string())
    return text.fill_null("null")
