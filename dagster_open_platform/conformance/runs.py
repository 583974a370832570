"""Runs of an instance's ops, in this process and in one that is killed.

What belongs here: running, and what a run leaves. What does not: what must hold of it (`clauses/`).
"""

import contextlib
import io
import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_open_platform.conformance.leaks import Remains
from dagster_open_platform.conformance.subject import NotConformingError, Subject
from dagster_open_platform.conformance.world import OpenWorld, World

RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
_SECONDS = 120.0
_BEGINS = "begins"


@dataclass(frozen=True)
class Op:
    """One op of an instance.

    Args:
        name: Its.
        definition: Of its assets or checks.
    """

    name: str
    definition: dg.AssetsDefinition

    @property
    def partitions_def(self) -> dg.PartitionsDefinition | None:
        """Of its assets."""
        return self.definition.partitions_def

    @property
    def single_run(self) -> bool:
        """Whether one run takes any number of partitions."""
        policy = self.definition.backfill_policy
        return policy is not None and policy.max_partitions_per_run is None


@dataclass
class Outcome:
    """What came of a run.

    Args:
        succeeded: Whether it did.
        told: Results of checks, and data versions of what was observed, in a fixed order.
        error: Why not; None if it did.
        began: When its step did, in Unix seconds.
        ended: When its step did.
        remains: All that it said.
    """

    succeeded: bool
    told: Sequence[str]
    error: BaseException | None
    began: float = 0.0
    ended: float = 0.0
    remains: Remains = field(default_factory=Remains)


def ops_of(definitions: dg.Definitions) -> list[Op]:
    """Everything that can be executed, in the order of names."""
    found = [
        each
        for each in [*(definitions.assets or ()), *(definitions.asset_checks or ())]
        if isinstance(each, dg.AssetsDefinition) and each.is_executable
    ]
    return sorted((Op(each.node_def.name, each) for each in found), key=lambda op: op.name)


