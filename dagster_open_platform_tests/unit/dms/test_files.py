"""Which change files there are, which are new, and how they are fetched."""

import datetime as dt
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.aws.buckets import DMS
from dagster_open_platform.lib.aws.errors import ObjectChanged, ObjectStoreUnavailable
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.aws.protocol import ObjectInfo
from dagster_open_platform.lib.dms.files import batches, fetched, list_change_files, unapplied
from dagster_open_platform_tests.fixtures.dms import PREFIX, key_of

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


def store_with(*keys: str) -> FakeObjectStore:
    store = FakeObjectStore([DMS], page=2)
    for key in keys:
        store.put(DMS, key, key.encode())
    return store


def test_the_full_load_is_first_and_other_tables_are_not_listed() -> None:
    changes = [f"2026/07/0{day}/2026070{day}-000000000.parquet" for day in (1, 2, 3)]
    store = store_with(
        *(key_of(file) for file in (*reversed(changes), "LOAD00000002.parquet", "LOAD00000001.parquet")),
        key_of("LOAD00000001.parquet", "users_organizations"),
        key_of("2026/"),
        key_of("awsdms_status.csv"),
    )

    listed = [file.key for file in list_change_files(store, DMS, f"{PREFIX}/users")]

    assert listed == [key_of(file) for file in ("LOAD00000001.parquet", "LOAD00000002.parquet", *changes)]


def test_what_is_new_is_what_was_not_applied_with_these_bytes() -> None:
    first, second, third = (ObjectInfo(key, "etag", 1, NOW) for key in "abc")

    assert unapplied([first, second, third], {"a": "etag", "b": "another", "z": "etag"}) == [second, third]


@given(sizes=st.lists(st.integers(0, 20)), limit=st.integers(1, 30))
def test_batches_are_all_files_in_order_and_no_larger_than_the_limit(sizes: list[int], limit: int) -> None:
    files = [ObjectInfo(str(number), "", size, NOW) for number, size in enumerate(sizes)]

    cut = list(batches(files, limit))

    assert [file for batch in cut for file in batch] == files
    for batch in cut:
        assert len(batch) == 1 or sum(file.size for file in batch) <= limit
    # No batch could have taken the first file of the next.
    for batch, after in itertools.pairwise(cut):
        assert sum(file.size for file in [*batch, after[0]]) > limit


def test_fetched_files_are_on_the_disk_in_order_and_gone_afterwards() -> None:
    store = store_with(*(key_of(f"{number}.parquet") for number in range(30)))
    files = list_change_files(store, DMS, f"{PREFIX}/users")

    with fetched(store, DMS, files) as copies:
        assert [one.path.read_bytes().decode() for one in copies] == [file.key for file in files]
        assert copies[0].place == f"s3://{DMS}/{files[0].key}"
        folders: set[Path] = {one.path.parent for one in copies}

    assert len(folders) == 1
    assert not folders.pop().exists()


def test_a_file_that_was_replaced_since_it_was_listed_is_not_taken_for_the_other() -> None:
    store = store_with(key_of("1.parquet"))
    files = list_change_files(store, DMS, f"{PREFIX}/users")
    store.put(DMS, files[0].key, b"other bytes")

    with pytest.raises(ObjectChanged, match=r"1\.parquet"), fetched(store, DMS, files):
        raise AssertionError


def test_a_failure_of_one_fetch_ends_all_of_them() -> None:
    store = store_with(*(key_of(f"{number:03}.parquet") for number in range(200)))
    files = list_change_files(store, DMS, f"{PREFIX}/users")
    asked: list[str] = []

    def fails(request: str, key: str) -> None:
        asked.append(key)
        if key == files[0].key:
            raise ObjectStoreUnavailable(f"Cannot read {key}.")

    store.before = fails
    with pytest.raises(ObjectStoreUnavailable), fetched(store, DMS, files):
        raise AssertionError
    assert len(asked) < len(files)
