"""Databases that others fill: read where they are there, never written."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, duckdb_warehouse
from dagster_open_platform.lib.warehouse.errors import MissingObject, ReadOnlyDatabase
from dagster_open_platform.lib.warehouse.objects import View
from dagster_open_platform.resources import warehouse_resource
from dagster_open_platform.utils.databases import LOGICAL_DATABASES, SHARED_DATABASES
from dagster_open_platform.utils.environment_helpers import (
    Environment,
    EnvironmentName,
    get_database_for_environment,
)

ENVIRONMENTS = [
    Environment(name, "7" if name is EnvironmentName.BRANCH else None) for name in EnvironmentName
]
USERS = TableRef("snowflake", "account_usage", "users")
ROWS = pa.table({"id": [1]})
WRITES: list[Callable[[WarehouseConnection], object]] = [
    lambda connection: connection.append(USERS, ROWS),
    lambda connection: connection.replace_table(USERS, ROWS),
    lambda connection: connection.merge(USERS, ROWS, ["id"]),
    lambda connection: connection.execute("INSERT INTO snowflake.account_usage.users VALUES (2)"),
    lambda connection: connection.execute("DROP TABLE snowflake.account_usage.users"),
    lambda connection: connection.execute("CREATE SCHEMA snowflake.ours"),
    lambda connection: connection.create_or_refresh(View(USERS, "select 1 as n")),
]


def fill(directory: Path, number: int) -> None:
    """What others do: make the file anew beside the old one, and rename it over."""
    made = directory / "new.duckdb"
    with duckdb.connect(str(made)) as connection:
        connection.execute("CREATE SCHEMA account_usage")
        connection.execute(f"CREATE TABLE account_usage.users AS SELECT {number} AS id")
    made.replace(directory / "snowflake.duckdb")


def read(directory: Path) -> list[int]:
    with duckdb_warehouse(
        directory, {"purina": "purina", "snowflake": "snowflake"}, SHARED_DATABASES
    ).connect() as connection:
        return connection.query("SELECT id FROM snowflake.account_usage.users")["id"].to_pylist()


@pytest.mark.parametrize("write", WRITES)
def test_it_is_read_and_never_written(tmp_path: Path, write: Callable[[WarehouseConnection], object]) -> None:
    fill(tmp_path, 1)
    before = (tmp_path / "snowflake.duckdb").read_bytes()
    warehouse = duckdb_warehouse(tmp_path, {"purina": "purina", "snowflake": "snowflake"}, SHARED_DATABASES)
    with warehouse.connect() as connection, pytest.raises(ReadOnlyDatabase, match="others fill it"):
        write(connection)
    assert read(tmp_path) == [1]
    assert (tmp_path / "snowflake.duckdb").read_bytes() == before


def test_it_may_be_missing_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(MissingObject):
        read(tmp_path)
    assert list(tmp_path.glob("snowflake*")) == []


def test_who_has_it_open_goes_on_reading_the_old_one(tmp_path: Path) -> None:
    fill(tmp_path, 1)
    warehouse = duckdb_warehouse(tmp_path, {"snowflake": "snowflake"}, SHARED_DATABASES)
    with warehouse.connect() as connection:
        fill(tmp_path, 2)
        assert connection.query("SELECT id FROM snowflake.account_usage.users")["id"].to_pylist() == [1]
    assert read(tmp_path) == [2]


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda environment: environment.name.value)
def test_it_has_one_name_everywhere(environment: Environment) -> None:
    assert {*SHARED_DATABASES}.isdisjoint(LOGICAL_DATABASES)
    warehouse = warehouse_resource(environment)
    for name in SHARED_DATABASES:
        assert get_database_for_environment(name, environment) == name
        assert warehouse.table(name, "account_usage", "users").database == name
    assert warehouse.read_only == [*SHARED_DATABASES]
    assert warehouse.written == sorted(
        get_database_for_environment(name, environment) for name in LOGICAL_DATABASES
    )
