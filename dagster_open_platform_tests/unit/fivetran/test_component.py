"""What a ``FivetranComponent`` makes of its YAML and its state."""

import asyncio
import textwrap
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.lib.definition_checks import components
from dagster_open_platform.lib.fivetran.component import FivetranComponent
from dagster_open_platform.lib.fivetran.state import state_text
from dagster_open_platform.lib.http_resource import MissingCredentials
from dagster_open_platform.utils.environment_helpers import EnvironmentName
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.fivetran_fake import CRM, SHEET, TABLES, YAML, state

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
RESOURCES: dict[str, str] = dict.fromkeys(("fivetran", "warehouse"), "not used")
DETAILS = """
descriptions: descriptions
connector_schedules: {quiet_harbor: "17 * * * *"}
freshness: {vivid_lantern: {hours: 8}}
owners: {quiet_harbor: ["team:finance"]}
connection_setup_tests_schedule: "0 4 * * *"
"""
FILES = {
    "fivetran/state.json": state_text(state()),
    "fivetran/descriptions/crm.yaml": "account: One row per account.\n",
}
JOBS = {"fivetran_connection_setup_tests", "fivetran_connector_freshness"}


def files(more: str = "", yaml: str = YAML) -> dict[str, str]:
    return {**FILES, "fivetran/defs.yaml": f"{yaml.rstrip()}\n{textwrap.indent(textwrap.dedent(more), '  ')}"}


@pytest.fixture(scope="module")
def defs() -> Iterator[dg.Definitions]:
    with loaded(files(DETAILS), RESOURCES) as found:
        yield found


def key(text: str) -> dg.AssetKey:
    return dg.AssetKey.from_user_string(text)


def specs_of(defs: dg.Definitions) -> Mapping[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def test_each_table_is_an_asset_that_depends_on_what_its_connector_reads(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    assert {each.to_user_string() for each in graph.materializable_asset_keys} == set(TABLES)
    sources = {"crm/api", "google_sheets/targets_sheet"}
    assert {each.to_user_string() for each in graph.get_all_asset_keys()} == {*TABLES, *sources}
    parents = {name: {each.to_user_string() for each in graph.get(key(name)).parent_keys} for name in TABLES}
    assert parents == {
        "fivetran/crm/account": {"crm/api"},
        "fivetran/crm/contact": {"crm/api"},
        "fivetran/google_sheets/targets": {"google_sheets/targets_sheet"},
    }


def test_an_asset_says_what_it_is(defs: dg.Definitions) -> None:
    specs = specs_of(defs)
    account, targets = specs["fivetran/crm/account"], specs["fivetran/google_sheets/targets"]
    assert (account.group_name, targets.group_name) == ("fivetran_crm", "fivetran_google_sheets")
    assert (account.kinds, targets.kinds) == ({"fivetran", "salesforce"}, {"fivetran", "google_sheets"})
    assert (account.owners, targets.owners) == (["team:data-platform"], ["team:finance"])
    assert account.description == "One row per account. Loaded by Fivetran's connector crm."
    assert targets.description is not None
    assert targets.metadata["dagster/table_name"] == "fivetran.google_sheets.targets"
    assert account.metadata["dagster-fivetran/connector_id"] == CRM
    assert account.freshness_policy == dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=8))
    assert targets.freshness_policy == dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36))
    columns = account.metadata["dagster/column_schema"]
    assert [column.name for column in columns.columns] == ["id", "name", "owner_id"]
    assert [column.constraints.nullable for column in columns.columns] == [False, True, True]
    for source in ("crm/api", "google_sheets/targets_sheet"):
        assert specs[source].owners
        assert specs[source].group_name == f"fivetran_{source.split('/')[0]}"


def test_a_connector_is_one_op(defs: dg.Definitions) -> None:
    assets = {name: defs.resolve_assets_def(key(name)) for name in TABLES}
    assert {asset.op.name for asset in assets.values()} == {"fivetran_crm", "fivetran_google_sheets_targets"}
    assert assets["fivetran/crm/account"] is assets["fivetran/crm/contact"]
    for asset in assets.values():
        assert asset.can_subset
        assert asset.op.pool == "warehouse"
        assert asset.op.retry_policy is not None
        assert asset.op.retry_policy.max_retries == 2
        assert all(spec.skippable for spec in asset.specs)
        assert {check.name for check in asset.check_specs} == {"row_count_anomaly"}
        assert {check.asset_key for check in asset.check_specs} == asset.keys


