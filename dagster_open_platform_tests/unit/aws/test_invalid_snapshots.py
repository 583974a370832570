"""Whatever is wrong with a snapshot: a typed error that names it and the place, and the others are staged."""

import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.aws.buckets import BUCKETS, WORKSPACE
from dagster_open_platform.lib.aws.errors import AccessDenied, ObjectStoreUnavailable
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.aws.workspace import errors
from dagster_open_platform.lib.aws.workspace.chunks import Bounds
from dagster_open_platform.lib.aws.workspace.inflating import InflatedStream, inflated
from dagster_open_platform.lib.aws.workspace.layout import Layout, SnapshotId
from dagster_open_platform.lib.aws.workspace.replicate import Replication, Result
from dagster_open_platform_tests.fixtures.workspace import Json, Sent

DAY = "2026-08-01"
LOCATION: Json = {"name": "l", "repositories": [{"name": "r", "assets": [{"key": ["a"], "kinds": []}]}]}
GOOD = [Sent(DAY, "a-good", [LOCATION]), Sent(DAY, "z-good", [LOCATION], in_parts=False)]
BAD = Sent(DAY, "bad", [LOCATION, LOCATION])
MANIFEST, BLOB = f"{BAD.folder}manifest.json", f"{BAD.folder}workspace.json"
PARTS = [f"{BAD.folder}parts/0000.json.z", f"{BAD.folder}parts/0001.json"]


def run(sent: Sent, change: Callable[[FakeObjectStore], None], whole_bytes: int) -> Result:
    """Stages a changed snapshot between two good ones, and expects of those that they are staged."""
    store = FakeObjectStore(BUCKETS)
    for each in (*GOOD, sent):
        each.send(store.put)
    change(store)
    result = Replication(store, Layout("staging"), Bounds(whole_bytes=whole_bytes)).run(DAY, DAY)
    markers = store.objects(WORKSPACE, "staging/_organizations/")
    assert [key.split("/")[-1] for key in markers] == ["a-good.json", "z-good.json"]
    assert result.days[DAY].missing == ["bad"]
    assert result.days[DAY].staged == 2
    assert [str(snapshot) for snapshot in result.failures] == [f"bad of {DAY}"]
    return result


def put(key: str, body: bytes) -> Callable[[FakeObjectStore], None]:
    return lambda store: store.put(WORKSPACE, key, body)


def manifest(**changes: Any) -> Callable[[FakeObjectStore], None]:
    def change(store: FakeObjectStore) -> None:
        found = {**json.loads(store.objects(WORKSPACE)[MANIFEST]), **changes}
        store.put(WORKSPACE, MANIFEST, json.dumps(found).encode())

    return change


def cut(key: str, keep: int) -> Callable[[FakeObjectStore], None]:
    return lambda store: store.put(WORKSPACE, key, store.objects(WORKSPACE)[key][:keep])


def appended(key: str, more: bytes) -> Callable[[FakeObjectStore], None]:
    return lambda store: store.put(WORKSPACE, key, store.objects(WORKSPACE)[key] + more)


def location(**changes: Any) -> Callable[[FakeObjectStore], None]:
    return put(PARTS[1], json.dumps({**BAD.head, **LOCATION, **changes}).encode())


def objects(**lists: Any) -> Callable[[FakeObjectStore], None]:
    return location(repositories=[{"name": "r", **lists}])


