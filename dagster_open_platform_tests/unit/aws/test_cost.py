"""The table of AWS costs is what the files of each month say now, and stays what it was when they are wrong."""

import datetime as dt
import io
from collections import Counter
from collections.abc import Callable
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.defs.aws.py import cost_checks
from dagster_open_platform.defs.aws.py.cost import BillMissing
from dagster_open_platform.lib.aws.buckets import BILLING, BUCKETS
from dagster_open_platform.lib.aws.errors import ObjectChanged
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.aws.parquet import ColumnTypesDiffer, InvalidParquet, parquet_files
from dagster_open_platform.lib.warehouse.errors import RowsOutsideWindow, SchemaMismatch
from dagster_open_platform_tests.fixtures.aws import COST, AwsPlatform, bill_definitions

JUNE, JULY, AUGUST = "2026-06-01", "2026-07-01", "2026-08-01"
Rows = list[dict[str, Any]]


def rows_of(month: str, days: int, factor: float = 1.0, **more: Any) -> Rows:
    start = dt.datetime.fromisoformat(month)
    return [
        {
            "line_item_usage_account_id": "111122223333",
            "line_item_usage_start_date": start + dt.timedelta(days=day),
            "line_item_resource_id": f"i-{number}",
            "line_item_unblended_cost": factor * (10.0 + number),
            "bill_billing_period_start_date": start,
            **more,
        }
        for day in range(days)
        for number in range(2)
    ]


def parquet(rows: Rows, **kinds: pa.DataType) -> bytes:
    table = pa.Table.from_pylist(rows)
    for name, kind in kinds.items():
        table = table.set_column(table.schema.get_field_index(name), name, table[name].cast(kind))
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=3)
    return sink.getvalue()


def key_of(month: str, number: int = 1) -> str:
    return f"aws/cost/BILLING_PERIOD={month[:7]}/cost-{number:05}.snappy.parquet"


def write(memory: FakeObjectStore, month: str, *files: Rows) -> None:
    for number, rows in enumerate(files, 1):
        memory.put(BILLING, key_of(month, number), parquet(rows))


def as_told(rows: Rows) -> Counter[tuple[Any, ...]]:
    """Rows as a multiset, with nulls for what some of them lack."""
    names = sorted({name for row in rows for name in row})
    return Counter(tuple(row.get(name) for name in names) for row in rows)


def stored(platform: AwsPlatform) -> Counter[tuple[Any, ...]]:
    return as_told(platform.bill_rows())


@pytest.fixture
def filled(platform: AwsPlatform, memory: FakeObjectStore) -> AwsPlatform:
    write(memory, JUNE, rows_of(JUNE, 20), rows_of(JUNE, 30)[40:])
    write(memory, JULY, rows_of(JULY, 5))
    assert platform.bill(JUNE).success
    assert platform.bill(JULY).success
    return platform


def test_a_month_is_what_its_files_say(filled: AwsPlatform) -> None:
    assert stored(filled) == as_told(rows_of(JUNE, 30) + rows_of(JULY, 5))
    (event,) = filled.instance.fetch_materializations(
        dg.AssetRecordsFilter(COST, asset_partitions=[JUNE]), limit=1
    ).records
    assert event.asset_materialization
    metadata = event.asset_materialization.metadata
    assert (metadata["dagster/partition_row_count"].value, metadata["files"].value) == (60, 2)
    assert metadata["cost"].value == pytest.approx(30 * 21.0)
    assert metadata["dagster/table_name"].value == "purina.aws.aws_cost_report"


def test_a_month_that_was_written_anew_is_replaced_as_a_whole(
    filled: AwsPlatform, memory: FakeObjectStore
) -> None:
    memory.delete_objects(BILLING, [key_of(JUNE, 2)])
    write(memory, JUNE, rows_of(JUNE, 30, factor=2))
    for _ in range(2):
        filled.bill(JUNE)
        assert stored(filled) == as_told(rows_of(JUNE, 30, factor=2) + rows_of(JULY, 5))


