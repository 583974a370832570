"""What `stack`, `dev` and `demo` have in common, and the first two.

What belongs here: putting the parts of a stack together for a command. What does not: command-line parsing (`cli.py`),
the demo's own work.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from rich.console import Console

from dagster_open_platform_local.code_locations import CodeLocation
from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.stack.company import ensure_company, follow_wall_clock
from dagster_open_platform_local.stack.dagster_services import dagster_services, write_instance
from dagster_open_platform_local.stack.environment import base_environment, exported_variables
from dagster_open_platform_local.stack.live import LiveSystems, live_systems
from dagster_open_platform_local.stack.lock import command_line
from dagster_open_platform_local.stack.ports import require_free
from dagster_open_platform_local.stack.prepare import prepare_dagster
from dagster_open_platform_local.stack.services import company_services
from dagster_open_platform_local.stack.supervisor import RunningService, Supervisor
from dagster_open_platform_local.state import LocalState

_LOOK_SECONDS = 20.0


@contextmanager
def open_stack(state: LocalState, command: str) -> Iterator[Supervisor]:
    """A supervisor that has the lock and no service yet.

    Raises:
        StackLockedError: A stack runs already on this state.
        StateError: The state directory cannot be used.
    """
    state.create()
    with Supervisor(
        state, command_line(command), base_environment(state), exported_variables(state)
    ) as supervisor:
        write_instance(state)
        yield supervisor


def serve_company(state: LocalState, console: Console, today: date | None) -> None:
    """Run the company's services until a signal ends this process.

    Raises:
        StackError: The stack cannot start, or a service died.
        CompanyError: The company cannot be built.
    """
    live = live_systems(state)
    with open_stack(state, "stack") as supervisor:
        build_company(state, console, today)
        supervisor.start(company_services(state))
        # Emulators have started by now, and never see real credentials.
        supervisor.replace(live.over)
        _show(console, supervisor.running)
        _show_live(console, state, live)
        console.print(
            f"\nTo let a shell use them:  set -a; . '{state.environment}'; set +a\nCtrl-C stops them.",
            highlight=False,
            soft_wrap=True,
        )
        while True:
            supervisor.watch(_LOOK_SECONDS)


def serve_dagster(
    state: LocalState,
    console: Console,
    port: int,
    variables: Mapping[CodeLocation, Mapping[str, str]] | None = None,
) -> None:
    """Run the services and Dagster's UI and daemon, until a signal ends this process; the company keeps up with time.

    Args:
        state: Where everything is kept.
        console: Where progress is shown.
        port: Of the UI.
        variables: By code location: where it shall think that it is deployed. None: on this laptop.

    Raises:
        PortTakenError: Somebody else listens on the UI's port.
        StackError: The stack cannot start, or a service died.
        CompanyError: The company cannot be built.
    """
    require_free(port, "the Dagster UI", "--port")
    live = live_systems(state)
    with open_stack(state, "dev") as supervisor:
        build_company(state, console, None)
        _follow(state, console)
        with console.status("Building the dbt manifest, if it is not current"):
            prepare_dagster(supervisor)
        supervisor.start(company_services(state))
        supervisor.replace(live.over)
        with console.status("Loading the definitions"):
            supervisor.start(dagster_services(state, port, variables))
        _show(console, supervisor.running)
        _show_live(console, state, live)
        console.print(
            f"\nThe Dagster UI: [bold]http://127.0.0.1:{port}[/bold]   Ctrl-C stops everything.",
            highlight=False,
            soft_wrap=True,
        )
        while True:
            supervisor.watch(_LOOK_SECONDS)
            _follow(state, console)


def _follow(state: LocalState, console: Console) -> None:
    moved = follow_wall_clock(state)
    if moved:
        console.print(f"It is {moved} in the company now.", highlight=False)


def build_company(state: LocalState, console: Console, today: date | None) -> CompanyClock:
    """Build what the company lacks, and say which company it is; raises as `ensure_company`."""
    with console.status("Building the company"):
        clock = ensure_company(state, today)
    console.print(
        f"It is {clock.today} in {clock.settings.name} (seed {clock.settings.seed}, scale"
        f" {clock.settings.scale:g}), in {state.company}.",
        highlight=False,
        soft_wrap=True,
    )
    return clock


def _show_live(console: Console, state: LocalState, live: LiveSystems) -> None:
    if live.names:
        console.print(
            f"\nLive, as {state.live} says: [bold]{', '.join(live.names)}[/bold]. All else is simulated;"
            " `just doctor --local` looks at each.",
            highlight=False,
            soft_wrap=True,
        )


def _show(console: Console, running: list[RunningService]) -> None:
    for found in running:
        where = found.service.url(found.port) if found.service.url else ""
        console.print(
            f"  {found.service.name:<12} {where:<32} up in {found.startup_seconds:.1f} s, log {found.process.log}",
            highlight=False,
            soft_wrap=True,
        )
        for what, path in found.service.pages.items():
            console.print(f"  {what:<12} {where}{path}", highlight=False, soft_wrap=True)
