"""The state of Fivetran's connectors, fetched from the emulated Fivetran, or from the real one if `live.env` has an account.

What belongs here: a stack of nothing but the vendors, which lasts as long as the platform's own command. What does not: that command
(`dagster_open_platform.lib.fivetran.refresh`).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from dagster_open_platform_local.company.clock import CompanyClock, write_clock
from dagster_open_platform_local.company.settings import settings_from_environment
from dagster_open_platform_local.stack.environment import base_environment, exported_variables
from dagster_open_platform_local.stack.live import live_systems
from dagster_open_platform_local.stack.lock import command_line
from dagster_open_platform_local.stack.services import new_vendor_credentials, saas_service
from dagster_open_platform_local.stack.supervisor import Supervisor
from dagster_open_platform_local.state import LocalState


def refresh_state(state: LocalState, check: bool) -> int:
    """Run the platform's command beside the vendors of a company that is made for it, or with the person's own account.

    Args:
        state: Where `live.env` is, if there is one.
        check: Whether it only compares.

    Returns:
        Its exit code.

    Raises:
        StackError: The vendors did not start, or `live.env` is wrong.
    """
    command = [
        sys.executable,
        "-m",
        "dagster_open_platform.lib.fivetran.refresh",
        *(["--check"] if check else []),
    ]
    live = live_systems(state)
    if "fivetran" in live.names:
        environment = {**base_environment(state), **live.variables}
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - our own module
    with tempfile.TemporaryDirectory(prefix="dop-refresh-") as folder:
        made = LocalState(Path(folder).resolve())
        made.create()
        settings = settings_from_environment()
        # A company of no days: which tables there are does not depend on what happened.
        write_clock(made.company, CompanyClock(settings, settings.epoch, follows_calendar=False))
        base, exported = base_environment(made), exported_variables(made)
        with Supervisor(made, command_line("refresh-state"), base, exported) as supervisor:
            supervisor.start([saas_service(made, new_vendor_credentials())])
            return supervisor.run(supervisor.process("refresh", command))