def test_new_columns_are_added_and_none_is_lost(filled: AwsPlatform, memory: FakeObjectStore) -> None:
    august = rows_of(AUGUST, 3, savings_plan_savings_plan_effective_cost=1.5)
    write(memory, AUGUST, rows_of(AUGUST, 6)[6:], august)
    filled.bill(AUGUST)
    expected = rows_of(JUNE, 30) + rows_of(JULY, 5) + august + rows_of(AUGUST, 6)[6:]
    assert stored(filled) == as_told(expected)
    # A month without the column is fetched again when the table has it.
    filled.bill(JULY)
    assert stored(filled) == as_told(expected)


def refused(platform: AwsPlatform, month: str, error: type[dg.Failure], *phrases: str) -> dg.Failure:
    before = stored(platform)
    with pytest.raises(error) as raised:
        platform.bill(month)
    assert [phrase for phrase in phrases if phrase not in str(raised.value.description)] == []
    assert stored(platform) == before
    return raised.value


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[:-20],
        lambda body: body[: len(body) // 2],
        lambda body: b"",
        lambda body: b"PAR1 no Parquet PAR1",
        lambda body: body[:10] + b"\xff" * 60 + body[70:],
    ],
)
def test_a_damaged_file_is_named_and_changes_nothing(
    filled: AwsPlatform, memory: FakeObjectStore, damage: Callable[[bytes], bytes]
) -> None:
    write(memory, JULY, rows_of(JULY, 8))
    memory.put(BILLING, key_of(JULY, 2), damage(parquet(rows_of(JULY, 10)[16:])))
    error = refused(filled, JULY, InvalidParquet, f"s3://{BILLING}/{key_of(JULY, 2)}", "Nothing was written")
    assert not error.allow_retries


def test_a_column_of_two_types_in_one_month(filled: AwsPlatform, memory: FakeObjectStore) -> None:
    memory.put(BILLING, key_of(JULY, 2), parquet(rows_of(JULY, 2), line_item_unblended_cost=pa.string()))
    refused(
        filled,
        JULY,
        ColumnTypesDiffer,
        "'line_item_unblended_cost' is double",
        key_of(JULY, 1),
        f"string in s3://{BILLING}/{key_of(JULY, 2)}",
    )


def test_a_column_that_has_another_type_than_the_table(filled: AwsPlatform, memory: FakeObjectStore) -> None:
    memory.put(BILLING, key_of(JULY), parquet(rows_of(JULY, 2), line_item_unblended_cost=pa.string()))
    refused(filled, JULY, SchemaMismatch, "line_item_unblended_cost")


def test_rows_of_another_month(filled: AwsPlatform, memory: FakeObjectStore) -> None:
    write(memory, JULY, rows_of(JULY, 2) + rows_of(JUNE, 1))
    refused(filled, JULY, RowsOutsideWindow, "bill_billing_period_start_date")


def test_files_that_are_replaced_while_they_are_read_are_read_again(
    filled: AwsPlatform, memory: FakeObjectStore
) -> None:
    versions = [3.0, 4.0]

    def before(request: str, key: str) -> None:
        if versions and request == "get_object" and key == key_of(JULY):
            factor = versions.pop(0)
            write(memory, JULY, rows_of(JULY, 6, factor), rows_of(JULY, 8, factor)[12:])

    memory.before = before
    assert filled.bill(JULY).success
    assert stored(filled) == as_told(rows_of(JUNE, 30) + rows_of(JULY, 8, 4.0))


def test_a_file_that_comes_while_others_are_read_is_not_missed() -> None:
    memory = FakeObjectStore(BUCKETS)
    write(memory, JULY, rows_of(JULY, 6))
    waiting = [rows_of(JULY, 8)[12:]]

    def before(request: str, key: str) -> None:
        if waiting and request == "get_object":
            memory.put(BILLING, key_of(JULY, 2), parquet(waiting.pop()))

    memory.before = before
    with parquet_files(memory, BILLING, "aws/cost/BILLING_PERIOD=2026-07/") as files:
        assert as_told(files.reader().read_all().to_pylist()) == as_told(rows_of(JULY, 8))
        assert files.rows() == 16


