"""How the tests of HubSpot, Zoom and Google Sheets read rows: as plain dictionaries.

What belongs here: reading, and what holds for the tables of every source. What does not: expectations of one source.
"""

import itertools
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from dagster_open_platform_local.company.fivetran.layouts import layouts

Row = dict[str, Any]
END_OF_TIME = datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
_MAY_BE_LATER = (
    "start_time",
    "end_time",
    "start_date_time",
    "end_date_time",
    "event_date",
    "publish_date",
    "_fivetran_end",
)
"""Columns of what is planned."""


def midnight(day: date) -> datetime:
    """00:00 UTC of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def by_key(schema: str, name: str, table: pa.Table) -> dict[tuple[Any, ...], Row]:
    """Rows by their key, each of which is there once and has no null."""
    key = layouts(schema)[name].primary_key
    found = {tuple(row[column] for column in key): row for row in table.to_pylist()}
    assert len(found) == table.num_rows, f"{name}: a key is there twice"
    assert not any(part is None for each in found for part in each), f"{name}: a key is null"
    return found


def assert_shape(schema: str, tables: Mapping[str, pa.Table]) -> None:
    """Every table is one of the layout, with columns of its names and types, and unique keys."""
    for name, table in tables.items():
        wanted = layouts(schema)[name].schema
        for field in table.schema:
            assert wanted.field(field.name).type == field.type, f"{name}.{field.name}"
        by_key(schema, name, table)


def assert_references(tables: Mapping[str, pa.Table], references: Iterable[str]) -> None:
    """Every id is there in the table to which it refers.

    Args:
        tables: By name.
        references: Such as `deal_company.deal_id -> deal.deal_id`. A null refers to nothing.
    """
    for text in references:
        source, target = (part.strip().split(".") for part in text.split("->"))
        known = set(tables[target[0]][target[1]].to_pylist())
        used = {each for each in tables[source[0]][source[1]].to_pylist() if each is not None}
        assert used, f"{text}: nothing refers to anything"
        assert used <= known, f"{text}: {len(used - known)} of {len(used)} are unknown"


def assert_not_later(tables: Mapping[str, pa.Table], today: date, planned: Iterable[str] = ()) -> None:
    """Nothing has a moment of the date or later, but for what is planned (column names, beside the usual ones)."""
    excepted = {*_MAY_BE_LATER, *planned}
    for name, table in tables.items():
        for field in table.schema:
            if not pa.types.is_timestamp(field.type) or field.name in excepted:
                continue
            moments = [each.replace(tzinfo=UTC) for each in table[field.name].to_pylist() if each is not None]
            assert all(each < midnight(today) for each in moments), f"{name}.{field.name}: {max(moments)}"


def assert_history(table: pa.Table, key: str) -> dict[tuple[Any, str], list[Row]]:
    """The rows of each property of each object follow one another without a gap, and the last one is active.

    Args:
        table: One of history mode.
        key: The column of the object's id.

    Returns:
        The rows by object and property, by time.
    """
    runs: dict[tuple[Any, str], list[Row]] = {}
    for row in sorted(table.to_pylist(), key=lambda each: each["_fivetran_start"]):
        runs.setdefault((row[key], row.get("name", "")), []).append(row)
    for rows in runs.values():
        for row, follower in itertools.pairwise(rows):
            assert not row["_fivetran_active"]
            assert row["_fivetran_end"] == follower["_fivetran_start"] - timedelta(milliseconds=1)
        assert rows[-1]["_fivetran_active"]
        assert rows[-1]["_fivetran_end"] == END_OF_TIME
    return runs
