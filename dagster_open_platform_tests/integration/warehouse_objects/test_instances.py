"""Every declared object of the platform, over the simulated company's exports, against the company itself."""

import gzip
import json
import warnings
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

import dagster_open_platform.defs.snowflake
from dagster_open_platform.lib.aws.buckets import BILLING, COMMUNITY, TELEMETRY, WORKSPACE
from dagster_open_platform.lib.aws.resource import WORKSPACE_ROLE_VARIABLE, S3StoreResource
from dagster_open_platform.lib.aws.workspace.layout import OBJECTS, Layout
from dagster_open_platform.lib.aws.workspace.replicate import Replication
from dagster_open_platform.lib.warehouse import duckdb_warehouse
from dagster_open_platform.utils.databases import SHARED_DATABASES
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName, environment_scope
from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_local.company.exports import billing, community, telemetry, workspace
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.account_usage import account_usage_tables
from dagster_open_platform_tests.fixtures.s3 import S3Server, s3_server

SETTINGS = CompanySettings(scale=0.2)
FIRST, LAST = date(2026, 7, 30), date(2026, 8, 4)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
EXPORTS = (billing, community, telemetry, workspace)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Buckets with some days of the company's exports, and what the platform stages of them."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.variables.items():
            patch.setenv(name, value)
        for day in DAYS:
            for export in EXPORTS:
                for made in export.objects_of_day(SETTINGS, day):
                    server.put(made.bucket, made.key, made.body)
        with S3StoreResource().connect(WORKSPACE_ROLE_VARIABLE) as store:
            staged = Replication(store, Layout("staging")).run(FIRST.isoformat(), LAST.isoformat())
        assert not staged.failures
        yield server


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse's files: Snowflake's shared database, and the bill as `aws/aws_cost_report` loads it."""
    found = tmp_path_factory.mktemp("warehouse")
    with duckdb.connect(str(found / "snowflake.duckdb")) as shared:
        shared.execute("CREATE SCHEMA account_usage")
        for name, table in account_usage_tables(SETTINGS, LAST).items():
            shared.register("rows", table)
            shared.execute(f"CREATE TABLE account_usage.{name} AS SELECT * FROM rows")  # noqa: S608 - the test's own
            shared.unregister("rows")
    with duckdb.connect(str(found / "purina.duckdb")) as purina:
        purina.execute("CREATE SCHEMA aws")
        purina.register("rows", billing.month_rows(SETTINGS, date(2026, 8, 1), LAST))
        purina.execute("CREATE TABLE aws.aws_cost_report AS SELECT * FROM rows")
    return found


@pytest.fixture(scope="module")
def results(s3: S3Server, directory: Path) -> dict[str, dict[str, Any]]:
    """Metadata of the materialization of each object, all made in one run."""
    warehouse = duckdb_warehouse(
        directory, {name: name for name in ("purina", "dwh_reporting", "snowflake")}, SHARED_DATABASES
    )
    with environment_scope(Environment(EnvironmentName.LOCAL)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = dg.ComponentTree(
            defs_module=dagster_open_platform.defs.snowflake, project_root=REPOSITORY_ROOT
        )
        found = tree.build_defs(tree.defs_module_path)
        objects = [
            asset
            for asset in found.assets or ()
            if isinstance(asset, dg.AssetsDefinition)
            and any("object_type" in spec.metadata for spec in asset.specs)
            and not any(spec.metadata.get("object_type") == "semantic view" for spec in asset.specs)
        ]
        done = dg.materialize(objects, resources={"warehouse": warehouse})
    assert done.success
    made = [event.materialization for event in done.get_asset_materialization_events()]
    return {
        each.asset_key.to_user_string(): {name: value.value for name, value in each.metadata.items()}
        for each in made
    }


def rows(directory: Path, sql: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers, opened by the seam as anybody's later connection is."""
    warehouse = duckdb_warehouse(directory, {"purina": "purina", "snowflake": "snowflake"}, SHARED_DATABASES)
    with warehouse.connect() as connection:
        return [tuple(row.values()) for row in connection.query(sql).to_pylist()]


def test_every_object_is_created(results: dict[str, dict[str, Any]]) -> None:
    assert len(results) == 23
    assert {found["action"] for found in results.values()} == {"created"}
    assert all("```sql" in found["ddl"] for found in results.values())


def test_telemetry_has_every_event_as_delivered(results: dict[str, dict[str, Any]], directory: Path) -> None:
    expected = sorted(
        (each["event_id"], each["action"], day, each["metadata"].get("success"))
        for day in DAYS
        for each in telemetry.events_of_day(SETTINGS, day)
    )
    found = rows(
        directory,
        "SELECT event_id, action, received_day, metadata ->> 'success' FROM purina.oss_telemetry.events",
    )
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert results["snowflake/oss_telemetry/events"]["files"] == len(DAYS)


