"""The reference pages are those that the components make, and say all that the schemas say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_open_platform import lib
from dagster_open_platform.lib.component_docs import FILE, METADATA, component_docs
from dagster_open_platform.lib.reference.pages import INDEX, examples_in, pages
from dagster_open_platform.lib.reference.ui import ui_docs
from dagster_open_platform_tests.fixtures.instances import FOLDERS
from dagster_open_platform_tests.fixtures.repository import ROOT, tracked_files

PAGES = pages(FOLDERS)
KEPT = Path("docs", "reference")


def test_the_pages_are_up_to_date() -> None:
    """If not: the recipe `reference` writes them."""
    kept = {path.name: (ROOT / path).read_text() for path in tracked_files() if path.parent == KEPT}
    assert sorted(kept) == sorted(PAGES)
    assert [name for name, text in PAGES.items() if kept[name] != text] == []


def test_what_the_ui_shows_is_up_to_date() -> None:
    """If not: the recipe `reference` writes it. The UI's own reader of a code location's metadata understands it."""
    assert FILE.read_text() == ui_docs(FOLDERS)
    (namespace,) = component_docs()[METADATA]
    shown = {each["name"].rpartition(".")[2]: each for each in namespace["componentTypes"]}
    assert set(shown) == set(lib.__all__)
    assert all(
        each["description"] and each["example"] and json.loads(each["schema"]) for each in shown.values()
    )


@pytest.mark.parametrize("name", [name for name in lib.__all__ if f"{name}.md" in PAGES])
def test_a_page_has_every_field_and_every_question(name: str) -> None:
    component = getattr(lib, name)
    schema = component.get_model_cls().model_json_schema()
    rows = [line for line in PAGES[f"{name}.md"].splitlines() if line.startswith("| `")]
    fields = [
        field
        for model in (schema, *schema.get("$defs", {}).values())
        for field in model.get("properties", {})
    ]
    options = [param.option for param in component.__scaffolder_cls__.PARAMS]
    assert sorted(row.split("`")[1] for row in rows) == sorted([*fields, *options])
    assert all(row.count(" | ") == 4 or row.split("`")[1] in options for row in rows)


def test_each_component_has_a_line_in_the_index_and_an_example() -> None:
    assert all(f"[{name}](" in PAGES[INDEX] for name in lib.__all__)
    assert set(examples_in(FOLDERS)) >= {name.removesuffix(".md") for name in PAGES if name != INDEX}


def test_the_command_writes_what_is_there_and_removes_what_is_not(tmp_path: Path) -> None:
    (tmp_path / "GoneComponent.md").write_text("of a component that is no more")
    command = [sys.executable, "-m", "dagster_open_platform.lib.reference", *map(str, FOLDERS), str(tmp_path)]
    ui = tmp_path.with_suffix(".json")
    done = subprocess.run(
        [*command, "--ui", str(ui)], capture_output=True, text=True, timeout=120, check=True
    )
    assert f"{len(PAGES)} pages" in done.stdout
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == PAGES
    assert ui.read_text() == FILE.read_text()
    wrong = subprocess.run(
        [*command[:3], str(tmp_path / "nowhere"), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert wrong.returncode == 2
    assert "there is no folder" in wrong.stderr
