"""The asset over the company: each place as of another day, and faults put into one of them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

from dagster_open_platform.defs.snowflake.py.reconciliation import (
    CONNECTION,
    KEY,
    TABLES,
    cloud_product_counts,
    dependencies,
    reconcile,
)
from dagster_open_platform.lib.aws.buckets import DMS
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.dms.apply import apply_changes
from dagster_open_platform.lib.dms.tables import ChangeTable
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.reconciliation.errors import HolderMissing
from dagster_open_platform_local.company.exports.changes import objects_of_day
from dagster_open_platform_local.company.settings import EPOCH, CompanySettings
from dagster_open_platform_local.services.product.writer import bring
from dagster_open_platform_tests.fixtures.dms import source_of
from dagster_open_platform_tests.fixtures.postgres import (
    FreshDatabase,
    make_database,
    postgres_server,
    source_database,
)
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt.parsed import manifest_directory
from dagster_open_platform_tests.integration.dbt_product.replicated import ProductWarehouse

__all__ = ["make_database", "postgres_server", "source_database"]  # fixtures

COMPANY = CompanySettings(seed=5, scale=0.3)
TODAY = date(2026, 8, 20)
COPIED, CHANGED = TODAY - timedelta(days=3), TODAY - timedelta(days=6)
"""As of when the copy is, and up to when changes have arrived."""
NAMES = [table.name for table in TABLES]
HOLDERS = ("postgres", "sling", "dms", "dbt")
OLD = "(select min(id) from purina.cloud_product.{table} where created_at < '2026-07-20')"


class Site:
    """The four places."""

    def __init__(self, directory: Path, database: FreshDatabase, dbt: InProcessDbt) -> None:
        self.directory, self.database, self.dbt = directory, database, dbt
        self.warehouse = local_duckdb(directory)
        self.instance = dg.DagsterInstance.ephemeral()

    def fill(self) -> None:
        """Bring each place to its day."""
        with psycopg.connect(self.database.url) as connection:
            bring(connection, "main", COMPANY, TODAY)
        ProductWarehouse(self.directory, COMPANY).load(COPIED, NAMES)
        store, day = FakeObjectStore([DMS]), EPOCH
        while day < CHANGED:
            for each in objects_of_day(COMPANY, day):
                store.put(each.bucket, each.key, each.body)
            day += timedelta(days=1)
        with self.warehouse.connect() as connection:
            for name in NAMES:
                table = self.warehouse.table("purina", "dms", name)
                apply_changes(connection, source_of(store), ChangeTable(name, ("id",)), table)
        self.dbt.run("run", "--select", *(table.model for table in TABLES))

    def run(self) -> dg.ExecuteInProcessResult:
        resources = {"postgres": PostgresResource(), "warehouse": self.warehouse}
        asset = cloud_product_counts.with_attributes()
        return dg.materialize([asset], instance=self.instance, resources=resources)

    def execute(self, statement: str) -> None:
        with self.warehouse.connect() as connection:
            connection.execute(statement)

    def rows(self) -> list[dict[str, Any]]:
        with self.warehouse.connect() as connection:
            return connection.query("SELECT * FROM purina.reconciliation.cloud_product_counts").to_pylist()

    def keys(self) -> dict[tuple[str, str], set[int]]:
        """Keys by table and place, read without the platform's own queries."""
        found: dict[tuple[str, str], set[int]] = {}
        with psycopg.connect(self.database.url) as source, self.warehouse.connect() as connection:
            for table in TABLES:
                answer = source.execute(f"SELECT id FROM public.{table.name}".encode())  # noqa: S608 - constants
                found[table.name, "postgres"] = {int(str(key)) for (key,) in answer}
                for holder, sql in {
                    "sling": f"SELECT id FROM purina.cloud_product.{table.name}",  # noqa: S608 - constants
                    "dms": f"SELECT id FROM purina.dms.{table.name} WHERE NOT _dms_deleted",  # noqa: S608 - constants
                    "dbt": f"SELECT {table.model_key} AS id FROM dwh_reporting.staging.{table.model}",  # noqa: S608 - constants
                }.items():
                    found[table.name, holder] = {*connection.query(sql)["id"].to_pylist()}
        return found


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> InProcessDbt:
    directory = manifest_directory("local", tmp_path_factory)
    return InProcessDbt(tmp_path_factory.mktemp("dbt")).parsed_in(directory)


@pytest.fixture
def site(
    tmp_path: Path, source_database: FreshDatabase, dbt: InProcessDbt, monkeypatch: pytest.MonkeyPatch
) -> Site:
    monkeypatch.setenv(CONNECTION, source_database.reader_url)
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(tmp_path))
    return Site(tmp_path, source_database, dbt)


