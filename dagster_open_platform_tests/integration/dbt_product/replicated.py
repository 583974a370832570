"""A warehouse as replication would leave it: the product's tables in ``purina.duckdb``, a schema a database.

What belongs here: filling the raw tables, and reading the marts. What does not: replication itself, and dbt.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.landing.land import land
from dagster_open_platform_local.landing.product import landed
from dagster_open_platform_local.landing.source import Company, put
from dagster_open_platform_tests.fixtures.dbt import create_raw

MARTS = (
    "core.dim_organizations",
    "core.dim_users",
    "core.fct_runs",
    "product.customer_arr",
    "product.organization_usage_daily",
    "product.deployment_run_summary",
)


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
        if not (self.directory / "purina.duckdb").exists():
            create_raw(self.directory)
        with self.raw() as connection:
            put(connection, landed(Company(self.settings, today), tables or None))

    def load_with_customers(self, today: date) -> None:
        """The same, and what billing and the CRM know of the organizations.

        Args:
            today: The date.
        """
        self.load(today)
        land(self.directory, self.settings, today, sources=("salesforce", "hubspot", "stripe"))

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
