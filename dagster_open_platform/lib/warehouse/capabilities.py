"""What each engine can do, and how: one table, so that nothing is emulated silently.

What belongs here: the table and the function that refuses what is not in it. What does not: the doing.
"""

import enum

from dagster_open_platform.lib.warehouse.errors import UnsupportedCapability
from dagster_open_platform.utils.environment_helpers import Engine


class Capability(enum.Enum):
    """Something that a component may need of a warehouse."""

    ATOMIC_WINDOW_REPLACE = "atomic partition replace"
    ATOMIC_MERGE = "atomic merge by key"
    TRANSACTIONAL_DDL = "DDL inside a transaction"
    CROSS_DATABASE_TRANSACTION = "transaction over several databases"
    CONCURRENT_WRITERS = "concurrent writers"
    ADD_COLUMN = "adding columns to a table"
    LAST_ALTERED = "time of a table's last change"
    STAGE = "stage"
    EXTERNAL_TABLE = "external table"
    DATABASE_CLONE = "clone of a database"
    REPLICA = "replica of another region's database"
    SCHEMA_CLONE = "clone of a schema"
    DYNAMIC_TABLE = "dynamic table"
    SEMANTIC_VIEW = "semantic view"
    TIME_TRAVEL = "query of a past state"


# Engine to how it does it. None: it cannot.
CAPABILITIES: dict[Capability, dict[Engine, str | None]] = {
    Capability.ATOMIC_WINDOW_REPLACE: {
        "duckdb": "DELETE and INSERT BY NAME from the Arrow stream in one transaction",
        "snowflake": "rows go into a temporary table first, then DELETE and INSERT in one transaction",
    },
    Capability.ATOMIC_MERGE: {
        "duckdb": "rows go into a temporary table first, then DELETE and INSERT in one transaction",
        "snowflake": "rows go into a temporary table first, then one MERGE",
    },
    Capability.TRANSACTIONAL_DDL: {
        "duckdb": "CREATE and ALTER are rolled back like any statement",
        "snowflake": None,  # every DDL statement commits the open transaction
    },
    Capability.CROSS_DATABASE_TRANSACTION: {
        "duckdb": None,  # a transaction may write to one attached file only
        "snowflake": "a transaction may write to any database of the account",
    },
    Capability.CONCURRENT_WRITERS: {
        "duckdb": None,  # the file is locked by the process that has it open, hence the pool `warehouse`
        "snowflake": "the service orders the writers; DELETE, UPDATE and MERGE of one table wait for each other",
    },
    Capability.ADD_COLUMN: {
        "duckdb": "ALTER TABLE inside the transaction of the write",
        "snowflake": "ALTER TABLE before the transaction of the write; it stays if the write fails",
    },
    Capability.LAST_ALTERED: {
        "duckdb": "a bookkeeping table in the same file, written with each write through the seam; "
        "unknown for tables that others wrote, and not moved by their writes",
        "snowflake": "information_schema.tables.last_altered, whoever wrote; moved by DDL too",
    },
    Capability.STAGE: {
        "duckdb": "a note in the same file of a bucket or directory that was found to be there",
        "snowflake": "CREATE STAGE",
    },
    Capability.EXTERNAL_TABLE: {
        "duckdb": "a view over read_parquet or read_json_objects, of the files that its last refresh has found",
        "snowflake": "CREATE EXTERNAL TABLE over a stage",
    },
    Capability.DATABASE_CLONE: {
        "duckdb": "a copy of the file, which takes its space, while nobody may write to it",
        "snowflake": "CREATE DATABASE ... CLONE, which shares the data until either changes",
    },
    Capability.REPLICA: {
        "duckdb": "a copy of the other directory's file, made at each refresh",
        "snowflake": "a secondary database, ALTER DATABASE ... REFRESH",
    },
    Capability.SCHEMA_CLONE: {
        "duckdb": "a copy of the schema's tables, in one transaction",
        "snowflake": "CREATE OR REPLACE SCHEMA ... CLONE, which shares the data until either changes",
    },
    Capability.DYNAMIC_TABLE: {
        "duckdb": "a table that is made anew at each refresh of its asset; no target lag is kept by itself",
        "snowflake": "CREATE DYNAMIC TABLE",
    },
    Capability.SEMANTIC_VIEW: {
        "duckdb": "a view of the joined tables with every fact and dimension; each metric is computed once to check it",
        "snowflake": "CREATE SEMANTIC VIEW",
    },
    Capability.TIME_TRAVEL: {
        "duckdb": None,
        "snowflake": "SELECT ... AT (TIMESTAMP => ...), within the retention of the table",
    },
}


def require(capability: Capability, engine: str, asset: str) -> str:
    """Return how the engine does it.

    Args:
        capability: What is needed.
        engine: `duckdb` or `snowflake`.
        asset: Key of the asset that needs it, as a user would write it.

    Raises:
        UnsupportedCapability: When the engine cannot; names the capability, the engine, the asset, and the engines
            that can.
    """
    ways: dict[str, str | None] = {**CAPABILITIES[capability]}
    how = ways.get(engine)
    if how is None:
        able = ", ".join(sorted(name for name, way in ways.items() if way)) or "none"
        raise UnsupportedCapability(
            f"Asset {asset!r} needs {capability.value!r}, which the engine {engine!r} cannot do (engines that can: "
            f"{able}). Run it where such an engine is, or give the asset another way for {engine!r}."
        )
    return how
