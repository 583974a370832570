"""Each component of this project keeps each clause, in a world of its system."""

from collections.abc import Mapping

import pytest

from dagster_open_platform import lib
from dagster_open_platform.conformance.clauses import CLAUSES, nothing_to_do
from dagster_open_platform.conformance.trial import Trial, together
from dagster_open_platform_tests.fixtures.conformance.instances import instances
from dagster_open_platform_tests.fixtures.conformance.worlds.sling import Server
from dagster_open_platform_tests.fixtures.postgres import PostgresServer, postgres_server

__all__ = ["postgres_server"]

RUNS = {"writes_its_partition_only", "is_idempotent", "repairs_what_was_killed", "shows_no_secret"}
PARTITIONED = {"ExecutableComponent"}
WITHOUT_OPS = {"ScheduleComponent"}
ALIASES = {"DopHightouchSyncComponent": "HightouchSyncComponent"}
"""Second names of a class, which is tried once."""
NAMES = [name for name in lib.__all__ if name not in ALIASES]
NOTHING_TO_DO = {
    *((name, "writes_its_partition_only") for name in set(NAMES) - PARTITIONED),
    *((name, clause) for name in WITHOUT_OPS for clause in RUNS),
}
"""Components of which a clause says nothing: all others have what it speaks of."""


@pytest.fixture(scope="module")
def trials(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Trial]:
    if not postgres_server.is_running:
        postgres_server.start()
    found = {}
    for name, instance in instances(Server.of(postgres_server)).items():
        directory = tmp_path_factory.mktemp(name)
        found[name] = Trial.of(instance.subject(directory), directory, instance.world)
    together(found.values())
    return found


def test_every_component_is_tried(trials: Mapping[str, Trial]) -> None:
    assert {name: trial.subject.component for name, trial in trials.items()} == {
        name: getattr(lib, name) for name in NAMES
    }
    assert all(getattr(lib, alias) is getattr(lib, name) for alias, name in ALIASES.items())


@pytest.mark.parametrize("clause", CLAUSES)
@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_it(name: str, clause: str, trials: Mapping[str, Trial]) -> None:
    trial = trials[name]
    assert (nothing_to_do(clause, trial) is not None) == ((name, clause) in NOTHING_TO_DO)
    CLAUSES[clause](trial)