WRONG: list[tuple[Callable[[FakeObjectStore], None], type[Exception], list[str]]] = [
    (cut(PARTS[1], 40), errors.InvalidSnapshot, [PARTS[1], "no valid JSON", "near "]),
    (cut(PARTS[1], 0), errors.InvalidSnapshot, [PARTS[1], "no valid JSON", "near "]),
    (appended(PARTS[1], b"{}"), errors.InvalidSnapshot, [PARTS[1], "no valid JSON", "near "]),
    (put(PARTS[1], b'{"name": "\xff"}'), errors.InvalidSnapshot, [PARTS[1], "no valid JSON", "near byte"]),
    (put(PARTS[1], b'{"name": NaN}'), errors.InvalidSnapshot, [PARTS[1], "no valid JSON"]),
    (put(PARTS[1], b"[]"), errors.InvalidSnapshot, [PARTS[1], "at its root there is a list, not an object"]),
    (cut(PARTS[0], 30), errors.InvalidCompression, [PARTS[0], "it breaks off, near byte 30"]),
    (appended(PARTS[0], b"x"), errors.InvalidCompression, [PARTS[0], "something follows its end"]),
    (put(PARTS[0], b"{}"), errors.InvalidCompression, [PARTS[0], "incorrect header check"]),
    (lambda s: s.delete_objects(WORKSPACE, [PARTS[1]]), errors.MissingPart, [MANIFEST, PARTS[1]]),
    (cut(MANIFEST, 50), errors.InvalidSnapshot, [MANIFEST, "no valid JSON", "near character "]),
    (manifest(version=3), errors.UnsupportedVersion, [MANIFEST, "version 3", "reads version 2"]),
    (manifest(version="2"), errors.UnsupportedVersion, [MANIFEST, "version '2'"]),
    (manifest(organization="a-good"), errors.InvalidSnapshot, [MANIFEST, "'a-good'", "folder of 'bad'"]),
    (location(organization="a-good"), errors.InvalidSnapshot, [PARTS[1], "'a-good'", "folder of 'bad'"]),
    (manifest(parts={}), errors.InvalidSnapshot, [MANIFEST, "at /parts there is an object, not a list"]),
    (manifest(parts=[{"key": 1}]), errors.InvalidSnapshot, [MANIFEST, "at /parts/0 there is no part"]),
    (
        manifest(parts=[{"key": PARTS[1], "encoding": "br"}]),
        errors.InvalidSnapshot,
        [MANIFEST, "at /parts/0 there is no part"],
    ),
    (manifest(parts=[{"key": PARTS[1]}] * 2), errors.InvalidSnapshot, [MANIFEST, "a key is there twice"]),
    *(
        (manifest(parts=[{"key": key}]), errors.ForeignPart, [MANIFEST, key, "/parts/0"])
        for key in (
            "raw/workspace/2026-08-01/a-good/parts/0000.json.z",
            "raw/workspace/2026-08-01/bad/../a-good/parts/0000.json.z",
            "staging/assets/2026-08-01/bad/x.jsonl.gz",
            "raw/workspace/bad/x.json",
        )
    ),
    (location(name=None), errors.InvalidSnapshot, [PARTS[1], "at /name there is nothing, not a name"]),
    (location(name=7), errors.InvalidSnapshot, [PARTS[1], "at /name there is a number, not a name"]),
    (location(repositories={}), errors.InvalidSnapshot, ["at /repositories there is an object, not a list"]),
    (
        location(repositories=["r"]),
        errors.InvalidSnapshot,
        ["at /repositories/0 there is a text, not an object"],
    ),
    (objects(jobs=7), errors.InvalidSnapshot, ["at /repositories/0/jobs there is a number, not a list"]),
    (
        objects(jobs=[{}, []]),
        errors.InvalidSnapshot,
        ["at /repositories/0/jobs/1 there is a list, not an object"],
    ),
    (
        objects(jobs=[{"organization": "x"}]),
        errors.InvalidSnapshot,
        ["at /repositories/0/jobs/0 there is a field 'organization'"],
    ),
    (location(repository="x"), errors.InvalidSnapshot, ["there is a field 'repository'"]),
    (
        put(PARTS[1], json.dumps({**BAD.head, **LOCATION, "image": 0}).replace("0}", "1e999}").encode()),
        errors.InvalidSnapshot,
        ["a value that is no JSON"],
    ),
    (
        put(PARTS[1], b'{"name": "l", "repositories": [{"name": "r", "jobs": [{"x": ' + b"[" * 100_000),
        errors.InvalidSnapshot,
        [PARTS[1]],
    ),
]


@pytest.mark.parametrize("whole_bytes", [0, 1 << 20], ids=["streamed", "whole"])
@pytest.mark.parametrize(("change", "kind", "phrases"), WRONG)
def test_a_wrong_snapshot_is_named_with_the_place(
    change: Callable[[FakeObjectStore], None], kind: type[Exception], phrases: list[str], whole_bytes: int
) -> None:
    (failure,) = run(BAD, change, whole_bytes).failures.values()
    assert type(failure) is kind
    assert not failure.allow_retries
    message = str(failure.description)
    # Before a stream is read to its end, nobody knows of which of its characters the parser speaks.
    assert [phrase for phrase in ("s3://dop-workspace-replication/", *phrases) if phrase not in message] == []


