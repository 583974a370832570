"""The publication out of Snowflake (its statements run for real on fakesnow) is that out of DuckDB."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa

from dagster_open_platform.lib.sling.outcomes import StreamFailed
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection
from dagster_open_platform.lib.warehouse.errors import MissingObject
from dagster_open_platform.lib.warehouse.snowflake.resource import SnowflakeWarehouse
from dagster_open_platform_tests.fixtures.egress import SCHEMA, Outlet, assert_same, outlet_fixture
from dagster_open_platform_tests.fixtures.warehouse import fake_snowflake

__all__ = ["outlet_fixture"]

MOMENT = dt.datetime(2026, 6, 1, 1, 2, 3, 4)  # noqa: DTZ001 - one column has no zone
ROWS = {
    "id": pa.array([1, 2, 3], pa.int64()),
    "order": pa.array(["a\r\nb", "", None], pa.string()),
    "exact": pa.array([Decimal("1.125"), Decimal("-99999999999999999999.999"), None], pa.decimal128(38, 3)),
    "real": pa.array([0.1, -1e300, None], pa.float64()),
    "flag": pa.array([True, False, None], pa.bool_()),
    "day": pa.array([dt.date(1900, 1, 1), dt.date(9999, 12, 31), None], pa.date32()),
    "local": pa.array([MOMENT, MOMENT, None], pa.timestamp("us")),
    "moment": pa.array([MOMENT.replace(tzinfo=dt.UTC)] * 2 + [None], pa.timestamp("us", tz="UTC")),
}


class InDatabase(SnowflakeWarehouse):
    """One whose sessions have a current database, without which fakesnow describes no table."""

    @contextlib.contextmanager
    def connect(self) -> Iterator[WarehouseConnection]:
        with super().connect() as connection:
            connection.query("USE DATABASE DWH_REPORTING")
            yield connection


def test_columns_of_every_shared_type_are_published(outlet: Outlet) -> None:
    streams = f"{SCHEMA}.shared: {{where: id > 0, primary_key: id}}\n{SCHEMA}.gone: {{}}\n"
    with fake_snowflake() as warehouse:
        with warehouse.connect() as connection:
            connection.replace_table(TableRef("dwh_reporting", SCHEMA, "shared"), pa.table(ROWS))
        outcomes = outlet.run(streams, warehouse=InDatabase(**warehouse.model_dump()))
    gone = outcomes[f"{SCHEMA}.gone"]
    assert isinstance(gone, StreamFailed)
    assert isinstance(gone.failure, MissingObject)
    assert [name for name, _ in outlet.catalog("shared")] == list(ROWS)
    assert_same(outlet.table("shared", "id"), [tuple(row.values()) for row in pa.table(ROWS).to_pylist()])
