"""The company's own change files lead to the company's own tables."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dagster_open_platform.lib.aws.buckets import DMS
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.dms.apply import Applied, apply_changes
from dagster_open_platform.lib.dms.tables import ChangeTable
from dagster_open_platform_local.company.exports.change_rows import REPLICATED
from dagster_open_platform_local.company.exports.changes import objects_of_day
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.product.tables_shards import AGENT_VERSION_SINCE
from dagster_open_platform_local.company.settings import EPOCH, CompanySettings
from dagster_open_platform_tests.fixtures.dms import source_of, stored
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb

COMPANY = CompanySettings(seed=3, scale=0.2)
STOPS = (
    EPOCH + timedelta(days=1),
    EPOCH + timedelta(days=9),
    EPOCH + timedelta(days=AGENT_VERSION_SINCE + 8),
)
"""Dates at which the changes that there are so far are applied; the last one is after a column has come."""

Stage = tuple[date, dict[str, Any], dict[str, Applied]]
"""A date, the live rows by table and key, and what the run did to each table."""


def run(directory: Path, store: FakeObjectStore) -> dict[str, Applied]:
    warehouse = local_duckdb(directory)
    with warehouse.connect() as connection:
        return {
            name: apply_changes(
                connection,
                source_of(store),
                ChangeTable(name, ("id",)),
                warehouse.table("purina", "dms", name),
            )
            for name in REPLICATED
        }


def company_rows(name: str, today: date) -> dict[Any, dict[str, Any]]:
    table = product_tables(COMPANY, "main", today, [name])[name]
    assert not any(pa.types.is_list(kind) for kind in table.schema.types)
    return {row["id"]: row for row in table.to_pylist()}


@pytest.fixture(scope="module")
def stages(
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Stage]:
    """What there was at each stop."""
    directory, store = tmp_path_factory.mktemp("warehouse"), FakeObjectStore([DMS])
    found, day = [], EPOCH
    for today in STOPS:
        while day < today:
            for each in objects_of_day(COMPANY, day):
                store.put(each.bucket, each.key, each.body)
            day += timedelta(days=1)
        applied = run(directory, store)
        rows = {
            name: {key: row for key, row in stored(directory, name).items() if not row["_dms_deleted"]}
            for name in REPLICATED
        }
        found.append((today, rows, applied))
    return found


def test_live_rows_are_the_products_tables(
    stages: list[Stage],
) -> None:
    for today, tables, _ in stages:
        for name, rows in tables.items():
            ours = {key: without_own(row) for key, row in rows.items()}
            assert ours == company_rows(name, today), (name, today)


def without_own(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("_dms_")}


def test_the_company_did_what_makes_it_hard(
    stages: list[Stage],
) -> None:
    """What the comparison above would not notice if it never happened."""
    operations: Counter[str] = Counter()
    for _, _, applied in stages:
        for each in applied.values():
            operations.update(each.operations)
    assert min(operations[each] for each in "IUD") > 10
    files = [len(stages[-1][2][name].files) for name in REPLICATED]
    assert max(files) > 60
    written = [(each.rows_inserted + each.rows_updated, each.changes_read) for each in stages[-1][2].values()]
    assert any(rows < changes for rows, changes in written)
    first, last = (stages[number][1]["deployments"] for number in (0, -1))
    assert "agent_version" not in next(iter(first.values()))
    assert {row["agent_version"] is None for row in last.values()} == {True, False}
