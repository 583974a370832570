"""The platform's clones of databases, on the DuckDB files of this laptop.

What belongs here: where these are. What does not: cloning (`dagster_open_platform.operations.clones`).
"""

import subprocess
import sys
from collections.abc import Sequence

from dagster_open_platform_local.stack.environment import base_environment, exported_variables
from dagster_open_platform_local.state import LocalState


def run_clones(state: LocalState, arguments: Sequence[str]) -> int:
    """List, make or drop clones; whether a stack runs makes no difference, unless it writes at that moment.

    Args:
        state: Where the warehouse is.
        arguments: Of the platform's command.

    Returns:
        Its exit code.
    """
    environment = {**base_environment(state), **exported_variables(state)}
    command = [sys.executable, "-m", "dagster_open_platform.operations.clones", *arguments]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - our own module