@pytest.mark.parametrize("whole_bytes", [0, 1 << 20], ids=["streamed", "whole"])
@pytest.mark.parametrize(
    ("body", "kind", "phrase"),
    [
        (b'{"version": 1, "code_loc', errors.InvalidSnapshot, "no valid JSON"),
        (b'{"version": 2, "code_locations": []}', errors.UnsupportedVersion, "reads version 1"),
        (b'{"code_locations": []}', errors.UnsupportedVersion, "version None"),
        (b'{"version": 1}', errors.InvalidSnapshot, "at /code_locations there is nothing, not a list"),
        (b'{"version": 1, "code_locations": 5}', errors.InvalidSnapshot, "there is a number, not a list"),
        (
            b'{"version": 1, "code_locations": [{"name": "l", "repositories": [{"name": "r", "assets": [1]}]}]}',
            errors.InvalidSnapshot,
            "at /code_locations/0/repositories/0/assets/0 there is a number, not an object",
        ),
    ],
)
def test_a_wrong_blob(body: bytes, kind: type[Exception], phrase: str, whole_bytes: int) -> None:
    (failure,) = run(BAD._replace(in_parts=False), put(BLOB, body), whole_bytes).failures.values()
    assert type(failure) is kind
    assert f"s3://dop-workspace-replication/{BLOB}" in str(failure.description)
    assert phrase in str(failure.description)


def test_one_invalid_json_among_very_many() -> None:
    locations = [{**LOCATION, "name": f"l{number}"} for number in range(2000)]
    bad = Sent(DAY, "bad", locations)
    key = f"{bad.folder}parts/1777.json"
    (failure,) = run(bad, cut(key, 60), 1 << 20).failures.values()
    assert isinstance(failure, errors.InvalidSnapshot)
    assert key in str(failure.description)


def test_a_forbidden_object_fails_its_organization_and_a_store_that_is_away_fails_the_run() -> None:
    def refuse(error: Exception) -> Callable[[FakeObjectStore], None]:
        def change(store: FakeObjectStore) -> None:
            def before(request: str, key: str) -> None:
                if key == PARTS[1] and request == "get_object":
                    raise error

            store.before = before

        return change

    (failure,) = run(BAD, refuse(AccessDenied("Not for you.")), 1 << 20).failures.values()
    assert isinstance(failure, AccessDenied)
    with pytest.raises(ObjectStoreUnavailable):
        run(BAD, refuse(ObjectStoreUnavailable("Away.")), 1 << 20)


def test_the_runs_error_lists_each_and_is_retried_only_if_one_may_pass() -> None:
    permanent = errors.InvalidSnapshot("No JSON near byte 3.")
    failed = errors.organizations_failed({"b of 2026-08-01": permanent, "a of 2026-08-02": permanent})
    assert isinstance(failed, errors.OrganizationsFailed)
    assert str(failed.description).splitlines()[1:] == [
        "- a of 2026-08-02: No JSON near byte 3.",
        "- b of 2026-08-01: No JSON near byte 3.",
    ]
    passing = errors.organizations_failed({"a": permanent, "b": ObjectStoreUnavailable("Away.")})
    assert isinstance(passing, errors.OrganizationsUnsettled)
    assert passing.allow_retries


class Pieces:
    """A stream that gives pieces of other sizes than asked for."""

    def __init__(self, body: bytes, size: int) -> None:
        self.body, self.size = body, size

    def read(self, size: int = -1, /) -> bytes:
        most = self.size if size < 0 else min(size, self.size)
        found, self.body = self.body[:most], self.body[most:]
        return found


@given(
    body=st.binary(max_size=400) | st.builds(lambda n: b"a" * n, st.integers(0, 5000)),
    piece=st.integers(1, 50),
    asked=st.integers(1, 300),
    limit=st.integers(0, 500),
)
def test_decompressing_gives_what_was_compressed(body: bytes, piece: int, asked: int, limit: int) -> None:
    compressed = zlib.compress(body)
    stream = InflatedStream(Pieces(compressed, piece), "s3://b/k")
    found = bytearray()
    while part := stream.read(asked):
        assert len(part) <= asked
        found += part
    assert bytes(found) == body
    assert inflated(compressed, limit, "s3://b/k") == (body if len(body) <= limit else None)


@given(body=st.binary(max_size=200), data=st.data())
def test_a_stream_that_breaks_off_is_never_taken_for_a_whole_one(body: bytes, data: st.DataObject) -> None:
    compressed = zlib.compress(body)
    keep = data.draw(st.integers(0, len(compressed) - 1))
    with pytest.raises(errors.InvalidCompression, match=rf"breaks off, near byte {keep}\b"):
        inflated(compressed[:keep], 1000, "s3://b/k")


def test_whose_parts_they_are() -> None:
    owner = SnapshotId(DAY, "a")
    assert owner.owns("raw/workspace/2026-06-01/a/parts/0.json")
    for key in (
        "raw/workspace/2026-06-01/ab/x",
        "raw/workspace/x/a/y",
        "2026-06-01/a/y",
        "raw/workspace/2026-06-01/a",
    ):
        assert not owner.owns(key)
