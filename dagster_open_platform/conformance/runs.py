"""Runs of an instance's ops in this process.

What belongs here: running, and what a run leaves. What does not: runs in another process (`elsewhere.py`), what must hold of them
(`run_clauses.py`).

Dagster keeps for a whole process which states it ran the first job of it with, so that an instance whose state Dagster manages
(`defs_state`) is tried in a session before which nothing else was run.
"""

import contextlib
import io
import logging
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from dagster_open_platform.conformance.leaks import Remains
from dagster_open_platform.conformance.subject import NotConformingError
from dagster_open_platform.conformance.world import World

RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
PARTITION = "dagster/partition"
_JOB = "conformance"
_WITHOUT_RETRIES = {"execution": {"config": {"retries": {"disabled": {}}}}}


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
    names: Sequence[str] = (PARTITION,) if len(partitions) == 1 else RANGE
    tags: dict[str, str] = dict(zip(names, partitions, strict=False))
    missing = op.definition.required_resource_keys - set(world.resources) - {"io_manager"}
    if missing:
        raise NotConformingError(
            f"{op.name} asks for {', '.join(sorted(missing))}, and the world has {', '.join(sorted(world.resources)) or 'nothing'}:"
            " give another world."
        )
    with dg.DagsterInstance.ephemeral() as instance, variables_set({**(variables or {}), **world.variables}):
        with _heard() as remains:
            outcome = _executed(op, world, instance, tags)
        outcome.remains = remains
        remains.add_instance(instance)
        if outcome.error is not None:
            remains.add_error(outcome.error)
    return outcome


def _executed(op: Op, world: World, instance: dg.DagsterInstance, tags: Mapping[str, str]) -> Outcome:
    with _prepared(op, world) as job:
        try:
            result = dg.execute_job(
                job, instance, run_config=_WITHOUT_RETRIES, tags=dict(tags), raise_on_error=False
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            return Outcome(False, [], error)
    with result:
        return _outcome(result, instance)


def _outcome(result: dg.JobExecutionResult, instance: dg.DagsterInstance) -> Outcome:
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
    entries = [each for each in instance.all_logs(result.run_id) if each.step_key is not None]
    if result.success and not entries:
        return Outcome(False, told, RuntimeError("The run succeeded without a step."))
    error = None if result.success else RuntimeError("; ".join(str(each.error) for each in failures))
    times = [each.timestamp for each in entries] or [0.0]
    return Outcome(result.success, sorted(told), error, min(times), max(times))


_JOBS: dict[str, dg.JobDefinition] = {}
"""The jobs that are run now."""


def job_of(name: str) -> dg.JobDefinition:
    """A job that is run now: Dagster asks for it by its name."""
    return _JOBS[name]


@contextmanager
def _prepared(op: Op, world: World) -> Iterator[Any]:
    """A job that runs the op once, whatever comes of it: `dg.materialize` would wait as long as the op's retries say."""
    resources = {
        key: world.resources[key] for key in op.definition.required_resource_keys if key in world.resources
    }
    definition = op.definition
    # Merged with others, an op that only checks is no `AssetChecksDefinition` any more.
    checks_alone = not definition.keys
    selection = (
        dg.AssetSelection.all_asset_checks() if checks_alone else dg.AssetSelection.assets(*definition.keys)
    )
    definitions = dg.Definitions(
        assets=[definition],
        resources=resources,
        jobs=[dg.define_asset_job(_JOB, selection=selection)],
        executor=dg.in_process_executor,
    )
    name = uuid.uuid4().hex
    _JOBS[name] = definitions.resolve_job_def(_JOB)
    try:
        yield dg.build_reconstructable_job(__name__, "job_of", (name,))
    finally:
        del _JOBS[name]


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
