"""The warehouse as a connection of Sling's.

What belongs here: what Sling needs in order to open either engine, and how it is told types. What does not: opening the
warehouse ourselves (`lib/warehouse`).
"""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from dagster_open_platform.lib.sling.errors import MissingSlingBinary, UnsupportedColumn
from dagster_open_platform.lib.warehouse.duckdb.resource import DuckDBWarehouse
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.warehouse.snowflake.resource import SnowflakeWarehouse

_TYPES: tuple[tuple[str, str], ...] = (
    # What an engine calls a type, and what Sling calls it. The first that matches counts.
    (r"NUMBER\((?P<precision>\d+),\s*(?P<scale>\d+)\)|DECIMAL\((?P<p>\d+),\s*(?P<s>\d+)\)", "decimal"),
    (r"TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER", "bigint"),
    (r"UBIGINT|U?HUGEINT", "decimal(38,0)"),
    (r"DOUBLE|FLOAT|REAL", "float"),
    (r"VARCHAR(\(\d+\))?|TEXT|STRING", "text"),
    (r"BOOLEAN", "bool"),
    (r"DATE", "date"),
    (r"TIMESTAMP WITH TIME ZONE|TIMESTAMP_(TZ|LTZ)(\(\d\))?", "timestampz"),
    (r"TIMESTAMP(_NTZ)?(\(\d\))?", "timestamp"),
    (r"JSON|VARIANT|OBJECT", "json"),
    (r"UUID", "uuid"),
)

_POSTGRES_TYPES: Mapping[str, str] = {
    "bigint": "bigint",
    "float": "double precision",
    "text": "text",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp without time zone",
    "timestampz": "timestamp with time zone",
    "json": "jsonb",
    "uuid": "uuid",
}


def warehouse_connection(warehouse: WarehouseResource, database: str) -> dict[str, str]:
    """The variables with which Sling opens a database of the warehouse, under the name `WAREHOUSE`.

    Args:
        warehouse: Of either engine.
        database: Logical name.

    Raises:
        MissingCredentials, MissingDirectory: As when the warehouse is opened.
        MissingSlingBinary: On DuckDB: the `duckdb` program, which Sling drives, is not there.
    """
    physical = warehouse.table(database, "main", "any").database
    if isinstance(warehouse, DuckDBWarehouse):
        settings: Mapping[str, str] = {
            "type": "duckdb",
            "instance": str(warehouse.file(physical)),
            "copy_method": "csv_files",
        }
        program = {
            "DUCKDB_PATH": str(_duckdb_program()),
            "DUCKDB_USE_INSTALLED_EXTENSIONS": "true",
            "TZ": "UTC",
        }
        return {"WAREHOUSE": json.dumps(settings), **program}
    if isinstance(warehouse, SnowflakeWarehouse):
        return {"WAREHOUSE": json.dumps({"type": "snowflake", "database": physical, **_login(warehouse)})}
    raise TypeError(f"Sling has no connection for a {type(warehouse).__name__}.")


def _login(warehouse: SnowflakeWarehouse) -> dict[str, str]:
    """The credentials in Sling's words: it uses a key only if it is told to, and takes no base64 around the PEM form."""
    found = warehouse.credentials()
    if (key := found.get("private_key")) is None:
        return found
    if "-----BEGIN" not in key:
        with contextlib.suppress(ValueError):  # Sling says what is wrong with it
            key = base64.b64decode(key).decode()
    return {**found, "private_key": key, "authenticator": "snowflake_jwt"}


def sling_type(column: str, kind: str, where: str) -> str:
    """What Sling is told of a column's type, so that it never guesses from values.

    Args:
        column: Its name, for messages.
        kind: The engine's name of its type.
        where: The stream, for messages.

    Raises:
        UnsupportedColumn: Values of the type would not survive.
    """
    for pattern, name in _TYPES:
        match = re.fullmatch(pattern, kind, re.IGNORECASE)
        if match and name == "decimal":
            precision, scale = match["precision"] or match["p"], match["scale"] or match["s"]
            return "bigint" if int(scale) == 0 and int(precision) <= 18 else f"decimal({precision},{scale})"
        if match:
            return name
    raise UnsupportedColumn(
        f"{where}: column {column} is a {kind}, which cannot be published. Leave it out with `select`, or give the model"
        " another type (JSON text for nested values)."
    )


def postgres_type(kind: str) -> str:
    """The type of a published column, as Postgres's catalog spells it.

    Args:
        kind: What `sling_type` answered.
    """
    return "numeric" if kind.startswith("decimal") else _POSTGRES_TYPES[kind]


def source_column(warehouse: WarehouseResource, name: str) -> str:
    """A column of a table of the warehouse in SQL.

    Args:
        warehouse: Of either engine.
        name: In lower case, as `WarehouseConnection.columns` has it.
    """
    stored = name.upper() if isinstance(warehouse, SnowflakeWarehouse) else name
    return '"' + stored.replace('"', '""') + '"'


def _duckdb_program() -> Path:
    """The program of the package `duckdb-cli` itself: the command beside it starts a Python first."""
    found = importlib.util.find_spec("duckdb_cli")
    for folder in (found.submodule_search_locations or []) if found else []:
        if (program := Path(folder) / "duckdb").is_file():
            return program
    if other := shutil.which("duckdb"):
        return Path(other)
    raise MissingSlingBinary(
        "Sling needs the program duckdb to open DuckDB files. Install the package duckdb-cli."
    )
