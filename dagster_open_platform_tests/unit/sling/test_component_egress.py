"""What an ``EgressReplicationComponent`` makes of its files."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from dagster_open_platform.conformance.graph import described
from dagster_open_platform.lib.dbt.asset_keys import dbt_asset_key_finder
from dagster_open_platform.lib.dbt.manifest import load_manifest
from dagster_open_platform.lib.dbt.relations import Relations
from dagster_open_platform.lib.dbt.translator import PlatformDbtTranslator
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform_tests.fixtures.components import loaded

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
RESOURCES: dict[str, str] = dict.fromkeys(("postgres", "sling", "warehouse"), "not used")
MODEL = "pypi_downloads_daily"
FILES = {
    "sling/reporting/defs.yaml": f"""
        type: dagster_open_platform.lib.EgressReplicationComponent
        attributes:
          config_dir: configs
          owners: [team:product]
          replications:
            - name: usage
              deps: [marts/usage, "{{{{ dbt_asset_key('{MODEL}') }}}}"]
            - name: billing-v2
              deps: [marts/billing]
              asset_key_prefix: [product, postgres]
        """,
    "sling/reporting/configs/usage.yaml": """
        source: DWH_REPORTING
        target: PRODUCT_REPORTING
        streams:
          marts.daily_usage: {meta: {description: One row per day.}}
          marts.usage: {object: reports.total_usage, primary_key: id}
        """,
    "sling/reporting/configs/billing-v2.yaml": """
        source: purina
        target: PRODUCT_REPORTING
        streams:
          marts.invoices: {mode: full-refresh}
        """,
}
# Asset: its op, and its table.
TABLES = {
    "reporting/daily_usage": ("publish_usage", "public.daily_usage"),
    "reporting/total_usage": ("publish_usage", "reports.total_usage"),
    "product/postgres/invoices": ("publish_billing_v2", "public.invoices"),
}


@pytest.fixture(scope="module")
def defs() -> Iterator[dg.Definitions]:
    with loaded(FILES, RESOURCES) as found:
        yield found


def key(text: str) -> dg.AssetKey:
    return dg.AssetKey.from_user_string(text)


def test_each_stream_is_an_asset_after_its_own_model_or_all_that_the_replication_reads(
    defs: dg.Definitions,
) -> None:
    graph = defs.resolve_asset_graph()
    assert {found.to_user_string() for found in graph.materializable_asset_keys} == set(TABLES)
    both = {key("marts/usage"), key(dbt_asset_key_finder()(MODEL))}
    assert graph.get(key("reporting/daily_usage")).parent_keys == both
    assert graph.get(key("reporting/total_usage")).parent_keys == {key("marts/usage")}
    assert graph.get(key("product/postgres/invoices")).parent_keys == {key("marts/billing")}


def test_an_asset_says_what_it_is(defs: dg.Definitions) -> None:
    for spec in defs.resolve_all_asset_specs():
        name = spec.key.to_user_string()
        if name not in TABLES:
            continue
        assert spec.group_name == "reporting"
        assert spec.kinds == {"sling", "postgres"}
        assert spec.owners == ["team:product"]
        assert spec.metadata["dagster/table_name"] == TABLES[name][1]
        assert "PRODUCT_REPORTING" in (spec.description or "")


def test_a_replication_is_one_op(defs: dg.Definitions) -> None:
    for name, (op, _) in TABLES.items():
        asset = defs.resolve_assets_def(key(name))
        assert asset.op.name == op
        assert asset.can_subset
        assert asset.op.pool == "warehouse"
        assert asset.op.retry_policy is not None
        assert asset.op.retry_policy.max_retries == 2
        assert asset.required_resource_keys >= set(RESOURCES)


def test_it_is_published_when_an_input_has_new_data() -> None:
    with loaded(FILES, RESOURCES) as defs, dg.DagsterInstance.ephemeral() as instance:
        cursor, observed = None, []
        for minute, updated in enumerate((None, "marts/usage", None, "marts/billing", "marts/usage")):
            if updated:
                instance.report_runless_asset_event(dg.AssetMaterialization(key(updated)))
            result = dg.evaluate_automation_conditions(
                defs=defs,
                instance=instance,
                cursor=cursor,
                evaluation_time=NOON + timedelta(minutes=minute),
            )
            cursor = result.cursor
            observed.append({name for name in TABLES if result.get_requested_partitions(key(name))})
    usage, billing = {"reporting/daily_usage", "reporting/total_usage"}, {"product/postgres/invoices"}
    assert observed == [set(), usage, set(), billing, usage]


def test_a_model_has_the_key_that_dbt_assets_have() -> None:
    manifest = load_manifest()
    translator = PlatformDbtTranslator(
        relations=Relations(Environment(EnvironmentName.PROD), snowflake_account="acme-main"),
        daily_partitions=dg.DailyPartitionsDefinition("2026-06-01"),
    )
    expected = {
        node["name"]: translator.get_asset_key(node).to_user_string()
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed", "snapshot")
    }
    assert MODEL in expected
    dbt_asset_key = dbt_asset_key_finder()
    assert {name: dbt_asset_key(name) for name in expected} == expected


@pytest.mark.parametrize(
    "environment", [name for name in EnvironmentName if name is not EnvironmentName.LOCAL]
)
def test_the_graph_is_the_same_in_every_environment(
    defs: dg.Definitions, environment: EnvironmentName
) -> None:
    local = described(defs)
    assert set(local) > set(TABLES)
    with loaded(FILES, RESOURCES, environment) as found:
        assert described(found) == local
