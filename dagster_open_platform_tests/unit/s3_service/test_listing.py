"""Pages of keys equal what a plain list of keys gives."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.services.s3.listing import Wanted, keys, list_page
from dagster_open_platform_local.services.s3.store import ObjectStore
from dagster_open_platform_tests.fixtures.s3_in_process import BUCKET, Account

# Few letters, so that keys share prefixes; some sort before the slash, some after.
PIECES = st.sampled_from(["a", "b", "/", "!", "0", "é", "a" * 80, "ab", "//", "."])
KEYS = st.lists(PIECES, min_size=1, max_size=6).map("".join)
MAYBE = st.lists(PIECES, max_size=4).map("".join)


def expected(all_keys: Iterable[str], prefix: str, delimiter: str, after: str) -> tuple[list[str], list[str]]:
    """Keys and common prefixes, from their definition."""
    shown, common = [], []
    for key in sorted(all_keys, key=str.encode):
        if not key.startswith(prefix) or key.encode() <= after.encode():
            continue
        rest = key.removeprefix(prefix)
        if delimiter and delimiter in rest:
            common.append(prefix + rest.split(delimiter)[0] + delimiter)
        else:
            shown.append(key)
    return shown, sorted(set(common), key=str.encode)


@settings(max_examples=150)
@given(st.sets(KEYS, max_size=25), MAYBE, st.sampled_from(["", "/", "a", "//"]), MAYBE, st.integers(1, 7))
def test_pages_put_together_are_the_whole_list(
    all_keys: set[str], prefix: str, delimiter: str, after: str, limit: int
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        store = ObjectStore(Path(directory))
        store.create_buckets([BUCKET])
        for key in all_keys:
            store.put(BUCKET, key, key.encode())

        shown, common = [], []
        wanted = Wanted(prefix, delimiter, after, "", limit)
        while True:
            page = list_page(store, BUCKET, wanted)
            together = [key for key, _, _ in page.objects] + page.prefixes
            shown += [key for key, _, _ in page.objects]
            common += page.prefixes
            assert len(together) == limit or not page.truncated
            if not page.truncated:
                break
            assert page.last == max(together, key=str.encode)
            wanted = Wanted(
                prefix, delimiter, page.last, page.last if page.last in page.prefixes else "", limit
            )

        assert (shown, common) == expected(all_keys, prefix, delimiter, after)
        assert list(keys(store, BUCKET, prefix)) == expected(all_keys, prefix, "", "")[0]


WORLD = ["a", "a/", "a/b", "a/c/d", "a b+&<é>.json", "b//c", "x\ny", "z" * 200, "z" * 200 + "/end"]


def filled(account: Account) -> Any:
    for key in WORLD:
        account.store.put(BUCKET, key, key.encode())
    return account.client()


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize(
    ("prefix", "delimiter"),
    [("", ""), ("", "/"), ("a", ""), ("a/", "/"), ("b/", "/"), ("no", "/"), ("z" * 100, "")],
)
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_both_versions_of_the_listing_page_through_everything(
    account: Account,
    operation: str,
    prefix: str,
    delimiter: str,
    size: int,
) -> None:
    pages = list(
        filled(account)
        .get_paginator(operation)
        .paginate(Bucket=BUCKET, Prefix=prefix, Delimiter=delimiter, PaginationConfig={"PageSize": size})
    )

    shown = [each["Key"] for page in pages for each in page.get("Contents", [])]
    common = [each["Prefix"] for page in pages for each in page.get("CommonPrefixes", [])]
    assert (shown, common) == expected(WORLD, prefix, delimiter, "")
    assert all(page["MaxKeys"] == size for page in pages)


def test_an_entry_tells_size_etag_and_time(account: Account) -> None:
    client = filled(account)

    [entry] = client.list_objects_v2(Bucket=BUCKET, Prefix="a/c", FetchOwner=True)["Contents"]

    head = client.head_object(Bucket=BUCKET, Key="a/c/d")
    assert (entry["Size"], entry["ETag"], entry["LastModified"]) == (5, head["ETag"], head["LastModified"])
    assert entry["Owner"]["ID"] == "000000000000"


def test_start_after_a_key(account: Account) -> None:
    page = filled(account).list_objects_v2(Bucket=BUCKET, StartAfter="a/b", Delimiter="/", MaxKeys=2)

    # What is left of `a/` after the key is still shown as a common prefix.
    assert [each["Prefix"] for each in page["CommonPrefixes"]] == ["a/", "b/"]
    assert (page["StartAfter"], page["KeyCount"], page["IsTruncated"]) == ("a/b", 2, True)


def test_no_keys_are_asked_for(account: Account) -> None:
    page = filled(account).list_objects_v2(Bucket=BUCKET, MaxKeys=0)

    assert (page["KeyCount"], page["IsTruncated"], "Contents" in page) == (0, False, False)


def test_an_object_that_is_deleted_leaves_no_common_prefix(account: Account) -> None:
    client = account.client()
    client.put_object(Bucket=BUCKET, Key="deep/down/below", Body=b"")

    client.delete_object(Bucket=BUCKET, Key="deep/down/below")

    assert client.list_objects_v2(Bucket=BUCKET, Delimiter="/")["KeyCount"] == 0
    assert list((account.store.directory / BUCKET).iterdir()) == []
