"""The platform's clones of databases, on the DuckDB files of this laptop.

What belongs here: where these are. What does not: cloning (`dagster_open_platform.operations.clones`).
"""

import subprocess
import sys
from collections.abc import Sequence

from dagster_open_platform_local.stack.environment import (
    base_environment,
    exported_variables,
    live_environment,
)
from dagster_open_platform_local.stack.errors import StackNotRunningError
from dagster_open_platform_local.state import LocalState


def run_clones(state: LocalState, arguments: Sequence[str]) -> int:
    """List, make or drop clones.

    A stack that runs answers for object storage, over which some views are: they are compiled when a clone is made.

    Args:
        state: Where the warehouse is.
        arguments: Of the platform's command.

    Returns:
        Its exit code.
    """
    try:
        variables = live_environment(state)
    except StackNotRunningError:
        variables = exported_variables(state)
    environment = {**base_environment(state), **variables}
    command = [sys.executable, "-m", "dagster_open_platform.operations.clones", *arguments]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - our own module
