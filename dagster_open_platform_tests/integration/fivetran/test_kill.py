"""`kill -9` of the run and of Fivetran in the middle of a sync, and runs in several processes at once."""

import random
import time
from contextlib import ExitStack
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform_tests.fixtures.fivetran import CRM, CRM_TABLES, KEY, FivetranServer, tables_in
from dagster_open_platform_tests.fixtures.fivetran_platform import (
    FivetranPlatform,
    failure_of,
    materialized,
)
from dagster_open_platform_tests.fixtures.fivetran_process import FivetranProcess, fivetran_process
from dagster_open_platform_tests.integration.fivetran.child import running

TABLES = {f"crm.{name}" for name in CRM_TABLES}
WIDE_TABLES, WIDE_ROWS = 8, 4000
PATIENCE_SECONDS = 60.0


def state_of(fivetran: FivetranServer) -> dict[str, list[dict[str, object]]]:
    return fivetran.tables("crm", CRM_TABLES)


def wait_until_syncing(fivetran: FivetranServer | FivetranProcess, connection: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while fivetran.data("GET", f"/v1/connections/{connection}")["status"]["sync_state"] != "syncing":
        assert time.monotonic() < deadline, "no sync has begun"
        time.sleep(0.02)


def test_a_run_that_is_killed_while_fivetran_syncs(
    fivetran: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    fivetran.sync(CRM)
    fivetran.advance()
    fivetran.control(CRM, sync_seconds=1.0)
    with running(platform, "crm", tmp_path / "home") as process:
        wait_until_syncing(fivetran, CRM)
        process.kill()
        assert process.wait(20) == -9
    with dg.DagsterInstance.local_temp(str(tmp_path / "home")) as killed:
        assert killed.get_latest_materialization_event(dg.AssetKey(["fivetran", "crm", "account"])) is None
    # Fivetran does not know of it; the next run joins what is left of the sync.
    result = platform.run("crm", instance)
    assert materialized(result).keys() == TABLES
    after = state_of(fivetran)
    assert materialized(platform.run("crm", instance)).keys() == TABLES
    assert state_of(fivetran) == after
    assert after["setting"][0]["weight"] == 1.5


def test_two_processes_at_once_tell_the_same(
    fivetran: FivetranServer, platform: FivetranPlatform, tmp_path: Path
) -> None:
    fivetran.control(CRM, sync_seconds=6.0)
    homes = [tmp_path / "one", tmp_path / "two"]
    with ExitStack() as stack:
        processes = [stack.enter_context(running(platform, "crm", home)) for home in homes]
        assert [process.wait(PATIENCE_SECONDS) for process in processes] == [0, 0]
    counts = []
    for home in homes:
        with dg.DagsterInstance.local_temp(str(home)) as instance:
            event = instance.get_latest_materialization_event(dg.AssetKey(["fivetran", "crm", "account"]))
            assert event is not None
            assert event.asset_materialization is not None
            counts.append(event.asset_materialization.metadata["dagster/row_count"].value)
    assert counts == [len(fivetran.rows("crm.account"))] * 2


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEY.platform_variables("").items():
        monkeypatch.setenv(name, value)


def wide_rows(directory: Path) -> dict[str, int]:
    """Rows by table that a destination has of the wide connection; none before its first sync."""
    tables = [f"wide.table_{number:03}" for number in range(WIDE_TABLES)]
    return {name[5:]: len(rows) for name, rows in tables_in(directory / "warehouse", *tables).items()}


@pytest.mark.usefixtures("variables")
def test_fivetran_that_is_killed_in_the_middle_of_a_load_leaves_whole_tables(
    tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(2026)  # noqa: S311 - moments, no secrets
    directory = tmp_path / "fivetran"
    whole = {f"table_{number:03}": WIDE_ROWS for number in range(WIDE_TABLES)}
    platform = FivetranPlatform(directory / "warehouse", patience_seconds=5.0)
    for number in range(2):
        with fivetran_process(directory, WIDE_TABLES, WIDE_ROWS) as service:
            monkeypatch.setenv("FIVETRAN_API_URL", service.url)
            platform = platform.refreshed()
            with running(platform, "wide", tmp_path / f"home{number}") as process:
                wait_until_syncing(service, "wide_meadow")
                # At any moment of it.
                time.sleep(rng.uniform(0.0, 0.6))
                service.kill()
                # Nobody answers: the run says so.
                assert process.wait(PATIENCE_SECONDS) in (0, 1)
    with fivetran_process(directory, WIDE_TABLES, WIDE_ROWS) as service:
        monkeypatch.setenv("FIVETRAN_API_URL", service.url)
        result = platform.run("wide", instance)
        assert result.success, failure_of(result)
        found = {name.partition(".")[2]: metadata for name, metadata in materialized(result).items()}
        assert {name: metadata["dagster/row_count"] for name, metadata in found.items()} == whole
    assert wide_rows(directory) == whole


@pytest.mark.usefixtures("variables")
def test_a_sync_that_died_with_fivetran_is_told_by_the_run_that_waited_for_it(
    tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "fivetran"
    with fivetran_process(directory) as service:
        monkeypatch.setenv("FIVETRAN_API_URL", service.url)
        platform = FivetranPlatform(directory / "warehouse").refreshed()
        service.control(CRM, sync_seconds=30)
        service.data("POST", f"/v1/connections/{CRM}/sync", json={})
        wait_until_syncing(service, CRM)
        service.kill()
    assert failure_of(platform.run("crm", instance))[0] == "ConnectionDropped"
    with fivetran_process(directory) as service:
        monkeypatch.setenv("FIVETRAN_API_URL", service.url)
        details = service.data("GET", f"/v1/connections/{CRM}")
        assert (details["succeeded_at"], details["failed_at"] is None) == (None, False)
        service.control(CRM, sync_seconds=0)
        assert materialized(platform.run("crm", instance)).keys() == TABLES
