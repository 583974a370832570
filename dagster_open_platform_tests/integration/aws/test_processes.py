"""Runs that are killed at any moment, and runs of the same day at once: in the end each snapshot is staged once."""

import random
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.defs.aws.py.assets import key_of
from dagster_open_platform.lib.aws.buckets import WORKSPACE
from dagster_open_platform.lib.aws.protocol import ObjectStore
from dagster_open_platform.lib.aws.workspace.audit import audit
from dagster_open_platform.lib.aws.workspace.layout import OBJECTS, Layout
from dagster_open_platform_tests.fixtures.s3 import S3Server
from dagster_open_platform_tests.fixtures.workspace import Json, Sent
from dagster_open_platform_tests.fixtures.workspace_runs import (
    assert_no_marker_lies,
    assert_staged,
    sources_of,
)
from dagster_open_platform_tests.integration.aws.processes import Order, Runner, runner

DAYS = ["2026-08-01", "2026-08-02"]
WHOLE: Order = {"first": DAYS[0], "last": DAYS[1]}
ORGANIZATIONS = ["a", "a-b", "b", "c"]
KILLS = 8
REQUESTS = 60
"""Fewer than a run makes that has a few snapshots to stage."""


@pytest.fixture
def runs(platform_s3: S3Server, tmp_path: Path) -> Iterator[Runner]:
    with runner(tmp_path / "home", platform_s3.variables) as started:
        yield started


class Agents:
    """Customers' agents, which send ever other snapshots.

    Args:
        server: Where to.
        seed: Of what they send.
    """

    def __init__(self, server: S3Server, seed: int) -> None:
        self.latest: dict[tuple[str, str], Sent] = {}
        self.ever_sent: dict[frozenset[tuple[str, str]], Sent] = {}
        self.rng = random.Random(seed)  # noqa: S311 - no secret
        self._server = server

    def send(self, day: str, organization: str) -> None:
        """Sends a snapshot, another one than before."""
        number = len(self.ever_sent)
        locations: list[Json] = [
            {
                "name": f"l{place}-{number}",
                "image": None,
                "repositories": [
                    {
                        "name": "r",
                        "assets": [
                            {"key": ["x", str(i)], "kinds": [], "deps": []}
                            for i in range(self.rng.randint(0, 9))
                        ],
                        "jobs": [{"name": "j", "tags": {}}],
                    }
                ],
            }
            for place in range(self.rng.randint(1, 4))
        ]
        sent = Sent(day, organization, locations)
        sent.send(self._server.put)
        self.latest[day, organization] = sent
        self.ever_sent[sources_of(sent)] = sent

    def send_all(self) -> None:
        """Sends a snapshot of every organization on every day."""
        for day in DAYS:
            for organization in ORGANIZATIONS:
                self.send(day, organization)

    def send_some(self) -> None:
        """Sends some."""
        for _ in range(self.rng.randint(3, 6)):
            self.send(self.rng.choice(DAYS), self.rng.choice(ORGANIZATIONS))


def assert_whole(server: S3Server, store: ObjectStore, agents: Agents) -> None:
    """Exactly the latest snapshots are staged."""
    staged = server.objects(WORKSPACE, "staging/")
    assert_staged(staged, agents.latest)
    for day in DAYS:
        found = audit(store, Layout("staging"), day, OBJECTS)
        assert [each.problems for each in found.values()] == [[]] * len(OBJECTS)


@pytest.mark.parametrize("seed", [2026])
def test_whoever_kills_a_run_finds_whole_snapshots_and_the_next_run_repairs(
    platform_s3: S3Server, store: ObjectStore, runs: Runner, seed: int, tmp_path: Path
) -> None:
    agents = Agents(platform_s3, seed)
    agents.send_all()
    codes: list[int] = []
    for _ in range(KILLS):
        codes += runs.run({**WHOLE, "killed_after": agents.rng.randint(1, REQUESTS)})
        assert_no_marker_lies(platform_s3.objects(WORKSPACE, "staging/"), agents.ever_sent)
        agents.send_some()
    assert codes.count(-9) >= KILLS // 2
    assert set(codes) <= {-9, 0}
    assert runs.run(WHOLE) == [0]
    assert_whole(platform_s3, store, agents)
    with dg.DagsterInstance.from_config(str(tmp_path / "home")) as instance:
        for kind in OBJECTS:
            assert instance.get_materialized_partitions(key_of(kind)) == set(DAYS)


def test_two_runs_of_the_same_days_at_once(platform_s3: S3Server, store: ObjectStore, runs: Runner) -> None:
    agents = Agents(platform_s3, 7)
    agents.send_all()
    for _ in range(3):
        assert runs.run(WHOLE, WHOLE) == [0, 0]
        assert_whole(platform_s3, store, agents)
        agents.send_some()
        agents.send(DAYS[0], "a")


def test_batches_of_a_day_at_once_materialize_it_together(
    platform_s3: S3Server, store: ObjectStore, runs: Runner, tmp_path: Path
) -> None:
    agents = Agents(platform_s3, 11)
    agents.send_all()
    batches = [{**WHOLE, "organizations": names} for names in (["a", "a-b"], ["b"], ["c"])]
    assert runs.run(*batches) == [0, 0, 0]
    assert_whole(platform_s3, store, agents)
    with dg.DagsterInstance.from_config(str(tmp_path / "home")) as instance:
        assert instance.get_materialized_partitions(key_of("assets")) == set(DAYS)


def test_a_killed_run_beside_one_that_lives(platform_s3: S3Server, store: ObjectStore, runs: Runner) -> None:
    agents = Agents(platform_s3, 13)
    agents.send_all()
    for _ in range(4):
        _, lives = runs.run({**WHOLE, "killed_after": agents.rng.randint(1, REQUESTS)}, WHOLE)
        assert lives == 0
        assert_no_marker_lies(platform_s3.objects(WORKSPACE, "staging/"), agents.ever_sent)
        agents.send_some()
    assert runs.run(WHOLE) == [0]
    assert_whole(platform_s3, store, agents)
