"""Anthropic as one of the vendors whose key must not show.

What belongs here: how it is run. What does not: faults, and where secrets are looked for.
"""

from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform_tests.fixtures.anthropic import KEY, AnthropicServer, anthropic_server
from dagster_open_platform_tests.integration.anthropic.run_claude import run_claude
from dagster_open_platform_tests.integration.http.vendors import Vendor

__all__ = ["anthropic_server", "anthropic_vendor"]  # fixtures

DAY = "2026-07-15"


@pytest.fixture
def anthropic_vendor(
    anthropic_server: AnthropicServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Vendor:
    """The Admin API, of which each table is a way."""
    for name, value in anthropic_server.variables.items():
        monkeypatch.setenv(name, value)
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()

    def recorded(name: str, day: str | None, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
        return run_claude(warehouse, (name,), day, instance=instance, max_attempts=1)

    return Vendor(
        secrets=(KEY.value,),
        # One of each kind of paging; the others are asked for by the same lines.
        paths={
            "usage_report/messages$": "usage",
            "organizations/users$": "users",
        },
        fail=anthropic_server.fail,
        calls=anthropic_server.matched,
        ways={
            **{
                name: lambda instance, name=name: recorded(name, DAY, instance)
                for name in ("usage", "cost", "claude_code")
            },
            **{
                name: lambda instance, name=name: recorded(name, None, instance)
                for name in ("api_keys", "users")
            },
        },
    )
