"""What a table of the product is: its columns, their types in Postgres and Arrow, its DDL.

What belongs here: that, as data. What does not: which tables there are (`tables.py`).

Arrow's types: `uuid` and `jsonb` are strings (Postgres writes JSON its own way: compare it parsed), `timestamptz` is in UTC,
`timestamp` has no zone and means UTC.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.moments import TIMESTAMP
from dagster_open_platform_local.company.settings import CompanySettings

DATABASES = ("main", "shard1", "xregion", "eu")
"""The American region's two, what the product itself shares between its regions, and the European region's."""

EUROPEAN_IDS_AFTER = 10**9
"""The product's databases in the EU give ids above this one, so that no two rows of both regions share one."""

ARROW_TYPES: dict[str, pa.DataType] = {
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "smallint": pa.int16(),
    "text": pa.string(),
    "uuid": pa.string(),
    "jsonb": pa.string(),
    "boolean": pa.bool_(),
    "timestamptz": TIMESTAMP,
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "numeric(18,6)": pa.decimal128(18, 6),
    "double precision": pa.float64(),
    "text[]": pa.list_(pa.string()),
}
"""Postgres type to Arrow type."""

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_COLUMN = re.compile(
    r"(?P<name>\w+) (?P<type>[a-z ]+?(?:\(18,6\)|\[\])?)(?P<null> null)?(?: since (?P<since>\d+))?"
)


@dataclass(frozen=True)
class Column:
    """A column.

    Args:
        name: In both worlds.
        postgres_type: A key of `ARROW_TYPES`.
        nullable: Whether it may be null. A column with `since` must be.
        since: Days after the company's epoch. On that day, and later, the table has the column.
    """

    name: str
    postgres_type: str
    nullable: bool = False
    since: int = 0

    def __post_init__(self) -> None:
        if not _IDENTIFIER.fullmatch(self.name) or self.postgres_type not in ARROW_TYPES:
            raise ValueError(f"{self.name} {self.postgres_type} is no column")
        if self.since and not self.nullable:
            raise ValueError(f"{self.name} comes later, so it must be nullable")

    @property
    def definition(self) -> str:
        """As it stands in CREATE TABLE and ADD COLUMN."""
        return f'"{self.name}" {self.postgres_type}{"" if self.nullable else " NOT NULL"}'


@dataclass(frozen=True)
class ProductTable:
    """A table of the schema `public`.

    Args:
        name: Of the table.
        databases: In which it is.
        columns: In order; those that come later are the last.
        primary_key: Names of columns.
        indexes: Columns that have an index of their own, for whoever reads what is new.
    """

    name: str
    databases: tuple[str, ...]
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    indexes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = {column.name for column in self.columns if not column.nullable}
        if not _IDENTIFIER.fullmatch(self.name) or not {*self.primary_key} <= known:
            raise ValueError(f"{self.name} has no such key")
        later = [column.since for column in self.columns]
        if later != sorted(later):
            raise ValueError(f"{self.name}: a column that comes later must be one of the last")

    def columns_at(self, settings: CompanySettings, today: date) -> tuple[Column, ...]:
        """The columns that the table has on a date."""
        age = (today - settings.epoch).days
        return tuple(column for column in self.columns if not column.since or column.since <= age)

    def arrow_schema(self, settings: CompanySettings, today: date) -> pa.Schema:
        """The shape of the rows on a date."""
        return pa.schema(
            [
                pa.field(column.name, ARROW_TYPES[column.postgres_type], column.nullable)
                for column in self.columns_at(settings, today)
            ]
        )

    def create(self, settings: CompanySettings, today: date) -> str:
        """CREATE TABLE as of a date."""
        lines = [column.definition for column in self.columns_at(settings, today)]
        lines.append(f"PRIMARY KEY ({', '.join(self.primary_key)})")
        return f'CREATE TABLE public."{self.name}" (\n    ' + ",\n    ".join(lines) + "\n)"

    def create_indexes(self) -> list[str]:
        """CREATE INDEX for each index."""
        return [
            f'CREATE INDEX "{self.name}_{column}" ON public."{self.name}" ("{column}")'
            for column in self.indexes
        ]

    def alter(self, settings: CompanySettings, before: date, today: date) -> list[str]:
        """ALTER TABLE for what has come to it between two dates."""
        known = self.columns_at(settings, before)
        return [
            f'ALTER TABLE public."{self.name}" ADD COLUMN {column.definition}'
            for column in self.columns_at(settings, today)
            if column not in known
        ]


def table(
    name: str, databases: Sequence[str], columns: str, key: str = "id", indexes: str = "updated_at"
) -> ProductTable:
    """A table in few words.

    Args:
        name: Of the table.
        databases: In which it is.
        columns: A line a column: name, Postgres type, `null` if it may be, `since N` if it comes N days after the epoch.
        key: Names of the primary key's columns, separated by spaces.
        indexes: Names of the columns with an index, separated by spaces.
    """
    found: list[Column] = []
    for line in filter(None, map(str.strip, columns.splitlines())):
        match = _COLUMN.fullmatch(line)
        if match is None:
            raise ValueError(f"{name}: {line!r} is no column")
        found.append(Column(match["name"], match["type"], bool(match["null"]), int(match["since"] or 0)))
    return ProductTable(name, tuple(databases), tuple(found), tuple(key.split()), tuple(indexes.split()))
