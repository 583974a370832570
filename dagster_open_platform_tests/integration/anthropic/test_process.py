"""The Claude tables over real sockets: limits that pass, and a run that is killed between two pages."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dagster_open_platform.defs.claude.py.loader import table_of
from dagster_open_platform.lib.warehouse import duckdb_warehouse
from dagster_open_platform_tests.fixtures.anthropic import AnthropicServer, anthropic_server
from dagster_open_platform_tests.integration.anthropic import run_claude as runner
from dagster_open_platform_tests.integration.anthropic.run_claude import run_claude

__all__ = ["anthropic_server"]  # a fixture

DAYS = ("2026-06-29", "2026-07-10")
"""Two pages of hours."""
PATIENCE_SECONDS = 120.0


@pytest.fixture(autouse=True)
def _reach_the_service(anthropic_server: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> None:
    anthropic_server.fail()
    for name, value in anthropic_server.variables.items():
        monkeypatch.setenv(name, value)


def usage_in(directory: Path) -> list[dict[str, Any]] | None:
    warehouse = duckdb_warehouse(directory, {"purina": "purina"})
    with warehouse.connect() as connection:
        table = table_of(warehouse, "usage")
        if connection.columns(table) is None:
            return None
        found = connection.query(f"SELECT * FROM {connection.quoted(table)}")  # noqa: S608 - quoted by the seam
    return sorted(found.to_pylist(), key=repr)


def test_a_limit_that_passes_is_waited_for_and_all_five_tables_land(
    anthropic_server: AnthropicServer, tmp_path: Path
) -> None:
    anthropic_server.fail(
        {"path": "messages$", "calls": [2], "status": 429, "headers": {"Retry-After": "1"}},
        {"path": "api_keys$", "calls": [1], "status": 529},
        {"path": "claude_code$", "calls": [3], "drop": True},
    )
    result = run_claude(tmp_path, ("usage", "cost", "claude_code"), *DAYS)
    assert result.success
    assert run_claude(tmp_path, ("api_keys", "users")).success
    assert anthropic_server.matched() > 2
    told = [
        event.materialization.metadata["retries"].value
        for event in result.get_asset_materialization_events()
        if event.partition == DAYS[1]
    ]
    assert sorted(map(int, map(str, told))) == [0, 1, 1]


def test_a_run_that_is_killed_between_pages_leaves_the_table_and_the_next_one_completes_it(
    anthropic_server: AnthropicServer, tmp_path: Path
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for directory in (whole, killed):
        directory.mkdir()
    assert run_claude(whole, ("usage",), *DAYS).success
    assert run_claude(killed, ("usage",), DAYS[0]).success
    before = usage_in(killed)
    # The second page never comes while the process lives.
    anthropic_server.fail({"path": "messages$", "calls": [2], "delay_seconds": 30.0})
    command = [sys.executable, str(runner.__file__), str(killed), *DAYS]
    with subprocess.Popen(command, env=dict(os.environ), stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while anthropic_server.matched() < 2:
            assert process.poll() is None, "the run ended before it asked for the second page"
            assert time.monotonic() < deadline, "the run did not ask for the second page"
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=30) == -signal.SIGKILL
    assert usage_in(killed) == before
    assert before
    anthropic_server.fail()
    assert run_claude(killed, ("usage",), *DAYS).success
    assert usage_in(killed) == usage_in(whole)
