"""The menu as a person uses it, by its keys, on a terminal in memory; and without a terminal."""

import re
from collections.abc import Callable, Sequence

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from typer.main import get_command
from typer.testing import CliRunner

from dagster_open_platform_local.cli import app
from dagster_open_platform_local.menu.command import WRONG, listed, run_menu, run_named
from dagster_open_platform_local.menu.items import ITEMS, Item
from dagster_open_platform_tests.fixtures.repository import ROOT

DOWN, ENTER, CTRL_C, CTRL_D = "\x1b[B", "\r", "\x03", "\x04"
INTERRUPTED = 130


class Runs:
    """Instead of processes."""

    def __init__(self, code: int = 0) -> None:
        self.commands: list[list[str]] = []
        self._code = code

    def __call__(self, words: Sequence[str]) -> int:
        self.commands.append([*words])
        return self._code


def typed(keys: str, run: Callable[[Sequence[str]], int]) -> int:
    with create_pipe_input() as keyboard:
        keyboard.send_text(keys)
        return run_menu(run, input=keyboard, output=DummyOutput())


def answers(item: Item) -> list[str]:
    return [f"answer{number}" for number, _ in enumerate(item.questions)]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_an_item_is_run_as_it_is_told(item: Item, capsys: pytest.CaptureFixture[str]) -> None:
    runs = Runs()
    keys = DOWN * ITEMS.index(item) + ENTER + "".join(f"{answer}{ENTER}" for answer in answers(item))
    assert typed(f"{keys}{'y' if item.changes else ''}{CTRL_D}", runs) == 0
    assert runs.commands == [[*item.words, *answers(item)]]
    # It says what it will do, and how one would type it.
    said = capsys.readouterr().out
    assert item.what in said
    assert " ".join(["just", item.typed, *answers(item)]) in said


@pytest.mark.parametrize("item", [item for item in ITEMS if item.changes], ids=lambda item: item.name)
@pytest.mark.parametrize("key", [ENTER, "n"], ids=["by default", "no"])
def test_who_does_not_agree_changes_nothing(item: Item, key: str) -> None:
    runs = Runs()
    assert typed(f"{DOWN * ITEMS.index(item)}{ENTER}{key}{CTRL_D}", runs) == 0
    assert runs.commands == []


def test_the_menu_comes_back_and_can_be_left() -> None:
    runs = Runs(code=1)
    # It comes back at the item that was run; the last of all leaves.
    downs = DOWN * len(ITEMS)
    assert typed(f"{ENTER}{ENTER}{downs}{ENTER}", runs) == 0
    assert runs.commands == [["status"], ["status"]]


@pytest.mark.parametrize(("key", "code"), [(CTRL_C, INTERRUPTED), (CTRL_D, 0)], ids=["ctrl-c", "ctrl-d"])
@pytest.mark.parametrize("before", ["", DOWN * 2 + ENTER, DOWN * 5 + ENTER], ids=["list", "text", "confirm"])
def test_it_can_be_left_at_every_question(before: str, key: str, code: int) -> None:
    runs = Runs()
    assert typed(before + key, runs) == code
    assert runs.commands == []


def test_a_question_without_an_answer_runs_nothing() -> None:
    runs = Runs()
    assert typed(f"{DOWN * 2}{ENTER}{ENTER}{CTRL_D}", runs) == 0
    assert runs.commands == []


def test_a_named_item_gets_what_follows() -> None:
    runs = Runs(code=1)
    assert run_named("why", ["stg_x", "--json"], runs) == 1
    assert runs.commands == [["why", "stg_x", "--json"]]


def test_what_is_wrong_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    runs = Runs()
    assert run_named("dctor", [], runs) == WRONG
    assert run_named("why", ["--json"], runs) == WRONG
    said = capsys.readouterr().err
    assert "Did you mean doctor?" in said
    assert "Say ASSET" in said
    assert runs.commands == []


def test_every_item_is_a_verb_and_a_recipe() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]  # typer's type is too wide
    recipes = set(re.findall(r"^([\w-]+)(?: \*args)?:", (ROOT / "justfile").read_text(), re.MULTILINE))
    for item in ITEMS:
        assert item.words[0] in commands
        assert item.typed.split()[0] in recipes
    assert len({item.name for item in ITEMS}) == len(ITEMS)
    assert len(list(listed())) == len(ITEMS)


def test_without_a_terminal_the_items_are_listed() -> None:
    result = CliRunner().invoke(app, ["dagster-labs"])
    assert result.exit_code == WRONG
    assert "There is no terminal" in result.output
    assert all(item.what in result.output for item in ITEMS)
    result = CliRunner().invoke(app, ["dagster-labs", "--list"])
    assert (result.exit_code, len(result.output.splitlines())) == (0, len(ITEMS))
