"""Stripe in the real code location: what is observed, what is checked, and by which job."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from dagster_open_platform.definitions import build_definitions
from dagster_open_platform.defs.stripe.py.checks import CHECKS
from dagster_open_platform.lib.observation.events import FRESHNESS_CHECK
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform_local.company.stripe.tables import TABLES, stripe_tables
from dagster_open_platform_tests.fixtures.stripe import CLOCK, deliver, product_models, stripe_warehouse

KEYS = {dg.AssetKey(["stripe", table]) for table in TABLES}
TYPES = {
    pa.string(): "string",
    pa.int64(): "integer",
    pa.float64(): "float",
    pa.bool_(): "bool",
    pa.timestamp("us"): "timestamp",
}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("warehouse")
    deliver(directory, at=datetime.now(UTC))
    product_models(directory)
    return directory


@pytest.fixture(scope="module")
def defs(directory: Path) -> dg.Definitions:
    resources = {"warehouse": stripe_warehouse(directory)}
    return build_definitions(environment=Environment(EnvironmentName.LOCAL), resources=resources)


def test_all_twelve_tables_have_their_freshness_check(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    assert len(KEYS) == 12
    assert graph.observable_asset_keys >= KEYS
    assert {dg.AssetCheckKey(key, FRESHNESS_CHECK) for key in KEYS} <= graph.asset_check_keys
    for key in KEYS:
        assert graph.get_check_spec(dg.AssetCheckKey(key, FRESHNESS_CHECK)).description == (
            "Whether it changed in the last 9:00:00."
        )


def test_the_columns_that_are_described_are_those_that_are_delivered(defs: dg.Definitions) -> None:
    delivered = stripe_tables(CLOCK.settings, CLOCK.today, datetime.now(UTC))
    for spec in defs.resolve_all_asset_specs():
        if spec.key in KEYS:
            schema = delivered[spec.key.path[-1]].schema
            described = spec.metadata["dagster/column_schema"].columns
            assert [(each.name, each.type) for each in described] == [
                (field.name, TYPES[field.type]) for field in schema
            ]


def test_the_daily_job_observes_and_checks_everything(defs: dg.Definitions) -> None:
    schedule = defs.resolve_schedule_def("stripe_observation_schedule")
    assert (schedule.cron_schedule, schedule.job_name) == ("15 7 * * *", "stripe_observation")
    job = defs.resolve_job_def("stripe_observation")
    with dg.DagsterInstance.ephemeral() as instance:
        # What dbt asks of the tables that it reads is asked by dbt, on a warehouse of its own.
        ops = [node.name for node in job.nodes if not node.name.startswith("dbt_")]
        result = job.execute_in_process(instance=instance, op_selection=ops)
    assert {each.asset_key for each in result.get_asset_observation_events()} == KEYS
    evaluations = {each.asset_check_key: each for each in result.get_asset_check_evaluations()}
    assert set(evaluations) == {
        *(dg.AssetCheckKey(key, FRESHNESS_CHECK) for key in KEYS),
        *(check.key for check in CHECKS),
    }
    assert [key for key, each in evaluations.items() if not each.passed] == []


def test_checks_open_the_warehouse_in_its_pool(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    ops = [each.op for each in graph.assets_defs if each.check_keys & {check.key for check in CHECKS}]
    assert [op.pool for op in ops] == ["warehouse"]


def test_nothing_runs_by_the_clock_on_a_laptop_unless_it_is_switched_on(defs: dg.Definitions) -> None:
    schedules = [defs.resolve_schedule_def(each.name) for each in defs.schedules or ()]
    assert {each.default_status for each in schedules} == {dg.DefaultScheduleStatus.STOPPED}


def test_every_job_says_what_it_is_for(defs: dg.Definitions) -> None:
    assert [job.name for job in defs.jobs or () if not job.description] == []
