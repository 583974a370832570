"""Saved queries as tables, on both engines: what they give is what plain Python counts."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.defs.semantic_layer.py.assets import definitions_of
from dagster_open_platform.lib.dbt.manifest import load_semantic_manifest
from dagster_open_platform.lib.semantic_layer.declarations import Declarations, SavedQuery
from dagster_open_platform.lib.semantic_layer.tables import refresh
from dagster_open_platform.lib.warehouse import SnowflakeWarehouse, TableRef, WarehouseResource
from dagster_open_platform.lib.warehouse.errors import MissingObject
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb
from dagster_open_platform_tests.fixtures.warehouse import warehouse as warehouse
from dagster_open_platform_tests.unit.semantic_layer.marts import EXPECTED, TABLES, Key, arrow

MANIFEST = load_semantic_manifest()
TYPES = {
    "usage_by_week": {
        "metric_time__week": "date32[day]",
        "organization__plan": "string",
        "active_organizations": "int64",
    },
    "pipeline_by_month": {
        "metric_time__month": "date32[day]",
        "opportunity__opportunity_type": "string",
    },
    "downloads_by_week": {"metric_time__week": "date32[day]", "package__package_family": "string"},
    "arr_by_plan": {"metric_time__month": "date32[day]", "organization_month__contract_plan": "string"},
    "arr_by_region": {"metric_time__quarter": "date32[day]", "organization__region": "string"},
    "margin_by_month": {"metric_time__month": "date32[day]"},
}
"""Of columns that are no DOUBLE, the same on both engines."""

SUMS_OF_WHOLE_NUMBERS = {"runs", "downloads", "paying_organizations"}

QUERIES = {query.name: query for query in Declarations.parse(MANIFEST).saved_queries}


@pytest.fixture
def filled(warehouse: WarehouseResource) -> WarehouseResource:
    """A warehouse with what saved queries read, once on each engine."""
    return fill(warehouse)


@pytest.fixture
def on_duckdb(tmp_path: Path) -> WarehouseResource:
    """The same on DuckDB: fakesnow cannot describe a table to a session that has no current database."""
    return fill(local_duckdb(tmp_path / "warehouse"))


def fill(warehouse: WarehouseResource) -> WarehouseResource:
    with warehouse.connect() as connection:
        for (schema, name), rows in TABLES.items():
            connection.replace_table(TableRef("dwh_reporting", schema, name), arrow(rows))
    return warehouse


def written(warehouse: WarehouseResource, query: SavedQuery) -> Mapping[Key, Key]:
    """The rows of a saved query's table, by its dimensions."""
    table = TableRef("dwh_reporting", "metrics", query.name)
    with warehouse.connect() as connection:
        rows = connection.query(f"SELECT * FROM {connection.quoted(table)}").to_pylist()  # noqa: S608 - quoted
    dimensions = [name for name in query.columns if "__" in name]
    metrics = [name for name in query.columns if name not in dimensions]
    assert all(set(row) == {*dimensions, *metrics} for row in rows)
    found = {tuple(row[name] for name in dimensions): tuple(row[name] for name in metrics) for row in rows}
    assert len(found) == len(rows)
    return found


def test_every_saved_query_is_counted_here() -> None:
    assert set(EXPECTED) == set(QUERIES)


def types(result: dg.MaterializeResult) -> Mapping[str, str]:
    schema = (result.metadata or {})["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    return {column.name: column.type for column in schema.columns}


def test_what_saved_queries_give(filled: WarehouseResource) -> None:
    # Snowflake adds whole numbers up to whole numbers; fakesnow says that it makes FLOAT of them.
    whole = "double" if isinstance(filled, SnowflakeWarehouse) else "int64"
    for name, query in QUERIES.items():
        result = refresh(query, MANIFEST, filled)
        found, expected = written(filled, query), EXPECTED[name]
        assert set(found) == set(expected), name
        for key, values in expected.items():
            assert found[key] == pytest.approx(values), (name, key)
        assert (result.metadata or {})["dagster/row_count"] == len(expected)
        assert types(result) == {
            **dict.fromkeys(query.columns, "double"),
            **TYPES[name],
            **dict.fromkeys(SUMS_OF_WHOLE_NUMBERS & set(query.columns), whole),
        }


def test_a_table_follows_its_models_and_a_failure_leaves_it(on_duckdb: WarehouseResource) -> None:
    query, downloads = (
        QUERIES["downloads_by_week"],
        TableRef("dwh_reporting", "community", "pypi_downloads_daily"),
    )
    refresh(query, MANIFEST, on_duckdb)
    row = {"download_date": dt.date(2026, 1, 4), "package_name": "dagster", "download_count": 5}
    with on_duckdb.connect() as connection:
        connection.replace_table(downloads, arrow([row]))
    result = refresh(query, MANIFEST, on_duckdb)
    assert written(on_duckdb, query) == {(dt.date(2025, 12, 29), "core"): (5,)}
    assert (result.metadata or {})["rows_before"] == len(EXPECTED["downloads_by_week"])
    with on_duckdb.connect() as connection:
        connection.execute(f"DROP TABLE {connection.quoted(downloads)}")
    with pytest.raises(MissingObject, match=r"(?i)pypi_downloads_daily"):
        refresh(query, MANIFEST, on_duckdb)
    assert written(on_duckdb, query) == {(dt.date(2025, 12, 29), "core"): (5,)}


def test_the_assets_make_the_tables(on_duckdb: WarehouseResource) -> None:
    assets = [each for each in definitions_of(MANIFEST).assets or () if isinstance(each, dg.AssetsDefinition)]
    assert {asset.key for asset in assets} == {dg.AssetKey(["metrics", name]) for name in QUERIES}
    assert all(
        asset.dependency_keys == {model.key for model in QUERIES[asset.key.path[-1]].models}
        for asset in assets
    )
    result = dg.materialize(assets, resources={"warehouse": on_duckdb})
    for asset in assets:
        name = asset.key.path[-1]
        (materialized,) = result.asset_materializations_for_node(asset.op.name)
        assert materialized.metadata["dagster/row_count"].value == len(EXPECTED[name])
        assert "SELECT" in str(materialized.metadata["sql"].value)
