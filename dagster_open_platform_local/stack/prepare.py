"""What must be so before Dagster runs on the stack: the dbt manifest is current, and no run waits for a dead process.

    python -m dagster_open_platform_local.stack.prepare

What belongs here: when that is done, and its failure. What does not: how a manifest is built (the platform knows, and
production calls the same).
"""

import sys

from dagster_open_platform_local.stack.errors import StackError
from dagster_open_platform_local.stack.process import log_tail
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


def prepare_dagster(supervisor: Supervisor) -> None:
    """Do both in a process of its own, in the stack's environment.

    Raises:
        StackError: The dbt project cannot be parsed; the end of dbt's output is in the message.
    """
    log = supervisor.state.logs / "prepare.log"
    command = [sys.executable, "-m", "dagster_open_platform_local.stack.prepare"]
    code = supervisor.run(supervisor.process("prepare", command, log))
    if code != 0:
        raise StackError(
            f"Dagster could not be prepared (exit code {code}). The log ends with:\n{log_tail(log)}"
        )


def main() -> None:
    """Do it in this process."""
    import dagster as dg

    from dagster_open_platform_local.stack.dead_runs import close_dead_runs

    build_manifest_if_needed()
    with dg.DagsterInstance.get() as instance:
        close_dead_runs(instance)


if __name__ == "__main__":
    main()
