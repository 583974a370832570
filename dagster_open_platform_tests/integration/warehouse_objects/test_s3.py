"""Stages and external tables over S3: what is read, what it costs, and what goes on without S3."""

import contextlib
import datetime as dt
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from dagster_open_platform.lib.aws.buckets import TELEMETRY
from dagster_open_platform.lib.warehouse import WarehouseResource
from dagster_open_platform.lib.warehouse.errors import PermissionDenied, StorageUnavailable
from dagster_open_platform.lib.warehouse.objects import Action, DynamicTable, View
from dagster_open_platform_tests.fixtures.s3 import S3Server
from dagster_open_platform_tests.fixtures.warehouse_objects import (
    PARQUET,
    columns,
    day_file,
    event,
    events,
    json_lines,
    named,
    parquet,
    stage,
)

URL = f"s3://{TELEMETRY}/"
COUNT = "SELECT count(*) AS n, min(day) AS first, max(day) AS last FROM purina.exports.events"


def put_days(s3: S3Server, *days: int) -> None:
    for day in days:
        s3.put(TELEMETRY, day_file(day), json_lines([event(day), event(100 + day)]))


def make(warehouse: WarehouseResource) -> None:
    with warehouse.connect() as connection:
        connection.create_or_refresh(stage(URL))
        connection.create_or_refresh(events())


def test_json_from_the_stage_to_a_query_of_a_later_connection(
    s3: S3Server, warehouse: WarehouseResource
) -> None:
    put_days(s3, 1, 2)
    s3.put(TELEMETRY, "elsewhere/x.json.gz", json_lines([event(9)]))
    with warehouse.connect() as connection:
        assert dict(connection.create_or_refresh(stage(URL)).facts)["files"] == 3
        made = connection.create_or_refresh(events())
    assert made.action is Action.CREATED
    sizes = [len(body) for body in s3.objects(TELEMETRY, "events/").values()]
    assert dict(made.facts) == {"files": 2, "bytes": sum(sizes)}
    with warehouse.connect() as connection:
        (row,) = connection.query(COUNT).to_pylist()
        assert row == {"n": 4, "first": dt.date(2026, 6, 1), "last": dt.date(2026, 6, 2)}
    with warehouse.connect() as connection, connection.read("SELECT * FROM purina.exports.events") as reader:
        names = reader.read_all()["metadata$filename"].to_pylist()
    assert sorted({*names}) == [day_file(1), day_file(2)]
    with warehouse.connect() as connection:
        # Also what only writes has object storage set up when it needs it.
        connection.execute("CREATE TABLE purina.exports.copied AS SELECT * FROM purina.exports.events")
        assert connection.query("SELECT count(*) AS n FROM purina.exports.copied")["n"].to_pylist() == [4]


def test_other_objects_over_an_external_table(s3: S3Server, warehouse: WarehouseResource) -> None:
    put_days(s3, 1, 2)
    make(warehouse)
    view = View(named("ids"), "select event_id, details:number::varchar as number from purina.exports.events")
    for action in (Action.CREATED, Action.REFRESHED):
        with warehouse.connect() as connection:
            assert connection.create_or_refresh(view).action is action
    with warehouse.connect() as connection:
        connection.execute("CREATE TABLE purina.exports.ids_now AS SELECT * FROM purina.exports.ids")
        table = DynamicTable(named("d"), "select count(*) as n from purina.exports.ids_now", "1 hour")
        assert dict(connection.create_or_refresh(table).facts) == {"rows": 1}
        assert connection.query("SELECT max(number) AS m FROM purina.exports.ids")["m"].to_pylist() == ["2"]


