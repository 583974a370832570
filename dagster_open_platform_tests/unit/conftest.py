"""Unit tests have no network and no variables of a real deployment."""

import os
from collections.abc import Iterator

import pytest
import pytest_socket

PLATFORM_VARIABLES = (
    "DAGSTER_",
    "SNOWFLAKE_",
    "GITHUB_",
    "FIVETRAN_",
    "SEGMENT_",
    "STRIPE_",
    "ANTHROPIC_",
    "HIGHTOUCH_",
    "SALESFORCE_",
    "HUBSPOT_",
    "SLACK_",
    "BIGQUERY_",
    "GOOGLE_",
    "GCP_",
    "WAREHOUSE_",
    "COMPANY_",
    "CLOUD_PRODUCT_",
    "PRODUCT_REPORTING",
    "PG",
    "SLING_",
    "AWS_",
    "WORKSPACE_REPLICATION_",
)


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    # Unix sockets stay: asyncio wakes its loop through a pair of them.
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(PLATFORM_VARIABLES):
            monkeypatch.delenv(name)
