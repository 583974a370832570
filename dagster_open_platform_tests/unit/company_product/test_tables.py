"""The declaration of the tables, and that rows are what is declared."""

import json
import re
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from dagster_open_platform_local.company.product.schema import DATABASES, Column, ProductTable, table
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.product.tables import TABLES, ddl, tables_of
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_product.relations import REFERENCES, State, state

SETTINGS = CompanySettings(scale=0.3)
TODAY = date(2026, 11, 24)
COMES = date(2026, 9, 15)


@pytest.fixture(scope="module")
def found() -> State:
    return state(SETTINGS, TODAY)


def test_each_database_has_its_tables() -> None:
    names = {database: [each.name for each in tables_of(database)] for database in DATABASES}
    assert {name: len(tables) for name, tables in names.items()} == {
        "main": 24,
        "shard1": 12,
        "xregion": 5,
        "eu": 24,
    }
    assert set(names["xregion"]) == {
        "organizations",
        "users",
        "users_organizations",
        "customer_info",
        "deployments",
    }
    assert set(names["shard1"]) < set(names["main"]) == set(names["eu"])
    assert {*REFERENCES, "organizations", "users"} == set(names["main"])


def test_rows_are_as_declared(found: State) -> None:
    for database, tables in found.items():
        assert list(tables) == [each.name for each in tables_of(database)]
        for declared in tables_of(database):
            rows = tables[declared.name]
            rows.validate(full=True)
            assert rows.schema.equals(declared.arrow_schema(SETTINGS, TODAY)), declared.name
            assert rows.num_rows > 0, declared.name
            for column in declared.columns:
                if not column.nullable:
                    assert rows[column.name].null_count == 0, (declared.name, column.name)


def test_each_nullable_column_has_nulls_and_values(found: State) -> None:
    for declared in TABLES:
        rows = pa.concat_tables([found[database][declared.name] for database in declared.databases])
        for column in declared.columns:
            nulls = rows[column.name].null_count
            assert (0 < nulls < rows.num_rows) if column.nullable else nulls == 0, (
                declared.name,
                column.name,
            )


def test_nearly_every_type_is_null_somewhere() -> None:
    nullable = {column.postgres_type for each in TABLES for column in each.columns if column.nullable}
    assert {column.postgres_type for each in TABLES for column in each.columns} - nullable == {"uuid"}


def test_every_type_is_in_use() -> None:
    used = {column.postgres_type for each in TABLES for column in each.columns}
    assert {
        *("bigint", "integer", "smallint", "text", "uuid", "jsonb", "boolean", "timestamptz", "timestamp"),
        *("date", "numeric(18,6)", "double precision", "text[]"),
    } == used


def test_keys_are_unique_and_rows_in_their_order(found: State) -> None:
    for database, tables in found.items():
        for declared in tables_of(database):
            columns = [tables[declared.name][name].to_pylist() for name in declared.primary_key]
            keys = list(zip(*columns, strict=True))
            assert len(set(keys)) == len(keys), (database, declared.name)
            if declared.name != "user_events_counts":
                assert keys == sorted(keys), (database, declared.name)


def test_json_is_json_and_uuids_are_of_version_four(found: State) -> None:
    for database, tables in found.items():
        for declared in tables_of(database):
            for column in declared.columns:
                values = tables[declared.name][column.name].drop_null().to_pylist()[:3000]
                if column.postgres_type == "jsonb":
                    assert all(isinstance(json.loads(value), dict) for value in values)
                if column.postgres_type == "uuid":
                    pattern = re.compile(
                        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
                    )
                    assert all(pattern.fullmatch(value) for value in values)


def test_documents_of_code_locations_are_sizeable(found: State) -> None:
    lengths = pc.call_function("utf8_length", [found["main"]["repository_locations_data"]["document"]])
    assert pc.call_function("mean", [lengths]).as_py() > 1000


@pytest.mark.parametrize(("day", "has_it"), [(COMES - timedelta(days=1), False), (COMES, True)])
def test_a_column_comes_on_its_day(day: date, has_it: bool) -> None:
    tables = product_tables(SETTINGS, "main", day)
    assert ("agent_version" in tables["deployments"].column_names) == has_it
    (create,) = [each for each in ddl(SETTINGS, "main", day) if 'public."deployments" (\n' in each]
    assert ("agent_version" in create) == has_it
    if has_it:
        # Nobody has reported anything yet.
        assert tables["deployments"]["agent_version"].null_count == tables["deployments"].num_rows


def test_a_later_column_is_altered_in_once() -> None:
    def statements(before: date, today: date) -> list[str]:
        return [each for declared in TABLES for each in declared.alter(SETTINGS, before, today)]

    assert statements(COMES - timedelta(days=30), COMES) == [
        'ALTER TABLE public."deployments" ADD COLUMN "agent_version" text'
    ]
    assert statements(COMES, TODAY) == statements(SETTINGS.epoch, COMES - timedelta(days=1)) == []


def test_another_epoch_moves_the_day() -> None:
    later = CompanySettings(epoch=date(2026, 7, 1))
    (declared,) = [each for each in TABLES if each.name == "deployments"]
    for day, has_it in ((date(2026, 10, 14), False), (date(2026, 10, 15), True)):
        assert ("agent_version" in declared.arrow_schema(later, day).names) == has_it


def test_wrong_declarations_are_refused() -> None:
    for columns, key in [
        ("id bigint null", "id"),
        ("id bigint", "other"),
        ("id money", "id"),
        ("id bigint\nname text since 3", "id"),
        ("id bigint\na text null since 3\nb text", "id"),
        ('id" bigint', "id"),
        ("id bigint\na text null maybe", "id"),
    ]:
        with pytest.raises(ValueError, match=r"no column|no such key|nullable|one of the last"):
            table("t", ("main",), columns, key)
    with pytest.raises(ValueError, match="no such key"):
        ProductTable("t; drop", ("main",), (Column("id", "bigint"),), ("id",))
