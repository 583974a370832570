"""Every instance of this project loads offline, is the same everywhere, and refuses a document that is wrong.

What else holds of all instances is tried on the local services by `just conformance`, which takes longer than all tests.
"""

import random
import warnings
from collections.abc import Mapping
from pathlib import Path

import pytest

from dagster_open_platform.conformance.clauses import refuses
from dagster_open_platform.conformance.offline import ENVIRONMENTS, Graphs, graphs_of
from dagster_open_platform.conformance.subject import Subject, subjects
from dagster_open_platform.conformance.yaml_mutations import mutations
from dagster_open_platform.lib.yaml_errors import component_files
from dagster_open_platform_tests.fixtures.conformance.instances import EUROPEAN, OURS

FOUND = list(subjects(OURS))
OF_ALL = [*FOUND, *subjects(EUROPEAN)]


@pytest.fixture(scope="module")
def graphs() -> Graphs:
    return graphs_of(OURS)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Subject]:
    """By module: the first instance in a copy of all folders, which may be written to."""
    return {
        folder.module: next(iter(subjects(folder))).alone(tmp_path_factory.mktemp("copied"))
        for folder in (OURS, EUROPEAN)
    }


def test_all_are_found() -> None:
    """A document begins with its type, in whatever file."""
    texts = [path.read_text() for path in component_files(OURS.path)]
    assert len(FOUND) == sum(line.startswith("type: ") for text in texts for line in text.splitlines())


def test_they_load_offline(graphs: Graphs) -> None:
    assert {*graphs} == {*ENVIRONMENTS}
    assert len(FOUND) < len(graphs["a laptop"])


@pytest.mark.parametrize("environment", [name for name in ENVIRONMENTS if name != "a laptop"])
def test_they_have_one_graph(environment: str, graphs: Graphs) -> None:
    assert graphs[environment] == graphs["a laptop"]


@pytest.mark.parametrize("subject", OF_ALL, ids=lambda subject: f"{subject.folder.module}:{subject}")
def test_it_refuses_a_wrong_document(subject: Subject, copied: Mapping[str, Subject]) -> None:
    dice = random.Random(str(subject))  # noqa: S311 - no secret
    here = Subject(copied[subject.folder.module].folder, subject.file, 0, subject.text)
    whole = Path(here.folder.path / here.file).read_text()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            refuses(here, dice.choice(list(mutations(subject.text, subject.component))))
    finally:
        Path(here.folder.path / here.file).write_text(whole)
