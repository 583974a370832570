"""Whatever is wrong in YAML, and wherever, the message begins with file, line and field, and names what is near.

The project's own documents are broken, each among others of its kind in one file, and loaded as the code location loads them.
"""

import random
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

import dagster as dg
import pytest
import yaml
from dagster.components.testing import create_defs_folder_sandbox
from dagster_shared.yaml_utils import parse_yamls_with_source_position
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dagster_open_platform.defs
from dagster_open_platform import lib
from dagster_open_platform.conformance.yaml_mutations import Mutation, documents, in_file, mutations
from dagster_open_platform.lib.yaml_errors import InvalidYaml, component_files, located_yaml_errors
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName, environment_scope
from dagster_open_platform.utils.failures import PermanentFailure

FOLDER = Path(dagster_open_platform.defs.__file__).parent
KINDS = ("unknown", "wrong", "missing", "component", "doubled", "broken", "variable")

Load = Callable[[Path], None]


def _texts() -> dict[str, dict[Path, list[str]]]:
    """The project's documents by type of component and by file."""
    found: dict[str, dict[Path, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in component_files(FOLDER):
        for document in documents(path.read_text(encoding="utf-8")):
            type_ = yaml.safe_load(document.text)["type"]
            found[type_.rpartition(".")[2]][path.relative_to(FOLDER)].append(document.text)
    return found


TEXTS = _texts()


@pytest.fixture(scope="module")
def copied() -> Iterator[tuple[Path, Load]]:
    """A copy of the project's instances and what stands beside them, and what loads a part of it."""
    with create_defs_folder_sandbox() as sandbox:
        shutil.copytree(
            FOLDER, sandbox.defs_folder_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
        with sandbox.build_component_tree() as tree:
            module = tree.defs_module

            def load(folder: Path) -> None:
                _load(module, sandbox.project_root, folder)

            yield sandbox.defs_folder_path, load


def _load(module: ModuleType, root: Path, folder: Path) -> None:
    # Of the many folders only that is read in which the instance stands.
    [base] = module.__path__
    below = folder.relative_to(base).parts
    if below and (Path(base) / below[0] / "__init__.py").exists():
        module = import_module(f"{module.__name__}.{below[0]}")
    tree = dg.ComponentTree(defs_module=module, project_root=root)
    with environment_scope(Environment(EnvironmentName.LOCAL)), located_yaml_errors(folder):
        tree.build_defs(folder)


def message_of(load: Load, folder: Path) -> str:
    with pytest.raises(InvalidYaml) as raised:
        load(folder)
    return str(raised.value)


def check(message: str, path: Path, line: int, mutation: Mutation) -> None:
    place = f"{path}:{line}: {mutation.field}: " if mutation.field else f"{path}:{line}: "
    assert message.startswith(place), (mutation.name, place, message)
    assert mutation.hint in message, (mutation.name, message)


def sample(texts: Sequence[str], component: type, dice: random.Random) -> Iterator[tuple[int, Mutation]]:
    """A mutation of each kind, each with the place of its document among those of the file."""
    every = [list(mutations(text, component)) for text in texts]
    for kind in KINDS:
        place = dice.randrange(len(texts))
        yield place, dice.choice([each for each in every[place] if each.kind == kind])


@pytest.mark.parametrize("name", [name for name in lib.__all__ if name in TEXTS])
def test_a_broken_document_among_others(name: str, copied: tuple[Path, Load]) -> None:
    """The file holds up to three documents, of which one is broken."""
    root, load = copied
    dice = random.Random(name)  # noqa: S311 - no secret
    relative, texts = dice.choice(sorted(TEXTS[name].items()))
    path = root / relative
    whole = path.read_text()
    for place, mutation in sample(texts[:3], getattr(lib, name), dice):
        text, line = in_file(texts[:3], place, mutation)
        path.write_text(text)
        check(message_of(load, path.parent), path, line, mutation)
    path.write_text(whole)


INSERTED = (
    *(
        "\t",
        " ",
        "  ",
        "\n",
        "-",
        "- ",
        ":",
        ": ",
        "#",
        "'",
        '"',
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "!t ",
        "%",
        "|",
        ">",
        "\x00",
        "\ufeff",
    ),
    *("é", "---\n", "null", "{{ x }}", "{{", "}}", "<<: *a\n", "1e999", "0o8", "2026-99-99", "? "),
)


@st.composite
def edited(draw: st.DrawFn, text: str) -> str:
    """A text in which somebody has typed, or lost something, at a few places."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(
            st.sampled_from([start, start + 1, start + 7, text.find("\n", start) + 1 or start, len(text)])
        )
        inserted = draw(st.sampled_from(["", *INSERTED]) | st.just(text[start:end] * 2))
        text = text[:start] + inserted + text[max(start, end) :]
    return text


@pytest.mark.parametrize("name", ["ScheduleComponent", "HightouchSyncComponent"])
@settings(
    max_examples=settings().max_examples // 5,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_is_typed_it_loads_or_is_refused_with_its_place(
    name: str, copied: tuple[Path, Load], data: st.DataObject
) -> None:
    root, load = copied
    relative, texts = min(TEXTS[name].items())
    path = root / relative
    whole = path.read_text()
    path.write_text(data.draw(edited(texts[0])))
    try:
        load(path.parent)
        said = None
    except PermanentFailure as failure:
        said = str(failure)
    finally:
        path.write_text(whole)
    assert said is None or re.match(rf"{re.escape(str(path))}:\d+: ", said), said


def test_documents_are_those_that_dagster_reads() -> None:
    for path in component_files(FOLDER):
        text = path.read_text(encoding="utf-8")
        lines = [
            tree.source_position_tree.position.start.line for tree in parse_yamls_with_source_position(text)
        ]
        found = documents(text)
        assert len(found) == len(lines)
        for document, line in zip(found, lines, strict=True):
            root = yaml.compose(document.text, Loader=yaml.SafeLoader)
            assert root is not None
            assert document.first_line + root.start_mark.line == line


def test_a_mutation_changes_one_place() -> None:
    """What is broken elsewhere than where the mutation says would prove nothing."""
    text = TEXTS["ScheduleComponent"][Path("schedules/components/defs.yaml")][0]
    found = list(mutations(text, lib.ScheduleComponent))
    assert {each.kind for each in found} == set(KINDS)
    assert len({each.text for each in found}) == len(found) == len({each.name for each in found})
    for each in found:
        same = min(each.line - 1, *(number for number, line in enumerate(text.splitlines()) if ":" in line))
        assert text.splitlines()[:same] == each.text.splitlines()[:same]
        told = yaml.safe_load(each.text) if each.kind != "broken" else None
        assert told != yaml.safe_load(text) or each.kind == "doubled"


ROOT = Path("defs.yaml")


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_at_the_root(kind: str) -> None:
    """`defs/defs.yaml` with documents that need nothing beside them."""
    texts = [
        *TEXTS["ScheduleComponent"][Path("schedules/components/defs.yaml")][:2],
        *TEXTS["LastUpdatedObservationComponent"][Path("snowflake/components/observations/defs.yaml")][:1],
    ]
    components = [lib.ScheduleComponent, lib.ScheduleComponent, lib.LastUpdatedObservationComponent]
    dice = random.Random(kind)  # noqa: S311 - no secret
    with create_defs_folder_sandbox() as sandbox, sandbox.build_component_tree() as tree:
        path = sandbox.defs_folder_path / ROOT
        for place, component in enumerate(components):
            mutation = dice.choice([each for each in mutations(texts[place], component) if each.kind == kind])
            text, line = in_file(texts, place, mutation)
            path.write_text(text)
            with pytest.raises(InvalidYaml) as raised:
                _load(tree.defs_module, sandbox.project_root, sandbox.defs_folder_path)
            check(str(raised.value), path, line, mutation)


def test_an_unknown_field_of_the_folder_component_at_the_root() -> None:
    """It is Dagster's, which names no valid fields."""
    with create_defs_folder_sandbox() as sandbox, sandbox.build_component_tree() as tree:
        path = sandbox.defs_folder_path / ROOT
        path.write_text("type: dagster.DefsFolderComponent\npost_procesing: {}\n")
        with pytest.raises(InvalidYaml) as raised:
            _load(tree.defs_module, sandbox.project_root, sandbox.defs_folder_path)
        problem = "post_procesing: unknown field 'post_procesing'. Did you mean 'post_processing'?"
        assert str(raised.value) == f"{path}:2: {problem}"