def check_of(result: dg.ExecuteInProcessResult) -> Any:
    (found,) = result.get_asset_check_evaluations()
    return found


def test_every_difference_of_the_company_is_explained_and_faults_are_found(site: Site) -> None:
    site.fill()
    result = site.run()

    assert check_of(result).passed, check_of(result).description
    rows, keys = site.rows(), site.keys()
    assert [(row["table_name"], row["left_holder"], row["right_holder"]) for row in rows] == [
        (name, *pair) for name in NAMES for pair in combinations(HOLDERS, 2)
    ]
    for row in rows:
        left, right = (keys[row["table_name"], row[f"{side}_holder"]] for side in ("left", "right"))
        assert (row["left_rows"], row["right_rows"]) == (len(left), len(right))
        assert (row["only_left"], row["only_right"]) == (len(left - right), len(right - left))
        assert row["observed_date"] == datetime.now(UTC).date()
    totals = Counter(
        {name: sum(row[name] for row in rows) for name in rows[0] if isinstance(rows[0][name], int)}
    )
    for reason in ("newer_than_copy", "insert_not_arrived_at_dms", "added_by_model_from_other_databases"):
        assert totals[reason] > 0, reason
    assert totals["unexplained"] == 0
    (event,) = result.asset_materializations_for_node("purina__reconciliation__cloud_product_counts")
    assert event.metadata["dagster/row_count"].value == 24
    assert f"| users | {len(keys['users', 'postgres']):,} | {len(keys['users', 'sling']):,} |" in str(
        event.metadata["counts"].value
    )
    assert "newer than copy" in str(event.metadata["differences"].value)
    find_faults(site, len(rows))


FAULTS: dict[str, tuple[str, str, set[str], str]] = {
    "a row that the copy lost": (
        "organizations",
        "DELETE FROM purina.cloud_product.organizations WHERE id = {old}",
        {"postgres/sling", "postgres/dbt", "sling/dms", "dms/dbt"},
        "(only postgres)",
    ),
    "a row that the source never had": (
        "users",
        "INSERT INTO purina.cloud_product.users SELECT * REPLACE (999999 AS id, timestamptz '2026-08-01' AS created_at)"
        " FROM purina.cloud_product.users LIMIT 1",
        {"postgres/sling", "postgres/dbt", "sling/dms", "dms/dbt"},
        "999999 (only sling)",
    ),
    "a change that never came": (
        "deployments",
        "DELETE FROM purina.dms.deployments WHERE id = {old}",
        {"postgres/dms", "sling/dms", "dms/dbt"},
        "(only postgres)",
    ),
    # The model takes each key once.
    "a row that stands twice": (
        "users_organizations",
        "INSERT INTO purina.cloud_product.users_organizations FROM purina.cloud_product.users_organizations LIMIT 1",
        {"postgres/sling", "sling/dms", "sling/dbt"},
        "",
    ),
}


def find_faults(site: Site, rows: int) -> None:
    """Each fault fails the check by its table, places and key, on top of those before it; a day has one result."""
    wrong: dict[tuple[str, str], int] = {}
    for table, statement, pairs, sample in FAULTS.values():
        site.execute(statement.format(old=OLD.format(table=table)))
        wrong |= {(table, pair): 1 for pair in pairs}

        check = check_of(site.run())

        held = {
            (row["table_name"], f"{row['left_holder']}/{row['right_holder']}"): row for row in site.rows()
        }
        assert {place: row["unexplained"] for place, row in held.items() if row["unexplained"]} == wrong
        assert len(held) == rows
        keys = check.metadata["keys"].value
        for pair in pairs:
            samples = keys[f"{table}: {pair}"]
            assert len(samples) == (1 if sample else 0)
        assert not sample or any(sample in found for pair in pairs for found in keys[f"{table}: {pair}"])
        assert not check.passed
        assert check.severity is dg.AssetCheckSeverity.ERROR
        assert check.metadata["unexplained"].value == len(wrong)


def test_a_place_that_is_not_there_is_named(site: Site) -> None:
    with psycopg.connect(site.database.url) as source:
        bring(source, "main", COMPANY, EPOCH + timedelta(days=3))
    with (
        site.warehouse.connect() as connection,
        pytest.raises(
            HolderMissing,
            match=r"no purina\.cloud_product\.organizations, which holds organizations as sling has it",
        ),
    ):
        reconcile(PostgresResource(), site.warehouse, connection)


def test_its_dependencies_are_all_that_it_reads() -> None:
    assert {*cloud_product_counts.dependency_keys} == {key for table in TABLES for key in dependencies(table)}
    assert cloud_product_counts.key == KEY
