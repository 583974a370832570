"""An account for Snowflake's real client, and no variables of a real one."""

import os
from collections.abc import Iterator

import pytest

from dagster_open_platform_tests.fixtures.snowflake_account import Account, snowflake_account


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account that this process's variables lead to."""
    for name in [*os.environ]:
        if name.startswith("SNOWFLAKE_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    with snowflake_account() as served:
        for name, value in served.variables.items():
            monkeypatch.setenv(name, value)
        yield served
