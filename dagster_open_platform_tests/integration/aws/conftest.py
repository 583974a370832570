"""Fixtures of the tests against the local S3."""

from collections.abc import Iterator

import pytest

from dagster_open_platform.lib.aws.protocol import ObjectStore
from dagster_open_platform.lib.aws.resource import WORKSPACE_ROLE_VARIABLE, S3StoreResource
from dagster_open_platform_tests.fixtures.s3 import S3Server, s3

__all__ = ["s3"]


@pytest.fixture
def platform_s3(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The server, with the platform's variables in this process."""
    for name, value in s3.variables.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    return s3


@pytest.fixture
def store(platform_s3: S3Server) -> Iterator[ObjectStore]:
    """The platform's own client, with the role of workspace replication."""
    with S3StoreResource().connect(WORKSPACE_ROLE_VARIABLE) as connected:
        yield connected
