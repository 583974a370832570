"""The component as it is loaded from YAML: its assets, its sensor's ticks, and observations by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.lib.automation import on_inputs_updated
from dagster_open_platform.lib.observation.watch import LONGEST_WAIT_SECONDS
from dagster_open_platform.lib.warehouse import WarehouseConnection, WarehouseResource
from dagster_open_platform.lib.warehouse.errors import WarehouseLocked
from dagster_open_platform.utils.environment_helpers import EnvironmentName
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb

YAML = """\
type: dagster_open_platform.lib.LastUpdatedObservationComponent
attributes:
  name: vendor_last_updated
  resource_key: vendor_warehouse
  interval: {minutes: 5}
  group_name: vendor
  owners: [team:data-platform]
  kinds: [snowflake]
  description: The vendor loads it each hour.
  tables:
    - key: vendor/users
      table: purina.vendor.users
      updated_at_columns: [updated_at]
      freshness: {hours: 36}
      description: One row per user.
    - key: vendor/roles
      table: purina.vendor.roles
      updated_at_columns: [updated_at]
      freshness: {hours: 36}
"""
USERS, ROLES = dg.AssetKey(["vendor", "users"]), dg.AssetKey(["vendor", "roles"])


@contextmanager
def component(
    warehouse: WarehouseResource | None = None,
    environment: EnvironmentName = EnvironmentName.LOCAL,
    yaml: str = YAML,
) -> Iterator[dg.Definitions]:
    files = {"a/components/defs.yaml": yaml}
    with loaded(files, {"vendor_warehouse": warehouse, "warehouse": warehouse}, environment) as defs:
        yield defs


@pytest.fixture
def warehouse(tmp_path: Path) -> WarehouseResource:
    return local_duckdb(tmp_path / "warehouse")


def load(warehouse: WarehouseResource, name: str, updated_at: datetime) -> None:
    """A vendor's load: not through the seam, which would note the time."""
    with warehouse.connect() as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS purina.vendor")
        connection.execute(
            f"CREATE OR REPLACE TABLE purina.vendor.{name} AS SELECT CAST(? AS TIMESTAMPTZ) AS updated_at",
            [updated_at],
        )


class Ticks:
    """Evaluates the sensor as the daemon does, and reports what it says."""

    def __init__(
        self, defs: dg.Definitions, warehouse: WarehouseResource, instance: dg.DagsterInstance
    ) -> None:
        self.instance, self.cursor = instance, None
        self._sensor = defs.get_sensor_def("vendor_last_updated")
        self._warehouse = warehouse

    def tick(self) -> str:
        """One tick; its reason to skip."""
        with dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, resources={"vendor_warehouse": self._warehouse}
        ) as context:
            found = self._sensor.evaluate_tick(context)
        for event in found.asset_events:
            self.instance.report_runless_asset_event(event)
        self.cursor = found.cursor or self.cursor
        assert found.skip_message
        return found.skip_message

    def observed(self, key: dg.AssetKey) -> list[str]:
        """The data versions that were reported, oldest first."""
        records = self.instance.fetch_observations(key, limit=20, ascending=True).records
        found = [record.asset_observation for record in records]
        return [each.tags["dagster/data_version"] for each in found if each]


def test_the_assets_are_observable_and_described() -> None:
    with component() as defs:
        graph = defs.resolve_asset_graph()
        assert graph.observable_asset_keys == {USERS, ROLES}
        assert graph.materializable_asset_keys == set()
        spec = {each.key: each for each in defs.resolve_all_asset_specs()}
        assert spec[USERS].description == "One row per user. The vendor loads it each hour."
        assert spec[ROLES].description == "Table purina.vendor.roles. The vendor loads it each hour."
        for each in spec.values():
            assert (each.group_name, each.owners, each.kinds) == (
                "vendor",
                ["team:data-platform"],
                {"snowflake"},
            )
        asset = defs.get_assets_def(USERS)
        assert asset.op.name == "observe_vendor_last_updated"
        assert asset.op.pool == "warehouse"
        assert {key.name for key in graph.asset_check_keys} == {"freshness_check"}


def test_a_table_has_the_name_of_the_environment_in_the_platforms_own_warehouse_only() -> None:
    names = []
    for yaml in (YAML, YAML.replace("  resource_key: vendor_warehouse\n", "")):
        with component(environment=EnvironmentName.BRANCH, yaml=yaml) as defs:
            [spec] = [each for each in defs.resolve_all_asset_specs() if each.key == USERS]
            names.append(spec.metadata["dagster/table_name"])
    assert names == ["purina.vendor.users", "purina_clone_7.vendor.users"]


@pytest.mark.parametrize(
    ("environment", "status"),
    [
        (EnvironmentName.LOCAL, dg.DefaultSensorStatus.STOPPED),
        (EnvironmentName.BRANCH, dg.DefaultSensorStatus.STOPPED),
        (EnvironmentName.DOGFOOD, dg.DefaultSensorStatus.RUNNING),
        (EnvironmentName.PROD, dg.DefaultSensorStatus.RUNNING),
    ],
)
def test_the_sensor_runs_where_work_is_unattended(
    environment: EnvironmentName, status: dg.DefaultSensorStatus
) -> None:
    with component(environment=environment) as defs:
        sensor = defs.get_sensor_def("vendor_last_updated")
        assert sensor.default_status is status
        assert sensor.minimum_interval_seconds == 300


