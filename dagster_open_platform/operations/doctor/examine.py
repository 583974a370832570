"""Looks at systems: where each is, what it lacks, and whether it answers.

What belongs here: the verdicts, and asking all at once within a time. What does not: words for people (`tell.py`).
"""

import os
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

import dagster as dg

from dagster_open_platform.lib.health.failures import first_lines
from dagster_open_platform.lib.systems import Declared, Resources, System, Variable, is_this_machine

SECONDS = 30.0
"""How long all systems together may take to answer."""
_BLANK = "[secret]"
_SHORTEST = 4


class Mode(StrEnum):
    """Where a system is."""

    SIMULATED = "simulated"
    """On this machine."""
    LIVE = "live"
    OFF = "not connected"


class State(StrEnum):
    """How a system is."""

    WORKS = "works"
    FAILS = "fails"
    INCOMPLETE = "incomplete"
    """Some of what it needs is set and some is not."""
    UNSET = "not set"


@dataclass(frozen=True)
class Report:
    """What was found out about a system.

    Args:
        system: Which.
        mode: Where it is.
        state: How it is.
        variables: What it needs.
        missing: Those of them that are not set.
        saw: What it answered, or the failure; without secrets. Empty: it was not asked.
        passes: Whether a failure may pass by itself.
    """

    system: System
    mode: Mode
    state: State
    variables: tuple[Variable, ...]
    missing: tuple[Variable, ...]
    saw: str = ""
    passes: bool = False

    @property
    def is_bad(self) -> bool:
        """Whether something that is configured does not work."""
        return self.state in (State.FAILS, State.INCOMPLETE)


def examine(
    systems: Sequence[System],
    resources: Resources,
    declared: Mapping[str, Declared],
    seconds: float = SECONDS,
) -> Sequence[Report]:
    """Look at systems, all at once.

    Args:
        systems: Which.
        resources: Of the environment.
        declared: What instances declare of each, by its name.
        seconds: How long they may take together. One that takes longer is left alone and reported.
    """
    answers: dict[str, Future[str]] = {}
    for system in systems:
        said = declared[system.name]
        if all(variable.is_set for variable in system.variables(said)):
            answers[system.name] = _asked(system, resources, said)
    until = time.monotonic() + seconds
    return [
        _report(system, declared[system.name], answers.get(system.name), until, seconds) for system in systems
    ]


def _asked(system: System, resources: Resources, declared: Declared) -> Future[str]:
    """Ask in a thread that nobody has to wait for: a client may hang longer than a person."""
    answer: Future[str] = Future()

    def ask() -> None:
        try:
            answer.set_result(system.probe(resources, declared))
        except Exception as error:  # noqa: BLE001 - whatever a client raises is what the person wants to know
            answer.set_exception(error)

    threading.Thread(target=ask, name=f"doctor-{system.name}", daemon=True).start()
    return answer


def _report(
    system: System, declared: Declared, answer: Future[str] | None, until: float, seconds: float
) -> Report:
    variables = system.variables(declared)
    missing = tuple(variable for variable in variables if not variable.is_set)
    if answer is None:
        state = State.UNSET if len(missing) == len(variables) else State.INCOMPLETE
        return Report(
            system, mode_of(system, declared, is_set=state is not State.UNSET), state, variables, missing
        )
    mode = mode_of(system, declared, is_set=True)
    hidden = _secrets(variables, system.optional)
    try:
        error = answer.exception(timeout=max(0.0, until - time.monotonic()))
    except FutureTimeoutError:
        saw = f"No answer within {seconds:g} seconds."
        return Report(system, mode, State.FAILS, variables, missing, saw, passes=True)
    if error is None:
        return Report(system, mode, State.WORKS, variables, missing, _without(answer.result(), hidden))
    told = error.description if isinstance(error, dg.Failure) else f"{type(error).__name__}: {error}"
    passes = isinstance(error, dg.Failure) and error.allow_retries
    saw = " ".join(first_lines(_without(told or type(error).__name__, hidden)).split())
    return Report(system, mode, State.FAILS, variables, missing, saw, passes)


def mode_of(system: System, declared: Declared, *, is_set: bool) -> Mode:
    """Where a system is.

    Args:
        system: Which.
        declared: What instances declare of it.
        is_set: Whether anything that it needs is set.
    """
    if not is_set:
        return Mode.OFF
    places = system.points_to(declared)
    return Mode.SIMULATED if places and all(is_this_machine(place) for place in places) else Mode.LIVE


def _secrets(*variables: Sequence[Variable]) -> list[str]:
    """Values that must not be shown, also those within URLs, longest first."""
    found: set[str] = set()
    for variable in (each for group in variables for each in group if each.is_secret):
        for name in (variable.name, *variable.instead):
            value = os.environ.get(name, "").strip()
            found |= {value, *_password_in(value)}
    return sorted((value for value in found if len(value) >= _SHORTEST), key=len, reverse=True)


def _password_in(value: str) -> set[str]:
    try:
        password = urlsplit(value).password
    except ValueError:
        return set()
    return {password, unquote(password)} if password else set()


def _without(text: str, hidden: Sequence[str]) -> str:
    for value in hidden:
        text = text.replace(value, _BLANK)
    return text
