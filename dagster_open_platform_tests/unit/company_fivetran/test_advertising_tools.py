"""What is true of every advertising tool and of Google Analytics: keys, types, days, and rows that stay what they were."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import yaml

import dagster_open_platform
from dagster_open_platform_local.company.fivetran.layouts import DELETED, SYNCED, layouts
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_fivetran.advertising import (
    COMPANY,
    SCHEMAS,
    TODAY,
    connector,
    rows,
)

by_schema = pytest.mark.parametrize("schema", SCHEMAS)
SMALL = CompanySettings(seed=5, scale=0.1)
PLANNED = {"run_schedule_end", "end_time", "end_date", "_fivetran_end"}
"""Columns that may say something of the future."""
DIGESTS = """
import sys
from datetime import date
from hashlib import sha256
from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS
from dagster_open_platform_local.company.settings import CompanySettings
for schema in sys.argv[1:]:
    (found,) = [each for each in CONNECTORS if each.schema == schema]
    for name, table in sorted(found.rows(CompanySettings(seed=5, scale=0.1), date(2026, 6, 29)).items()):
        print(schema, name, sha256(repr(table.to_pydict()).encode()).hexdigest())
"""


@by_schema
def test_tables_have_columns_and_types_of_their_layouts(schema: str) -> None:
    known = layouts(schema)
    for name, table in rows(schema).items():
        fields = {field.name: field.type for field in known[name].schema}
        assert all(fields[field.name] == field.type for field in table.schema), name
        assert table.num_rows


@by_schema
def test_keys_are_there_and_unique(schema: str) -> None:
    for today in (date(2026, 6, 1), TODAY):
        for name, table in rows(schema, today=today).items():
            keys = table.select(layouts(schema)[name].primary_key)
            assert all(column.null_count == 0 for column in keys.columns), name
            assert keys.group_by(keys.column_names).aggregate([]).num_rows == table.num_rows, name


@by_schema
def test_json_is_json(schema: str) -> None:
    for name, table in rows(schema).items():
        kinds = {column.name: column.type for column in layouts(schema)[name].columns}
        for column in table.column_names:
            if kinds[column] == "JSON":
                for text in table[column].unique().drop_null().to_pylist():
                    assert isinstance(json.loads(text), list), (name, column)


@by_schema
def test_nothing_is_of_today_or_later(schema: str) -> None:
    now = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    for name, table in rows(schema).items():
        for field in table.schema:
            if field.name in PLANNED or table[field.name].null_count == table.num_rows:
                continue
            if pa.types.is_date(field.type):
                assert pc.call_function("max", [table[field.name]]).as_py() < TODAY, name
            elif pa.types.is_timestamp(field.type):
                assert pc.call_function("max", [table[field.name]]).as_py() < now, (name, field.name)


def test_another_process_gets_the_same_rows() -> None:
    told = subprocess.run(
        [sys.executable, "-c", DIGESTS, *SCHEMAS], capture_output=True, text=True, check=True, timeout=120
    )
    assert told.stdout.splitlines() == [
        f"{schema} {name} {sha256(repr(table.to_pydict()).encode()).hexdigest()}"
        for schema in SCHEMAS
        for name, table in sorted(connector(schema).rows(SMALL, date(2026, 6, 29)).items())
    ]


@by_schema
def test_what_a_report_told_of_a_day_stays_after_five_weeks(schema: str) -> None:
    later, limit = rows(schema, today=TODAY + timedelta(days=20)), TODAY - timedelta(days=35)
    compared = 0
    for name, before in rows(schema).items():
        day = "date" if "date" in before.column_names else "day" if "day" in before.column_names else None
        if day is None:
            continue
        one, other = (_before(table, day, limit) for table in (before, later[name]))
        assert _sorted(one, schema, name).equals(_sorted(other, schema, name)), name
        compared += one.num_rows
    assert compared > 500


def _before(table: pa.Table, day: str, limit: date) -> pa.Table:
    return table.filter(pc.call_function("less", [table[day].cast(pa.date32()), pa.scalar(limit)]))


def _sorted(table: pa.Table, schema: str, name: str) -> pa.Table:
    return table.sort_by([(column, "ascending") for column in layouts(schema)[name].primary_key])


def _versions(schema: str, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, table in rows(schema, today=today).items():
        if name.endswith("_history"):
            for row in table.to_pylist():
                yield name, row


@pytest.mark.parametrize("schema", ["google_ads", "linkedin_ads", "bingads"])
def test_a_version_stays_save_that_another_takes_its_place(schema: str) -> None:
    def keyed(today: date) -> dict[tuple[Any, ...], dict[str, Any]]:
        return {
            (name, *(row[column] for column in layouts(schema)[name].primary_key)): {
                column: value
                for column, value in row.items()
                if column not in ("_fivetran_end", "_fivetran_active")
            }
            for name, row in _versions(schema, today)
        }

    first, later = keyed(date(2026, 6, 20)), keyed(TODAY)
    assert first.items() <= later.items()
    assert len(later) > len(first)


def test_versions_in_history_mode_follow_one_another() -> None:
    spans: dict[tuple[Any, ...], list[tuple[datetime, datetime, bool]]] = {}
    for name, row in _versions("google_ads", TODAY):
        key = (
            name,
            *(row[column] for column in layouts("google_ads")[name].primary_key if column != "updated_at"),
        )
        spans.setdefault(key, []).append(
            (row["_fivetran_start"], row["_fivetran_end"], row["_fivetran_active"])
        )
    assert max(map(len, spans.values())) > 1
    for found in spans.values():
        found.sort()
        assert [active for *_, active in found] == [False] * (len(found) - 1) + [True]
        for (_, end, _), (start, _, _) in pairwise(found):
            assert end == start - timedelta(milliseconds=1)


@by_schema
def test_every_table_is_described_and_no_other(schema: str) -> None:
    assert dagster_open_platform.__file__
    folder = Path(dagster_open_platform.__file__).parent / "defs/fivetran/components/descriptions"
    described = yaml.safe_load((folder / f"{schema}.yaml").read_text())
    assert sorted(described) == sorted(layouts(schema))
    for layout in layouts(schema).values():
        assert not {column.name for column in layout.columns} & {DELETED}
        assert layout.columns[-1].name == SYNCED


@by_schema
def test_a_young_or_tiny_company_has_rows_too(schema: str) -> None:
    for settings, today in ((COMPANY, date(2026, 6, 1)), (CompanySettings(scale=0.01), date(2026, 6, 9))):
        found = connector(schema).rows(settings, today)
        assert sum(table.num_rows for table in found.values()) > 50


def test_all_together_are_few_enough_to_load() -> None:
    assert sum(table.num_rows for schema in SCHEMAS for table in rows(schema).values()) < 110_000
