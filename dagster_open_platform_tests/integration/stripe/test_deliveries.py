"""Stripe delivers as days pass, the platform observes it, and a vendor that is killed leaves whole files."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import httpx
import pytest

from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_local.company.clock import CompanyClock, write_clock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.saas.app import saas_app
from dagster_open_platform_local.services.saas.deliveries import Deliveries
from dagster_open_platform_local.services.saas.stripe.vendor import STRIPE, StripeDelivery
from dagster_open_platform_local.services.warehouse_file import ensure_database, read_stamp
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.serving import serving
from dagster_open_platform_tests.fixtures.stripe import stripe_warehouse

COMPONENTS = REPOSITORY_ROOT / "dagster_open_platform" / "defs" / "stripe" / "components"
CLOCK = CompanyClock(CompanySettings(seed=11, scale=0.1), date(2026, 8, 4))
NEXT_DAY = replace(CLOCK, today=CLOCK.today + timedelta(days=1))
SECONDS = 60.0
DELIVERS_FOR_EVER = """
import sys
from datetime import timedelta
from pathlib import Path
from dagster_open_platform_local.services.saas.deliveries import Deliveries
from dagster_open_platform_local.services.saas.stripe.vendor import StripeDelivery
company, warehouse = map(Path, sys.argv[1:])
while True:
    Deliveries(company, warehouse, [StripeDelivery(every=timedelta(0))]).deliver_due()
    print("delivered", flush=True)
"""


@pytest.fixture
def company(tmp_path: Path) -> Path:
    directory = tmp_path / "company"
    directory.mkdir()
    write_clock(directory, CLOCK)
    return directory


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    directory = tmp_path / "warehouse"
    ensure_database(directory, "stripe")
    return directory


@pytest.fixture
def url(company: Path, warehouse: Path) -> Iterator[str]:
    with serving(saas_app(company, warehouse, {}, vendors=(STRIPE,)), "Stripe") as address:
        yield address


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline, pause = time.monotonic() + SECONDS, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, f"after {SECONDS} seconds: {what}"
        pause.wait(0.02)


def _is_healthy(url: str) -> bool:
    return httpx.get(f"{url}/_health", timeout=SECONDS).status_code == 200


def _tick(defs: dg.Definitions, warehouse: Path, cursor: str | None) -> Any:
    resources = {"warehouse": stripe_warehouse(warehouse)}
    with dg.build_sensor_context(dg.DagsterInstance.ephemeral(), cursor, resources=resources) as context:
        return defs.get_sensor_def("stripe_last_updated").evaluate_tick(context)


def _observed(result: Any) -> set[str]:
    return {each.asset_key.path[-1] for each in result.asset_events if isinstance(each, dg.AssetObservation)}


def test_each_delivery_is_observed_once(url: str, company: Path, warehouse: Path) -> None:
    wait_until(lambda: _is_healthy(url), "the first delivery has come")
    files = {f"stripe/components/{path.name}": path.read_text() for path in COMPONENTS.glob("*.yaml")}
    with loaded(files, {"warehouse": stripe_warehouse(warehouse)}) as defs:
        first = _tick(defs, warehouse, None)
        again = _tick(defs, warehouse, first.cursor)
        write_clock(company, NEXT_DAY)
        wait_until(lambda: _is_healthy(url), "the next day's delivery has come")
        later = _tick(defs, warehouse, again.cursor)
    assert (len(_observed(first)), _observed(again)) == (12, set())
    # Twelve tables changed, coupons too: each row says when it was delivered.
    assert _observed(later) == _observed(first)
    checks = [each for each in first.asset_events if isinstance(each, dg.AssetCheckEvaluation)]
    assert [each.passed for each in checks] == [True] * 12
    stamp = read_stamp(warehouse / "stripe.duckdb")
    assert stamp is not None
    assert stamp.is_of(NEXT_DAY)


def test_nobody_calls_stripe(url: str) -> None:
    assert httpx.get(f"{url}/stripe/v1/charges", timeout=SECONDS).status_code == 404


def test_killed_at_any_moment_it_leaves_a_whole_file(company: Path, warehouse: Path) -> None:
    path = warehouse / "stripe.duckdb"
    command = [sys.executable, "-c", DELIVERS_FOR_EVER, str(company), str(warehouse)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as vendor:
        assert vendor.stdout is not None
        assert vendor.stdout.readline() == "delivered\n"
        first = read_stamp(path)
        assert first is not None
        # Its next one is being written as soon as there is a draft.
        wait_until(lambda: any(warehouse.glob(".stripe.duckdb.*")), "a delivery is being written")
        vendor.send_signal(signal.SIGKILL)
    stamp = read_stamp(path)
    assert stamp is not None
    assert stamp.is_of(CLOCK)
    assert stamp.written_at >= first.written_at
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'stripe'"
        ).fetchall()
    assert len(tables) == 12
    write_clock(company, NEXT_DAY)
    assert Deliveries(company, warehouse, [StripeDelivery()]).deliver_due() == ["stripe"]
    assert sorted(each.name for each in warehouse.iterdir()) == ["stripe.duckdb"]
