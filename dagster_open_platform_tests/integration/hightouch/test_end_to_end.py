"""A value goes round: from the product's Postgres through Sling, dbt and Hightouch into the CRM, and back through Fivetran."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import httpx
import psycopg
import pytest

import dagster_open_platform.defs.sling.components as sling_components
from dagster_open_platform.lib.hightouch.resource import HightouchResource, sync_id_of
from dagster_open_platform.lib.hightouch.sync import Ended, run_sync
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.sling.config import load_replication
from dagster_open_platform.lib.sling.ingest import Ingestion, StreamLoaded
from dagster_open_platform.lib.sling.resource import SlingResource
from dagster_open_platform_local.company.clock import CompanyClock, write_clock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.product.writer import bring
from dagster_open_platform_local.services.saas.app import saas_app
from dagster_open_platform_local.services.saas.crm.vendor import HUBSPOT_CRM, SALESFORCE_CRM
from dagster_open_platform_local.services.saas.fivetran.vendor import FIVETRAN
from dagster_open_platform_local.services.saas.hightouch.syncs import SYNCS, Sync
from dagster_open_platform_local.services.saas.hightouch.vendor import HIGHTOUCH
from dagster_open_platform_tests.fixtures.postgres import (
    FreshDatabase,
    PostgresServer,
    fresh_database,
    postgres_server,
)
from dagster_open_platform_tests.fixtures.serving import serving
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt.parsed import manifest_directory
from dagster_open_platform_tests.integration.dbt_product.replicated import ProductWarehouse

__all__ = ["postgres_server"]  # a fixture

COMPANY, TODAY = CompanySettings(scale=0.1), dt.date(2026, 7, 6)
SALESFORCE, HUBSPOT = "steady_harbor", "violet_magnet"
MODEL = "salesforce_account_arr"
AGAIN = ("stg_cloud_product__customer_info", "customer_arr", "crm_organizations", MODEL)
"""What of the models follows from contracts."""
VENDORS = (SALESFORCE_CRM, HUBSPOT_CRM, HIGHTOUCH, FIVETRAN)
SECONDS = 60.0


@dataclass
class World:
    """All that stands around the platform, and what the platform does there.

    Args:
        directory: Of everything.
        source: The product's main database.
        variables: The platform's.
        dbt: The project.
        sent: The first run of each sync, by its slug.
    """

    directory: Path
    source: FreshDatabase
    variables: dict[str, str]
    dbt: InProcessDbt
    sent: dict[str, Ended] = field(default_factory=dict)

    @property
    def warehouse(self) -> Path:
        return self.directory / "warehouse"

    def commit(self, organization: int, monthly: int) -> None:
        """The product changes a contract."""
        with psycopg.connect(self.source.url) as connection:
            done = connection.execute(
                "UPDATE customer_info SET monthly_commitment = %s WHERE organization_id = %s",
                (monthly, organization),
            )
            assert done.rowcount == 1

    def replicate(self) -> None:
        """Sling takes the contracts."""
        configs = Path(*sling_components.__path__) / "cloud_product" / "configs"
        replication = load_replication(configs / "main" / "directory.yaml", "cloud_product")
        run = Ingestion(
            replication,
            "purina",
            PostgresResource(),
            SlingResource(directory=str(self.directory / "sling")),
            local_duckdb(self.warehouse),
        )
        (loaded,) = run.run(["public.customer_info"])
        assert isinstance(loaded, StreamLoaded), loaded

    def send(self, model: str) -> Ended:
        """Hightouch sends a model."""
        with HightouchResource().connect() as api:
            ended = run_sync(api, sync_id_of(f"HIGHTOUCH_{model.upper()}_SYNC_ID"))
        assert isinstance(ended, Ended)
        assert (ended.run.status, ended.run.error) == ("success", None)
        return ended

    def account(self, organization: str) -> dict[str, Any]:
        """The record in Salesforce."""
        return self.read(
            "SALESFORCE", f"/services/data/v61.0/sobjects/Account/Organization_Id__c/{organization}"
        )

    def record(self, sync: Sync, record: str) -> dict[str, Any]:
        """The fields that a sync writes, as the CRM's own API shows them, by their names there."""
        names = [sync.thing.fields[column].name for column in sync.mappings.values()]
        if sync.thing.vendor == "salesforce":
            path = f"/services/data/v61.0/sobjects/{sync.thing.name}/{record}?fields={','.join(names)}"
            return self.read("SALESFORCE", path)
        path = f"/crm/v3/objects/{sync.thing.name}/{record}?properties={','.join(names)}"
        return self.read("HUBSPOT", path)["properties"]

    def read(self, vendor: str, path: str) -> dict[str, Any]:
        """An answer of the CRM."""
        headers = {"Authorization": f"Bearer {self.variables[f'{vendor}_ACCESS_TOKEN']}"}
        answer = httpx.get(f"{self.variables[f'{vendor}_API_URL']}{path}", headers=headers, timeout=SECONDS)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def load(self, connection_id: str) -> None:
        """Fivetran syncs a connection."""
        auth = (self.variables["FIVETRAN_API_KEY"], self.variables["FIVETRAN_API_SECRET"])
        url = f"{self.variables['FIVETRAN_API_URL']}/v1/connections/{connection_id}"
        with httpx.Client(auth=auth, timeout=SECONDS) as client:
            client.post(f"{url}/sync", json={}).raise_for_status()
            deadline = time.monotonic() + SECONDS
            while (found := client.get(url).json()["data"])["status"]["sync_state"] == "syncing":
                assert time.monotonic() < deadline
                time.sleep(0.05)
        assert found["status"]["tasks"] == []

    def rows(self, database: str, table: str) -> list[dict[str, Any]]:
        """The rows of a table of the warehouse, in the order of all columns."""
        with duckdb.connect(str(self.warehouse / f"{database}.duckdb"), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(f"FROM {table} ORDER BY ALL").to_arrow_table().to_pylist()


@contextmanager
def vendors_of(directory: Path) -> Iterator[dict[str, str]]:
    """The vendors, each behind a new token; gives the platform's variables."""
    credentials = {vendor.name: vendor.new_credentials() for vendor in VENDORS}
    environ = {name: value for each in credentials.values() for name, value in each.service_variables.items()}
    write_clock(directory / "company", CompanyClock(COMPANY, TODAY))
    app = saas_app(directory / "company", directory / "warehouse", environ, VENDORS)
    with serving(app, "vendors") as root:
        yield {
            name: value
            for vendor, each in credentials.items()
            for name, value in each.platform_variables(f"{root}/{vendor}").items()
        }


@pytest.fixture(scope="module")
def world(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything has gone round once."""
    directory = tmp_path_factory.mktemp("round")
    source = fresh_database(postgres_server, "round")
    with psycopg.connect(source.url, autocommit=True) as connection:
        bring(connection, "main", COMPANY, TODAY)
    (directory / "company").mkdir()
    with vendors_of(directory) as variables, pytest.MonkeyPatch.context() as patch:
        given = {
            **variables,
            "WAREHOUSE_DUCKDB_DIR": str(directory / "warehouse"),
            "CLOUD_PRODUCT_MAIN": source.reader_url,
        }
        for name, value in given.items():
            patch.setenv(name, value)
        ProductWarehouse(directory / "warehouse", COMPANY).load(TODAY)
        parsed = manifest_directory("local", tmp_path_factory)
        found = World(directory, source, given, InProcessDbt(directory / "dbt").parsed_in(parsed))
        found.replicate()
        found.dbt.run(
            "build", "--select", "+path:models/hightouch", "--exclude-resource-type", "test", "unit_test"
        )
        found.sent = {sync.slug: found.send(sync.slug) for sync in SYNCS}
        for connection_id in (SALESFORCE, HUBSPOT):
            found.load(connection_id)
        yield found


@pytest.mark.parametrize("sync", SYNCS, ids=lambda each: each.slug)
def test_every_row_with_a_record_arrives_there_and_comes_back(world: World, sync: Sync) -> None:
    rows = world.rows("dwh_reporting", f"hightouch.{sync.slug}")
    run = world.sent[sync.slug].run
    assert run.query_size == run.planned.added == run.successful.added == len(rows) > 0
    records: dict[str, list[dict[str, Any]]] = {}
    for record in world.rows("fivetran", f"{sync.thing.vendor}.{sync.thing.table}"):
        if record[sync.match] is not None and not record.get("is_deleted"):
            records.setdefault(str(record[sync.match]).removesuffix(".0"), []).append(record)
    shared = [row for row in rows if str(row[sync.key]) in records]
    assert len(shared) > len(records) / 4
    for row in shared:
        found = records[str(row[sync.key])]
        record = min(found, key=lambda each: (each[sync.thing.created], str(each["id"])))
        for column, name in sync.mappings.items():
            assert same(row[column], record[name]), (row, column, record)
        assert all(record[name].date() == TODAY for name in sync.thing.modified)
    chosen = max(shared, key=lambda row: sum(each is not None for each in row.values()))
    shown = world.record(sync, str(records[str(chosen[sync.key])][0]["id"]))
    for column, name in sync.mappings.items():
        assert as_shown(chosen[column]) == as_shown(shown[sync.thing.fields[name].name])


def same(sent: Any, found: Any) -> bool:
    """Whether a field shows a column's value: a date field a moment's date, a moment a date's midnight. All is UTC."""
    if isinstance(found, dt.date) and not isinstance(found, dt.datetime):
        return str(found) == str(sent)[:10]
    if isinstance(sent, dt.datetime):
        return found == sent.replace(tzinfo=sent.tzinfo or dt.UTC)
    if isinstance(sent, dt.date):
        return found == dt.datetime.combine(sent, dt.time(), dt.UTC)
    return found == sent


def as_shown(value: Any) -> str:
    """A value as text in one form, whoever tells it; of a moment its date."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    text = str(value)
    return text[:10] if len(text) >= 10 and text[4] == "-" else text.removesuffix(".0")


def test_a_contract_that_changes_in_the_product_changes_one_account(world: World) -> None:
    accounts = {row["id"]: row for row in world.rows("fivetran", "salesforce.account")}
    customers = {
        row["organization_public_id"]: row for row in world.rows("dwh_reporting", f"hightouch.{MODEL}")
    }
    chosen = next(
        row
        for row in accounts.values()
        if row["dagster_arr_c"] and not row["is_deleted"] and row["organization_id_c"] in customers
    )
    organization = chosen["organization_id_c"]
    before = world.account(organization)
    with psycopg.connect(world.source.url) as connection:
        found = connection.execute(
            "SELECT id FROM organizations WHERE public_id = %s", (organization,)
        ).fetchone()
    assert found is not None
    world.commit(found[0], 123_457)
    world.replicate()
    world.dbt.run("run", "--select", *AGAIN)
    second = world.send(MODEL)
    assert (second.run.planned.total, second.run.planned.changed) == (1, 1)
    after = world.account(organization)
    assert before["Dagster_Arr__c"] != after["Dagster_Arr__c"] == 12 * 123_457
    assert after["LastModifiedDate"] > before["LastModifiedDate"]

    world.load(SALESFORCE)
    again = {row["id"]: row for row in world.rows("fivetran", "salesforce.account")}
    assert again[chosen["id"]]["dagster_arr_c"] == 12 * 123_457
    assert again[chosen["id"]]["_fivetran_synced"] > chosen["_fivetran_synced"]
    assert {name for name in again if again[name] != accounts.get(name)} == {chosen["id"]}
    history = [
        (row["old_value"], row["new_value"])
        for row in world.rows("fivetran", "salesforce.account_history")
        if (row["account_id"], row["field"]) == (after["Id"], "Dagster_Arr__c")
    ]
    assert (f"{before['Dagster_Arr__c']:.15g}", f"{12 * 123_457}") in history
