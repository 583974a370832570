"""Facts and marts of runs that are built a day at a time hold in the end what a full refresh gives, however late a row came."""

from datetime import date, timedelta
from typing import Any

from dagster_open_platform_local.company.settings import EPOCH, CompanySettings
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt_product.replicated import ProductWarehouse

BUSY = CompanySettings(seed=11, scale=1.0)
"""Large enough that runs go on past midnight, and that something is late, on most days."""
GROWING = ("runs", "run_tags", "event_logs")
STAGING = [f"stg_cloud_product__{name}" for name in GROWING]
DAYS = 8
MODELS = (
    "core.fct_runs",
    "core.fct_steps",
    "core.fct_asset_events",
    "product.usage_metrics_daily",
    "product.usage_metrics_daily_jobs_aggregated",
    "product.job_reliability_daily",
    "product.asset_activity_daily",
)
SELECTED = [name.partition(".")[2] for name in MODELS]


def day(number: int) -> date:
    return EPOCH + timedelta(days=number)


def contents(warehouse: ProductWarehouse) -> dict[str, list[dict[str, Any]]]:
    return {name: warehouse.mart(name) for name in MODELS}


def test_days_that_come_one_by_one_hold_what_a_full_refresh_gives(
    dbt_product: InProcessDbt, warehouse: ProductWarehouse
) -> None:
    busy = ProductWarehouse(warehouse.directory, BUSY)
    busy.load(EPOCH, GROWING)
    dbt_product.run("run", "--select", *STAGING)
    seen: dict[str, int] = {}
    for number in range(DAYS):
        busy.load(day(number + 1), GROWING)
        window = {"min_date": day(number).isoformat(), "max_date": day(number + 1).isoformat()}
        dbt_product.run("run", "--select", *SELECTED, variables=window)
        if number == DAYS - 2:
            seen = {
                name: len([row for row in rows if complete(row)]) for name, rows in contents(busy).items()
            }
    found = contents(busy)
    grown = {name for name, rows in found.items() if len([row for row in rows if complete(row)]) > seen[name]}
    assert "core.fct_asset_events" in grown, "nothing came later than its day, so that nothing was tested"
    dbt_product.run("run", "--full-refresh", "--select", *SELECTED)
    assert found == contents(busy)


def complete(row: dict[str, Any]) -> bool:
    """Whether the day of a row was over before the last day but one was built."""
    when = next(row[name] for name in ("run_date", "event_date", "usage_date") if name in row)
    return bool(when < day(DAYS - 1))
