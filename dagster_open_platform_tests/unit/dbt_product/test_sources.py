"""The declared sources are the tables that the replications bring, with their columns, and each knows its producer."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import dagster_open_platform
from dagster_open_platform.defs.dbt.py.assets import DAILY_PARTITIONS as AMERICAN_DAYS
from dagster_open_platform.lib.sling.config import Replication, load_replication
from dagster_open_platform_dbt import PROJECT_DIR
from dagster_open_platform_eu.defs.dbt.py.assets import DAILY_PARTITIONS as EUROPEAN_DAYS
from dagster_open_platform_eu.defs.dbt.py.project import SOURCES
from dagster_open_platform_local.company.product.tables import TABLE_BY_NAME

SCHEMAS = {"main": "cloud_product", "shard1": "cloud_product_shard1", "xregion": "cloud_product_xregion"}
CONFIGS = Path(dagster_open_platform.__file__).parent / "defs/sling/components/cloud_product/configs"
FILES = sorted((PROJECT_DIR / "models" / "staging" / "cloud_product").glob("_cloud_product__*.yml"))


@pytest.fixture(scope="module")
def sources() -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """Schema and table to what is declared about it."""
    declared = [each for path in FILES for each in yaml.safe_load(path.read_text()).get("sources", ())]
    tables = [((each["schema"], table["name"]), table) for each in declared for table in each["tables"]]
    found = dict(tables)
    assert len(found) == len(tables), "a table is declared twice"
    return found


@pytest.fixture(scope="module")
def replications() -> Mapping[tuple[str, str], Replication]:
    """Schema and table to the replication that brings it."""
    found = {}
    for shard, schema in SCHEMAS.items():
        for path in sorted((CONFIGS / shard).glob("*.yaml")):
            replication = load_replication(path, schema)
            found |= {(schema, stream.table): replication for stream in replication.streams}
    return found


def test_every_table_that_is_replicated_is_a_source_and_no_other(
    sources: Mapping[tuple[str, str], Any], replications: Mapping[tuple[str, str], Replication]
) -> None:
    assert sorted(sources) == sorted(replications)
    databases = {
        (SCHEMAS[each], table.name)
        for table in TABLE_BY_NAME.values()
        for each in table.databases
        if each in SCHEMAS
    }
    assert set(sources) == databases
    assert len(databases) == 41


def test_every_source_names_its_producer(sources: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    for (schema, name), table in sources.items():
        assert table["config"]["meta"]["dagster"]["asset_key"] == ["sling", schema, name]


def test_every_column_that_arrives_is_described_and_no_other(
    sources: Mapping[tuple[str, str], Mapping[str, Any]],
    replications: Mapping[tuple[str, str], Replication],
) -> None:
    for (schema, name), table in sources.items():
        [stream] = [each for each in replications[schema, name].streams if each.table == name]
        arriving = [
            column.name for column in TABLE_BY_NAME[name].columns if column.name not in stream.exclude
        ]
        declared = [column["name"] for column in table["columns"] if column["description"].strip()]
        assert declared == [*arriving, "_sling_loaded_at"], (schema, name)
        assert table["description"].strip()


@pytest.mark.parametrize(("region", "expected"), [("us", set(SCHEMAS.values())), ("eu", {*SOURCES})])
def test_a_region_has_the_sources_that_its_models_read(region: str, expected: set[str]) -> None:
    macro = (PROJECT_DIR / "macros" / "sources" / "union_shards.sql").read_text()
    shards = ast.literal_eval(macro.split("return(")[1].split(") }}")[0].strip())
    assert {each["source"] for each in shards if region in each["regions"]} == expected


def test_a_regions_days_begin_with_the_projects() -> None:
    first = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text())["vars"]["first_date"]
    for days in (AMERICAN_DAYS, EUROPEAN_DAYS):
        assert days.get_first_partition_key() == first
