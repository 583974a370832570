"""The platform's `why`, looking at the Dagster instance of this laptop.

What belongs here: where that is. What does not: looking (`dagster_open_platform.operations.why`).
"""

import subprocess
import sys

from dagster_open_platform_local.stack.environment import base_environment, exported_variables
from dagster_open_platform_local.stack.errors import StackError
from dagster_open_platform_local.state import LocalState


def run_why(state: LocalState, asset: str, as_json: bool) -> int:
    """Look at an asset; whether a stack runs makes no difference.

    Args:
        state: Where the instance is.
        asset: As it was typed.
        as_json: Whether a machine reads it.

    Returns:
        The command's exit code.

    Raises:
        StackError: There is no instance yet.
    """
    if not (state.dagster_home / "storage").is_dir():
        raise StackError(
            f"Nothing has run on {state.root} yet, so there is nothing to explain: `just demo` runs everything once, `just dev` serves it."
        )
    command = [
        sys.executable,
        "-m",
        "dagster_open_platform.operations.why",
        *(["--json"] if as_json else []),
        "--",
        asset,
    ]
    environment = {**base_environment(state), **exported_variables(state)}
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - our own module
