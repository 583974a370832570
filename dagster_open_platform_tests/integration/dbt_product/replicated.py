"""A warehouse as replication would leave it: the product's tables in ``purina.duckdb``, a schema a database.

What belongs here: filling the raw tables, and reading the marts. What does not: replication itself, and dbt.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dagster_open_platform_local.company.product.schema import DATABASES
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.fixtures.dbt import ensure_delivered

SCHEMAS: Mapping[str, str] = {
    "main": "cloud_product",
    "shard1": "cloud_product_shard1",
    "xregion": "cloud_product_xregion",
}
"""Database of the product to schema of the warehouse."""

LOADED_AT = pa.field("_sling_loaded_at", pa.timestamp("us", tz="UTC"))
MARTS = (
    "core.dim_organizations",
    "core.dim_users",
    "core.fct_runs",
    "product.customer_arr",
    "product.organization_usage_daily",
    "product.deployment_run_summary",
)


def replicated(table: pa.Table, loaded_at: datetime) -> pa.Table:
    """The rows as they arrive: integers of any size as bigint, arrays as text, and when they were loaded."""
    fields = [pa.field(field.name, _arriving(field.type)) for field in table.schema]
    columns = [
        pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
        if pa.types.is_list(column.type)
        else column.cast(field.type)
        for column, field in zip(table.columns, fields, strict=True)
    ]
    moment = pa.repeat(pa.scalar(loaded_at, LOADED_AT.type), table.num_rows)
    return pa.table([*columns, moment], schema=pa.schema([*fields, LOADED_AT]))


def _arriving(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_integer(kind):
        return pa.int64()
    return pa.string() if pa.types.is_list(kind) else kind


@dataclass(frozen=True)
class ProductWarehouse:
    """The warehouse of one test.

    Args:
        directory: Where the .duckdb files are: ``WAREHOUSE_DUCKDB_DIR``.
        settings: The company's.
    """

    directory: Path
    settings: CompanySettings

    def load(self, today: date, tables: Sequence[str] = ()) -> None:
        """Replaces the raw tables by what the product's databases hold at 00:00 UTC of a date.

        Args:
            today: The date.
            tables: Only these; all if empty.
        """
        loaded_at = datetime.combine(today, time(), UTC)
        ensure_delivered(self.directory)
        with self.raw() as connection:
            for database in DATABASES:
                connection.execute(f"create schema if not exists {SCHEMAS[database]}")
                for name, rows in product_tables(self.settings, database, today).items():
                    if not tables or name in tables:
                        connection.register("rows", replicated(rows, loaded_at))
                        connection.execute(f"create or replace table {SCHEMAS[database]}.{name} as from rows")
                        connection.unregister("rows")

    @contextmanager
    def raw(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The raw database, open for writing; closed afterwards, so that dbt can read it."""
        connection = duckdb.connect(str(self.directory / "purina.duckdb"))
        try:
            yield connection
        finally:
            connection.close()

    def mart(self, name: str) -> list[dict[str, Any]]:
        """The rows of ``schema.name``, as dictionaries, in the order of all their columns."""
        with duckdb.connect(str(self.directory / "dwh_reporting.duckdb"), read_only=True) as connection:
            return connection.execute(f"from {name} order by all").to_arrow_table().to_pylist()
