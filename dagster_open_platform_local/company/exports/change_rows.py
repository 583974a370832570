"""The changes of some tables of the product's database `main`, day by day.

What belongs here: which rows changed, in which order, and when. What does not: files (`changes.py`).

A day's changes are the difference between the tables at its beginning and at its end; what came and went in between is not
known, save that a row that was created and changed on one day is inserted as it was first and then updated. Made from the
tables themselves, they lead to them: whoever applies every change in order has `product_tables` of the next day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.difference import difference
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, TIMESTAMP, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, either
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.product.tables import TABLE_BY_NAME
from dagster_open_platform_local.company.settings import CompanySettings

REPLICATED = ("organizations", "users", "users_organizations", "teams", "deployments", "session_tokens")
"""Of each of these the primary key is `id`."""

OP, SEQUENCE, COMMITTED_AT = "Op", "dms_sequence", "dms_committed_at"
_SEQUENCES_A_DAY = 1_000_000_000
_SECOND_MICROS = 1_000_000
_LATEST_MICRO = 990_000
"""So that the millisecond after a change is in the same second."""
_COME_LATER = {
    "organizations": ("canceled_at",),
    "users": ("email_verified_at", "mfa_enrolled_at", "deactivated_at"),
    "deployments": ("last_deployed_at",),
}
"""What a row does not have yet when it is inserted, if it has it by the end of the day."""
_DELETED_WHEN = {"session_tokens": "expires_at"}


@dataclass(frozen=True)
class _Changes:
    """Changes of one kind.

    Args:
        op: I, U or D.
        rows: As they are written, in the table's columns.
        second: When each was committed (Unix seconds).
    """

    op: str
    rows: pa.Table
    second: Integers


def full_load(settings: CompanySettings, day: date) -> dict[str, pa.Table]:
    """Every row of every replicated table at 00:00 UTC of a day, as inserts."""
    moment = unix_seconds(day) * _SECOND_MICROS
    found: dict[str, pa.Table] = {}
    for name, rows in _state(settings, day).items():
        size = rows.num_rows
        found[name] = _table(
            pa.repeat("I", size), np.zeros(size, dtype=np.int64), np.full(size, moment, dtype=np.int64), rows
        )
    return found


@lru_cache(maxsize=2)
def changes_of_day(settings: CompanySettings, day: date) -> Mapping[str, pa.Table]:
    """The changes of a day (UTC) by table, in the order of their sequence; without tables in which nothing changed."""
    before, after = _state(settings, day), _state(settings, day + timedelta(days=1))
    found = {name: _changes(settings, day, name, before[name], after[name]) for name in REPLICATED}
    parts = [(name, each, _micros(settings, name, each)) for name in REPLICATED for each in found[name]]
    sizes = [each.rows.num_rows for _, each, _ in parts]
    moment = np.concatenate([micros for _, _, micros in parts]) if parts else np.zeros(0, dtype=np.int64)
    sequence = np.empty(moment.size, dtype=np.int64)
    first = (day - settings.epoch).days * _SEQUENCES_A_DAY + 1
    sequence[np.argsort(moment, kind="stable")] = first + np.arange(moment.size)
    tables: dict[str, list[pa.Table]] = {}
    for (name, each, micros), start in zip(parts, np.cumsum([0, *sizes]).tolist(), strict=False):
        numbers = sequence[start : start + micros.size]
        tables.setdefault(name, []).append(
            _table(pa.repeat(each.op, micros.size), numbers, micros, each.rows)
        )
    return {name: pa.concat_tables(each).sort_by(SEQUENCE) for name, each in tables.items()}


@lru_cache(maxsize=2)
def _state(settings: CompanySettings, day: date) -> dict[str, pa.Table]:
    return product_tables(settings, "main", day, REPLICATED)


def _changes(
    settings: CompanySettings, day: date, name: str, before: pa.Table, after: pa.Table
) -> list[_Changes]:
    """The changes of one table."""
    found = difference(before, after, TABLE_BY_NAME[name].primary_key)
    created = _seconds(found.inserted, "created_at")
    inserted, touched = found.inserted, np.zeros(created.size, dtype=np.bool_)
    if "updated_at" in after.column_names:
        touched = _seconds(inserted, "updated_at") > created
        inserted = _as_created(name, inserted, touched)
    touched_rows = found.inserted.filter(pa.array(touched))
    gone = before.filter(pa.array(np.isin(before["id"].to_numpy(), found.deleted["id"].to_numpy())))
    changes = [
        _Changes("I", inserted, created),
        _Changes("U", touched_rows, _seconds(touched_rows, "updated_at")),
        _Changes("U", found.updated, _moments(settings, day, name, found.updated, "updated_at")),
        _Changes(
            "D",
            _only_keys(gone, after.schema),
            _moments(settings, day, name, gone, _DELETED_WHEN.get(name, "")),
        ),
    ]
    return [each for each in changes if each.rows.num_rows]


def _as_created(name: str, rows: pa.Table, touched: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> pa.Table:
    """The rows as they were inserted, where they were updated before the day was over."""
    for column in ("updated_at", *_COME_LATER.get(name, ())):
        values = rows[column].combine_chunks()
        first = (
            rows["created_at"].combine_chunks()
            if column == "updated_at"
            else pa.nulls(len(values), values.type)
        )
        rows = rows.set_column(rows.column_names.index(column), column, either(touched, first, values))
    return rows


def _only_keys(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows' keys, and null in every other column of a schema."""
    nullable = pa.schema([field.with_nullable(True) for field in schema])
    columns = [
        rows["id"] if field.name == "id" else pa.nulls(rows.num_rows, field.type) for field in nullable
    ]
    return pa.table(columns, schema=nullable)


def _moments(settings: CompanySettings, day: date, name: str, rows: pa.Table, column: str) -> Integers:
    """When rows changed: what a column says, or any second of the day if it says nothing about it (Unix seconds)."""
    start = unix_seconds(day)
    ids = rows["id"].to_numpy()
    drawn = Draws(settings.seed, f"dms_{name}", (ids << 16) | (day - settings.epoch).days)
    unknown = start + drawn.below("second", DAY_SECONDS)
    if column not in rows.column_names:
        return unknown
    said = _seconds(rows, column)
    return np.where((said >= start) & (said < start + DAY_SECONDS), said, unknown)


def _seconds(rows: pa.Table, column: str) -> Integers:
    if column not in rows.column_names:
        return np.zeros(rows.num_rows, dtype=np.int64)
    return rows[column].cast(pa.int64()).to_numpy() // _SECOND_MICROS


def _micros(settings: CompanySettings, name: str, changes: _Changes) -> Integers:
    """When changes were committed, in Unix microseconds."""
    draws = Draws(settings.seed, f"dms_{name}_{changes.op}", changes.rows["id"].to_numpy())
    return changes.second * _SECOND_MICROS + draws.below("micro", _LATEST_MICRO)


def _table(op: pa.Array, sequence: Integers, micros: Integers, rows: pa.Table) -> pa.Table:
    fields = [pa.field(OP, pa.string()), pa.field(SEQUENCE, pa.int64()), pa.field(COMMITTED_AT, TIMESTAMP)]
    schema = pa.schema([*fields, *(field.with_nullable(True) for field in rows.schema)])
    return pa.table([op, pa.array(sequence), pa.array(micros).cast(TIMESTAMP), *rows.columns], schema=schema)
