"""The store in memory does what every store does, also where a listing takes many pages."""

import pytest

from dagster_open_platform.lib.aws.buckets import BUCKETS
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform_tests.fixtures.object_store import ObjectStoreContract


@pytest.fixture(params=[1, 3, 1000])
def store(request: pytest.FixtureRequest) -> FakeObjectStore:
    return FakeObjectStore(BUCKETS, page=request.param)


class TestFakeObjectStore(ObjectStoreContract):
    """In memory."""
