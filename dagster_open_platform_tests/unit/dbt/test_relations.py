"""Where a table is, by environment."""

from pathlib import Path

import pytest

from dagster_open_platform.lib.dbt.relations import Relations
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName

LOCAL, PROD = Environment(EnvironmentName.LOCAL), Environment(EnvironmentName.PROD)
BRANCH = Environment(EnvironmentName.BRANCH, pull_request_id="42")
TABLE = ("dwh_reporting", "community", "pypi_downloads_weekly")


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        (LOCAL, "dwh_reporting.community.pypi_downloads_weekly"),
        (PROD, "dwh_reporting.community.pypi_downloads_weekly"),
        (BRANCH, "dwh_reporting_clone_42.community.pypi_downloads_weekly"),
    ],
)
def test_the_physical_name(environment: Environment, name: str) -> None:
    assert Relations(environment).name(*TABLE) == name


def test_on_a_laptop_the_link_leads_to_the_file() -> None:
    relations = Relations(LOCAL, duckdb_dir=Path("/data/my warehouse"))
    expected = "file:///data/my%20warehouse/dwh_reporting.duckdb#community.pypi_downloads_weekly"
    assert relations.url(*TABLE, is_view=False) == expected


@pytest.mark.parametrize(
    ("account", "path"),
    [("acme-main", "acme/main"), ("xy12345.eu-west-1", "eu-west-1/xy12345"), ("xy12345", "xy12345")],
)
def test_in_production_the_link_leads_to_snowflakes_page(account: str, path: str) -> None:
    url = Relations(PROD, snowflake_account=account).url(*TABLE, is_view=False)
    place = "databases/DWH_REPORTING/schemas/COMMUNITY/table/PYPI_DOWNLOADS_WEEKLY"
    assert url == f"https://app.snowflake.com/{path}/#/data/{place}"


def test_views_have_pages_of_their_own_and_a_branch_its_clone() -> None:
    url = Relations(BRANCH, snowflake_account="acme-main").url(
        "dwh_reporting", "staging", "stg_tables", is_view=True
    )
    assert url is not None
    assert url.endswith("/databases/DWH_REPORTING_CLONE_42/schemas/STAGING/view/STG_TABLES")


def test_without_an_account_there_is_no_link() -> None:
    assert Relations(PROD).url(*TABLE, is_view=False) is None
