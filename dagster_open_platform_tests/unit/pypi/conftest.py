"""Fixtures of the tests of PyPI downloads."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_open_platform_tests.fixtures.pypi import Platform, platform


@pytest.fixture
def run_platform(tmp_path: Path) -> Iterator[Platform]:
    with platform(tmp_path) as made:
        yield made