def test_a_connector_syncs_by_its_schedule(defs: dg.Definitions) -> None:
    instance, cursor = dg.DagsterInstance.ephemeral(), None
    observed: dict[str, set[str]] = {}
    for moment in ("04:16", "04:17", "04:18", "04:59", "05:00", "05:01", "05:17"):
        hour, minute = map(int, moment.split(":"))
        result = dg.evaluate_automation_conditions(
            defs=defs,
            instance=instance,
            cursor=cursor,
            evaluation_time=NOON.replace(hour=hour, minute=minute, second=30),
        )
        cursor = result.cursor
        observed[moment] = {name for name in TABLES if result.get_requested_partitions(key(name))}
    crm = {"fivetran/crm/account", "fivetran/crm/contact"}
    sheet = {"fivetran/google_sheets/targets"}
    assert {moment: found for moment, found in observed.items() if found} == {
        "04:17": sheet,
        "05:00": crm,
        "05:17": sheet,
    }


def test_what_watches_the_connectors(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    fresh = {
        each.asset_key.to_user_string()
        for each in graph.asset_check_keys
        if each.name == "connector_is_fresh"
    }
    assert fresh == {"crm/api", "google_sheets/targets_sheet"}
    assert {job.name for job in defs.jobs or ()} == JOBS


@pytest.mark.parametrize("environment", list(EnvironmentName))
def test_schedules_run_where_they_are_said_to(environment: EnvironmentName) -> None:
    wanted = [EnvironmentName.PROD, EnvironmentName.BRANCH]
    more = f"{DETAILS}environments: [{', '.join(wanted)}]\n"
    with loaded(files(more), RESOURCES, environment) as defs:
        schedules = {
            each.name: each for each in defs.schedules or () if isinstance(each, dg.ScheduleDefinition)
        }
        assert set(schedules) == ({f"{job}_schedule" for job in JOBS} if environment in wanted else set())
        running = environment is EnvironmentName.PROD
        assert {each.default_status is dg.DefaultScheduleStatus.RUNNING for each in schedules.values()} <= {
            running
        }
        assert {each.cron_schedule for each in schedules.values()} <= {"0 4 * * *", "15 * * * *"}
        assert {job.name for job in defs.jobs or ()} == JOBS


def test_excluded_connectors_are_not_there() -> None:
    with loaded(files(f"excluded_connector_ids: [{SHEET}]\n"), RESOURCES) as defs:
        found = {each.to_user_string() for each in defs.resolve_asset_graph().get_all_asset_keys()}
    assert found == {"fivetran/crm/account", "fivetran/crm/contact", "crm/api"}


@pytest.mark.parametrize("selector", ["{by_name: [crm]}", f"{{by_id: [{CRM}]}}"])
def test_connectors_are_selected_as_in_dagsters_component(selector: str) -> None:
    with loaded(files(f"connector_selector: {selector}\n"), RESOURCES) as defs:
        found = {each.to_user_string() for each in defs.resolve_asset_graph().get_all_asset_keys()}
    assert found == {"fivetran/crm/account", "fivetran/crm/contact", "crm/api"}


def test_the_graph_is_the_same_everywhere() -> None:
    found = []
    for environment in EnvironmentName:
        with loaded(files(DETAILS), RESOURCES, environment) as defs:
            found.append(
                {name: spec.replace_attributes(metadata={}) for name, spec in specs_of(defs).items()}
            )
    assert all(each == found[0] for each in found)


def test_the_account_is_named_without_a_value(defs: dg.Definitions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIVETRAN_API_SECRET", "never-shown-anywhere")
    [component] = components(defs)
    assert isinstance(component, FivetranComponent)
    assert component.defs_state_config.key == "FivetranComponent[FIVETRAN_ACCOUNT_ID]"
    assert "never-shown" not in repr(component)
    assert "FIVETRAN_API_SECRET" not in repr(component)


def test_refreshing_asks_with_the_values_of_now(tmp_path: Path) -> None:
    with loaded(files(), RESOURCES) as defs:
        [component] = components(defs)
        assert isinstance(component, FivetranComponent)
        before = component.state_path.read_text()
        with pytest.raises(MissingCredentials, match="set FIVETRAN_ACCOUNT_ID"):
            asyncio.run(component.refresh_state(tmp_path))
        assert component.state_path.read_text() == before
