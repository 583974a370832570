"""The command line of the laptop's platform.

What belongs here: options and help texts. What does not: what the commands do, and how an error is told (`cli_errors.py`). Each imports
its work itself, so that ``--help`` answers at once.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dagster_open_platform_local.chaos.options import chaos
from dagster_open_platform_local.cli_errors import reported
from dagster_open_platform_local.state import DIRECTORY_VARIABLE, StateError, local_state

app = typer.Typer(
    name="dagster_open_platform_local",
    help="Run the whole platform on this machine: simulated company, services, warehouse, Dagster.\n\n"
    f"All state is in .local/, or where {DIRECTORY_VARIABLE} says. COMPANY_SCALE and COMPANY_SEED choose the company.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Today = Annotated[
    datetime | None,
    typer.Option(
        "--date",
        formats=["%Y-%m-%d"],
        help="The date it shall be in the company (UTC): every day before it has data. At the latest today."
        " A company that was put into the past stays there until it is moved.  [default: today]",
    ),
]


@app.command()
def demo(today: Today = None) -> None:
    """Build the company, start its services, materialize every asset that is due, and say what came of it.

    The first time everything is due. Later only what is missing: partitions of new days, and whatever reads from
    something that changed. Exit code 1, and the reasons in the last lines, if anything failed.
    """
    from dagster_open_platform_local.demo.command import run_demo

    with reported():
        code = run_demo(local_state(), Console(), today.date() if today else None)
    raise typer.Exit(code)


@app.command()
def dev(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the Dagster UI, on 127.0.0.1.")] = 3000,
) -> None:
    """Serve the Dagster UI, with daemon and services beneath it, until interrupted.

    The company keeps up with the calendar: it is today there, and a day later whenever a UTC day has passed.
    """
    from dagster_open_platform_local.stack.commands import serve_dagster

    with reported(ends_by_signal=True):
        serve_dagster(local_state(), Console(), port)


@app.command("host-cloud")
def host_cloud(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the Dagster UI, on 127.0.0.1.")] = 3000,
    pull_request: Annotated[
        int | None,
        typer.Option(
            min=1, help="Number of the pull request whose branch deployment it shall be.", show_default="prod"
        ),
    ] = None,
) -> None:
    """Serve both code locations as Dagster+ would: as production, or as a pull request's branch deployment.

    As `dev`, with the variables that Dagster+ sets, and the laptop's files as the warehouse. In production schedules and sensors are on. A
    branch deployment works on clones: `just clone --local make NUMBER`, or the job create_database_clones, makes them.
    """
    from dagster_open_platform_local.stack.cloud import cloud_variables
    from dagster_open_platform_local.stack.commands import serve_dagster

    with reported(ends_by_signal=True):
        serve_dagster(local_state(), Console(), port, cloud_variables(Path.cwd(), pull_request))


@app.command()
def screenshots(
    port: Annotated[
        int,
        typer.Option(
            min=1, max=65535, help="Port of the Dagster UI. One that is served there is used, else one is."
        ),
    ] = 3000,
    output: Annotated[Path, typer.Option(file_okay=False, help="Folder of the PNG files.")] = Path(
        "docs/images"
    ),
) -> None:
    """Draw the pages of the UI that the documentation shows, with a headless Chromium, on what a demo left."""
    from dagster_open_platform_local.screenshots.command import take_screenshots

    with reported():
        take_screenshots(local_state(), Console(), port, output)


@app.command()
def stack(today: Today = None) -> None:
    """Run only the services, until interrupted, and say where they are."""
    from dagster_open_platform_local.stack.commands import serve_company

    with reported(ends_by_signal=True):
        serve_company(local_state(), Console(), today.date() if today else None)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def conformance(
    context: typer.Context,
    directory: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Where the state of its stack is kept, so that another time begins with what the demo left there.",
            show_default="a temporary one",
        ),
    ] = None,
) -> None:
    """Try all instances on every clause of the conformance suite, on a stack of its own. All else is for pytest: -k, -x, --durations.

    It materializes the whole graph first, of a small company, and takes half an hour.
    """
    from dagster_open_platform_local.conformance.command import run_conformance

    with reported():
        code = run_conformance(Console(), directory, context.args)
    raise typer.Exit(code)


app.command()(chaos)


@app.command()
def advance() -> None:
    """Move the company one day on. Running services see the new day at once."""
    from dagster_open_platform_local.company.clock import wall_clock_date
    from dagster_open_platform_local.stack.company import advance_company

    with reported():
        state = local_state()
        state.create()
        today = advance_company(state)
        typer.echo(f"It is {today} in the company now.")
        if today > wall_clock_date():
            typer.echo(
                "That is ahead of the calendar: partitions of a day can be materialized when it is over (UTC)."
                " To watch days pass, start in the past: just reset, just demo --date YYYY-MM-DD, just advance, just demo."
            )


@app.command()
def refresh_state(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if something has changed.")
    ] = False,
) -> None:
    """Fetch the connectors, tables and columns of the emulated Fivetran into the state that the code location loads.

    If `live.env` in the state directory has an account of Fivetran, that one is asked.
    """
    from dagster_open_platform_local.stack import refresh

    with reported():
        code = refresh.refresh_state(local_state(), check)
    raise typer.Exit(code)


@app.command()
def doctor(
    systems: Annotated[
        list[str] | None, typer.Argument(metavar="[SYSTEM]...", help="Look only at these.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say for each system whether it is simulated or live, what it lacks, whether it answers, and what to do.

    `just doctor --local` looks with the variables of the stack that runs; `just doctor` with those of the shell.
    """
    from dagster_open_platform_local.stack.doctor import run_doctor

    with reported():
        code = run_doctor(local_state(), systems or [], as_json)
    raise typer.Exit(code)


