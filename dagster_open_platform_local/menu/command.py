"""Chooses an item of the menu, and runs it.

What belongs here: the terminal, and the ways out of it. What does not: what there is (`items.py`).

An item runs as a process of its own with this one's terminal: Ctrl-C reaches it as if it had been typed, and ends it and not the menu.
"""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer

from dagster_open_platform.operations.names import nearest
from dagster_open_platform_local.menu.items import ITEMS, LOCAL, Item

_QUIT = "quit"
WRONG = 2
"""Exit code: there is no such item, or it lacks an argument."""

Run = Callable[[Sequence[str]], int]
"""Runs a command to its end, and gives its exit code."""


def listed() -> Iterator[str]:
    """The items with what they do, a line each."""
    names = [" ".join([item.name, *(question.name for question in item.questions)]) for item in ITEMS]
    width = max(len(name) for name in names)
    for name, item in zip(names, ITEMS, strict=True):
        yield f"{name:<{width}}  {item.what}"


def run_named(name: str, arguments: Sequence[str], run: Run | None = None) -> int:
    """Run an item that was typed. What it asks by itself, it still asks.

    Args:
        name: Of the item.
        arguments: Handed on to its verb.
        run: Runs a command; None: as a process.

    Returns:
        The verb's exit code; 2 if there is no such item, or it lacks an argument.
    """
    found = {item.name: item for item in ITEMS}.get(name)
    if found is None:
        typer.echo(f"There is no item {name!r}. {nearest(name, [item.name for item in ITEMS])}", err=True)
        return WRONG
    given = [word for word in arguments if not word.startswith("-")]
    lacking = [question.name for question in found.questions[len(given) :]]
    if lacking and "--help" not in arguments:
        typer.echo(f"Say {' and '.join(lacking)}: just dagster-labs {name} {' '.join(lacking)}", err=True)
        return WRONG
    return (run or _run)([*found.words, *arguments])


def run_menu(run: Run | None = None, **terminal: Any) -> int:
    """Show the menu until somebody leaves it.

    Args:
        run: Runs a command; None: as a process.
        terminal: `input` and `output` of prompt_toolkit; default: this process's.

    Returns:
        0, however often and whatever was run; 130 after Ctrl-C in the menu.
    """
    before: str | None = None
    while True:
        try:
            before = _chosen(before, terminal)
            if before is None:
                return 0
            item = next(each for each in ITEMS if each.name == before)
            words = _words_of(item, terminal)
        except KeyboardInterrupt:
            return 128 + signal.SIGINT
        except EOFError:
            return 0
        if words is not None:
            code = (run or _run)(words)
            typer.echo(f"\n{item.name} ended with exit code {code}.\n" if code else "")


def _chosen(before: str | None, terminal: Any) -> str | None:
    """The name of an item; None: nothing more."""
    import questionary

    choices = [questionary.Choice(f"{item.name:<14} {item.what}", value=item.name) for item in ITEMS] + [
        questionary.Choice(f"{_QUIT:<14} Leaves the menu.", value=_QUIT)
    ]
    default = next((choice for choice in choices if choice.value == before), None)
    question = questionary.select("What shall be done?", choices, default=default, **terminal)
    with _ends_with_the_input(question):
        chosen = question.unsafe_ask()
    return None if chosen == _QUIT else chosen


@contextmanager
def _ends_with_the_input(question: Any) -> Iterator[None]:
    """Ctrl-D leaves a list, as it leaves a text: the library has no key for it there."""
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings

    bindings = KeyBindings()

    @bindings.add("c-d", eager=True)
    def _(event: Any) -> None:
        event.app.exit(exception=EOFError())

    own = question.application.key_bindings
    question.application.key_bindings = merge_key_bindings([own, bindings]) if own else bindings
    yield


def _words_of(item: Item, terminal: Any) -> list[str] | None:
    """The verb's command line; None: it shall not be run after all."""
    import questionary

    typer.echo(item.what)
    answers = []
    for asked in item.questions:
        answer = questionary.text(f"{asked.text}:", **terminal).unsafe_ask().strip()
        if not answer:
            return None
        answers.append(answer)
    if item.changes:
        question = questionary.confirm(f"It {item.changes}. Do it?", default=False, **terminal)
        with _ends_with_the_input(question):
            if not question.unsafe_ask():
                return None
    typer.echo(f"$ just {' '.join([item.typed, *answers])}")
    return [*item.words, *answers]


def _run(words: Sequence[str]) -> int:
    with _patient():
        return subprocess.run([sys.executable, *LOCAL, *words], check=False).returncode  # noqa: S603 - our own verbs


@contextmanager
def _patient() -> Iterator[None]:
    """Ctrl-C is the verb's, which ends in its own way; the menu waits for that."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
