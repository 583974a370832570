"""The state of Fivetran's connectors, fetched from the emulated Fivetran.

What belongs here: a stack of nothing but the vendors, which lasts as long as the platform's own command. What does not: that command
(`dagster_open_platform.lib.fivetran.refresh`).
"""

import sys
import tempfile
from pathlib import Path

from dagster_open_platform_local.company.clock import CompanyClock, write_clock
from dagster_open_platform_local.company.settings import settings_from_environment
from dagster_open_platform_local.stack.environment import base_environment, exported_variables
from dagster_open_platform_local.stack.lock import command_line
from dagster_open_platform_local.stack.services import new_vendor_credentials, saas_service
from dagster_open_platform_local.stack.supervisor import Supervisor
from dagster_open_platform_local.state import LocalState


def refresh_state(check: bool) -> int:
    """Run the platform's command beside the vendors of a company that is made for it.

    Args:
        check: Whether it only compares.

    Returns:
        Its exit code.

    Raises:
        StackError: The vendors did not start.
    """
    with tempfile.TemporaryDirectory(prefix="dop-refresh-") as folder:
        state = LocalState(Path(folder).resolve())
        state.create()
        settings = settings_from_environment()
        # A company of no days: which tables there are does not depend on what happened.
        write_clock(state.company, CompanyClock(settings, settings.epoch, follows_calendar=False))
        base, exported = base_environment(state), exported_variables(state)
        with Supervisor(state, command_line("refresh-state"), base, exported) as supervisor:
            supervisor.start([saas_service(state, new_vendor_credentials())])
            command = [sys.executable, "-m", "dagster_open_platform.lib.fivetran.refresh"]
            return supervisor.run(supervisor.process("refresh", [*command, *(["--check"] if check else [])]))
