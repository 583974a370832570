"""Exploding loses nothing, whatever a snapshot holds, and however large it is."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.aws.buckets import BUCKETS, WORKSPACE
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.aws.workspace.chunks import Bounds, Chunk, ChunkWriter
from dagster_open_platform.lib.aws.workspace.columns import COLUMNS
from dagster_open_platform.lib.aws.workspace.explode import path_text
from dagster_open_platform.lib.aws.workspace.layout import LISTS, OBJECTS, Layout
from dagster_open_platform.lib.aws.workspace.replicate import Replication
from dagster_open_platform_tests.fixtures import workspace as fixture
from dagster_open_platform_tests.fixtures.workspace import Json, Sent

DAY, ORGANIZATION = "2026-08-01", "org-1"
WHOLE, STREAMED = 1 << 30, 0
FEWER = settings(max_examples=20)
"""Each example is a whole snapshot."""


def staged(sent: Sent, whole_bytes: int = WHOLE, rows: int = 1000) -> dict[str, bytes]:
    """What is staged of one snapshot."""
    store = FakeObjectStore(BUCKETS)
    sent.send(store.put)
    bounds = Bounds(rows=rows, whole_bytes=whole_bytes, workers=2)
    result = Replication(store, Layout("staging"), bounds).run(sent.day, sent.day)
    assert result.failures == {}
    return dict(store.objects(WORKSPACE, "staging/"))


@FEWER
@given(
    locations=fixture.workspaces,
    in_parts=st.booleans(),
    whole_bytes=st.sampled_from([STREAMED, 300, WHOLE]),
    rows=st.sampled_from([1, 2, 1000]),
)
def test_the_snapshot_can_be_put_together_again(
    locations: list[Json], in_parts: bool, whole_bytes: int, rows: int
) -> None:
    sent = Sent(DAY, ORGANIZATION, locations, in_parts)
    found = fixture.staged_rows(staged(sent, whole_bytes, rows))
    assert fixture.regrouped(found) == fixture.with_texts_for_nested(locations)
    (workspace,) = found["workspaces"]
    assert fixture.without_context(workspace) == {
        "version": 2 if in_parts else 1,
        "code_location_count": len(locations),
    }


@FEWER
@given(locations=fixture.workspaces, in_parts=st.booleans())
def test_rows_are_flat_and_say_where_they_come_from(locations: list[Json], in_parts: bool) -> None:
    sent = Sent(DAY, ORGANIZATION, locations, in_parts)
    sources = {key for key, _ in sent.objects()}
    for kind, rows in fixture.staged_rows(staged(sent)).items():
        for row in rows:
            assert not [key for key, value in row.items() if isinstance(value, list | dict)]
            assert (row["organization"], row["source_key"] in sources) == (ORGANIZATION, True)
            assert row["snapshot_at"] == f"{DAY}T00:03:00Z"
            assert row["deployment"] == ("prod" if locations or not in_parts else None)
            assert (row["repository"] is None) == (kind in ("workspaces", "code_locations"))


def bytes_by_kind(found: dict[str, bytes]) -> dict[str, bytes]:
    return {key: body for key, body in found.items() if "/_organizations/" not in key}


@FEWER
@given(locations=fixture.workspaces, in_parts=st.booleans(), rows=st.sampled_from([1, 3, 1000]))
def test_a_stream_gives_the_same_bytes_as_the_whole(locations: list[Json], in_parts: bool, rows: int) -> None:
    sent = Sent(DAY, ORGANIZATION, locations, in_parts)
    assert bytes_by_kind(staged(sent, STREAMED, rows)) == bytes_by_kind(staged(sent, WHOLE, rows))


@FEWER
@given(locations=fixture.workspaces, data=st.data())
def test_the_order_of_fields_does_not_matter(locations: list[Json], data: st.DataObject) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, list):
            return [shuffled(each) for each in value]
        if isinstance(value, dict):
            keys = data.draw(st.permutations(list(value)))
            return {key: shuffled(value[key]) for key in keys}
        return value

    other = [shuffled(location) for location in locations]
    for whole_bytes in (STREAMED, WHOLE):
        found = fixture.staged_rows(staged(Sent(DAY, ORGANIZATION, other, in_parts=False), whole_bytes))
        expected = fixture.with_texts_for_nested(other)
        assert fixture.regrouped(found) == expected


@given(st.lists(st.text(), min_size=1), st.lists(st.text(), min_size=1))
def test_different_keys_have_different_texts(first: list[str], second: list[str]) -> None:
    assert fixture.path_of(path_text(first)) == first
    assert (path_text(first) == path_text(second)) == (first == second)


@given(
    rows=st.lists(st.tuples(st.sampled_from(OBJECTS[:3]), st.text(max_size=30)), max_size=40),
    most_rows=st.integers(1, 5),
    most_bytes=st.integers(1, 200),
)
def test_chunks_keep_their_bounds_and_all_rows_in_order(
    rows: list[tuple[str, str]], most_rows: int, most_bytes: int
) -> None:
    written: dict[str, bytes] = {}

    def put(key: str, body: bytes) -> str:
        written[key] = body
        return "etag"

    writer = ChunkWriter(
        lambda kind, number: f"staging/{kind}/{number:05}", put, Bounds(rows=most_rows, bytes=most_bytes)
    )
    for kind, text in rows:
        writer.add(kind, json.dumps({"text": text}, separators=(",", ":")))
    chunks = writer.finish()
    assert [chunk.key for chunk in chunks] == sorted(
        written, key=lambda key: (OBJECTS.index(key.split("/")[1]), key)
    )
    for chunk in chunks:
        lines = fixture.staged_rows({chunk.key: written[chunk.key]})[chunk.kind]
        assert len(lines) == chunk.rows <= most_rows
        size = sum(len(json.dumps(line, separators=(",", ":"))) + 1 for line in lines)
        assert size <= most_bytes or chunk.rows == 1
        assert chunk.bytes == len(written[chunk.key])
    for kind in OBJECTS:
        found = [line["text"] for line in fixture.staged_rows(written)[kind]]
        assert found == [text for each, text in rows if each == kind]
    assert is_compact(chunks, [len(json.dumps({"text": text})) for _, text in rows], most_rows, most_bytes)


def is_compact(chunks: list[Chunk], sizes: list[int], most_rows: int, most_bytes: int) -> bool:
    """Whether no more than twice as many chunks were made as rows and bytes ask for, a kind having an open one."""
    needed = len(sizes) / most_rows + sum(sizes) / most_bytes
    return len(chunks) <= 2 * needed + 3


def test_every_list_and_every_field_of_today_has_a_described_column() -> None:
    assert tuple(COLUMNS) == OBJECTS
    for kind in LISTS:
        own = [column.name for column in COLUMNS[kind]][6:]
        assert own == list(fixture.OWN[kind])
    assert all(column.description for columns in COLUMNS.values() for column in columns)


@pytest.mark.parametrize("whole_bytes", [STREAMED, WHOLE])
@pytest.mark.parametrize("in_parts", [True, False])
def test_a_location_that_did_not_load_has_no_repositories(whole_bytes: int, in_parts: bool) -> None:
    locations: list[Json] = [
        {"name": "broken", "load_error": "ImportError", "repositories": None},
        {"name": "older"},
        {"name": "fine", "repositories": [{"name": "r", "assets": None}]},
    ]
    found = fixture.staged_rows(staged(Sent(DAY, ORGANIZATION, locations, in_parts), whole_bytes))
    assert [row["code_location"] for row in found["code_locations"]] == ["broken", "older", "fine"]
    assert [row["repository"] for row in found["repositories"]] == ["r"]
    assert not any(found[kind] for kind in LISTS)