@app.command()
def why(
    asset: Annotated[str, typer.Argument(help="Its key with slashes or points, or an end of it.")],
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say why an asset ran or did not, as this laptop's Dagster instance has it. No stack need run.

    `just why --local ASSET` is this; `just why ASSET` looks where DAGSTER_HOME says.
    """
    from dagster_open_platform_local.stack.why import run_why

    with reported():
        code = run_why(local_state(), asset, as_json)
    raise typer.Exit(code)


_HANDED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command(context_settings=_HANDED_ON, add_help_option=False)
def clone(context: typer.Context) -> None:
    """List the clones of databases for pull requests, make or drop those of one: list, make NUMBER, drop NUMBER [--yes].

    `just clone --local …` is this, on the DuckDB files; `just clone …` works where the shell's variables say.
    """
    from dagster_open_platform_local.stack.clones import run_clones

    with reported():
        code = run_clones(local_state(), context.args)
    raise typer.Exit(code)


@app.command("dagster-labs", context_settings=_HANDED_ON)
def dagster_labs(
    context: typer.Context,
    item: Annotated[
        str | None, typer.Argument(help="Run this item; what follows is handed on to it.")
    ] = None,
    list_items: Annotated[bool, typer.Option("--list", help="Only list the items.")] = False,
) -> None:
    """The administrator's menu: choose what shall be done, or name it."""
    from dagster_open_platform_local.menu.command import WRONG, listed, run_menu, run_named

    if list_items:
        typer.echo("\n".join(listed()))
        return
    if item is not None:
        raise typer.Exit(run_named(item, context.args))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        typer.echo("There is no terminal to choose at. Name an item: just dagster-labs ITEM\n", err=True)
        typer.echo("\n".join(listed()), err=True)
        raise typer.Exit(WRONG)
    raise typer.Exit(run_menu())


@app.command()
def status() -> None:
    """Say what is there: the state, the company, and whether a stack runs."""
    from dagster_open_platform_local.stack.status import describe_state

    with reported():
        for line in describe_state(local_state()):
            typer.echo(line)


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Delete all local state: company, warehouse, Dagster's records, logs. Refuses while a stack runs."""
    from dagster_open_platform_local.stack.lock import stack_lock

    with reported():
        state = local_state()
        if not state.root.exists():
            typer.echo(f"There is nothing in {state.root}.")
            return
        if not state.is_ours:
            raise StateError(
                f"{state.root} was not made by this project; it is not deleted. Does {DIRECTORY_VARIABLE} say what you mean?"
            )
        with stack_lock(state.lock, "reset"):
            if not yes:
                if not sys.stdin.isatty():
                    raise StateError(f"Pass --yes to delete {state.root} without being asked.")
                typer.confirm(f"Delete {state.root} with everything in it?", abort=True)
            state.delete()
        typer.echo(f"Deleted {state.root}" + (f", but not {state.live}." if state.live.exists() else "."))


def main() -> None:
    """Entry point."""
    app()
