"""The rows of the company's connectors, made once a session, and what tests ask of them.

What belongs here: making and keying rows. What does not: tests.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS, Connector
from dagster_open_platform_local.company.fivetran.layouts import Layout, layouts
from dagster_open_platform_local.company.settings import CompanySettings

SETTINGS = CompanySettings()
TODAY = date(2026, 11, 24)
TOMORROW = TODAY + timedelta(days=1)
BY_NAME = {connector.name: connector for connector in CONNECTORS}
NAMES = tuple(BY_NAME)


def tables_of(connector: Connector) -> dict[str, Layout]:
    """The layouts of a connector's tables by name."""
    found = layouts(connector.schema)
    return {connector.sheet: found[connector.sheet]} if connector.sheet else found


@lru_cache(maxsize=256)
def rows(name: str, settings: CompanySettings = SETTINGS, today: date = TODAY) -> Mapping[str, pa.Table]:
    """A connector's rows; of a sheet, its own."""
    connector = BY_NAME[name]
    found = connector.rows(settings, today)
    return {connector.sheet: found[connector.sheet]} if connector.sheet else found


def table(connector: str, name: str, today: date = TODAY) -> list[dict[str, Any]]:
    """A table's rows as dictionaries."""
    return rows(connector, today=today)[name].to_pylist()


def assert_resolves(connector: str, reference: str, target: str) -> None:
    """Every id that a column (`table.column`) has is one of another table's, and there are some."""
    name, _, column = reference.partition(".")
    used = {row[column] for row in table(connector, name)} - {None}
    assert used
    assert used <= {row["id"] for row in table(connector, target)}


def keys(found: pa.Table, layout: Layout) -> pa.Table:
    """The key of each row."""
    return found.select(list(layout.primary_key))


def lost(earlier: pa.Table, later: pa.Table, layout: Layout) -> int:
    """How many keys are there in the first, and not in the second."""
    own = list(layout.primary_key)
    return keys(earlier, layout).join(keys(later, layout), keys=own, join_type="left anti").num_rows


def distinct(found: pa.Table, layout: Layout) -> int:
    """How many different keys there are."""
    return found.group_by(list(layout.primary_key)).aggregate([]).num_rows


def digest(found: Mapping[str, pa.Table]) -> str:
    """A hash of all values, by table and column."""
    sink = hashlib.sha256()
    for name in sorted(found):
        for column in sorted(found[name].column_names):
            sink.update(f"{name}.{column}".encode())
            values = found[name][column]
            text = pc.call_function("coalesce", [values.cast(pa.string()), pa.scalar("\x00")])
            for chunk in text.chunks:
                # Buffers of slices hold more than the slice; a copy does not.
                sink.update("\x1f".join(chunk.to_pylist()).encode())
    return sink.hexdigest()
