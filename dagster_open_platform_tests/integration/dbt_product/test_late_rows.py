"""Days that are built one after another take up what arrives late, and leave alone what is final."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import EPOCH, CompanySettings
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt_product import expected
from dagster_open_platform_tests.integration.dbt_product.replicated import ProductWarehouse

BUSY = CompanySettings(seed=11, scale=1.5)
"""Large enough that something is late on most days."""
GROWING = ("runs", "event_logs", "user_events_counts")
STAGING = [f"stg_cloud_product__{name}" for name in GROWING]
DAYS = 8


@pytest.fixture
def busy(warehouse: ProductWarehouse, dbt_product: InProcessDbt) -> ProductWarehouse:
    """A warehouse whose tables are there and empty: at the epoch nothing has run yet."""
    found = ProductWarehouse(warehouse.directory, BUSY)
    found.load(EPOCH, GROWING)
    dbt_product.run("run", "--select", *STAGING)
    return found


def day(number: int) -> date:
    return EPOCH + timedelta(days=number)


def usage(warehouse: ProductWarehouse) -> dict[tuple[date, Any], dict[str, Any]]:
    rows = warehouse.mart("product.organization_usage_daily")
    return {(row.pop("usage_date"), row.pop("organization_id")): row for row in rows}


def live_a_day(dbt: InProcessDbt, warehouse: ProductWarehouse, number: int) -> None:
    """Loads what is known at the end of a day, and builds that day."""
    warehouse.load(day(number + 1), GROWING)
    window = {"min_date": day(number).isoformat(), "max_date": day(number + 1).isoformat()}
    dbt.run("run", "--select", "organization_usage_daily", variables=window)


def events(today: date) -> Counter[tuple[date, Any]]:
    return Counter(expected.event_days(expected.all_rows(BUSY, today)))


def test_a_day_is_built_as_it_happened_when_its_late_events_have_arrived(
    dbt_product: InProcessDbt, busy: ProductWarehouse
) -> None:
    at_first: Counter[date] = Counter()
    for number in range(DAYS):
        live_a_day(dbt_product, busy, number)
        at_first[day(number)] = per_day(usage(busy))[day(number)]
    found = usage(busy)
    assert found == expected.usage(expected.all_rows(BUSY, day(DAYS)))
    grown = [each for each, count in per_day(found).items() if count > at_first[each]]
    assert len(grown) > 3, "hardly anything was late, so that nothing was tested"


def per_day(found: dict[tuple[date, Any], dict[str, Any]]) -> Counter[date]:
    counts: Counter[date] = Counter()
    for (when, _), row in found.items():
        counts[when] += row["run_event_count"]
    return counts


def test_a_run_changes_the_days_of_what_arrived_and_no_others(
    dbt_product: InProcessDbt, busy: ProductWarehouse
) -> None:
    busy.load(day(DAYS), GROWING)
    dbt_product.run("run", "--select", "organization_usage_daily")
    before = usage(busy)
    live_a_day(dbt_product, busy, DAYS)
    arrived = events(day(DAYS + 1)) - events(day(DAYS))
    late = {key for key in arrived if key[0] < day(DAYS)}
    found = usage(busy)
    assert {key for key in found if changed(before, found, key, "run_event_count")} == set(arrived)
    assert late, "nothing was late, so that nothing was tested"
    for key in late:
        assert found[key]["run_event_count"] == before.get(key, {}).get("run_event_count", 0) + arrived[key]
    assert [key for key in before if key[0] < day(DAYS - 4) and found[key] != before[key]] == []


def changed(
    before: dict[Any, dict[str, Any]], after: dict[Any, dict[str, Any]], key: Any, column: str
) -> bool:
    return before.get(key, {}).get(column, 0) != after.get(key, {}).get(column, 0)


def days_late(days: int) -> Iterator[int]:
    """How many days after its own each day's events were first in a table, for every day that got any."""
    known: Counter[date] = Counter()
    for number in range(1, days + 1):
        now: Counter[date] = Counter()
        for shard in ("main", "shard1"):
            moments = product_tables(BUSY, shard, day(number))["event_logs"]["timestamp"]
            for each in moments.cast(pa.date32()).value_counts().to_pylist():
                now[each["values"]] += each["counts"]
        for when in now - known:
            yield number - 1 - (when - EPOCH).days
        known = now


def test_the_lookback_is_no_shorter_than_the_latest_event(dbt_product: InProcessDbt) -> None:
    nodes = dbt_product.manifest.nodes.values()
    [lookback] = [node.config.get("lookback") for node in nodes if node.name == "organization_usage_daily"]
    lateness = set(days_late(24))
    assert {0, 1, 2, 3} <= lateness
    assert max(lateness) <= lookback