def test_a_view_over_telemetry_counts_each_event_once(results: dict[str, Any], directory: Path) -> None:
    assert results
    events = {each["event_id"]: each for day in DAYS for each in telemetry.events_of_day(SETTINGS, day)}
    found = rows(directory, "SELECT day, sum(events) FROM purina.oss_telemetry.daily_events GROUP BY day")
    expected: dict[date, int] = {}
    for each in events.values():
        day = date.fromisoformat(each["client_time"][:10])
        expected[day] = expected.get(day, 0) + 1
    assert dict(found) == expected


def test_the_bill_has_months_with_and_without_later_columns(
    results: dict[str, dict[str, Any]], directory: Path, s3: S3Server
) -> None:
    found = rows(
        directory,
        "SELECT billing_month, count(*), round(sum(unblended_cost), 6), count(savings_plan_effective_cost) > 0,"
        " count(net_unblended_cost) FROM purina.aws.cost_exports GROUP BY 1 ORDER BY 1",
    )
    expected = []
    for month, has_savings in ((date(2026, 7, 1), False), (date(2026, 8, 1), True)):
        bill = billing.month_rows(SETTINGS, month, LAST)
        cost = sum(bill["line_item_unblended_cost"].to_pylist())
        expected.append((month, bill.num_rows, pytest.approx(cost, abs=1e-5), has_savings, 0))
    assert found == expected
    assert results["snowflake/aws/cost_exports"]["files"] == len(s3.objects(BILLING, "aws/cost/"))


def test_the_dynamic_table_adds_up_to_the_bill(results: dict[str, Any], directory: Path) -> None:
    assert results["snowflake/aws/daily_costs"]["dagster/row_count"] > 10
    found = rows(directory, "SELECT sum(unblended_cost), sum(line_items) FROM purina.aws.daily_costs")
    bill = billing.month_rows(SETTINGS, date(2026, 8, 1), LAST)
    assert found == [(pytest.approx(sum(bill["line_item_unblended_cost"].to_pylist())), bill.num_rows)]


def test_slack_has_every_export(results: dict[str, dict[str, Any]], directory: Path, s3: S3Server) -> None:
    assert results["snowflake/community/slack_activity"]["files"] == len(s3.objects(COMMUNITY, "slack/"))
    ((editions, days, wrong),) = rows(
        directory,
        'SELECT count(DISTINCT "metadata$filename"), count(DISTINCT export_day), count(*) FILTER (export_day <> date)'
        " FROM purina.community.slack_activity",
    )
    assert (editions, days, wrong) == (len(s3.objects(COMMUNITY, "slack/")), len({*_slack_days(s3)}), 0)


def _slack_days(s3: S3Server) -> Iterator[str]:
    for key in s3.objects(COMMUNITY, "slack/"):
        yield "/".join(key.split("/")[1:4])


@pytest.mark.parametrize("kind", OBJECTS)
def test_a_kind_of_workspace_objects_has_what_is_staged(
    kind: str, results: dict[str, dict[str, Any]], directory: Path, s3: S3Server
) -> None:
    staged = [
        json.loads(line)
        for body in s3.objects(WORKSPACE, f"staging/{kind}/").values()
        for line in gzip.decompress(body).splitlines()
    ]
    assert staged
    renamed = {"group": "group_name"}
    for column in ("organization", *(["name", "kind"] if kind == "partitions" else ["deployment"])):
        found = rows(directory, f"SELECT {column} FROM purina.workspace.{kind}")  # noqa: S608 - the test's own
        assert sorted(row[0] for row in found) == sorted(row[renamed.get(column, column)] for row in staged)
    days = rows(directory, f"SELECT DISTINCT snapshot_day FROM purina.workspace.{kind}")  # noqa: S608 - the test's own
    assert {day for (day,) in days} <= {*DAYS}
    assert results[f"snowflake/workspace/{kind}"]["files"] == len(s3.objects(WORKSPACE, f"staging/{kind}/"))


def test_users_and_their_roles_are_those_of_the_account(results: dict[str, Any], directory: Path) -> None:
    assert results
    account = {name: table.to_pylist() for name, table in account_usage_tables(SETTINGS, LAST).items()}
    live = {user["name"] for user in account["users"] if user["deleted_on"] is None}
    granted = {
        (grant["grantee_name"], grant["role"])
        for grant in account["grants_to_users"]
        if grant["deleted_on"] is None and grant["grantee_name"] in live
    }
    assert {name for (name,) in rows(directory, "SELECT user_name FROM purina.account.users")} == live
    found = rows(directory, "SELECT user_name, role_name FROM purina.account.user_roles")
    assert sorted(found) == sorted(granted)
    summary = dict(rows(directory, "SELECT role_name, users FROM purina.account.user_role_summary"))
    roles = [role for _, role in granted]
    assert summary == {role: roles.count(role) for role in roles}


def test_nothing_was_put_where_others_read(s3: S3Server, results: dict[str, Any]) -> None:
    assert results
    assert [key for key in s3.objects(TELEMETRY) if not key.startswith("events/")] == []
