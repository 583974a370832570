"""The command `chaos`: its options.

What belongs here: options and help texts. What does not: what it does (`command.py`), which is imported once it is called.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dagster_open_platform_local.cli_errors import reported


def chaos(
    seed: Annotated[int, typer.Option(help="Of the faults: the same seed is the same schedule.")] = 7,
    days: Annotated[
        int | None, typer.Option(min=1, max=31, help="How many.", show_default="7, short 2")
    ] = None,
    faults: Annotated[
        int | None,
        typer.Option(min=0, max=100_000, help="How many shall take effect.", show_default="580, short 14"),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(min=0.001, max=10, help="Size of the company.", show_default="0.02, short 0.01"),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(
            help="How much of the graph: whole, part (without most of dbt) or few (without dbt).",
            show_default="whole, short few",
        ),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.1, help="After which it is given up.", show_default="240, short 5")
    ] = None,
    short: Annotated[
        bool, typer.Option("--short", help="Two days, few assets, every kind of fault.")
    ] = False,
    directory: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Where both states are kept.", show_default="a temporary one"),
    ] = None,
) -> None:
    """Let a week pass with faults and one without, and compare what they leave, row for row. Both have stacks of their own."""
    from dagster_open_platform_local.chaos.command import form_of, run_chaos

    if part not in (None, "whole", "part", "few"):
        raise typer.BadParameter(f"{part!r} is none of whole, part, few.", param_hint="--part")
    form = form_of(short, seed=seed, days=days, faults=faults, scale=scale, part=part, minutes=minutes)
    with reported():
        code = run_chaos(Console(), form, directory)
    raise typer.Exit(code)
