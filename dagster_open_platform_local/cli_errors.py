"""How an error of a command is told: one clear message, exit code 1, no traceback.

What belongs here: that. What does not: the commands (`cli.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from dagster_open_platform_local.company.errors import CompanyError
from dagster_open_platform_local.stack.errors import StackError
from dagster_open_platform_local.stack.signals import Interrupted, interruptible
from dagster_open_platform_local.state import StateError, local_state


@contextmanager
def reported(*, ends_by_signal: bool = False) -> Iterator[None]:
    """Tell errors as one message, and turn signals into exit codes.

    Args:
        ends_by_signal: Whether a signal is how the command normally ends.
    """
    try:
        with interruptible():
            yield
    except (StackError, StateError, CompanyError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except OSError as error:
        # A full disk, a directory without rights: what happened and where is all there is to say.
        typer.echo(f"{error.strerror or error}: {error.filename or local_state().root}", err=True)
        raise typer.Exit(1) from error
    except Interrupted as interrupted:
        typer.echo(f"Stopped ({interrupted}).", err=True)
        raise typer.Exit(0 if ends_by_signal else interrupted.exit_code) from interrupted
