"""What every component keeps, whoever wrote it.

What belongs here: the clauses that need no run, and the list of all. What does not: those about runs (`run_clauses.py`), and how pytest shows
them (`plugin.py`).
"""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping

from dagster_open_platform.conformance import run_clauses
from dagster_open_platform.conformance.subject import NotConformingError, Subject
from dagster_open_platform.conformance.trial import Trial
from dagster_open_platform.conformance.yaml_mutations import Mutation, mutations
from dagster_open_platform.lib.yaml_errors import InvalidYaml

MUTATIONS_OF_A_KIND = 2
"""So many documents are broken in each of the ways, chosen by the instance's name."""


def loads_offline(trial: Trial) -> None:
    """It loads with an empty environment, without the network and without another process."""
    _ = trial.graphs


def has_one_graph(trial: Trial) -> None:
    """Its assets, checks, partitions and automation are the same in every environment."""
    (first, expected), *others = trial.graphs.items()
    for name, found in others:
        if found != expected:
            differing = sorted(key for key in {*found, *expected} if found.get(key) != expected.get(key))
            raise NotConformingError(f"On {first} and in {name} these assets differ: {', '.join(differing)}.")


def refuses_bad_yaml(trial: Trial) -> None:
    """Whatever is wrong in YAML is refused at its file, line and field, with what was found or the nearest valid name."""
    subject = trial.subject
    dice = random.Random(subject.text)  # noqa: S311 - no secret
    by_kind: dict[str, list[Mutation]] = defaultdict(list)
    for mutation in mutations(subject.text, subject.component):
        by_kind[mutation.kind].append(mutation)
    for found in by_kind.values():
        for mutation in dice.sample(found, min(MUTATIONS_OF_A_KIND, len(found))):
            refuses(subject, mutation)


def refuses(subject: Subject, mutation: Mutation) -> None:
    """A document that is wrong in one way is refused, with the place and the name that the error has to tell.

    Args:
        subject: In a folder that may be written to; its file has the wrong document meanwhile, and then its text.
        mutation: The wrong document.

    Raises:
        NotConformingError: It is accepted, or refused with another message.
    """
    file = subject.folder.path / subject.file
    file.write_text(mutation.text, encoding="utf-8")
    try:
        message = _refusal(subject, mutation.name)
    finally:
        file.write_text(subject.text, encoding="utf-8")
    place = f"{file}:{mutation.line}: {mutation.field}"
    if not message.startswith(place) or mutation.hint not in message:
        raise NotConformingError(
            f"{mutation.name}: expected an error that starts with {place!r} and has {mutation.hint!r}; found: {message}"
        )


def _refusal(subject: Subject, name: str) -> str:
    try:
        subject.load()
    except InvalidYaml as error:
        return str(error)
    except Exception as error:
        raise NotConformingError(
            f"{name}: refused without a place: {type(error).__name__}: {error}"
        ) from error
    raise NotConformingError(f"{name}: accepted.")


CLAUSES: Mapping[str, Callable[[Trial], None]] = {
    "loads_offline": loads_offline,
    "has_one_graph": has_one_graph,
    "writes_its_partition_only": run_clauses.writes_its_partition_only,
    "is_idempotent": run_clauses.is_idempotent,
    "repairs_what_was_killed": run_clauses.repairs_what_was_killed,
    "shows_no_secret": run_clauses.shows_no_secret,
    "refuses_bad_yaml": refuses_bad_yaml,
}
"""All, by name."""

_ABOUT_RUNS = ("is_idempotent", "repairs_what_was_killed", "shows_no_secret", "writes_its_partition_only")


def nothing_to_do(clause: str, trial: Trial) -> str | None:
    """Why a clause says nothing of an instance; None: it does say something.

    Args:
        clause: Its name.
        trial: Of the instance.
    """
    if clause in _ABOUT_RUNS and not trial.ops:
        return "it has nothing that can be run"
    if clause == "writes_its_partition_only" and all(op.partitions_def is None for op in trial.ops):
        return "nothing of it has partitions"
    return None
