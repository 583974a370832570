"""Fixtures of the unit tests of ``defs/aws``."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_open_platform.lib.aws.buckets import BUCKETS
from dagster_open_platform.lib.aws.fake import FakeObjectStore, FakeS3
from dagster_open_platform_tests.fixtures.aws import AwsPlatform, aws_platform


@pytest.fixture
def memory() -> FakeObjectStore:
    """The buckets, empty."""
    return FakeObjectStore(BUCKETS)


@pytest.fixture
def platform(memory: FakeObjectStore, tmp_path: Path) -> Iterator[AwsPlatform]:
    """The definitions on the buckets in memory and a DuckDB warehouse."""
    with aws_platform(FakeS3(memory), tmp_path) as made:
        yield made
