"""Landed tables: all there, with the columns they shall have, and alone where only some are wanted."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import EPOCH, CompanySettings
from dagster_open_platform_local.company.stripe.tables import stripe_tables
from dagster_open_platform_local.landing.land import DATABASES, SOURCES, empty, land
from dagster_open_platform_local.landing.product import replicated
from dagster_open_platform_local.landing.source import Company
from dagster_open_platform_tests.fixtures.landed import columns_of

SMALL = CompanySettings(seed=3, scale=0.02)
TODAY = EPOCH + timedelta(days=9)


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("landed")
    land(directory, SMALL, TODAY)
    return directory


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("emptied")
    empty(directory)
    return directory


def rows(directory: Path) -> dict[str, int]:
    """Rows of every table, by ``database.schema.table``; files that nobody writes know them exactly."""
    with duckdb.connect() as connection:
        for database in DATABASES:
            connection.execute(f"ATTACH '{directory / database}.duckdb' AS {database} (READ_ONLY)")
        return dict(
            connection.execute(
                "SELECT concat_ws('.', database_name, schema_name, table_name), estimated_size FROM duckdb_tables()"
            ).fetchall()
        )


def test_tables_without_rows_have_the_columns_of_landed_ones_and_those_that_come_later(
    landed: Path, emptied: Path
) -> None:
    with_rows, without = columns_of(landed), columns_of(emptied)
    assert with_rows.keys() == without.keys()
    later: dict[str, set[str]] = {}
    for name, columns in with_rows.items():
        assert columns.items() <= without[name].items(), name
        if missing := without[name].keys() - columns.keys():
            later[name] = missing
    schemas = ("", "_shard1", "_xregion", "_eu")
    versions = {f"purina.cloud_product{schema}.deployments": {"agent_version"} for schema in schemas}
    costs = {"savings_plan_savings_plan_effective_cost", "line_item_net_unblended_cost"}
    assert later == {
        **versions,
        "purina.aws.aws_cost_report": costs,
        "segment.website.cta_clicked": {"experiment"},
    }


def test_tables_without_rows_have_none(emptied: Path) -> None:
    assert set(rows(emptied).values()) == {0}


def test_every_source_brings_rows_and_nothing_of_today(landed: Path) -> None:
    found = rows(landed)
    filled = {name.rsplit(".", 1)[0] for name, count in found.items() if count}
    assert filled == {name.rsplit(".", 1)[0] for name in found}
    with duckdb.connect(str(landed / "purina.duckdb"), read_only=True) as connection:
        for table, moment in (
            ("cloud_product.runs", "created_at"),
            ("pypi.daily_file_downloads", "download_date"),
            ("events.streaming_events", "ingested_at"),
            ("slack.member_analytics", "date"),
            ("claude.usage", "bucket_start"),
            ("aws.aws_cost_report", "line_item_usage_start_date"),
            ("oss_telemetry.events", "received_day"),
        ):
            last = connection.execute(f"SELECT CAST(max({moment}) AS DATE) FROM {table}").fetchall()[0][0]  # noqa: S608 - constants
            assert last == TODAY - timedelta(days=1), table


def test_rows_are_those_of_the_company(landed: Path) -> None:
    found = rows(landed)
    for database, schema in (("main", "cloud_product"), ("shard1", "cloud_product_shard1")):
        for name, table in product_tables(SMALL, database, TODAY).items():
            assert found[f"purina.{schema}.{name}"] == table.num_rows, name
    for name, table in stripe_tables(SMALL, TODAY, Company(SMALL, TODAY).now).items():
        assert found[f"stripe.stripe.{name}"] == table.num_rows, name


def test_json_and_arrays_are_as_postgres_writes_them() -> None:
    tables = product_tables(SMALL, "main", TODAY, ["organizations"])
    settings = replicated("organizations", tables["organizations"], Company(SMALL, TODAY).now)["settings"]
    for text in settings.to_pylist():
        assert text.startswith('{"timezone": ')
    policies = product_tables(CompanySettings(seed=3), "main", TODAY, ["alert_policies"])["alert_policies"]
    kinds = set(replicated("alert_policies", policies, Company(SMALL, TODAY).now)["event_types"].to_pylist())
    # Which is any event, and no text.
    assert None in kinds
    texts = kinds - {None}
    assert "{}" in texts
    assert all(text.startswith("{") for text in texts)
    assert any("," in text and '"' not in text for text in texts)


def test_only_what_is_asked_for_is_landed_and_the_rest_stays(tmp_path: Path) -> None:
    land(tmp_path, SMALL, TODAY, sources=["stripe", "zoom"])
    assert {name.split(".")[1] for name in columns_of(tmp_path)} == {"stripe", "zoom"}
    before = rows(tmp_path)
    land(tmp_path, SMALL, TODAY + timedelta(days=9), sources=["salesforce"])
    assert rows(tmp_path).items() >= before.items()
    assert rows(tmp_path)["fivetran.salesforce.account"] > 0
    land(tmp_path, SMALL, TODAY + timedelta(days=60), sources=["zoom"])
    assert rows(tmp_path)["fivetran.zoom.meeting"] > before["fivetran.zoom.meeting"] > 0


def test_sources_do_not_write_each_others_tables() -> None:
    seen: dict[str, str] = {}
    for name, source in SOURCES.items():
        with duckdb.connect() as connection:
            source.write(connection, None)
            for table in connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                key = f"{source.database}.{table}"
                assert seen.setdefault(key, name) == name, key
