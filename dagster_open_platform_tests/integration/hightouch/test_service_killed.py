"""The process is killed while rows are sent: what was sent stays, and the next run sends the rest, each row once."""

import time
from pathlib import Path
from typing import Any

from dagster_open_platform_local.services.saas.crm.objects import ACCOUNT
from dagster_open_platform_local.services.saas.crm.store import CrmStore
from dagster_open_platform_tests.fixtures.hightouch import ARR, sync_of, write_models
from dagster_open_platform_tests.fixtures.hightouch_process import HightouchProcess, hightouch_process

ACCOUNTS = 3_000
ID = sync_of(ARR).id
SECONDS = 60.0
MODEL = """
    SELECT 'org_' || n AS organization_public_id, n::DOUBLE AS annual_recurring_revenue, 'USD' AS currency,
        DATE '2026-06-01' AS contract_start_date, DATE '2026-06-01' AS customer_since_date
    FROM range(3000) AS numbers(n)
"""


def run_of(server: HightouchProcess, run_id: str) -> dict[str, Any]:
    (found,) = server.data("GET", f"/api/v1/syncs/{ID}/runs?runId={run_id}")["data"]
    return found


def trigger(server: HightouchProcess) -> str:
    return server.data("POST", f"/api/v1/syncs/{ID}/trigger", json={})["id"]


def finished(server: HightouchProcess, run_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS
    while (found := run_of(server, run_id))["finishedAt"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def test_what_was_sent_stays_and_the_rest_follows(tmp_path: Path) -> None:
    write_models(tmp_path / "warehouse", {ARR: MODEL})
    with hightouch_process(tmp_path, ACCOUNTS) as server:
        killed = trigger(server)
        while not (seen := run_of(server, killed))["successfulRows"]["addedCount"]:
            assert seen["finishedAt"] is None
        server.kill()
    store = CrmStore(tmp_path / "company")
    arrived = len(store.written(ACCOUNT))
    assert 0 < arrived < ACCOUNTS
    # A batch is written whole or not at all.
    assert arrived % sync_of(ARR).batch_size == 0

    with hightouch_process(tmp_path, ACCOUNTS) as server:
        after = run_of(server, killed)
        assert (after["status"], after["plannedRows"]["addedCount"]) == ("interrupted", ACCOUNTS)
        noted = after["successfulRows"]["addedCount"]
        # What the CRM took and Hightouch had not noted yet is one batch at most.
        assert 0 <= arrived - noted <= sync_of(ARR).batch_size
        rest = finished(server, trigger(server))
        assert (rest["status"], rest["successfulRows"]["addedCount"]) == ("success", ACCOUNTS - noted)
        assert finished(server, trigger(server))["plannedRows"]["addedCount"] == 0
    written = store.written(ACCOUNT)
    assert {record: each.values["dagster_arr_c"] for record, each in written.items()} == {
        f"a{number}": float(number) for number in range(ACCOUNTS)
    }
    changes = store.changes(ACCOUNT)
    assert len({(each.record, each.field) for each in changes}) == len(changes) == ACCOUNTS
