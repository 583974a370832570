"""The clauses about runs.

What belongs here: what must hold after runs of an instance's ops. What does not: running (`runs.py`).

Each begins with worlds of its own, and compares all that was written in them.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dagster_open_platform.conformance.elsewhere import run_and_kill, time_elsewhere
from dagster_open_platform.conformance.runs import Op, Outcome, run
from dagster_open_platform.conformance.subject import NotConformingError
from dagster_open_platform.conformance.trial import Trial
from dagster_open_platform.conformance.world import World, Written

MOMENTS = (0.4, 0.8)
"""When an op is killed: parts of its time."""
_TRIES = 8
PLANTED = "conformance-value-of-"
"""With its name behind it, the value of a variable that an instance needs and the world does not have."""


def writes_its_partition_only(trial: Trial) -> None:
    """Each partition writes its own data and only that: in whatever order, and all in one run, the same comes of it."""
    for op in trial.ops:
        if op.partitions_def is None:
            continue
        first, second = _two_partitions(trial, op)
        before = _written_by(trial, op)
        alone = [_written_by(trial, op, (each,)) for each in (first, second)]
        if any(_counted(each) == _counted(before) for each in alone):
            raise NotConformingError(
                f"{op.name}: of {first} and {second}, one writes nothing: nothing can be said of it."
            )
        expected = _together(before, *alone)
        courses: dict[str, tuple[tuple[str, ...], ...]] = {
            f"{first}, then {second}": ((first,), (second,)),
            f"{second}, then {first}": ((second,), (first,)),
        }
        if op.single_run:
            courses[f"{first} to {second} in one run"] = ((first, second),)
        for course, runs in courses.items():
            _compare(f"{op.name}: {course}", "each alone", _written_by(trial, op, *runs), expected)


def is_idempotent(trial: Trial) -> None:
    """What is run again changes nothing, and finds the same."""
    for op in trial.ops:
        with trial.open_world(trial.place()) as world:
            partition = _one_partition(world, op)
            first = _must(op, run(op, world, *partition))
            written = world.written()
            again = _must(op, run(op, world, *partition))
            _compare(f"{op.name}: run again", "run once", world.written(), written)
            if again.told != first.told:
                raise NotConformingError(
                    f"{op.name} tells {again.told} when it is run again, and told {first.told} before."
                )


def repairs_what_was_killed(trial: Trial) -> None:
    """A run that was killed at any moment is repaired by the next."""
    for op in trial.ops:
        place = trial.place()
        with trial.open_world(place) as world:
            partition = _one_partition(world, op)
        timing = time_elsewhere(trial.subject, op, trial.open_world, place, *partition)
        with trial.open_world(place) as world:
            expected = world.written()
        for part in MOMENTS:
            place, after = _killed(trial, op, timing.moment(part), partition)
            with trial.open_world(place) as world:
                _must(op, run(op, world, *partition))
                what = f"{op.name}: killed after {after:.3f} s and run again"
                _compare(what, "run quietly", world.written(), expected)


def _killed(trial: Trial, op: Op, after: float, partition: tuple[str, ...]) -> tuple[Path, float]:
    """A place where a run was killed, and after how many seconds."""
    for _ in range(_TRIES):
        place = trial.place()
        with trial.open_world(place):
            pass  # it is made
        if run_and_kill(trial.subject, op, trial.open_world, place, after, *partition):
            return place, after
        after *= 0.7  # it was quicker there
    raise NotConformingError(
        f"{op.name} ended in each of {_TRIES} tries before it could be killed: nothing can be said of it."
    )


def shows_no_secret(trial: Trial) -> None:
    """No secret shows in logs, events, run configurations, errors or what is written, whatever goes wrong."""
    for op in trial.ops:
        for fault in (None, *_faults(trial)):
            with trial.open_world(trial.place()) as world:
                _secret_of(trial, world, op, fault)


def _secret_of(trial: Trial, world: World, op: Op, fault: str | None) -> None:
    planted = {
        name: f"{PLANTED}{name.lower()}" for name in trial.subject.variables if name not in world.variables
    }
    partition = _one_partition(world, op)
    with contextlib.nullcontext() if fault is None else world.disturb(fault):
        outcome = run(op, world, *partition, variables=planted)
    if fault is None:
        _must(op, outcome)  # of a run that did nothing, that nothing shows says nothing
    outcome.remains.add("what is written", repr(world.written()))
    if showing := outcome.remains.showing([*world.secrets, *planted.values()]):
        raise NotConformingError(f"{op.name}{f' with {fault}' if fault else ''}: {'; '.join(showing)}")


def _faults(trial: Trial) -> Iterator[str]:
    with trial.open_world(trial.place()) as world:
        yield from world.faults


def _two_partitions(trial: Trial, op: Op) -> tuple[str, str]:
    with trial.open_world(trial.place()) as world:
        return _partitions(world, op)


def _partitions(world: World, op: Op) -> tuple[str, str]:
    if world.partitions is not None:
        return world.partitions
    assert op.partitions_def is not None
    found = op.partitions_def.get_partition_keys()[:2]
    if len(found) < 2:
        raise NotConformingError(f"{op.name} has {len(found)} partitions; the world has to name two.")
    return found[0], found[1]


def _one_partition(world: World, op: Op) -> tuple[str, ...]:
    return () if op.partitions_def is None else _partitions(world, op)[:1]


def _written_by(trial: Trial, op: Op, *runs: tuple[str, ...]) -> Written:
    with trial.open_world(trial.place()) as world:
        for partitions in runs:
            _must(op, run(op, world, *partitions))
        return world.written()


def _must(op: Op, outcome: Outcome) -> Outcome:
    if not outcome.succeeded:
        raise NotConformingError(f"{op.name} failed: {outcome.error}") from outcome.error
    return outcome


def _counted(written: Written) -> dict[str, Counter[str]]:
    return {place: Counter(rows) for place, rows in written.items() if rows}


def _together(before: Written, *alone: Written) -> Written:
    """What is there after several have written, each of whom has changed what was there before alone."""
    found = {place: Counter(rows) for place, rows in before.items()}
    for part in alone:
        for place in {*before, *part}:
            had, has = Counter(before.get(place, ())), Counter(part.get(place, ()))
            found[place] = found.get(place, Counter()) + (has - had) - (had - has)
    return {place: sorted(rows.elements()) for place, rows in found.items()}


def _compare(what: str, than: str, found: Written, expected: Written) -> None:
    for place in sorted({*found, *expected}):
        has, wants = Counter(found.get(place, ())), Counter(expected.get(place, ()))
        if has != wants:
            more, missing = list((has - wants).elements()), list((wants - has).elements())
            raise NotConformingError(
                f"{what}, {place} differs from {than}: {len(more)} rows more, such as {more[:1]}, and {len(missing)} missing, such as"
                f" {missing[:1]}."
            )
