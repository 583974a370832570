"""The tables of a connector in the destination: names, columns, types, keys, read from `layouts/<schema>.yaml`.

What belongs here: reading those files. What does not: the rows.

A file says for each table its columns in Fivetran's own types (https://fivetran.com/docs/core-concepts#datatypes)::

    account:
      id: STRING pk
      annual_revenue: DECIMAL(18,2)
      _fivetran_deleted: BOOLEAN

Every table also has `_fivetran_synced`, when Fivetran wrote the row; the files leave it out. One with `_fivetran_deleted` keeps
what the source deleted, marked; from the others it vanishes. A table whose source has no key has `_fivetran_id: STRING pk`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import yaml

from dagster_open_platform_local.company.errors import CompanyError

SYNCED, DELETED = "_fivetran_synced", "_fivetran_deleted"
_DIRECTORY = Path(__file__).parent / "layouts"
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_ARROW: dict[str, pa.DataType] = {
    "STRING": pa.string(),
    "BOOLEAN": pa.bool_(),
    "SHORT": pa.int16(),
    "INT": pa.int32(),
    "LONG": pa.int64(),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "LOCALDATE": pa.date32(),
    "LOCALDATETIME": pa.timestamp("us"),
    "INSTANT": pa.timestamp("us", tz="UTC"),
    "JSON": pa.string(),
}


class InvalidLayoutError(CompanyError):
    """A layout file cannot be read; the message says where."""


@dataclass(frozen=True)
class Column:
    """A column.

    Args:
        name: In the destination.
        type: Fivetran's.
        primary_key: Whether it is part of the key.
    """

    name: str
    type: str
    primary_key: bool = False

    @property
    def arrow_type(self) -> pa.DataType:
        """What holds its values here; JSON is text."""
        if decimal := _DECIMAL.fullmatch(self.type):
            return pa.decimal128(int(decimal[1]), int(decimal[2]))
        return _ARROW[self.type]


@dataclass(frozen=True)
class Layout:
    """A table.

    Args:
        name: In the destination.
        columns: All of them, `_fivetran_synced` last.
    """

    name: str
    columns: tuple[Column, ...]

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Names of the key's columns."""
        return tuple(column.name for column in self.columns if column.primary_key)

    @property
    def keeps_deleted(self) -> bool:
        """Whether rows that the source deleted stay, marked."""
        return any(column.name == DELETED for column in self.columns)

    @property
    def schema(self) -> pa.Schema:
        """Names and types of what the source provides: all columns but Fivetran's two own."""
        return pa.schema(
            [
                (column.name, column.arrow_type)
                for column in self.columns
                if column.name not in (SYNCED, DELETED)
            ]
        )


def layout_names() -> tuple[str, ...]:
    """The schemas that have a file."""
    return tuple(sorted(path.stem for path in _DIRECTORY.glob("*.yaml")))


@lru_cache(maxsize=64)
def layouts(schema: str) -> dict[str, Layout]:
    """The tables of a schema by name.

    Raises:
        InvalidLayoutError: A column's type is not Fivetran's, or a table has no key.
    """
    path = _DIRECTORY / f"{schema}.yaml"
    found = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    return {name: _layout(path, name, columns) for name, columns in found.items()}


def _layout(path: Path, table: str, columns: dict[str, str]) -> Layout:
    made = tuple(_column(path, table, name, text) for name, text in columns.items())
    layout = Layout(table, (*made, Column(SYNCED, "INSTANT")))
    if not layout.primary_key:
        raise InvalidLayoutError(f"{path.name}: {table} has no column marked pk")
    return layout


def _column(path: Path, table: str, name: str, text: str) -> Column:
    type_, _, mark = str(text).partition(" ")
    if (type_ not in _ARROW and not _DECIMAL.fullmatch(type_)) or mark not in ("", "pk"):
        raise InvalidLayoutError(
            f"{path.name}: {table}.{name}: {text!r} is no type; known are {', '.join(_ARROW)}, DECIMAL(p,s)"
        )
    return Column(name, type_, mark == "pk")
