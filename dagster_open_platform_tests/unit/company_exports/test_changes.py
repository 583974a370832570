"""Change files: whoever applies them has the product's tables, on every date and however dirty the files are."""

import re
from collections import Counter
from datetime import date, timedelta
from functools import lru_cache

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.company.exports import changes
from dagster_open_platform_local.company.exports.change_rows import REPLICATED
from dagster_open_platform_local.company.exports.objects import StoredObject
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.product.tables import TABLE_BY_NAME
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_exports.reading import Replica, Row, days, midnight, parquet

COMPANY = CompanySettings(seed=3, scale=0.2)
LOAD, TODAY = date(2026, 6, 1), date(2026, 11, 5)
FILE = re.compile(r"cloud_product/public/(\w+)/(\d{4}/\d\d/\d\d)/(\d{8})-(\d{9})\.parquet")


@lru_cache(maxsize=256)
def of_day(day: date) -> list[StoredObject]:
    return list(changes.objects_of_day(COMPANY, day))


def until(today: date) -> list[StoredObject]:
    return [found for day in days(COMPANY.epoch, today) for found in of_day(day)]


def product(company: CompanySettings, today: date) -> dict[str, dict[int, Row]]:
    tables = product_tables(company, "main", today)
    return {name: {row["id"]: row for row in tables[name].to_pylist()} for name in REPLICATED}


def without_new_columns(rows: dict[int, Row]) -> dict[int, Row]:
    """Rows without nulls: a row that was written before a column came does not have it."""
    return {
        key: {name: value for name, value in row.items() if value is not None} for key, row in rows.items()
    }


@pytest.mark.parametrize(
    "today",
    [
        LOAD + timedelta(days=1),
        date(2026, 8, 20),
        date(2026, 9, 14),
        date(2026, 9, 15),
        date(2026, 10, 1),
        TODAY,
    ],
)
def test_replayed_they_are_the_products_tables(today: date) -> None:
    replica = Replica(until(today)).tables()
    wanted = product(COMPANY, today)
    assert replica.keys() == wanted.keys()
    for name, rows in wanted.items():
        assert without_new_columns(replica[name]) == without_new_columns(rows), name


@settings(max_examples=6)
@given(seed=st.integers(0, 1000), age=st.integers(0, 190), scale=st.sampled_from([0.02, 0.3]))
def test_each_day_leads_to_the_next(seed: int, age: int, scale: float) -> None:
    """Of any company: the changes of two days, applied to the rows before them, give the rows after them."""
    company = CompanySettings(seed=seed, scale=scale)
    start = company.epoch + timedelta(days=1 + age)
    written = [
        found
        for day in days(start, start + timedelta(days=2))
        for found in changes.objects_of_day(company, day)
        # The one that was written again belongs to the day before.
        if not re.search(r"-00000500\d\.parquet$", found.key)
    ]
    replica = Replica(written)
    before = product(company, start)
    replica.loads = {name: [{"Op": "I", **row} for row in rows.values()] for name, rows in before.items()}
    after, wanted = replica.tables(), product(company, start + timedelta(days=2))
    for name, rows in wanted.items():
        assert without_new_columns(after[name]) == without_new_columns(rows), name


def test_the_full_load_is_the_first_and_complete() -> None:
    assert until(LOAD) == []
    loads = {found.key.split("/")[2]: parquet(found.body) for found in of_day(LOAD) if "LOAD" in found.key}
    assert loads.keys() == {*REPLICATED}
    for name, rows in loads.items():
        assert set(rows["Op"].to_pylist()) == {"I"}
        assert set(rows["dms_sequence"].to_pylist()) == {0}
        assert set(rows["dms_committed_at"].to_pylist()) == {midnight(LOAD)}
        assert set(rows["id"].to_pylist()) == product(COMPANY, LOAD)[name].keys()
    assert sorted(found.key for found in until(TODAY) if "LOAD" in found.key) == sorted(
        f"cloud_product/public/{name}/LOAD00000001.parquet" for name in REPLICATED
    )


def test_files_have_the_tables_columns_and_a_column_comes() -> None:
    schemas: dict[str, set[tuple[str, ...]]] = {}
    for found in until(TODAY):
        schema = parquet(found.body).schema
        assert schema.types[:3] == [pa.string(), pa.int64(), pa.timestamp("us", tz="UTC")]
        schemas.setdefault(found.key.split("/")[2], set()).add(tuple(schema.names))
    for name, shapes in schemas.items():
        columns = ["Op", "dms_sequence", "dms_committed_at"]
        columns += [column.name for column in TABLE_BY_NAME[name].columns]
        later = [columns[:-1]] if name == "deployments" else []
        assert shapes == {tuple(each) for each in [columns, *later]}, name


def test_the_order_of_changes_is_that_of_their_sequence() -> None:
    replica = Replica(until(TODAY))
    rows = [row for known in replica.changes.values() for row in known.values()]
    rows.sort(key=lambda row: row["dms_sequence"])
    assert len({row["dms_sequence"] for row in rows}) == len(rows) > 1000
    moments = [row["dms_committed_at"] for row in rows]
    assert moments == sorted(moments)
    assert moments[0] >= midnight(LOAD)
    assert moments[-1] < midnight(TODAY)
    assert {row["Op"] for row in rows} == {"I", "U", "D"}


def test_a_row_changed_on_the_day_of_its_birth_is_inserted_as_it_was() -> None:
    replica = Replica(until(TODAY))
    found = 0
    for known in replica.changes.values():
        first: dict[int, Row] = {}
        for _, row in sorted(known.items()):
            earlier = first.setdefault(row["id"], row)
            if earlier is not row and earlier["Op"] == "I" and row["Op"] == "U":
                assert earlier["updated_at"] == earlier["created_at"]
                found += earlier["dms_committed_at"].date() == row["dms_committed_at"].date()
    assert found > 20


def test_keys_name_the_moment_at_which_a_file_was_closed() -> None:
    keys = [found.key for found in until(TODAY) if "LOAD" not in found.key]
    assert len(set(keys)) == len(keys)
    for found in of_day(date(2026, 8, 5)):
        match = FILE.fullmatch(found.key)
        assert match
        assert match[2] == "2026/08/05"
        assert match[3] == "20260805"
    assert all(FILE.fullmatch(key) for key in keys)


def test_files_are_as_dirty_as_is_said() -> None:
    """Out of order, twice, once more on the next day when the row has changed or gone meanwhile."""
    files = [found for found in until(TODAY) if "LOAD" not in found.key]
    seen: dict[str, int] = {}
    kinds: Counter[str] = Counter()
    for found in files:
        name = found.key.split("/")[2]
        numbers = parquet(found.body)["dms_sequence"].to_pylist()
        kinds["out of order"] += numbers != sorted(numbers)
        kinds["a row twice"] += len(set(numbers)) < len(numbers)
        kinds["late"] += max(numbers) < seen.get(name, 0)
        kinds["twice"] += max(numbers) == seen.get(name, 0)
        seen[name] = max(seen.get(name, 0), *numbers)
    assert 0.02 < kinds["out of order"] / len(files) < 0.12
    assert 0.005 < kinds["twice"] / len(files) < 0.08
    assert kinds["a row twice"] > 5
    assert Replica(files).repeated > 50
    again = [found for found in files if re.search(r"-00000500\d\.parquet$", found.key)]
    assert 0.005 < len(again) / len(files) < 0.05
