"""Whatever happens to snapshots and to runs, in the end staging shows each organization's latest snapshot once."""

import json

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dagster_open_platform.lib.aws.buckets import BUCKETS, WORKSPACE
from dagster_open_platform.lib.aws.errors import ObjectStoreUnavailable
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform_tests.fixtures.workspace import Json, Sent, small_workspaces
from dagster_open_platform_tests.fixtures.workspace_runs import (
    ALL,
    DAYS,
    ORGANIZATIONS,
    Killed,
    assert_no_marker_lies,
    assert_whole,
    run,
    sources_of,
)


class Snapshots(RuleBasedStateMachine):
    """Agents that send, runs that end well, badly, or not at all, and the store in between."""

    def __init__(self) -> None:
        super().__init__()
        self.store = FakeObjectStore(BUCKETS, page=2)
        self.latest: dict[tuple[str, str], Sent] = {}
        self.ever_sent: dict[frozenset[tuple[str, str]], Sent] = {}

    @initialize(
        first=st.lists(
            st.builds(Sent, st.sampled_from(DAYS), st.sampled_from(ORGANIZATIONS), small_workspaces),
            max_size=5,
        )
    )
    def begin(self, first: list[Sent]) -> None:
        for sent in first:
            self.send(sent)

    def send(self, sent: Sent) -> None:
        # Once an agent sends parts, it sends no blobs any more: of one second, a manifest counts before a blob.
        before = self.latest.get((sent.day, sent.organization))
        sent = sent._replace(in_parts=sent.in_parts or (before is not None and before.in_parts))
        sent.send(self.store.put)
        self.latest[sent.day, sent.organization] = sent
        self.ever_sent[sources_of(sent)] = sent

    @rule(
        day=st.sampled_from(DAYS),
        organization=st.sampled_from(ORGANIZATIONS),
        locations=small_workspaces,
        in_parts=st.booleans(),
        compressed=st.booleans(),
    )
    def snapshot(
        self, day: str, organization: str, locations: list[Json], in_parts: bool, compressed: bool
    ) -> None:
        self.send(Sent(day, organization, locations, in_parts, compressed))

    @rule(day=st.sampled_from(DAYS), name=st.sampled_from(["new", "newer"]), locations=small_workspaces)
    def snapshot_that_is_not_complete(self, day: str, name: str, locations: list[Json]) -> None:
        for key, body in list(Sent(day, name, locations).objects())[:-1]:  # without the manifest
            self.store.put(WORKSPACE, key, body)

    @rule(data=st.data())
    def chunk_is_lost(self, data: st.DataObject) -> None:
        keys = sorted(self.store.objects(WORKSPACE, "staging/"))
        if keys:
            self.store.delete_objects(WORKSPACE, [data.draw(st.sampled_from(keys))])

    @rule(after=st.integers(0, 80))
    def run_that_is_killed(self, after: int) -> None:
        self.interrupted(after, Killed())

    @rule(after=st.integers(0, 80))
    def run_during_an_outage(self, after: int) -> None:
        self.interrupted(after, ObjectStoreUnavailable("Away."))

    def interrupted(self, after: int, error: BaseException) -> None:
        count = 0

        def before(request: str, key: str) -> None:
            nonlocal count
            count += 1
            if count > after:
                raise error

        self.store.before = before
        try:
            result = run(self.store)
        except type(error):
            return
        finally:
            self.store.before = lambda request, key: None
        assert result.failures == {}

    @rule(
        after=st.integers(0, 80),
        which=st.integers(0, 20),
        locations=st.none() | small_workspaces,
        lives_on=st.none() | st.integers(0, 10),
    )
    def run_inside_a_run(
        self, after: int, which: int, locations: list[Json] | None, lives_on: int | None
    ) -> None:
        """Another run begins and ends while one waits for an answer, which then goes on, or is killed soon.

        Before the other one, a snapshot is replaced: by a new one, or by what was sent before.
        """
        count = 0
        inner_ended = False

        def before(request: str, key: str) -> None:
            nonlocal count, inner_ended
            count += 1
            if lives_on is not None and inner_ended and count > after + lives_on:
                raise Killed
            if count == after:
                self.store.before = lambda request, key: None
                self.replace_one(which, locations)
                run(self.store)
                self.store.before, inner_ended = before, True

        self.store.before = before
        try:
            run(self.store)
        except Killed:
            assert_no_marker_lies(self.store.objects(WORKSPACE, "staging/"), self.ever_sent)
            # What the inner run reported stays true, whatever the outer one had begun.
            assert self.store.objects(WORKSPACE, "staging/_organizations/").keys() == {
                f"staging/_organizations/{day}/{name}.json" for day, name in self.latest
            }
            markers = self.store.objects(WORKSPACE, "staging/_organizations/").values()
            shown = {frozenset(json.loads(body)["sources"].items()) for body in markers}
            assert shown == {sources_of(sent) for sent in self.latest.values()}
        finally:
            self.store.before = lambda request, key: None
        assert_no_marker_lies(self.store.objects(WORKSPACE, "staging/"), self.ever_sent)

    def replace_one(self, which: int, locations: list[Json] | None) -> None:
        if not self.latest:
            return
        if locations is None:
            self.send(sorted(self.ever_sent.values(), key=str)[which % len(self.ever_sent)])
        else:
            sent = sorted(self.latest.values(), key=str)[which % len(self.latest)]
            self.send(sent._replace(locations=locations))

    @rule(organization=st.sampled_from(ORGANIZATIONS))
    def run_of_one_organization(self, organization: str) -> None:
        result = run(self.store, *ALL, organization)
        assert result.failures == {}
        assert organization not in {name for day in result.days.values() for name in day.missing}

    @rule()
    def run_that_ends_well(self) -> None:
        result = run(self.store)
        assert result.failures == {}
        assert all(day.is_complete for day in result.days.values())
        assert sum(day.staged for day in result.days.values()) == len(self.latest)
        assert_whole(self.store, self.latest)

    @invariant()
    def a_marker_is_whole(self) -> None:
        for body in self.store.objects(WORKSPACE, "staging/_organizations/").values():
            assert json.loads(body)["revision"] >= 1

    def teardown(self) -> None:
        self.run_that_ends_well()


TestSnapshots = Snapshots.TestCase
TestSnapshots.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
