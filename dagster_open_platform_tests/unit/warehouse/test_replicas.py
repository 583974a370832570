"""Replicas of another region's databases, and clones of their schemas, on both engines."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from sqlglot import exp, parse_one

from dagster_open_platform.lib.warehouse.duckdb.resource import DuckDBWarehouse, duckdb_warehouse
from dagster_open_platform.lib.warehouse.errors import (
    MissingCredentials,
    MissingObject,
    NotAReplica,
    ReadOnlyDatabase,
    UnknownDatabase,
)
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.warehouse.replicas import SchemaRef
from dagster_open_platform.lib.warehouse.snowflake import replicas
from dagster_open_platform.lib.warehouse.snowflake.resource import snowflake_warehouse

REPLICA = "outbound_eu"
SOURCE, TARGET = SchemaRef(REPLICA, "product"), SchemaRef("purina", "product_eu")


@pytest.fixture
def other(tmp_path: Path) -> DuckDBWarehouse:
    (tmp_path / "eu").mkdir()
    return duckdb_warehouse(tmp_path / "eu", {"outbound": "outbound"})


@pytest.fixture
def own(tmp_path: Path) -> DuckDBWarehouse:
    (tmp_path / "us").mkdir()
    return duckdb_warehouse(tmp_path / "us", {"purina": "purina", REPLICA: REPLICA}, [REPLICA])


def put(warehouse: DuckDBWarehouse, table: str, *ids: int) -> None:
    with warehouse.connect() as connection:
        connection.replace_table(warehouse.table("outbound", "product", table), pa.table({"id": [*ids]}))


def ids(warehouse: DuckDBWarehouse, name: str) -> list[int]:
    with warehouse.connect() as connection:
        return connection.query(f"SELECT id FROM {name} ORDER BY id")["id"].to_pylist()  # noqa: S608 - the test's own


def refresh(own: DuckDBWarehouse, other: DuckDBWarehouse) -> None:
    with own.connect() as connection:
        connection.refresh_replica(REPLICA, other.origin("outbound"))


def test_a_replica_holds_what_its_origin_held_when_it_was_refreshed(
    own: DuckDBWarehouse, other: DuckDBWarehouse
) -> None:
    put(other, "users", 1, 2)
    refresh(own, other)
    put(other, "users", 1, 2, 3)
    assert ids(own, f"{REPLICA}.product.users") == [1, 2]
    refresh(own, other)
    assert ids(own, f"{REPLICA}.product.users") == [1, 2, 3]
    assert {path.name for path in Path(own.directory).iterdir()} == {f"{REPLICA}.duckdb"}


def test_a_replica_that_is_open_is_refreshed_under_its_reader(
    own: DuckDBWarehouse, other: DuckDBWarehouse
) -> None:
    put(other, "users", 1)
    refresh(own, other)
    with own.connect() as connection:
        put(other, "users", 1, 2)
        connection.refresh_replica(REPLICA, other.origin("outbound"))
        found = connection.query(f"SELECT count(*) AS n FROM {REPLICA}.product.users")  # noqa: S608 - a constant
    assert found["n"].to_pylist() == [2]


@pytest.mark.parametrize("name", ["purina", "outbound", "OUTBOUND_EU", "outbound_eu_clone_1", ""])
def test_nothing_else_is_ever_refreshed(own: DuckDBWarehouse, other: DuckDBWarehouse, name: str) -> None:
    put(other, "users", 1)
    with own.connect() as connection, pytest.raises(NotAReplica):
        connection.refresh_replica(name, other.origin("outbound"))
    assert list(Path(own.directory).iterdir()) == []


def test_an_origin_that_is_not_there_or_damaged_leaves_the_replica_as_it_was(
    own: DuckDBWarehouse, other: DuckDBWarehouse
) -> None:
    with own.connect() as connection, pytest.raises(MissingObject):
        connection.refresh_replica(REPLICA, other.origin("outbound"))
    put(other, "users", 1)
    refresh(own, other)
    Path(other.origin("outbound")).write_bytes(b"half of a file" * 1000)
    with own.connect() as connection, pytest.raises(Exception, match="outbound") as caught:
        connection.refresh_replica(REPLICA, other.origin("outbound"))
    assert type(caught.value).__module__.endswith("warehouse.errors")
    assert ids(own, f"{REPLICA}.product.users") == [1]
    assert {path.name for path in Path(own.directory).iterdir()} == {f"{REPLICA}.duckdb"}


def test_a_clone_has_the_tables_of_its_source_and_no_others(
    own: DuckDBWarehouse, other: DuckDBWarehouse
) -> None:
    put(other, "users", 1, 2)
    put(other, "teams", 7)
    refresh(own, other)
    with own.connect() as connection:
        connection.replace_table(TableRef("purina", "product_eu", "old"), pa.table({"id": [1]}))
        connection.replace_table(TableRef("purina", "another", "kept"), pa.table({"id": [1]}))
        assert connection.clone_schema(SOURCE, TARGET) == {"users": 2, "teams": 1}
        assert connection.columns(TableRef("purina", "product_eu", "old")) is None
        assert connection.columns(TableRef("purina", "another", "kept")) is not None
        users = TableRef("purina", "product_eu", "users")
        assert connection.last_updated([users])[users] is not None
    # A clone is the platform's own; the replica is not.
    with own.connect() as connection:
        assert connection.execute("DELETE FROM purina.product_eu.users WHERE id = 1") == 1
    assert ids(own, f"{REPLICA}.product.users") == [1, 2]
    with own.connect() as connection, pytest.raises(ReadOnlyDatabase):
        connection.replace_table(TableRef(REPLICA, "product", "users"), pa.table({"id": [1]}))


def test_a_schema_without_tables_is_not_cloned_and_the_old_clone_stays(
    own: DuckDBWarehouse, other: DuckDBWarehouse
) -> None:
    put(other, "users", 1)
    refresh(own, other)
    with own.connect() as connection:
        connection.clone_schema(SOURCE, TARGET)
        with pytest.raises(MissingObject, match="nothing to clone"):
            connection.clone_schema(SchemaRef(REPLICA, "gone"), TARGET)
    assert ids(own, "purina.product_eu.users") == [1]


@pytest.mark.parametrize("target", [SchemaRef(REPLICA, "x"), SchemaRef("elsewhere", "x")])
def test_a_clone_goes_only_where_the_platform_writes(
    own: DuckDBWarehouse, other: DuckDBWarehouse, target: SchemaRef
) -> None:
    put(other, "users", 1)
    refresh(own, other)
    before = shutil.copy(own.origin(REPLICA), Path(own.directory).parent / "before")
    with own.connect() as connection, pytest.raises((ReadOnlyDatabase, UnknownDatabase)):
        connection.clone_schema(SOURCE, target)
    assert Path(own.origin(REPLICA)).read_bytes() == Path(before).read_bytes()


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (replicas.clone_schema(SOURCE, TARGET), exp.Create),
        (replicas.counted(TARGET), exp.Select),
    ],
)
def test_snowflakes_statements_are_snowflakes(statement: str, kind: type[exp.Create | exp.Select]) -> None:
    assert isinstance(parse_one(statement, read="snowflake"), kind)


def test_snowflakes_statements_say_what_they_do() -> None:
    assert replicas.create_replica(REPLICA, "acme.eu_main.outbound") == (
        'CREATE DATABASE IF NOT EXISTS "OUTBOUND_EU" AS REPLICA OF "ACME"."EU_MAIN"."OUTBOUND"'
    )
    assert replicas.refresh(REPLICA) == 'ALTER DATABASE "OUTBOUND_EU" REFRESH'
    assert replicas.clone_schema(SOURCE, TARGET) == (
        'CREATE OR REPLACE SCHEMA "PURINA"."PRODUCT_EU" CLONE "OUTBOUND_EU"."PRODUCT"'
    )


@pytest.mark.parametrize(
    ("account", "origin"), [("acme-main", "acme.main.outbound"), ("acme-eu-main", "acme.eu_main.outbound")]
)
def test_an_account_is_named_as_sql_names_it(account: str, origin: str) -> None:
    assert snowflake_warehouse({"outbound": "outbound"}, account=account).origin("outbound") == origin


@pytest.mark.parametrize("account", [None, "xy12345", "xy12345.eu-central-1"])
def test_an_account_that_no_other_account_finds_is_refused(
    account: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SNOWFLAKE_EU_ACCOUNT", raising=False)
    warehouse = snowflake_warehouse({"outbound": "outbound"}, variables="SNOWFLAKE_EU", account=account)
    with pytest.raises(MissingCredentials, match="SNOWFLAKE_EU_ACCOUNT"):
        warehouse.origin("outbound")
