"""Runs a plan in this process, as real runs of a persistent instance.

What belongs here: executing batches, and which atoms that leaves failed or skipped. What does not: planning, showing.

In-process runs take no pool slots, unless a daemon has worked on the instance and set the pools' limits. The demo holds the stack's lock, so
nobody else writes the warehouse meanwhile.
"""

import signal
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import dagster as dg

from dagster_open_platform_local.demo.graph import Atom, Graph
from dagster_open_platform_local.demo.plan import Batch, PartitionRange
from dagster_open_platform_local.demo.progress import Progress
from dagster_open_platform_local.demo.records import AS_OF_TAG
from dagster_open_platform_local.demo.runlog import RunLog
from dagster_open_platform_local.stack.signals import Interrupted


@dataclass(frozen=True)
class StepTime:
    """How long a step took (seconds), and what it was for."""

    assets: frozenset[dg.AssetKey]
    seconds: float


@dataclass
class Outcome:
    """What came of a plan.

    Args:
        runs: How many runs there were.
        materialized: By asset: how many materializations.
        evaluated: The checks that were evaluated.
        failed: By atom id: why it failed.
        skipped: By atom id: the failed atom that it needs.
        steps: How long each step took.
        failed_blocking: By asset: its blocking check that failed.
        unbuilt: Why Dagster could not build a run, of which thus no step was begun.
    """

    runs: int = 0
    materialized: dict[dg.AssetKey, int] = field(default_factory=dict)
    evaluated: set[dg.AssetCheckKey] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    steps: list[StepTime] = field(default_factory=list)
    failed_blocking: dict[dg.AssetKey, str] = field(default_factory=dict)
    unbuilt: list[str] = field(default_factory=list)

    def is_unavailable(self, name: str) -> bool:
        """Whether an atom failed or was skipped."""
        return name in self.failed or name in self.skipped


@dataclass
class Execution:
    """Executes batches one after the other.

    Args:
        defs: The code location.
        graph: Its atoms.
        instance: Where the runs are recorded.
        as_of: Tagged on each run.
        progress: Told of everything.
    """

    defs: dg.Definitions
    graph: Graph
    instance: dg.DagsterInstance
    as_of: str
    progress: Progress
    outcome: Outcome = field(default_factory=Outcome)

    def run(self, batches: Sequence[Batch]) -> Outcome:
        """Run them. A failed atom stops what needs it, and nothing else.

        Raises:
            Interrupted: A signal came while an asset ran; Dagster has recorded that run as failed.
        """
        for number, batch in enumerate(batches, 1):
            with self.progress.batch(number, len(batches), batch):
                for partitions in batch.ranges:
                    atoms = self._available(batch.atoms)
                    if atoms:
                        self._run(Batch(atoms, (partitions,)), partitions)
        return self.outcome

    def _available(self, atoms: Iterable[Atom]) -> tuple[Atom, ...]:
        """The atoms that need nothing that failed; the others are noted as skipped."""
        kept: list[Atom] = []
        for atom in atoms:
            obstacle = self._obstacle(atom)
            if obstacle and atom.id not in self.outcome.failed:
                self.outcome.skipped.setdefault(atom.id, obstacle)
            elif not obstacle and atom.id not in self.outcome.failed:
                kept.append(atom)
        return tuple(kept)

    def _obstacle(self, atom: Atom) -> str | None:
        """What failed that keeps an atom from running: an atom that it needs, or a blocking check on one."""
        for name in sorted(self.graph.upstream[atom.id]):
            if self.outcome.is_unavailable(name):
                # Name the one that failed, not the one that was skipped for it.
                return self.outcome.skipped.get(name, name)
        blocked = sorted(self.outcome.failed_blocking.keys() & atom.needs)
        if blocked and not atom.is_check:
            return f"{blocked[0].to_user_string()}:{self.outcome.failed_blocking[blocked[0]]}"
        return None

    def _run(self, batch: Batch, partitions: PartitionRange | None) -> None:
        log = RunLog(on_progress=self.progress.advance, on_retry=self.progress.retried)
        run_id = str(uuid.uuid4())
        self.instance.add_event_listener(run_id, log)
        try:
            self._execute(batch, partitions, run_id)
        except dg.DagsterError as error:
            # Its atoms failed, the others go on.
            why = f"Dagster cannot build the run: {str(error).strip()}"
            self.outcome.unbuilt.append(why)
            self.outcome.failed.update({atom.id: why for atom in batch.atoms})
            return
        if log.was_interrupted:
            raise Interrupted(signal.SIGTERM)
        self.outcome.runs += 1
        self._note(batch.atoms, log)
        self._judge(batch.atoms, partitions, log)

    def _execute(self, batch: Batch, partitions: PartitionRange | None, run_id: str) -> None:
        job = self.defs.resolve_implicit_global_asset_job_def()
        tags = {AS_OF_TAG: self.as_of, **(partitions.tags if partitions else {})}
        usual = {check for check in self.graph.checks if check.asset_key in batch.assets}
        if batch.checks == usual:
            # Only a selection that is given here is recorded with the run.
            selection = sorted(batch.assets)
        else:
            job = job.get_subset(asset_selection=batch.assets, asset_check_selection=batch.checks)
            selection = None
        job.execute_in_process(
            instance=self.instance,
            asset_selection=selection,
            run_id=run_id,
            tags=tags,
            raise_on_error=False,
        )

    def _note(self, atoms: Iterable[Atom], log: RunLog) -> None:
        for asset, partitions in log.materialized.items():
            self.outcome.materialized[asset] = self.outcome.materialized.get(asset, 0) + len(partitions)
        self.outcome.evaluated |= log.evaluated
        self.outcome.failed_blocking |= log.failed_blocking
        assets: dict[str, set[dg.AssetKey]] = {}
        for atom in atoms:
            # A check's time belongs to its asset.
            for entity in (*atom.assets, *atom.checks):
                asset = entity.asset_key if isinstance(entity, dg.AssetCheckKey) else entity
                assets.setdefault(log.steps.get(entity, ""), set()).add(asset)
        self.outcome.steps.extend(
            StepTime(frozenset(assets.get(step, ())), seconds) for step, seconds in log.step_seconds.items()
        )

    def _judge(self, atoms: Iterable[Atom], partitions: PartitionRange | None, log: RunLog) -> None:
        """Decide of each atom whether it failed or was skipped; they come in topological order."""
        wanted: set[str | None] = set(partitions.keys) if partitions else {None}
        incomplete = {atom.id: why for atom in atoms if (why := _lack(atom, wanted, log))}
        # A dbt command that fails because of one model has made the others.
        explained = {step for atom in atoms if atom.id in incomplete for step in _steps(atom, log)}
        for atom in atoms:
            broken = [step for step in sorted(_steps(atom, log)) if step in log.failures]
            obstacle = self._obstacle(atom)
            if atom.id not in incomplete and all(step in explained for step in broken):
                continue
            if atom.id in incomplete and obstacle:
                self.outcome.skipped[atom.id] = obstacle
            else:
                self.outcome.failed[atom.id] = log.failures[broken[0]] if broken else incomplete[atom.id]


def _steps(atom: Atom, log: RunLog) -> set[str]:
    return {log.steps[entity] for entity in (*atom.assets, *atom.checks) if entity in log.steps}


def _lack(atom: Atom, wanted: set[str | None], log: RunLog) -> str | None:
    """What an atom's run did not do; None if it did everything."""
    if not all(wanted <= log.materialized[key] for key in atom.assets):
        return "its step ended without materializing it"
    silent = sorted(atom.checks - log.evaluated)
    return f"its check {silent[0].name} was not evaluated" if silent else None
