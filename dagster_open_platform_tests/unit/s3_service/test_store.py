"""The store equals a dictionary of objects, whatever is done to it, and a reader keeps the version that it opened."""

import hashlib
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.services.s3.errors import S3Error
from dagster_open_platform_local.services.s3.files import ObjectInfo
from dagster_open_platform_local.services.s3.listing import keys
from dagster_open_platform_local.services.s3.metadata import NOTHING, Metadata
from dagster_open_platform_local.services.s3.store import ObjectStore
from dagster_open_platform_tests.fixtures.s3_in_process import BUCKET

KEYS = st.sampled_from(["a", "a/", "a/b", "a/b/c", "a//b", "b" * 80, "b" * 81, "../x"])
HEADERS = st.sampled_from([{}, {"content-type": "text/plain"}, {"x-amz-meta-one": "1"}])
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("put"), KEYS, st.binary(max_size=3), HEADERS),
        st.tuples(st.just("delete"), KEYS, st.just(b""), st.just({})),
        st.tuples(st.just("restart"), KEYS, st.just(b""), st.just({})),
    ),
    max_size=25,
)


def new_store(directory: Path) -> ObjectStore:
    store = ObjectStore(directory)
    store.create_buckets([BUCKET])
    return store


def content(store: ObjectStore, key: str) -> tuple[bytes, dict[str, str], str]:
    with store.open(BUCKET, key) as opened:
        info = opened.info
        return opened.read(0, info.version.size + 1), dict(info.headers), info.etag


@settings(max_examples=60)
@given(CHANGES)
def test_the_store_is_a_dictionary_of_objects(changes: list[tuple[str, str, bytes, dict[str, str]]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        store = new_store(Path(directory))
        model: dict[str, tuple[bytes, dict[str, str], str]] = {}
        for change, key, body, headers in changes:
            if change == "put":
                store.put(BUCKET, key, body, Metadata(headers))
                model[key] = (body, headers, hashlib.md5(body, usedforsecurity=False).hexdigest())
            elif change == "delete":
                store.delete(BUCKET, key)
                model.pop(key, None)
            else:
                store = new_store(Path(directory))
                store.clean()

        assert {key: content(store, key) for key in keys(store, BUCKET)} == model


def test_versions_of_one_size_in_one_moment_have_their_own_etags(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    for body in (b"one", b"two", b"six") * 20:
        store.put(BUCKET, "key", body)

        # Another one, which knows nothing yet, agrees.
        for each in (store, new_store(tmp_path)):
            assert content(each, "key")[2] == hashlib.md5(body, usedforsecurity=False).hexdigest()


def test_a_reader_keeps_the_version_that_it_opened(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    store.put(BUCKET, "key", b"old" * 100)

    with store.open(BUCKET, "key") as opened:
        store.put(BUCKET, "key", b"new" * 50)
        before = opened.read(0, 150)
        store.delete(BUCKET, "key")

        assert before + opened.read(150, 1000) == b"old" * 100


def test_a_file_that_somebody_else_put_there_is_an_object(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    store.put(BUCKET, "key", b"ours", Metadata({"content-type": "text/plain"}))

    Path(store.path(BUCKET, "key")).write_bytes(b"theirs")

    assert content(store, "key") == (b"theirs", {}, hashlib.md5(b"theirs", usedforsecurity=False).hexdigest())


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("headers", [{}, {"content-type": "new"}])
def test_a_write_that_ends_before_the_rename_changes_nothing(tmp_path: Path, headers: dict[str, str]) -> None:
    class Store(ObjectStore):
        def move(self, source: str, target: str, bucket: str) -> None:
            raise KilledError

    store = new_store(tmp_path)
    store.put(BUCKET, "key", b"old", Metadata({"content-type": "old"}))
    before = content(store, "key")

    with pytest.raises(KilledError):
        Store(tmp_path).put(BUCKET, "key", b"new", Metadata(headers))

    assert content(new_store(tmp_path), "key") == before


def test_what_interrupted_writers_left_is_removed(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    (store.incoming / "half").write_bytes(b"half")
    (store.incoming / "upload").mkdir()

    store.clean()

    assert list(store.incoming.iterdir()) == []


def test_a_condition_that_does_not_hold_leaves_everything_as_it_was(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    store.put(BUCKET, "key", b"old")
    seen: list[ObjectInfo | None] = []

    def refuse(present: ObjectInfo | None) -> None:
        seen.append(present)
        raise S3Error("PreconditionFailed", "no")

    for key in ("key", "other"):
        with store.draft() as draft:
            draft.write(b"new")
            with pytest.raises(S3Error):
                store.publish(draft, BUCKET, key, NOTHING, refuse)

    assert [info and info.version.size for info in seen] == [3, None]
    assert list(keys(store, BUCKET)) == ["key"]
    assert content(store, "key")[0] == b"old"
    assert list(store.incoming.iterdir()) == []


@pytest.mark.parametrize("bucket", ["", "..", ".incoming", ".metadata", "a/b", "missing"])
def test_only_buckets_are_buckets(tmp_path: Path, bucket: str) -> None:
    store = new_store(tmp_path)
    store.put(BUCKET, "a/b", b"")

    assert not store.has_bucket(bucket)
    assert store.has_bucket(BUCKET)


def test_a_directory_may_go_while_another_object_comes(tmp_path: Path) -> None:
    stores = [new_store(tmp_path), new_store(tmp_path)]

    def come_and_go(number: int) -> None:
        for turn in range(200):
            stores[number].put(BUCKET, f"shared/{turn % 3}/{number}", b"x", Metadata({"content-type": "x"}))
            stores[number].delete(BUCKET, f"shared/{turn % 3}/{number}")
        stores[number].put(BUCKET, f"shared/{number}", b"last")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(come_and_go, range(2)))

    assert list(keys(stores[0], BUCKET)) == ["shared/0", "shared/1"]