def test_parquet_whose_columns_grow(s3: S3Server, warehouse: WarehouseResource) -> None:
    s3.put(TELEMETRY, "events/one.parquet", parquet(pa.table({"a": [1, 2]})))
    s3.put(TELEMETRY, "events/two.parquet", parquet(pa.table({"a": [3], "b": ["later"]})))
    declared = columns(a=("number", "value:a::number"), b=("varchar", "value:b::varchar"))
    table = events(file_format=PARQUET, columns=declared, partition_by=())
    with warehouse.connect() as connection:
        connection.create_or_refresh(stage(URL))
        connection.create_or_refresh(table)
    with warehouse.connect() as connection:
        found = connection.query("SELECT a, b FROM purina.exports.events ORDER BY a").to_pylist()
    assert found == [{"a": 1, "b": None}, {"a": 2, "b": None}, {"a": 3, "b": "later"}]


def test_a_filter_on_a_partition_leaves_the_other_files_alone(
    s3: S3Server, warehouse: WarehouseResource
) -> None:
    put_days(s3, 1, 2, 3)
    make(warehouse)
    # Whoever opens another file than that of the second day is told that S3 is broken.
    s3.misbehave([{"path": "dt(=|%3D)2026-06-0[13]", "status": 403}])
    with warehouse.connect() as connection:
        query = "SELECT event_id FROM purina.exports.events WHERE day = DATE '2026-06-02' ORDER BY 1"
        assert connection.query(query)["event_id"].to_pylist() == ["e102", "e2"]
        assert s3.fired() == 0
        with pytest.raises(PermissionDenied):
            connection.query(COUNT)


def test_the_catalog_needs_no_s3(s3: S3Server, warehouse: WarehouseResource, tmp_path: Path) -> None:
    put_days(s3, 1)
    make(warehouse)
    s3.misbehave([{"path": ".", "drop": True}])
    with warehouse.connect() as connection:
        table = events().name
        assert [*(connection.columns(table) or {})][:2] == ["event_id", "amount"]
        assert connection.last_updated([table])[table] is not None
        found = connection.query(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'events' ORDER BY ordinal_position"
        )
        assert found["column_name"].to_pylist()[-1] == "metadata$filename"
    # As dbt and others open it: without the seam, and without the extension.
    with duckdb.connect(str(tmp_path / "warehouse" / "purina.duckdb"), read_only=True) as others:
        tables = others.execute(
            "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'exports'"
        ).fetchall()
        assert tables == [("events", "VIEW")]
        assert (
            len(others.execute("SELECT * FROM duckdb_columns() WHERE table_name = 'events'").fetchall()) == 6
        )
    assert s3.fired() == 0


def test_without_s3_objects_stay_as_they_are_and_work_again_after(
    s3: S3Server, warehouse: WarehouseResource
) -> None:
    put_days(s3, 1)
    make(warehouse)
    put_days(s3, 2)
    s3.misbehave([{"path": ".", "status": 503}])
    with warehouse.connect() as connection:
        for declaration in (stage(URL), events()):
            with pytest.raises(StorageUnavailable, match="too busy or failed"):
                connection.create_or_refresh(declaration)
        with pytest.raises(StorageUnavailable):
            connection.query(COUNT)
        with pytest.raises(StorageUnavailable), contextlib.ExitStack() as stack:
            stack.enter_context(connection.read("SELECT * FROM purina.exports.events")).read_all()
    s3.misbehave([])
    with warehouse.connect() as connection:
        assert connection.query(COUNT)["n"].to_pylist() == [2]
        assert connection.create_or_refresh(events()).action is Action.REFRESHED
        assert connection.query(COUNT)["n"].to_pylist() == [4]


def test_who_does_not_read_files_does_not_pay_for_it(s3: S3Server, warehouse: WarehouseResource) -> None:
    put_days(s3, 1)
    make(warehouse)
    loaded = "SELECT loaded FROM duckdb_extensions() WHERE extension_name = 'httpfs'"
    with warehouse.connect() as connection:
        connection.append(named("rows"), pa.table({"n": [1]}))
        connection.columns(events().name)
        assert connection.query(loaded)["loaded"].to_pylist() == [False]
        connection.query(COUNT)
        assert connection.query(loaded)["loaded"].to_pylist() == [True]
        # Once set up it is there for every cursor of the connection.
        with connection.read("SELECT * FROM purina.exports.events") as reader:
            assert reader.read_all().num_rows == 2
