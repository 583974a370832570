"""The seam to the warehouse: one protocol, DuckDB and Snowflake behind it.

What belongs here: how tables are read, written and inspected, whatever the engine. What does not: which tables exist
(`defs/`), and SQL transformations (the dbt project). Importing this package opens nothing and needs no engine's client.
"""

from dagster_open_platform.lib.warehouse.capabilities import Capability, require
from dagster_open_platform.lib.warehouse.duckdb.resource import DuckDBWarehouse, duckdb_warehouse
from dagster_open_platform.lib.warehouse.protocol import (
    SchemaDrift,
    TableRef,
    WarehouseConnection,
    Window,
    WriteResult,
)
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.warehouse.snowflake.resource import SnowflakeWarehouse, snowflake_warehouse

__all__ = [
    "Capability",
    "DuckDBWarehouse",
    "SchemaDrift",
    "SnowflakeWarehouse",
    "TableRef",
    "WarehouseConnection",
    "WarehouseResource",
    "Window",
    "WriteResult",
    "duckdb_warehouse",
    "require",
    "snowflake_warehouse",
]
