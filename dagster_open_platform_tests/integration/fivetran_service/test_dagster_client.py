"""Dagster's own client of Fivetran, as it comes, against the emulated one."""

import datetime as dt

import dagster as dg
import pytest
from dagster_fivetran.resources import FivetranClient, FivetranWorkspace
from dagster_fivetran.translator import FivetranConnector

from dagster_open_platform_tests.fixtures.fivetran import CRM, CRM_TABLES, KEY, SHEET, FivetranServer


class LocalClient(FivetranClient):
    """Only where the API is differs."""

    url = ""

    @property
    def api_base_url(self) -> str:
        return f"{self.url}/v1"


class LocalWorkspace(FivetranWorkspace):
    """Likewise."""

    url: str

    def get_client(self) -> FivetranClient:
        return client_of(self.url)


def client_of(url: str, secret: str = KEY.secret) -> LocalClient:
    client = LocalClient(
        api_key=KEY.key,
        api_secret=secret,
        request_max_retries=0,
        request_retry_delay=0.0,
        request_backoff_factor=1.0,
        disable_schedule_on_trigger=True,
        retry_on_reschedule=False,
    )
    client.url = url
    return client


def test_it_reads_the_whole_workspace(fivetran: FivetranServer) -> None:
    workspace = LocalWorkspace(account_id="x", api_key=KEY.key, api_secret=KEY.secret, url=fivetran.url)

    found = workspace.fetch_fivetran_workspace_data()

    assert {each.id: (each.name, each.service) for each in found.connectors_by_id.values()} == {
        CRM: ("crm", "salesforce"),
        SHEET: ("google_sheets.targets", "google_sheets"),
    }
    (destination,) = found.destinations_by_id.values()
    assert (destination.id, destination.database, destination.service) == (
        "broken_anchorage",
        "FIVETRAN",
        "snowflake",
    )
    props = found.to_fivetran_connector_table_props_data()
    assert {each.table for each in props} == {
        *(f"crm.{name}" for name in CRM_TABLES),
        "google_sheets.targets",
    }
    columns = client_of(fivetran.url).get_columns_config_for_table(CRM, "crm", "account")["columns"]
    assert columns["id"]["is_primary_key"] is True


def test_it_syncs_and_waits(fivetran: FivetranServer) -> None:
    fivetran.data("PATCH", f"/v1/connectors/{CRM}", json={"schedule_type": "auto"})
    client = client_of(fivetran.url)

    output = client.sync_and_poll(CRM, poll_interval=0.05, poll_timeout=30)

    assert output is not None
    connector = FivetranConnector.from_connector_details(output.connector_details)
    assert (connector.is_last_sync_successful, connector.schedule_type) == (True, "manual")
    assert len(fivetran.rows("crm.account")) == 10
    before = {row["_fivetran_synced"] for row in fivetran.rows("crm.account")}
    for scope in ({"crm": ["account"]}, None):
        assert client.resync_and_poll(CRM, 0.05, 30, resync_parameters=scope) is not None
        after = {row["_fivetran_synced"] for row in fivetran.rows("crm.account")}
        assert after.isdisjoint(before)
        before = after


def test_it_meets_each_state(fivetran: FivetranServer) -> None:
    client = client_of(fivetran.url)
    fivetran.control(CRM, next_sync_fails="No more quota")
    with pytest.raises(dg.Failure, match="failed"):
        client.sync_and_poll(CRM, 0.05, 30)
    fivetran.control(CRM, paused=True)
    assert client.sync_and_poll(CRM, 0.05, 30) is None
    fivetran.control(CRM, paused=False, setup_state="broken")
    with pytest.raises(dg.Failure, match="not been setup"):
        client.sync_and_poll(CRM, 0.05, 30)
    fivetran.control(CRM, setup_state="connected", rescheduled_seconds=3600)
    connector = FivetranConnector.from_connector_details(client.get_connector_details(CRM))
    assert (connector.is_rescheduled, connector.sync_state) == (True, "rescheduled")
    assert connector.rescheduled_for is not None
    assert dt.datetime.fromisoformat(connector.rescheduled_for) > dt.datetime.now(dt.UTC)
    fivetran.control(SHEET, has_schema_config=False)
    assert client.get_schema_config_for_connector(SHEET, raise_on_not_found_error=False) == {}
    fivetran.control(CRM, deleted=True)
    with pytest.raises(dg.Failure):
        client.get_connector_details(CRM)


def test_it_is_refused_with_another_secret(fivetran: FivetranServer) -> None:
    with pytest.raises(dg.Failure, match="401"):
        client_of(fivetran.url, "wrong").get_groups()
