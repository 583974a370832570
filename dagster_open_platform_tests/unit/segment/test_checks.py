"""The op of the checks, with Segment in memory and a small warehouse."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from dagster_open_platform.lib.http import NotFound, ServerError
from dagster_open_platform.lib.segment.checks import CheckedTable, Limits, load_checks, results
from dagster_open_platform.lib.segment.compare import DELIVERY_LAG, TABLES_ARE_DECLARED, VOLUME_MATCHES
from dagster_open_platform.lib.segment.declared import LONGEST_WINDOW
from dagster_open_platform.lib.segment.errors import UnknownSource, UnknownWarehouse
from dagster_open_platform.lib.segment.fake import FakeSegment, FakeSource
from dagster_open_platform.lib.segment.protocol import SegmentSource, SegmentWarehouse
from dagster_open_platform.lib.segment.resource import SegmentResource
from dagster_open_platform.lib.warehouse import WarehouseResource, duckdb_warehouse

LIMITS = Limits(timedelta(hours=2), 0.0, 3)
DAYS = [date(2026, 6, day) for day in (7, 8, 9, 10)]
PAGES, USERS = (
    CheckedTable(dg.AssetKey(["segment", "docs", "calls", name]), "segment", "docs", name)
    for name in ("pages", "users")
)
TABLES = [PAGES, USERS]


NOW = datetime(2026, 6, 11, 8, 0, tzinfo=UTC)


def in_memory(api: FakeSegment) -> SegmentResource:
    """The resource, with another Segment behind it."""

    class InMemory(SegmentResource):
        @contextmanager
        def open(self) -> Iterator[FakeSegment]:
            """Segment in memory."""
            yield api

    return InMemory()


def segment(*sources: FakeSource, **others: Any) -> FakeSegment:
    return FakeSegment(sources, now=NOW, **others)


def source(slug: str = "docs", other_day: int = 0) -> FakeSource:
    delivered = {("page", "", day): 5 if day.day == other_day else 2 for day in DAYS}
    return FakeSource(SegmentSource(f"id-{slug}", slug, slug, True), delivered, {}, delivered)


@pytest.fixture
def warehouse(tmp_path: Path) -> WarehouseResource:
    """Two pages on each of four days, loaded an hour after they came."""
    with duckdb.connect(str(tmp_path / "segment.duckdb")) as connection:
        connection.execute("CREATE SCHEMA docs")
        for name in ("pages", "users"):
            connection.execute(
                f"CREATE TABLE docs.{name} (id VARCHAR, received_at TIMESTAMPTZ, uuid_ts TIMESTAMPTZ)"
            )
            for day in DAYS:
                for hour in (0, 22):
                    at = datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)
                    connection.execute(
                        f"INSERT INTO docs.{name} VALUES (?, ?, ?)",  # noqa: S608 - our own name
                        [f"{at}", at, at + timedelta(hours=1)],
                    )
    return duckdb_warehouse(tmp_path, {"segment": "segment"}, ["segment"])


def outcomes(warehouse: WarehouseResource, api: FakeSegment) -> dict[tuple[str, str | None], bool]:
    found = results(warehouse, in_memory(api), TABLES, LIMITS)
    return {((each.asset_key or dg.AssetKey("")).path[-1], each.check_name): each.passed for each in found}


def test_a_source_is_asked_once_for_the_longest_window(warehouse: WarehouseResource) -> None:
    api = segment(source())
    assert outcomes(warehouse, api) == {
        ("pages", DELIVERY_LAG): True,
        ("users", DELIVERY_LAG): True,
        ("pages", VOLUME_MATCHES): True,
        ("pages", TABLES_ARE_DECLARED): True,
    }
    end = datetime(2026, 6, 11, tzinfo=UTC)
    span = (end - timedelta(days=LONGEST_WINDOW + 1), end)
    assert api.calls == [
        ("now",),
        ("sources",),
        ("warehouses",),
        ("received", "id-docs", *span),
        ("refused", "id-docs", *span),
        ("delivered", "id-docs", "wh", *span),
    ]


@pytest.mark.parametrize("quiet", [8, 9, 20, 90])
@pytest.mark.parametrize(("delivered", "passes"), [(0, True), (1, False)])
def test_a_source_that_is_quiet_for_long_is_compared_where_segment_still_counts(
    delivered: int, passes: bool, quiet: int, tmp_path: Path, warehouse: WarehouseResource
) -> None:
    """Segment refuses to count from more than 30 days ago, whatever else is in the warehouse; what it delivered since is missing there."""
    with duckdb.connect(str(tmp_path / "segment.duckdb")) as connection:
        for name in ("pages", "users"):
            for column in ("received_at", "uuid_ts"):
                earlier = f"UPDATE docs.{name} SET {column} = {column} - to_days(?)"  # noqa: S608 - our own names
                connection.execute(earlier, [quiet])
    counts = {("page", "", date(2026, 6, 3)): delivered}
    counts |= {("page", "", day - timedelta(days=quiet)): 2 for day in DAYS}
    api = segment(FakeSource(SegmentSource("id-docs", "docs", "docs", True), counts, {}, counts))
    assert outcomes(warehouse, api)["pages", VOLUME_MATCHES] is passes


@pytest.mark.parametrize(("changed", "passes"), [(7, False), (9, False), (10, True)])
def test_the_day_of_the_last_load_is_not_judged(
    changed: int, passes: bool, warehouse: WarehouseResource
) -> None:
    found = outcomes(warehouse, segment(source(other_day=changed)))
    assert found["pages", VOLUME_MATCHES] is passes


def test_a_source_that_segment_does_not_have_is_named_with_those_that_it_has(
    warehouse: WarehouseResource,
) -> None:
    with pytest.raises(UnknownSource, match=r"'docs'; it has: website"):
        outcomes(warehouse, segment(source("website")))


@pytest.mark.parametrize("enabled", [[], [False], [True, True]])
def test_there_is_one_warehouse(enabled: list[bool], warehouse: WarehouseResource) -> None:
    warehouses = [SegmentWarehouse(f"wh{place}", "snowflake", on) for place, on in enumerate(enabled)]
    with pytest.raises(UnknownWarehouse):
        outcomes(warehouse, segment(source(), warehouses=warehouses))
    one = [SegmentWarehouse("old", "redshift", False), SegmentWarehouse("wh", "snowflake", True)]
    assert all(outcomes(warehouse, segment(source(), warehouses=one)).values())


def test_nothing_is_loaded_yet(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "segment.duckdb")).close()
    empty = duckdb_warehouse(tmp_path, {"segment": "segment"}, ["segment"])
    found = outcomes(empty, segment(source()))
    assert len(found) == 4
    assert not any(found.values())


@pytest.mark.parametrize("failure", [ServerError("down"), NotFound("gone")])
def test_failures_pass_on_as_what_they_are(
    failure: ServerError | NotFound, warehouse: WarehouseResource
) -> None:
    api = segment(source())
    api.fail_next("delivered", failure)
    with pytest.raises(type(failure)):
        outcomes(warehouse, api)
    assert all(outcomes(warehouse, api).values())


def test_a_part_of_the_checks_can_be_run(warehouse: WarehouseResource) -> None:
    checks = load_checks("docs", TABLES, LIMITS)
    job = dg.define_asset_job(
        "one", selection=dg.AssetSelection.checks(dg.AssetCheckKey(PAGES.key, VOLUME_MATCHES))
    )
    resources = {"warehouse": warehouse, "segment": in_memory(segment(source()))}
    defs = dg.Definitions(asset_checks=[checks], jobs=[job], resources=resources)
    result = defs.resolve_job_def("one").execute_in_process()
    assert [each.check_name for each in result.get_asset_check_evaluations()] == [VOLUME_MATCHES]
    assert checks.op.pool == "warehouse"
