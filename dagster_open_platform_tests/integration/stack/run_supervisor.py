"""Runs a supervisor with stand-in services, as a process that a test can kill.

    python -m dagster_open_platform_tests.integration.stack.run_supervisor ROOT MODE...

Prints one line of JSON when all are healthy: pids of the services and of their guards, and their ports.
"""

import json
import os
import sys
from pathlib import Path

from dagster_open_platform_local.stack.environment import base_environment, exported_variables
from dagster_open_platform_local.stack.errors import StackError
from dagster_open_platform_local.stack.signals import Interrupted, interruptible
from dagster_open_platform_local.stack.supervisor import Service, Supervisor
from dagster_open_platform_local.state import LocalState


def stand_in(name: str, mode: str, startup_seconds: float = 20.0) -> Service:
    """A service of the stack that behaves as `stand_in.main` says."""
    return Service(
        name=name,
        command=lambda port: [
            *(sys.executable, "-m", "dagster_open_platform_tests.integration.stack.stand_in"),
            *(mode, str(port)),
        ],
        secrets={"STAND_IN_SECRET": "s3cret"} if mode == "token" else {},
        provides=lambda port: {f"{name.upper()}_URL": f"http://127.0.0.1:{port}"},
        startup_seconds=startup_seconds,
        grace_seconds=0.5,
    )


def main(root: str, modes: list[str]) -> int:
    """Run until a signal comes or a service dies."""
    state = LocalState(Path(root))
    state.create()
    try:
        with (
            interruptible(),
            Supervisor(state, "test", base_environment(state), exported_variables(state)) as supervisor,
        ):
            supervisor.start([stand_in(f"{mode}{number}", mode) for number, mode in enumerate(modes)])
            sys.stdout.write(
                json.dumps(
                    {
                        "services": [running.process.pid for running in supervisor.running],
                        "guards": [running.process.guard_pid for running in supervisor.running],
                        "ports": [running.port for running in supervisor.running],
                        "supervisor": os.getpid(),
                    }
                )
                + "\n"
            )
            sys.stdout.flush()
            while True:
                supervisor.watch(60)
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Interrupted as interrupted:
        return interrupted.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
