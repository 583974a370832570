"""What every component keeps, whoever wrote it.

What belongs here: the clauses that need no run, and the list of all. What does not: those about runs (`run_clauses.py`), and how pytest shows
them (`plugin.py`).
"""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping

from dagster_open_platform.conformance import run_clauses
from dagster_open_platform.conformance.offline import Graphs, graphs_of
from dagster_open_platform.conformance.subject import NotConformingError, Subject
from dagster_open_platform.conformance.trial import Trial
from dagster_open_platform.conformance.yaml_mutations import Mutation, mutations
from dagster_open_platform.lib.yaml_errors import InvalidYaml

MUTATIONS_OF_A_KIND = 2
"""So many documents are broken in each of the ways, chosen by the instance's name."""


def loads_offline(trial: Trial) -> None:
    """It loads with an empty environment, without the network and without another process."""
    _graphs(trial)


def has_one_graph(trial: Trial) -> None:
    """Its assets, checks, partitions and automation are the same in every environment."""
    (first, expected), *others = _graphs(trial).items()
    for name, found in others:
        if found != expected:
            differing = sorted(key for key in {*found, *expected} if found.get(key) != expected.get(key))
            raise NotConformingError(f"On {first} and in {name} these assets differ: {', '.join(differing)}.")


def _graphs(trial: Trial) -> Graphs:
    folder = trial.subject.folder
    return graphs_of(folder, folder.path / trial.subject.file.parent)


def refuses_bad_yaml(trial: Trial) -> None:
    """Whatever is wrong in YAML is refused at its file, line and field, with what was found or the nearest valid name."""
    subject = trial.subject
    file = subject.folder.path / subject.file
    dice = random.Random(subject.text)  # noqa: S311 - no secret
    by_kind: dict[str, list[Mutation]] = defaultdict(list)
    for mutation in mutations(subject.text, subject.component):
        by_kind[mutation.kind].append(mutation)
    try:
        for found in by_kind.values():
            for mutation in dice.sample(found, min(MUTATIONS_OF_A_KIND, len(found))):
                file.write_text(mutation.text, encoding="utf-8")
                place = f"{file}:{mutation.line}: {mutation.field}"
                message = _refusal(subject, mutation.name)
                if not message.startswith(place) or mutation.hint not in message:
                    raise NotConformingError(
                        f"{mutation.name}: expected an error that starts with {place!r} and has {mutation.hint!r}; found: {message}"
                    )
    finally:
        file.write_text(subject.text, encoding="utf-8")


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
