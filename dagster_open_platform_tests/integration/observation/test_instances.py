"""The platform's own observations, of the databases that others fill on a laptop, as days pass and while files are held."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.lib.warehouse import WarehouseResource
from dagster_open_platform.resources import outbound_resource, warehouse_resource
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform.utils.regions import EU
from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.landing.land import land_eu
from dagster_open_platform_local.landing.product import OUTBOUND
from dagster_open_platform_local.stack.vendors import write_shared_databases
from dagster_open_platform_local.state import LocalState
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.forking import Forked
from dagster_open_platform_tests.integration.warehouse.child import write
from dagster_open_platform_tests.integration.warehouse.processes import running

DEFS = REPOSITORY_ROOT / "dagster_open_platform" / "defs"
YAML = DEFS / "snowflake" / "components" / "observations" / "defs.yaml"
COMPANY = CompanySettings(seed=11, scale=0.3)
TODAY = date(2026, 8, 4)
LOCAL = Environment(EnvironmentName.LOCAL)
SENSORS = {"account_usage_last_updated": "warehouse", "cloud_product_eu_last_updated": "warehouse_eu"}


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalState:
    """A laptop's state, with the databases that others fill."""
    found = LocalState(tmp_path)
    for directory in (found.warehouse, found.warehouse_eu):
        directory.mkdir(parents=True)
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(found.warehouse))
    monkeypatch.setenv("WAREHOUSE_EU_DUCKDB_DIR", str(found.warehouse_eu))
    write_shared_databases(found, CompanyClock(COMPANY, TODAY))
    land_eu(found.warehouse_eu, COMPANY, TODAY)
    return found


def warehouses() -> Mapping[str, WarehouseResource]:
    return {"warehouse": warehouse_resource(LOCAL), "warehouse_eu": outbound_resource(LOCAL, EU)}


@contextmanager
def instances() -> Iterator[dg.Definitions]:
    with loaded({"snowflake/components/observations/defs.yaml": YAML.read_text()}, warehouses()) as defs:
        yield defs


def tick(defs: dg.Definitions, name: str, cursor: str | None = None, **settings: Any) -> Any:
    """What the sensor says, and its cursor afterwards."""
    key = SENSORS[name]
    warehouse = warehouses()[key].model_copy(update=settings)
    with dg.build_sensor_context(
        dg.DagsterInstance.ephemeral(), cursor, resources={key: warehouse}
    ) as context:
        return defs.get_sensor_def(name).evaluate_tick(context)


def versions(result: Any) -> dict[str, str]:
    return {
        event.asset_key.to_user_string(): event.tags["dagster/data_version"]
        for event in result.asset_events
        if isinstance(event, dg.AssetObservation)
    }


def test_every_table_is_known_and_told_again_when_days_have_passed(state: LocalState) -> None:
    with instances() as defs:
        keys = {key.to_user_string() for key in defs.resolve_asset_graph().observable_asset_keys}
        first = {name: tick(defs, name) for name in SENSORS}
        known = versions(first["account_usage_last_updated"]) | versions(
            first["cloud_product_eu_last_updated"]
        )
        assert known.keys() == keys
        again = {name: tick(defs, name, result.cursor) for name, result in first.items()}
        assert [result.asset_events for result in again.values()] == [[], []]
        write_shared_databases(state, CompanyClock(COMPANY, TODAY + timedelta(days=14)))
        land_eu(state.warehouse_eu, COMPANY, TODAY + timedelta(days=14))
        later = {name: versions(tick(defs, name, result.cursor)) for name, result in first.items()}
        assert "snowflake/account_usage/users" in later["account_usage_last_updated"]
        assert "snowflake_eu/cloud_product/users" in later["cloud_product_eu_last_updated"]
        for key, version in (
            later["account_usage_last_updated"] | later["cloud_product_eu_last_updated"]
        ).items():
            assert version > known[key]


def test_a_table_changed_when_its_newest_row_did(state: LocalState) -> None:
    with instances() as defs:
        told = versions(tick(defs, "cloud_product_eu_last_updated"))
    for name, rows in product_tables(COMPANY, "eu", TODAY, OUTBOUND).items():
        newest: datetime = max(rows["updated_at"].to_pylist())
        assert told[f"snowflake_eu/cloud_product/{name}"] == newest.isoformat()


def test_a_run_that_holds_the_platforms_own_files_is_in_nobodys_way(state: LocalState) -> None:
    name = "account_usage_last_updated"
    write(warehouses()["warehouse"], 0, 1, 10)
    with instances() as defs, held(state.warehouse):
        assert len(versions(tick(defs, name, lock_timeout_seconds=0.3))) == 5


def test_while_another_process_holds_the_file_a_tick_skips_and_remembers_what_it_told(
    state: LocalState,
) -> None:
    """The EU's file is written by its own platform; here it is held by a child."""
    name = "cloud_product_eu_last_updated"
    with instances() as defs:
        before = tick(defs, name)
        with held(state.warehouse_eu) as holder:
            locked = tick(defs, name, before.cursor, lock_timeout_seconds=0.3)
            assert locked.skip_message.startswith("WarehouseLocked: ")
            assert str(holder.pid) in locked.skip_message
            assert locked.asset_events == []
        assert versions(tick(defs, name, before.cursor)) == {}


@contextmanager
def held(directory: Path) -> Iterator[Forked]:
    """Another process has the files of a warehouse open."""
    with running(directory, "hold") as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        yield holder