@contextmanager
def variables_set(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets environment variables in the block."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def run(op: Op, world: World, *partitions: str, variables: Mapping[str, str] | None = None) -> Outcome:
    """Run an op in this process, once.

    Args:
        op: It.
        world: Around it.
        *partitions: None of an op without partitions; one; or the first and the last of a range.
        variables: Environment variables besides the world's.

    Raises:
        NotConformingError: It asks for a resource that the world does not have.
    """
    options: dict[str, Any] = {}
    if len(partitions) == 1:
        options["partition_key"] = partitions[0]
    elif partitions:
        options["tags"] = dict(zip(RANGE, partitions, strict=True))
    missing = op.definition.required_resource_keys - set(world.resources) - {"io_manager"}
    if missing:
        raise NotConformingError(
            f"{op.name} asks for {', '.join(sorted(missing))}, and the world has {', '.join(sorted(world.resources)) or 'nothing'}:"
            " give another world."
        )
    with dg.DagsterInstance.ephemeral() as instance, variables_set({**(variables or {}), **world.variables}):
        with _heard() as remains:
            outcome = _executed(op, world, instance, options)
        outcome.remains = remains
        remains.add_instance(instance)
        if outcome.error is not None:
            remains.add_error(outcome.error)
    return outcome


def _executed(op: Op, world: World, instance: dg.DagsterInstance, options: Mapping[str, Any]) -> Outcome:
    resources = {
        key: world.resources[key] for key in op.definition.required_resource_keys if key in world.resources
    }
    definition = op.definition
    arguments: dict[str, Any] = {
        "instance": instance,
        "resources": resources,
        "raise_on_error": False,
        **options,
    }
    try:
        if definition.keys and not definition.is_materializable:
            result = dg.observe([definition], **arguments)
        else:
            result = dg.materialize([definition], **arguments)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        return Outcome(False, [], error)
    failures = [event.step_failure_data for event in result.get_step_failure_events()]
    told = [
        f"{each.check_name} of {each.asset_key.to_user_string()}: {each.passed}"
        for each in result.get_asset_check_evaluations()
    ]
    told += [
        f"{each.asset_key.to_user_string()} at {each.tags.get('dagster/data_version')}"
        for event in result.get_asset_observation_events()
        if (each := event.asset_observation_data.asset_observation) is not None
    ]
    error = None if result.success else RuntimeError("; ".join(str(each.error) for each in failures))
    entries = [each for each in instance.all_logs(result.run_id) if each.step_key is not None]
    times = [each.timestamp for each in entries] or [0.0]
    return Outcome(result.success, sorted(told), error, min(times), max(times))


@contextmanager
def _heard() -> Iterator[Remains]:
    """All that is said in the block: log records of every level, standard output and error."""
    remains, said = Remains(), io.StringIO()
    handler = logging.StreamHandler(said)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            yield remains
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        remains.add("what it says", said.getvalue())


@dataclass(frozen=True)
class Timing:
    """When an op began and ended in another process, in seconds since that process began to run it."""

    began: float
    ended: float

    def moment(self, part: float) -> float:
        """When it had done a part of its work."""
        return self.began + part * (self.ended - self.began)


def time_elsewhere(
    subject: Subject, op: Op, open_world: OpenWorld, directory: Path, *partitions: str
) -> Timing:
    """Run an op in another process, and tell how long that took there.

    Args:
        subject: Whose op it is; another process can load it.
        op: It.
        open_world: Opens the world.
        directory: Where it is.
        *partitions: As for `run`.

    Raises:
        NotConformingError: It failed there.
    """
    with _elsewhere(subject, op, open_world, directory, partitions) as (process, heard):
        told = heard.recv() if heard.poll(_SECONDS) else None
        process.join(_SECONDS)
        if not isinstance(told, Timing) or process.exitcode != 0:
            raise NotConformingError(f"{op.name} failed in another process.")
        return told


def run_and_kill(
    subject: Subject, op: Op, open_world: OpenWorld, directory: Path, after: float, *partitions: str
) -> bool:
    """Run an op in another process, and end that as `kill -9` does.

    Args:
        subject: Whose op it is; another process can load it.
        op: It.
        open_world: Opens the world.
        directory: Where it is.
        after: Seconds after that process has begun to run it.
        *partitions: As for `run`.

    Returns:
        Whether it was killed before it had ended.

    Raises:
        NotConformingError: It did not begin there.
    """
    with _elsewhere(subject, op, open_world, directory, partitions) as (process, _):
        process.join(after)
        process.kill()
        process.join()
        return process.exitcode == -signal.SIGKILL


@contextmanager
def _elsewhere(
    subject: Subject, op: Op, open_world: OpenWorld, directory: Path, partitions: tuple[str, ...]
) -> Iterator[tuple[BaseProcess, Connection]]:
    """A process that has just begun to run an op."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__])
    heard, says = context.Pipe(duplex=False)
    given = (subject, op.name, open_world, directory, partitions, says)
    process = context.Process(target=_child, args=given, daemon=True)
    process.start()
    says.close()
    try:
        if not heard.poll(_SECONDS) or heard.recv() != _BEGINS:
            raise NotConformingError(f"{op.name} could not be begun in another process.")
        yield process, heard
    except EOFError as ended:
        raise NotConformingError(f"{op.name} could not be run in another process.") from ended
    finally:
        process.kill()
        process.join()
        heard.close()


def _child(
    subject: Subject,
    name: str,
    open_world: OpenWorld,
    directory: Path,
    partitions: tuple[str, ...],
    says: Connection,
) -> None:
    """The other process."""
    with open_world(directory) as world:
        [op] = [each for each in ops_of(subject.load()) if each.name == name]
        says.send(_BEGINS)
        began = time.time()
        outcome = run(op, world, *partitions)
        says.send(Timing(outcome.began - began, outcome.ended - began))
    os._exit(0 if outcome.succeeded else 1)
