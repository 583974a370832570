"""What one run does, and what two runs of one day do to each other."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.aws.buckets import BUCKETS, WORKSPACE
from dagster_open_platform.lib.aws.errors import ObjectChanged
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.aws.workspace.chunks import Bounds
from dagster_open_platform.lib.aws.workspace.layout import Layout
from dagster_open_platform.lib.aws.workspace.replicate import Replication, Result
from dagster_open_platform_tests.fixtures.workspace import Json, Sent, small_workspaces
from dagster_open_platform_tests.fixtures.workspace_runs import (
    ALL,
    DAYS,
    LAYOUT,
    NOON,
    SMALL,
    Killed,
    assert_no_marker_lies,
    assert_whole,
    run,
    sources_of,
    staged_locations,
)


def sent_store(*sent: Sent) -> FakeObjectStore:
    store = FakeObjectStore(BUCKETS)
    for each in sent:
        each.send(store.put)
    return store


LOCATION: Json = {
    "name": "l",
    "image": None,
    "repositories": [{"name": "r", "assets": [{"key": ["a"], "kinds": [], "deps": []}], "jobs": []}],
}


def requests_of(store: FakeObjectStore) -> list[str]:
    found: list[str] = []
    store.before = lambda request, key: found.append(request)
    return found


@given(st.lists(small_workspaces, min_size=1, max_size=4))
def test_a_second_run_writes_nothing(workspaces: list[list[Json]]) -> None:
    store = sent_store(*(Sent(DAYS[0], f"o{i}", locations) for i, locations in enumerate(workspaces)))
    first = run(store)
    before = dict(store.objects(WORKSPACE))
    requests = requests_of(store)
    second = run(store)
    assert {"put_object", "delete_objects"} & set(requests) == set()
    assert store.objects(WORKSPACE) == before
    assert [(day.staged, day.amounts) for day in second.days.values()] == [
        (day.staged, day.amounts) for day in first.days.values()
    ]
    assert [day.new for day in first.days.values()] == [len(workspaces), 0, 0]
    assert [day.new for day in second.days.values()] == [0, 0, 0]


def test_the_same_sources_give_the_same_keys_and_bytes() -> None:
    sent = [Sent(DAYS[0], "o1", [LOCATION]), Sent(DAYS[0], "o2", [LOCATION], in_parts=False)]
    first, second = sent_store(*sent), sent_store(*sent)
    run(first)
    run(second)
    assert first.objects(WORKSPACE) == second.objects(WORKSPACE)


def test_amounts_are_those_of_the_chunks() -> None:
    store = sent_store(*(Sent(DAYS[1], f"o{i}", [LOCATION] * 1) for i in range(5)))
    day = run(store).days[DAYS[1]]
    chunks = store.objects(WORKSPACE, "staging/assets/")
    assert (day.amounts.rows["assets"], day.amounts.chunks["assets"]) == (5, len(chunks))
    assert day.amounts.bytes["assets"] == sum(map(len, chunks.values()))
    assert day.amounts.rows["jobs"] == 0
    assert (day.staged, day.new, day.missing) == (5, 5, [])


def test_a_batch_stages_its_organizations_and_says_who_is_missing() -> None:
    store = sent_store(*(Sent(DAYS[0], name, [LOCATION]) for name in ("a", "b", "c")))
    days = run(store, DAYS[0], DAYS[0], "b").days
    assert (days[DAYS[0]].staged, days[DAYS[0]].missing) == (1, ["a", "c"])
    days = run(store, DAYS[0], DAYS[0], "a", "c").days
    assert (days[DAYS[0]].staged, days[DAYS[0]].missing) == (3, [])


def replaced_while_it_is_read(times: int) -> tuple[FakeObjectStore, Result, Sent]:
    """A run in which the manifest is replaced before each of its first readings."""
    sent = Sent(DAYS[0], "a", [LOCATION])
    store = sent_store(sent, Sent(DAYS[0], "b", [LOCATION]))
    versions = [sent._replace(locations=[{**LOCATION, "name": f"v{number}"}]) for number in range(times)]
    waiting = list(versions)

    def before(request: str, key: str) -> None:
        if waiting and request == "get_object" and key.startswith(sent.folder) and "parts" in key:
            waiting.pop(0).send(store.put)

    store.before = before
    result = Replication(store, LAYOUT, SMALL).run(DAYS[0], DAYS[0])
    store.before = lambda request, key: None
    return store, result, versions[-1]


def test_a_snapshot_that_is_replaced_while_it_is_read_is_read_again() -> None:
    store, result, last = replaced_while_it_is_read(1)
    assert result.failures == {}
    assert result.days[DAYS[0]].is_complete
    staged = store.objects(WORKSPACE, "staging/")
    assert staged_locations(staged, DAYS[0], "a") == last.locations


def test_a_snapshot_that_is_replaced_again_and_again_fails_alone() -> None:
    store, result, _ = replaced_while_it_is_read(20)
    (failure,) = result.failures.values()
    assert isinstance(failure, ObjectChanged)
    assert failure.allow_retries
    assert result.days[DAYS[0]].missing == ["a"]
    assert staged_locations(store.objects(WORKSPACE, "staging/"), DAYS[0], "b") == [LOCATION]


def test_what_is_staged_stays_when_its_source_is_gone() -> None:
    sent = Sent(DAYS[0], "a", [LOCATION])
    store = sent_store(sent)
    run(store)
    before = dict(store.objects(WORKSPACE, "staging/"))
    store.delete_objects(WORKSPACE, list(store.objects(WORKSPACE, "raw/")))
    assert run(store).days[DAYS[0]].staged == 0
    assert store.objects(WORKSPACE, "staging/") == before


def test_a_branch_writes_beside_what_production_wrote() -> None:
    sent = Sent(DAYS[0], "a", [LOCATION])
    store = sent_store(sent)
    run(store)
    before = dict(store.objects(WORKSPACE, "staging/"))
    result = Replication(store, Layout("branch/7/staging"), SMALL).run(*ALL)
    assert result.days[DAYS[0]].new == 1
    assert store.objects(WORKSPACE, "staging/") == before
    branch = store.objects(WORKSPACE, "branch/7/")
    assert {key.removeprefix("branch/7/") for key in branch} == set(before)


@pytest.mark.parametrize("workers", [1, 4, 16])
def test_many_at_once_give_what_one_after_the_other_gives(workers: int) -> None:
    sent = [Sent(DAYS[0], f"o{number:03}", [LOCATION] * (number % 2)) for number in range(60)]
    alone, together = sent_store(*sent), sent_store(*sent)
    run(alone)
    Replication(together, LAYOUT, Bounds(rows=2, workers=workers)).run(*ALL)
    assert together.objects(WORKSPACE) == alone.objects(WORKSPACE)


def test_what_is_in_memory_does_not_grow_with_the_number_of_snapshots() -> None:
    """No more snapshots are begun than are bounded, however many are listed."""
    store = sent_store(*(Sent(DAYS[0], f"o{number:03}", [LOCATION]) for number in range(100)))
    begun, ended, most = 0, 0, 0

    def before(request: str, key: str) -> None:
        nonlocal begun, ended, most
        begun += request == "get_object" and key.endswith("manifest.json")
        ended += request == "put_object" and "_organizations" in key
        most = max(most, begun - ended)

    store.before = before
    Replication(store, LAYOUT, Bounds(workers=4)).run(*ALL)
    assert (begun, ended) == (100, 100)
    assert most <= 4


def test_a_run_notices_that_chunks_were_deleted_which_it_is_about_to_name() -> None:
    """A snapshot is replaced and put back: the run that saw the replacement must not promise what another one removed."""
    first = Sent(DAYS[0], "a", [LOCATION])
    second = first._replace(locations=[{**LOCATION, "name": "other"}])
    store = sent_store(first)
    run(store)
    second.send(store.put)
    marked = False

    def before(request: str, key: str) -> None:
        nonlocal marked
        if marked:
            raise Killed
        if request == "put_object" and "_organizations" in key:
            store.before = lambda request, key: None
            first.send(store.put)
            run(store)
            store.before, marked = before, True

    store.before = before
    with pytest.raises(Killed):
        run(store)
    store.before = lambda request, key: None
    assert_no_marker_lies(
        store.objects(WORKSPACE, "staging/"), {sources_of(sent): sent for sent in (first, second)}
    )
    assert_whole(store, {(DAYS[0], "a"): first})


def test_of_two_formats_on_one_day_the_later_one_counts() -> None:
    store = FakeObjectStore(BUCKETS)
    blob = Sent(DAYS[0], "a", [{**LOCATION, "name": "blob"}], in_parts=False)
    parts = Sent(DAYS[0], "a", [{**LOCATION, "name": "parts"}])
    later = dt.timedelta(seconds=5)
    for order in ((blob, parts), (parts, blob)):
        for number, sent in enumerate(order):
            sent.send(
                lambda bucket, key, body, n=number: store.put(bucket, key, body, modified=NOON + n * later)
            )
        run(store)
        assert_whole(store, {(DAYS[0], "a"): order[-1]})
