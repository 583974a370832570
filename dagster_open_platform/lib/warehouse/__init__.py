"""The seam to the warehouse: one protocol, DuckDB and Snowflake behind it.

What belongs here: how tables are read, written and inspected, whatever the engine. What does not: which tables exist
(`defs/`), and SQL transformations (the dbt project). Importing this package opens nothing and needs no engine's client;
what it offers is imported when it is asked for, since dbt's own process needs next to nothing of it.
"""

from typing import TYPE_CHECKING

from dagster_open_platform.utils.lazy_exports import lazy_exports

if TYPE_CHECKING:
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

_MODULES = {
    "Capability": "dagster_open_platform.lib.warehouse.capabilities",
    "DuckDBWarehouse": "dagster_open_platform.lib.warehouse.duckdb.resource",
    "SchemaDrift": "dagster_open_platform.lib.warehouse.protocol",
    "SnowflakeWarehouse": "dagster_open_platform.lib.warehouse.snowflake.resource",
    "TableRef": "dagster_open_platform.lib.warehouse.protocol",
    "WarehouseConnection": "dagster_open_platform.lib.warehouse.protocol",
    "WarehouseResource": "dagster_open_platform.lib.warehouse.resource",
    "Window": "dagster_open_platform.lib.warehouse.protocol",
    "WriteResult": "dagster_open_platform.lib.warehouse.protocol",
    "duckdb_warehouse": "dagster_open_platform.lib.warehouse.duckdb.resource",
    "require": "dagster_open_platform.lib.warehouse.capabilities",
    "snowflake_warehouse": "dagster_open_platform.lib.warehouse.snowflake.resource",
}

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
