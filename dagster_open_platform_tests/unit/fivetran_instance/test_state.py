"""The committed state and descriptions are complete, and what the company's Fivetran answers."""

import datetime as dt
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest
import yaml

import dagster_open_platform.defs
from dagster_open_platform.lib.fivetran.client import ACCEPT, FivetranClient
from dagster_open_platform.lib.fivetran.fetch import fetch_state
from dagster_open_platform.lib.fivetran.state import read_state, state_text
from dagster_open_platform.lib.http import HttpClient, Secrets
from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS, Connector
from dagster_open_platform_local.company.fivetran.layouts import Layout, layout_names, layouts
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.in_process import InProcessTransport
from dagster_open_platform_local.services.saas.fivetran.account import FivetranAccount
from dagster_open_platform_local.services.saas.fivetran.app import FivetranApi, fivetran_app
from dagster_open_platform_local.services.saas.fivetran.credentials import ACCOUNT_ID
from dagster_open_platform_local.services.saas.fivetran.limits import Limits
from dagster_open_platform_local.services.saas.fivetran.sources import sources_of
from dagster_open_platform_tests.fixtures.definitions import LOCAL, definitions_in
from dagster_open_platform_tests.fixtures.fivetran import KEY, TODAY
from dagster_open_platform_tests.fixtures.fivetran_platform import authorization

FOLDER = Path(dagster_open_platform.defs.__file__).parent / "fivetran" / "components"
SERVICES = {
    *(
        "salesforce",
        "hubspot",
        "google_ads",
        "linkedin",
        "reddit_ads",
        "bingads",
        "google_analytics_4",
        "google_sheets",
    ),
    *(
        "zoom",
        "outreach",
        "linear",
        "incidentio",
        "youtube_analytics",
        "linkedin_company_pages",
        "fivetran_log",
    ),
}


def tables_of(connector: Connector) -> Iterator[tuple[str, Layout]]:
    """The tables that a connector of the company loads, by `schema.table`."""
    for name, layout in layouts(connector.schema).items():
        if name not in connector.disabled and connector.sheet in (None, name):
            yield f"{connector.schema}.{name}", layout


LOADED = {name: (connector, layout) for connector in CONNECTORS for name, layout in tables_of(connector)}


@pytest.fixture(scope="module")
def specs() -> dict[str, dg.AssetSpec]:
    defs = definitions_in(LOCAL)
    return {
        ".".join(spec.key.path[1:]): spec
        for spec in defs.resolve_all_asset_specs()
        if spec.key.path[0] == "fivetran"
    }


def test_the_committed_state_is_what_fivetran_answers(tmp_path: Path) -> None:
    """If this fails: `just refresh-state --local`."""
    account = FivetranAccount(
        sources_of(CONNECTORS),
        tmp_path,
        tmp_path / "warehouse",
        lambda: CompanyClock(CompanySettings(), TODAY),
    )
    http = HttpClient(
        "https://fivetran.test",
        service="Fivetran",
        secrets=Secrets({"Authorization": authorization(KEY)}),
        headers={"Accept": ACCEPT},
        transport=InProcessTransport(fivetran_app(FivetranApi(account, KEY, Limits(10**6, 10**6, 10**6)))),
    )
    assert state_text(fetch_state(FivetranClient(http), ACCOUNT_ID)) == (FOLDER / "state.json").read_text()


def test_the_company_works_with_fifteen_tools_of_about_four_hundred_tables() -> None:
    assert {connector.service for connector in CONNECTORS} == SERVICES
    assert len(CONNECTORS) == len({connector.id for connector in CONNECTORS})
    assert 400 <= len(LOADED) <= 500
    assert {connector.schema for connector in CONNECTORS} == set(layout_names())


def test_every_table_is_an_asset_with_its_columns(specs: dict[str, dg.AssetSpec]) -> None:
    assert specs.keys() == LOADED.keys()
    for name, (connector, layout) in LOADED.items():
        spec = specs[name]
        assert spec.group_name == f"fivetran_{connector.schema}"
        assert spec.kinds == {"fivetran", connector.service}
        assert spec.metadata["dagster/table_name"] == f"fivetran.{name}"
        shown = spec.metadata["dagster/column_schema"].columns
        # Fivetran does not tell of its own columns; they come with the first materialization.
        assert sorted(column.name for column in shown) == sorted(layout.schema.names)
        keys = {column.name for column in shown if not column.constraints.nullable}
        assert keys == set(layout.primary_key), name
        source = f"{connector.sheet}_sheet" if connector.sheet else "api"
        assert [dep.asset_key.path for dep in spec.deps] == [[connector.schema, source]]


def test_every_table_says_what_a_row_is_and_nothing_else_does(specs: dict[str, dg.AssetSpec]) -> None:
    described = {
        f"{path.stem}.{table}": text
        for path in (FOLDER / "descriptions").iterdir()
        for table, text in yaml.safe_load(path.read_text()).items()
    }
    known = {f"{schema}.{table}" for schema in layout_names() for table in layouts(schema)}
    assert described.keys() == known
    assert [
        name for name, text in described.items() if not re.fullmatch(r"(One row per|One row:) .*[^.]\.", text)
    ] == []
    for name, spec in specs.items():
        assert described[name] in str(spec.description)
    # Two tables of a tool are not the same.
    pairs = [(name.partition(".")[0], text) for name, text in described.items()]
    assert [pair for pair in set(pairs) if pairs.count(pair) > 1] == []


def test_the_instance_names_connectors_beside_their_ids() -> None:
    names = {connector.id: connector.name for connector in CONNECTORS}
    state = read_state(FOLDER / "state.json")
    assert {id_: each.name for id_, each in state.connectors.items()} == names
    said = re.findall(r"^ +(\w+): .*# (\S+)$", (FOLDER / "defs.yaml").read_text(), re.MULTILINE)
    assert len(said) > 5
    assert [(id_, name) for id_, name in said if names[id_] != name] == []


def longest_gap(cron: str) -> dt.timedelta:
    """The longest time between two ticks of a week."""
    shape = "%Y-%m-%d %H:%M"
    ticks = dg.TimeWindowPartitionsDefinition(start="2026-06-01 00:00", cron_schedule=cron, fmt=shape)
    keys = ticks.get_partition_keys(current_time=dt.datetime(2026, 6, 8, tzinfo=dt.UTC))
    moments = [dt.datetime.strptime(key, shape).replace(tzinfo=dt.UTC) for key in keys]
    return max(after - before for before, after in pairwise(moments))


def test_no_table_becomes_stale_between_two_syncs() -> None:
    """A sync that ends late, or fails once and is tried again, is not stale yet."""
    attributes = yaml.safe_load((FOLDER / "defs.yaml").read_text())["attributes"]
    tight = []
    for connector in CONNECTORS:
        cron = attributes["connector_schedules"].get(connector.id, attributes["default_schedule"])
        allowed = dt.timedelta(**attributes["freshness"].get(connector.id, attributes["default_freshness"]))
        tight += [connector.name] if allowed < longest_gap(cron) + dt.timedelta(hours=4) else []
    assert tight == []