@pytest.mark.parametrize("kind", ["ephemeral", "sqlite"])
def test_a_change_is_observed_and_moves_downstream(
    kind: str, warehouse: WarehouseResource, tmp_path: Path
) -> None:
    with component(warehouse) as defs, dg.DagsterInstance.local_temp(str(tmp_path)) as sqlite:
        ticks = Ticks(defs, warehouse, sqlite if kind == "sqlite" else dg.DagsterInstance.ephemeral())

        @dg.asset(deps=[USERS], automation_condition=on_inputs_updated())
        def downstream() -> None: ...

        whole = dg.Definitions.merge(defs, dg.Definitions(assets=[downstream]))
        first, later = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 1, 0, 0, 0, 1, tzinfo=UTC)
        load(warehouse, "users", first)
        assert "1 of 2 tables changed: vendor/users. " in ticks.tick()
        result = dg.evaluate_automation_conditions(whole, instance=ticks.instance)
        load(warehouse, "users", later)
        ticks.tick()
        result = dg.evaluate_automation_conditions(whole, instance=ticks.instance, cursor=result.cursor)
        assert result.total_requested == 1
        ticks.tick()
        assert ticks.observed(USERS) == [first.isoformat(), later.isoformat()]
        assert ticks.observed(ROLES) == []


def test_a_table_that_is_missing_hides_no_other(warehouse: WarehouseResource) -> None:
    with component(warehouse) as defs:
        ticks = Ticks(defs, warehouse, dg.DagsterInstance.ephemeral())
        load(warehouse, "roles", datetime(2026, 6, 1, tzinfo=UTC))
        message = ticks.tick()
        assert message.startswith("1 of 2 tables changed: vendor/roles. ")
        assert "users" in message.removeprefix("1 of 2 tables changed: vendor/roles. ")
        assert len(ticks.observed(ROLES)) == 1


def test_freshness_is_checked_with_each_observation_and_when_it_ends(warehouse: WarehouseResource) -> None:
    with component(warehouse) as defs:
        ticks = Ticks(defs, warehouse, dg.DagsterInstance.ephemeral())
        load(warehouse, "users", datetime.now(UTC))
        load(warehouse, "roles", datetime.now(UTC) - timedelta(hours=37))
        ticks.tick()
        ticks.tick()
        found = {}
        for key in (USERS, ROLES):
            check = dg.AssetCheckKey(key, "freshness_check")
            [record] = ticks.instance.event_log_storage.get_asset_check_execution_history(check, limit=5)
            event = record.event and record.event.dagster_event
            found[key] = event.asset_check_evaluation_data.passed if event else None
        assert found == {USERS: True, ROLES: False}


class Locked(WarehouseResource):
    """A warehouse whose file somebody holds."""

    patience: float = 60.0

    @contextmanager
    def connect(self) -> Iterator[WarehouseConnection]:
        raise WarehouseLocked(f"Process 7 held purina.duckdb for {self.patience} seconds.")
        yield

    def origin(self, database: str) -> str:
        raise NotImplementedError

    def waiting_at_most(self, seconds: float) -> "Locked":
        return self.model_copy(update={"patience": seconds})


def test_a_locked_warehouse_skips_the_tick_soon_and_says_so() -> None:
    locked = Locked(databases={"purina": "purina"})
    with component(locked) as defs:
        ticks = Ticks(defs, locked, dg.DagsterInstance.ephemeral())
        assert ticks.tick() == "WarehouseLocked: Process 7 held purina.duckdb for 10.0 seconds."
        assert ticks.cursor is None


def test_a_sensor_waits_for_less_than_dagster_gives_it(tmp_path: Path) -> None:
    warehouse = local_duckdb(tmp_path)
    impatient = warehouse.waiting_at_most(LONGEST_WAIT_SECONDS)
    assert LONGEST_WAIT_SECONDS < 60
    assert impatient == warehouse.model_copy(update={"lock_timeout_seconds": LONGEST_WAIT_SECONDS})
    assert impatient.waiting_at_most(60.0) == impatient


def observe(defs: dg.Definitions, *keys: dg.AssetKey) -> dg.ExecuteInProcessResult:
    job = defs.resolve_implicit_global_asset_job_def()
    return job.execute_in_process(
        asset_selection=list(keys), instance=dg.DagsterInstance.ephemeral(), raise_on_error=False
    )


def test_by_hand_a_run_observes_what_is_selected(warehouse: WarehouseResource) -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    load(warehouse, "users", at)
    with component(warehouse) as defs:
        result = observe(defs, USERS)
        assert result.success
        [observation] = result.get_asset_observation_events()
        assert (
            observation.asset_observation_data.asset_observation.tags["dagster/data_version"]
            == at.isoformat()
        )
        [check] = result.get_asset_check_evaluations()
        assert (check.asset_key, check.passed) == (USERS, False)


def test_by_hand_a_table_of_which_nobody_knows_fails_the_run_after_the_others(
    warehouse: WarehouseResource,
) -> None:
    load(warehouse, "users", datetime(2026, 6, 1, tzinfo=UTC))
    with component(warehouse) as defs:
        result = observe(defs, USERS, ROLES)
        assert not result.success
        observed = [event.asset_key for event in result.get_asset_observation_events()]
        assert observed == [USERS]
        failure = result.all_node_events[-1].step_failure_data
        assert failure.user_failure_data
        assert "The other tables were observed." in str(failure.user_failure_data.description)


def test_assets_of_somebody_else_are_only_reported(warehouse: WarehouseResource) -> None:
    yaml = YAML.replace("      freshness: {hours: 36}\n", "").replace(
        "  tables:", "  declared_elsewhere: true\n  tables:"
    )
    with component(warehouse, yaml=yaml) as defs:
        assert list(defs.resolve_all_asset_specs()) == []
        ticks = Ticks(defs, warehouse, dg.DagsterInstance.ephemeral())
        load(warehouse, "users", datetime(2026, 6, 1, tzinfo=UTC))
        ticks.tick()
        assert len(ticks.observed(USERS)) == 1
