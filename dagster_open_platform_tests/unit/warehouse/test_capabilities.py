"""The table of capabilities says what is so."""

from pathlib import Path
from typing import get_args

import pyarrow as pa
import pytest
import sqlglot

from dagster_open_platform.lib.warehouse import Capability, TableRef, WarehouseConnection, require
from dagster_open_platform.lib.warehouse.capabilities import CAPABILITIES
from dagster_open_platform.lib.warehouse.errors import MissingObject, StatementFailed, UnsupportedCapability
from dagster_open_platform.utils.environment_helpers import Engine
from dagster_open_platform_tests.fixtures.warehouse import ENGINES, local_duckdb

# A statement that uses the capability and needs nothing else; Snowflake's own words.
STATEMENTS = {
    Capability.STAGE: "CREATE STAGE s",
    Capability.EXTERNAL_TABLE: "CREATE EXTERNAL TABLE t LOCATION = @s FILE_FORMAT = (TYPE = PARQUET)",
    Capability.DATABASE_CLONE: "CREATE DATABASE a CLONE b",
    Capability.DYNAMIC_TABLE: "CREATE DYNAMIC TABLE t TARGET_LAG = '1 hour' WAREHOUSE = w AS SELECT 1 AS n",
    Capability.SEMANTIC_VIEW: "CREATE SEMANTIC VIEW v TABLES (t)",
    Capability.TIME_TRAVEL: "SELECT * FROM t AT (TIMESTAMP => '2026-06-01'::TIMESTAMP_TZ)",
}


def test_the_table_is_total() -> None:
    assert set(CAPABILITIES) == set(Capability)
    assert set(get_args(Engine)) == set(ENGINES)
    for capability, ways in CAPABILITIES.items():
        assert set(ways) == set(ENGINES), capability
        assert any(ways.values()), f"{capability} is of no engine"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("capability", Capability)
def test_require_gives_the_way_or_names_capability_engine_and_asset(
    capability: Capability, engine: Engine
) -> None:
    way = CAPABILITIES[capability][engine]
    if way is not None:
        assert require(capability, engine, "a/b") == way
        return
    with pytest.raises(UnsupportedCapability) as raised:
        require(capability, engine, "a/b")
    for named in (capability.value, engine, "a/b"):
        assert repr(named) in str(raised.value)


def test_an_engine_that_nobody_knows_can_do_nothing() -> None:
    with pytest.raises(UnsupportedCapability, match=r"'oracle'.*duckdb, snowflake"):
        require(Capability.ATOMIC_MERGE, "oracle", "a/b")


@pytest.mark.parametrize("capability", STATEMENTS)
def test_duckdb_refuses_what_snowflake_has_a_statement_for(capability: Capability, tmp_path: Path) -> None:
    sqlglot.parse_one(STATEMENTS[capability], read="snowflake")
    with (
        local_duckdb(tmp_path / "w").connect() as connection,
        pytest.raises((StatementFailed, MissingObject)),
    ):
        connection.execute(STATEMENTS[capability])


def test_ddl_of_duckdb_is_transactional(tmp_path: Path) -> None:
    require(Capability.TRANSACTIONAL_DDL, "duckdb", "a/b")
    with local_duckdb(tmp_path / "w").connect() as connection:
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE purina.main.t (n BIGINT)")
        connection.execute("ROLLBACK")
        assert connection.columns(TableRef("purina", "main", "t")) is None


def test_a_transaction_of_duckdb_writes_to_one_database(tmp_path: Path) -> None:
    assert CAPABILITIES[Capability.CROSS_DATABASE_TRANSACTION]["duckdb"] is None
    with local_duckdb(tmp_path / "w").connect() as connection:
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE purina.main.t (n BIGINT)")
        with pytest.raises(
            StatementFailed, match="single transaction can only write to a single attached database"
        ):
            connection.execute("CREATE TABLE dwh_reporting.main.t (n BIGINT)")


def test_each_engine_does_what_the_seam_itself_needs(connection: WarehouseConnection) -> None:
    table = TableRef("purina", "caps", "t")
    for capability in (
        Capability.ATOMIC_WINDOW_REPLACE,
        Capability.ATOMIC_MERGE,
        Capability.ADD_COLUMN,
        Capability.LAST_ALTERED,
    ):
        require(capability, connection.engine, "a/b")
    connection.merge(table, pa.table({"n": [1]}), ["n"])
    assert connection.last_updated([table])[table] is not None
