"""The platform's doctor, looking with the variables of the stack that runs, and at real systems also without one.

What belongs here: which variables it gets, and what only a laptop has to say. What does not: looking
(`dagster_open_platform.operations.doctor`).
"""

import json
import subprocess
import sys
from collections.abc import Sequence

import typer

from dagster_open_platform_local.stack.environment import (
    base_environment,
    exported_variables,
    live_environment,
)
from dagster_open_platform_local.stack.errors import StackNotRunningError
from dagster_open_platform_local.stack.live import LiveSystems, live_systems
from dagster_open_platform_local.state import LocalState

_WRONG = 2
"""The doctor's exit code for a name that is none."""


def run_doctor(state: LocalState, systems: Sequence[str], as_json: bool) -> int:
    """Look at systems.

    Args:
        state: Of the stack.
        systems: Names; none: all.
        as_json: Whether a machine reads it. What only people need is then on the standard error.

    Returns:
        The doctor's exit code.

    Raises:
        LiveFileError: `live.env` is wrong.
    """
    live = live_systems(state)
    try:
        variables = live_environment(state)
    except StackNotRunningError:
        return _without_a_stack(state, live, systems, as_json)
    code = _doctor(state, variables, systems, as_json)
    if code != _WRONG:
        for line in _for_people(state, live, variables):
            typer.echo(line, err=as_json)
    return code


def _without_a_stack(state: LocalState, live: LiveSystems, systems: Sequence[str], as_json: bool) -> int:
    """Look at what is real, for which no stack is needed, and say of all else that it is simulated."""
    from dagster_open_platform.operations.doctor.systems import known_systems

    known = known_systems()
    wanted = [name for name in live.names if not systems or name in systems]
    if any(name not in known for name in systems):
        return _doctor(state, {}, systems, as_json)
    simulated = [name for name in systems or known if name not in live.names]
    which = "Everything" if len(simulated) == len(known) else ", ".join(simulated)
    if not systems and live.names:
        which = f"Everything but {', '.join(live.names)}"
    told = (
        f"{which} is simulated, and nothing of that answers, because no stack runs on {state.root}: `just dev` starts it with Dagster,"
        " `just stack` without."
    )
    if simulated and (wanted or not as_json):
        typer.echo(told, err=as_json)
    if wanted:
        return _doctor(state, live.over(exported_variables(state)), wanted, as_json)
    if as_json:
        typer.echo(
            json.dumps({"environment": "local", "healthy": True, "systems": [], "note": told}, indent=2)
        )
    else:
        typer.echo(_how_to_go_live(state))
    return 0


def _doctor(state: LocalState, variables: dict[str, str], systems: Sequence[str], as_json: bool) -> int:
    command = [sys.executable, "-m", "dagster_open_platform.operations.doctor"]
    arguments = [*(["--json"] if as_json else []), *systems]
    environment = {**base_environment(state), **variables}
    return subprocess.run([*command, *arguments], env=environment, check=False).returncode  # noqa: S603 - our own module


def _for_people(state: LocalState, live: LiveSystems, variables: dict[str, str]) -> Sequence[str]:
    changed = [name for name, value in live.variables.items() if variables.get(name) != value]
    if changed:
        return (f"{state.live} has changed since the stack started: restart `just dev` to use it.",)
    return (_how_to_go_live(state),)


def _how_to_go_live(state: LocalState) -> str:
    return (
        f"To put yours in the place of a simulated system, write its variables into {state.live}, one NAME=value a line, and"
        " restart `just dev`: its address and all else that the stack says of it is then left out. One system at a time; the"
        " shell's own variables never count."
    )
