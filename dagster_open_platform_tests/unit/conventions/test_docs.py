"""Whatever the documentation tells people to type is run by a test; its links lead somewhere; its tables and figures are so."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from dagster_open_platform_tests.fixtures.documentation import (
    ASSIGNMENTS,
    FENCE,
    INLINE,
    LINK,
    TYPED,
    blocks,
    documented,
    documented_commands,
    pages,
    prose,
)
from dagster_open_platform_tests.fixtures.documented_commands import COMMANDS, SHOWN, ByParts, Ci, RunBy
from dagster_open_platform_tests.fixtures.repository import ROOT, parsed, tracked_files
from dagster_open_platform_tests.fixtures.walked import PAGES

README = (ROOT / "README.md").read_text()
RUNNERS = ("documented", "arguments_of")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
RECIPE = re.compile(
    r"^(?P<name>[\w-]+)(?P<arguments>[^:\n]*):(?P<before>[^\n=]*)\n(?P<body>(?:[ \t]+.*\n)*)", re.MULTILINE
)
EXECUTED = {
    "sh": "each line is a command of `COMMANDS`",
    "python": "acceptance and the tests that `unit/conventions/test_doc_blocks.py` names",
    "yaml": "the same",
    "sql": "the same",
    "diff": "the same",
    "mermaid": "unit/conventions/test_architecture_page.py",
    "text": "shown, not typed",
}


@cache
def literals_run_in(file: str) -> frozenset[str]:
    """The commands that a test file runs as they are documented: first arguments of `documented` and `arguments_of`."""
    return frozenset(
        node.args[0].value
        for node in ast.walk(parsed(Path(file)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in RUNNERS
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )


@cache
def recipes() -> dict[str, tuple[str, list[str]]]:
    """Of each recipe: what runs before it, and its lines with their variables filled in."""
    text = (ROOT / "justfile").read_text()
    values = dict(re.findall(r'^(\w+) := "(.*)"$', text, re.MULTILINE))
    found = {}
    for recipe in RECIPE.finditer(text):
        body = re.sub(r"\{\{ (\w+) \}\}", lambda name: values[name[1]], recipe["body"])
        lines = [line.strip().removeprefix("@") for line in body.splitlines() if line.strip()]
        found[recipe["name"]] = (recipe["before"].strip(), lines)
    return found


def test_every_documented_command_is_run_by_a_test_and_no_other_is_listed() -> None:
    assert {c: w for c, w in documented_commands().items() if c not in COMMANDS} == {}
    assert sorted(COMMANDS.keys() - documented_commands().keys()) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_who_is_said_to_run_a_command_does(command: str) -> None:
    way = COMMANDS[command]
    if isinstance(way, RunBy):
        assert command in literals_run_in(way.file)
    elif isinstance(way, Ci):
        recipe = command.removeprefix("uv run just ")
        assert recipe in ("test", "acceptance", recipes()["test"][0])
    else:
        assert_run_by_parts(command, way)


def assert_run_by_parts(command: str, way: ByParts) -> None:
    assert way.why
    _, lines = recipes()[command.removeprefix("uv run just ")]
    assert [part.line for part in way.parts] == lines
    for part in way.parts:
        assert part.words in " ".join((ROOT / part.file).read_text().split()), part


def test_every_recipe_says_what_it_does() -> None:
    done = documented("uv run just --list")
    assert done.returncode == 0
    lines = done.stdout.splitlines()[1:]
    assert lines
    assert [line for line in lines if "# " not in line] == []


def test_ci_runs_the_readmes_test_command() -> None:
    section = README.split("## Test it")[1]
    found = FENCE.search(section)
    assert found
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == found[2].strip()


def test_every_block_is_of_a_language_that_something_executes() -> None:
    assert {str(b): b.language for page in pages() for b in blocks(page) if b.language not in EXECUTED} == {}


def test_no_command_hides_in_a_block_that_is_only_shown() -> None:
    hidden = [
        f"{block}: {line}"
        for page in pages()
        for block in blocks(page)
        for line in block.text.splitlines()
        if block.language == "text" and line.startswith(TYPED)
    ]
    # What is indented by four is a block without a language.
    hidden += [
        f"{page}: {line}"
        for page in pages()
        for line in prose(page).splitlines()
        if line.startswith("    ") and ASSIGNMENTS.sub("", line.strip()).startswith(TYPED)
    ]
    for folder, part in SHOWN.items():
        assert part.words in (ROOT / part.file).read_text()
        shown = [each for each in hidden if each.startswith(f"{folder}/") and f": {part.line} " in each]
        assert shown, f"nothing in {folder} is like {part.line!r}"
        hidden = [each for each in hidden if each not in shown]
    assert hidden == []


def anchors(page: Path) -> set[str]:
    """The anchors that headings make, as GitHub spells them."""
    titles = HEADING.findall(prose(page))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links() -> Iterator[tuple[Path, str]]:
    for page in pages():
        yield from ((page, target) for target in LINK.findall(prose(page)))


def test_every_link_and_picture_leads_somewhere() -> None:
    tracked = {*tracked_files(), *(parent for path in tracked_files() for parent in path.parents)}
    broken = []
    for page, target in links():
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        path = Path(*(page.parent / name).parts) if name else page
        resolved = (ROOT / path).resolve().relative_to(ROOT)
        if resolved not in tracked or (anchor and anchor not in anchors(resolved)):
            broken.append(f"{page}: {target}")
    assert broken == []


FILE = re.compile(r"[\w./-]+\.(?:py|yaml|yml|sql|json|md|toml)")


def test_every_file_that_a_page_names_is_there() -> None:
    tracked = [f"/{path}" for path in tracked_files()]
    made = [f"/dagster_open_platform_dbt/target/{name}.json" for name in ("manifest", "semantic_manifest")]
    missing = [
        f"{page}: {code}"
        for page in pages()
        if page not in PAGES  # whose files are written by whoever follows them
        for code in INLINE.findall(prose(page))
        if FILE.fullmatch(code) and not any(name.endswith(f"/{code}") for name in (*tracked, *made))
    ]
    assert missing == []


def test_every_page_of_the_documentation_is_linked_to() -> None:
    targets = {
        (ROOT / page.parent / target.partition("#")[0]).resolve()
        for page, target in links()
        if not target.startswith(("http", "#"))
    }
    assert [str(p) for p in pages() if p.parts[0] == "docs" and (ROOT / p).resolve() not in targets] == []


def test_the_contributing_guide_fits_a_page() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) <= 60


def test_pictures_are_small() -> None:
    pictures = [path for path in tracked_files() if path.suffix == ".png"]
    assert pictures
    assert {
        str(path): (ROOT / path).stat().st_size for path in pictures if (ROOT / path).stat().st_size > 300_000
    } == {}


def test_the_readmes_table_has_every_system_with_its_components() -> None:
    section = README.split("## From system to folder to component")[1].split("\n## ")[0]
    found: dict[str, set[str]] = {}
    for line in section.splitlines()[4:]:
        if line.startswith("|"):
            _, _, folder, components, *_ = (cell.strip() for cell in line.split("|"))
            names = found.setdefault(folder.strip("`"), set())
            names |= {name.strip("` ") for name in components.split(",")}
    expected: dict[str, set[str]] = {}
    for path in tracked_files():
        if path.parts[:2] == ("dagster_open_platform", "defs") and len(path.parts) > 4:
            names = expected.setdefault(path.parts[2], set())
            if path.name == "defs.yaml":
                documents = yaml.safe_load_all((ROOT / path).read_text())
                names |= {document["type"].rpartition(".")[2] for document in documents}
            elif path.parts[3] == "py" and path.name not in ("__init__.py", "errors.py"):
                names.add("Python")
    # Python beside YAML is told of only where it makes assets of its own; that is a matter of taste.
    assert {folder: names - {"Python"} for folder, names in found.items()} == {
        folder: names - {"Python"} for folder, names in expected.items()
    }
    assert [folder for folder, names in expected.items() if names == {"Python"} != found[folder]] == []
