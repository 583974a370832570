"""Sees to it that the dbt manifest is there and current before definitions are loaded.

    python -m dagster_open_platform_local.stack.manifest

What belongs here: when it is built, and its failure. What does not: how it is built (the platform knows, and production
calls the same).
"""

import sys

from dagster_open_platform_local.stack.errors import StackError
from dagster_open_platform_local.stack.process import GuardedProcess, log_tail
from dagster_open_platform_local.stack.supervisor import Supervisor


def build_manifest_if_needed() -> bool:
    """Build the manifest unless it describes the dbt project as that is now.

    Returns:
        Whether it was built.

    Raises:
        ManifestNotBuilt: dbt refused the project.
    """
    # These import Dagster, which a supervisor does without.
    from dagster_open_platform.lib.dbt.errors import ManifestMissing, ManifestStale
    from dagster_open_platform.lib.dbt.manifest import build_manifest, load_manifest

    try:
        load_manifest()
    except (ManifestMissing, ManifestStale):
        build_manifest()
        return True
    return False


def ensure_manifest(supervisor: Supervisor) -> None:
    """The same in a process of its own, in the stack's environment.

    Raises:
        StackError: The dbt project cannot be parsed; the end of dbt's output is in the message.
    """
    log = supervisor.state.logs / "manifest.log"
    command = [sys.executable, "-m", "dagster_open_platform_local.stack.manifest"]
    code = supervisor.run(GuardedProcess("manifest", command, supervisor.environment, log))
    if code != 0:
        raise StackError(
            f"The dbt manifest could not be built (exit code {code}). Its log ends with:\n{log_tail(log)}"
        )


if __name__ == "__main__":
    build_manifest_if_needed()
