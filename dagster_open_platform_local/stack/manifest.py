"""Sees to it that the dbt manifest is there and current before definitions are loaded.

What belongs here: calling the builder, in a process of its own, and its failure. What does not: how a manifest is built
(the platform knows, and production calls the same).
"""

import sys

from dagster_open_platform_local.stack.errors import StackError
from dagster_open_platform_local.stack.process import GuardedProcess, log_tail
from dagster_open_platform_local.stack.supervisor import Supervisor

MANIFEST_MODULE = "dagster_open_platform.lib.dbt.manifest"


def ensure_manifest(supervisor: Supervisor) -> None:
    """Build the manifest unless it is current.

    Raises:
        StackError: The dbt project cannot be parsed; the end of dbt's output is in the message.
    """
    log = supervisor.state.logs / "manifest.log"
    process = GuardedProcess("manifest", [sys.executable, "-m", MANIFEST_MODULE], supervisor.environment, log)
    code = supervisor.run(process)
    if code != 0:
        raise StackError(
            f"The dbt manifest could not be built (exit code {code}). Its log ends with:\n{log_tail(log)}"
        )
