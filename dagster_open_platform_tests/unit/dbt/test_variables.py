"""The dbt variables of a run."""

from datetime import UTC, datetime

import dagster as dg
import pytest
import yaml

from dagster_open_platform.lib.dbt.resource import PlatformDbtResource, dbt_resource
from dagster_open_platform.lib.dbt.targets import BACKFILL_WAREHOUSES, ENGINES
from dagster_open_platform.lib.dbt.variables import (
    backfill_variables,
    region_variables,
    window_variables,
)
from dagster_open_platform.lib.schedule.ticks import BACKFILL_TAG
from dagster_open_platform.utils.regions import EU, US
from dagster_open_platform_dbt import PROJECT_DIR


def test_a_window_is_half_open() -> None:
    window = dg.TimeWindow(datetime(2026, 6, 10, tzinfo=UTC), datetime(2026, 6, 12, tzinfo=UTC))
    assert window_variables(window) == {"min_date": "2026-06-10", "max_date": "2026-06-12"}


def test_the_default_region_is_the_projects() -> None:
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text())
    assert project["vars"]["region"] == US.name
    assert region_variables(US) == {}
    assert region_variables(EU) == {"region": "eu"}
    resource = dbt_resource("local_eu", EU)
    assert isinstance(resource, PlatformDbtResource)
    assert resource.variables == {"region": "eu"}


@pytest.mark.parametrize("tag", ["dagster/backfill", BACKFILL_TAG])
def test_a_backfill_pays_with_a_warehouse_of_its_own(tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert backfill_variables({tag: "x"}, "prod") == {"backfill_warehouse": "DAGSTER_PLATFORM_BACKFILL"}
    assert backfill_variables({"dagster/partition": "x"}, "prod") == {}
    monkeypatch.setenv("SNOWFLAKE_BACKFILL_WAREHOUSE", "NIGHTLY")
    assert backfill_variables({tag: "x"}, "prod") == {"backfill_warehouse": "NIGHTLY"}
    assert backfill_variables({tag: "x"}, "local") == {}


def test_every_target_has_decided() -> None:
    assert BACKFILL_WAREHOUSES.keys() == ENGINES.keys()
    on_snowflake = {target for target, engine in ENGINES.items() if engine == "snowflake"}
    assert {target for target, warehouse in BACKFILL_WAREHOUSES.items() if warehouse} <= on_snowflake
