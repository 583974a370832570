"""What a ``ProdDbReplicationsComponent`` makes of its files."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from dagster_open_platform.conformance.graph import described
from dagster_open_platform.lib.sling.cloud_product_ingest import start_of
from dagster_open_platform.utils.environment_helpers import EnvironmentName
from dagster_open_platform_tests.fixtures.components import loaded

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
RESOURCES: dict[str, str] = dict.fromkeys(("postgres", "sling", "warehouse"), "not used")
FILES = {
    "sling/product/defs.yaml": """
        type: dagster_open_platform.lib.ProdDbReplicationsComponent
        attributes:
          config_dir: configs
          replications:
            - name: directory
              shards: [main, eu]
              last_update_freshness_check: {hours: 6, minutes: 30}
            - name: runs
              shards: [eu]
              cron_schedule: "17 * * * *"
              asset_key_prefix: [raw, product]
        """,
    "sling/product/configs/directory.yaml": """
        target: PURINA
        streams:
          public.users: {meta: {description: One row per person.}}
          public.organizations:
        """,
    "sling/product/configs/main/directory.yaml": "extends: ../directory.yaml\nsource: PRODUCT_MAIN\n",
    "sling/product/configs/eu/directory.yaml": "extends: ../directory.yaml\nsource: PRODUCT_EU\n",
    "sling/product/configs/eu/runs.yaml": """
        source: PRODUCT_EU
        target: PURINA
        streams:
          public.runs: {mode: incremental, primary_key: id, update_key: updated_at}
        """,
}
# Asset: what it is read from, and its group.
TABLES = {
    "sling/cloud_product/users": ("postgres/main/users", "cloud_product_main"),
    "sling/cloud_product/organizations": ("postgres/main/organizations", "cloud_product_main"),
    "sling/cloud_product_eu/users": ("postgres/eu/users", "cloud_product_eu"),
    "sling/cloud_product_eu/organizations": ("postgres/eu/organizations", "cloud_product_eu"),
    "raw/product/cloud_product_eu/runs": ("postgres/eu/runs", "cloud_product_eu"),
}
WATCHED = {key for key in TABLES if key.startswith("sling/")}
OPS = {"cloud_product_directory", "cloud_product_eu_directory", "cloud_product_eu_runs"}


@pytest.fixture(scope="module")
def defs() -> Iterator[dg.Definitions]:
    with loaded(FILES, RESOURCES) as found:
        yield found


def key(text: str) -> dg.AssetKey:
    return dg.AssetKey.from_user_string(text)


def test_each_stream_is_an_asset_that_reads_a_table_which_nobody_makes_here(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    sources = {source for source, _ in TABLES.values()}
    assert {found.to_user_string() for found in graph.get_all_asset_keys()} == {*TABLES, *sources}
    assert {found.to_user_string() for found in graph.materializable_asset_keys} == set(TABLES)
    for name, (source, group) in TABLES.items():
        node = graph.get(key(name))
        assert node.parent_keys == {key(source)}
        assert node.group_name == group
        assert graph.get(key(source)).group_name == f"postgres_{source.split('/')[1]}"


def test_an_asset_says_what_it_is(defs: dg.Definitions) -> None:
    specs = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
    for name in TABLES:
        assert specs[name].kinds == {"sling", "snowflake"}
        assert specs[name].owners == ["team:data-platform"]
        schema, table = name.split("/")[-2:]
        assert specs[name].metadata["dagster/table_name"] == f"purina.{schema}.{table}"
    assert (specs["sling/cloud_product/users"].description or "").startswith("One row per person. ")
    assert "PRODUCT_EU (incremental)" in (specs["raw/product/cloud_product_eu/runs"].description or "")


def test_an_asset_leads_to_the_line_that_declares_its_stream(defs: dg.Definitions) -> None:
    lines = {}
    for spec in defs.resolve_all_asset_specs():
        if spec.key.to_user_string() in TABLES:
            reference = spec.metadata["dagster/code_references"].code_references[0]
            path, line = reference.file_path, reference.line_number
            lines[spec.key.to_user_string()] = path[path.index("configs/") :], line
    assert lines == {
        "sling/cloud_product/users": ("configs/directory.yaml", 3),
        "sling/cloud_product/organizations": ("configs/directory.yaml", 4),
        "sling/cloud_product_eu/users": ("configs/directory.yaml", 3),
        "sling/cloud_product_eu/organizations": ("configs/directory.yaml", 4),
        "raw/product/cloud_product_eu/runs": ("configs/eu/runs.yaml", 4),
    }


def test_a_replication_of_a_shard_is_one_op(defs: dg.Definitions) -> None:
    assets = {defs.resolve_assets_def(key(name)) for name in TABLES}
    assert {asset.op.name for asset in assets} == OPS
    for asset in assets:
        assert asset.can_subset
        assert asset.op.pool == "warehouse"
        assert asset.required_resource_keys >= set(RESOURCES)
        policy = asset.op.retry_policy
        assert policy is not None
        assert (policy.max_retries, policy.backoff) == (2, dg.Backoff.EXPONENTIAL)


class Ticks:
    """Evaluates the graph moment by moment, as the automation sensor does."""

    def __init__(self, defs: dg.Definitions) -> None:
        self.defs, self.instance, self.cursor = defs, dg.DagsterInstance.ephemeral(), None

    def requested(self, minute: int) -> set[str]:
        result = dg.evaluate_automation_conditions(
            defs=self.defs,
            instance=self.instance,
            cursor=self.cursor,
            evaluation_time=NOON + timedelta(minutes=minute, seconds=30),
        )
        self.cursor = result.cursor
        return {name for name in TABLES if result.get_requested_partitions(key(name))}


def test_each_asset_is_requested_once_a_tick_of_its_schedule(defs: dg.Definitions) -> None:
    ticks = Ticks(defs)
    runs = {"raw/product/cloud_product_eu/runs"}
    observed = {minute: ticks.requested(minute) for minute in (0, 4, 5, 6, 9, 10, 11, 16, 17, 18, 77)}
    assert observed == {
        0: set(),
        4: set(),
        5: WATCHED,
        6: set(),
        9: set(),
        10: WATCHED,
        11: set(),
        16: WATCHED,
        17: runs,
        18: set(),
        77: WATCHED | runs,
    }


def test_freshness_is_checked_where_it_is_asked_for(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    expected = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=6.5))
    for spec in defs.resolve_all_asset_specs():
        watched = spec.key.to_user_string() in WATCHED
        checks = [check.name for check in graph.get(spec.key).check_keys]
        assert checks == (["freshness_check"] if watched else [])
        assert spec.freshness_policy == (expected if watched else None)


@pytest.mark.parametrize(
    ("environment", "status"),
    [
        (EnvironmentName.LOCAL, dg.DefaultSensorStatus.STOPPED),
        (EnvironmentName.BRANCH, dg.DefaultSensorStatus.STOPPED),
        (EnvironmentName.DOGFOOD, dg.DefaultSensorStatus.RUNNING),
        (EnvironmentName.PROD, dg.DefaultSensorStatus.RUNNING),
    ],
)
def test_one_sensor_runs_the_checks(environment: EnvironmentName, status: dg.DefaultSensorStatus) -> None:
    with loaded(FILES, RESOURCES, environment) as found:
        (sensor,) = list(found.sensors or ())
        assert isinstance(sensor, dg.SensorDefinition)
        assert sensor.name == "product_freshness_checks_sensor"
        assert sensor.default_status is status
        assert sensor.asset_selection is not None
        checks = sensor.asset_selection.resolve_checks(found.resolve_asset_graph())
        assert {check.asset_key.to_user_string() for check in checks} == WATCHED


def test_without_checks_there_is_no_sensor() -> None:
    text = FILES["sling/product/defs.yaml"].replace(
        "last_update_freshness_check: {hours: 6, minutes: 30}", ""
    )
    with loaded({**FILES, "sling/product/defs.yaml": text}, RESOURCES) as found:
        assert list(found.sensors or ()) == []
        assert found.resolve_asset_graph().asset_check_keys == set()


def test_the_sensor_is_named_after_the_folder_of_the_component_wherever_its_files_are() -> None:
    moved = {name.replace("/configs/", "/files/sling/"): text for name, text in FILES.items()}
    text = moved["sling/product/defs.yaml"].replace("config_dir: configs", "config_dir: files/sling")
    with loaded({**moved, "sling/product/defs.yaml": text}, RESOURCES) as found:
        assert [sensor.name for sensor in found.sensors or ()] == ["product_freshness_checks_sensor"]


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


def test_a_step_that_is_tried_again_has_the_start_of_its_run() -> None:
    seen = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
    def flaky(context: dg.AssetExecutionContext) -> None:
        seen.append(start_of(context))
        if len(seen) == 1:
            raise RuntimeError("once")

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([flaky], instance=instance)
        record = instance.get_run_record_by_id(result.run_id)
    assert record is not None
    assert record.start_time is not None
    assert seen == [datetime.fromtimestamp(record.start_time, UTC)] * 2