def test_files_that_never_stay_the_same(filled: AwsPlatform, memory: FakeObjectStore) -> None:
    count = 0

    def before(request: str, key: str) -> None:
        nonlocal count
        if request == "get_object" and key == key_of(JULY):
            count += 1
            write(memory, JULY, rows_of(JULY, 1, factor=count))

    memory.before = before
    error = refused(filled, JULY, ObjectChanged, "replaced 3 times", "2026-07")
    assert error.allow_retries
    assert count == 3


def test_only_the_month_that_comes_next_may_have_no_file(
    filled: AwsPlatform, memory: FakeObjectStore
) -> None:
    before = stored(filled)
    assert filled.bill(AUGUST).success
    assert stored(filled) == before
    assert filled.instance.get_materialized_partitions(COST) == {JUNE, JULY, AUGUST}
    refused(
        filled, "2026-09-01", BillMissing, "BILLING_PERIOD=2026-09", "latest month that has files is 2026-07"
    )
    # Files that were there and are gone are no empty month.
    memory.delete_objects(BILLING, [key_of(JULY)])
    refused(filled, JULY, BillMissing, "BILLING_PERIOD=2026-07")
    memory.delete_objects(BILLING, [key_of(JUNE, 1), key_of(JUNE, 2)])
    refused(filled, JUNE, BillMissing, "has files is none")


def test_the_month_that_runs_is_fetched_every_day() -> None:
    defs = dg.Definitions(
        assets=[a for a in bill_definitions() if COST in getattr(a, "keys", ())],
        resources={"s3": None, "warehouse": None},
    )
    times = [
        f"2026-{day}T{hour}" for day in ("07-31", "08-01", "08-02") for hour in ("05:00", "06:01", "09:00")
    ]
    requested, cursor = [], None
    with dg.DagsterInstance.ephemeral() as instance:
        for time in times:
            tick = dg.evaluate_automation_conditions(
                defs=defs,
                instance=instance,
                evaluation_time=dt.datetime.fromisoformat(time).replace(tzinfo=dt.UTC),
                cursor=cursor,
            )
            cursor = tick.cursor
            requested.append(tick.get_requested_partitions(COST))
    assert requested == [set(), {JULY}, set(), set(), {AUGUST}, set(), set(), {AUGUST}, set()]


def days_of(count: int) -> list[dt.date]:
    return [dt.date(2026, 6, 1) + dt.timedelta(days=number) for number in range(count)]


@given(count=st.integers(1, 60), missing=st.sets(st.integers(0, 59)))
def test_a_day_without_costs_is_named(count: int, missing: set[int]) -> None:
    costs = {day: 1.0 for number, day in enumerate(days_of(count)) if number not in missing}
    found = cost_checks.every_month_has_cost_every_day(costs)
    between = [day for day in days_of(count) if costs and min(costs) < day < max(costs) and day not in costs]
    assert found.passed == (bool(costs) and not between)
    assert found.metadata["days_missing"].value == [day.isoformat() for day in between]


def test_a_day_that_costs_thrice_as_much_is_a_warning() -> None:
    costs = {day: 100.0 + number for number, day in enumerate(days_of(40))}
    assert cost_checks.total_is_plausible(costs).passed
    # AWS still adds to the last two days.
    assert cost_checks.total_is_plausible({**costs, days_of(40)[-1]: 1.0}).passed
    for wrong in (10.0, 400.0):
        found = cost_checks.total_is_plausible({**costs, days_of(40)[30]: wrong})
        assert not found.passed
        assert found.severity == dg.AssetCheckSeverity.WARN
        assert "2026-07-01" in str(found.description)


def test_rows_that_did_not_land_fail() -> None:
    assert cost_checks.rows_landed_equal_rows_in_files(3, 3).passed
    assert not cost_checks.rows_landed_equal_rows_in_files(3, 2).passed
