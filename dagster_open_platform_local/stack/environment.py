"""The environment of everything that runs on the stack.

What belongs here: which variables of the person's shell must not leak in, and those that do not depend on a service.
What does not: a service's own variables (they stand beside the service in `services.py`).
"""

import os
from collections.abc import Mapping

from dagster_open_platform_local.stack.errors import StackNotRunningError
from dagster_open_platform_local.stack.lock import current_holder
from dagster_open_platform_local.stack.supervisor import STACK_PID
from dagster_open_platform_local.state import DIRECTORY_VARIABLE, LocalState, read_environment

_FOREIGN = (
    # With one of these the platform would think that it is in production, or talk to it.
    "DAGSTER_",
    "SNOWFLAKE_",
    "GOOGLE_",
    "GCP_",
    "BIGQUERY_",
    "GITHUB_",
    "FIVETRAN_",
    "SEGMENT_",
    "STRIPE_",
    "ANTHROPIC_",
    "HIGHTOUCH_",
    "SALESFORCE_",
    "HUBSPOT_",
    "SLACK_",
    "WAREHOUSE_",
    "CLOUD_PRODUCT_",
    "PRODUCT_REPORTING",
    # With one of these an AWS client would take a profile, a role or an address of the person's own account.
    "AWS_",
    "WORKSPACE_REPLICATION_",
    # These would make each client of PostgreSQL, or Sling, another than it is.
    "PG",
    "SLING_",
    # These would send dbt to another project or profile.
    "DBT_",
    # These belong to a stack, and the one who reads them starts another.
    "DOP_STACK_",
)
_LOOPBACK = ("127.0.0.1", "localhost")


def base_environment(state: LocalState, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """A shell's environment without what belongs to another deployment.

    Args:
        state: Where the stack's state is.
        environ: The shell's; this process's if not given.
    """
    values = os.environ if environ is None else environ
    kept = {name: value for name, value in values.items() if not name.startswith(_FOREIGN)}
    return {**kept, DIRECTORY_VARIABLE: str(state.root), "PYTHONUNBUFFERED": "1"}


def exported_variables(state: LocalState, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of the environment file that do not depend on a service.

    Args:
        state: Where the stack's state is.
        environ: The shell's environment, whose exceptions from its proxy are kept.
    """
    values = os.environ if environ is None else environ
    exceptions = [
        *filter(None, (values.get("NO_PROXY") or values.get("no_proxy") or "").split(",")),
        *_LOOPBACK,
    ]
    # A proxy of the office cannot reach the services of this machine.
    no_proxy = ",".join(dict.fromkeys(exceptions))
    return {
        "DAGSTER_HOME": str(state.dagster_home),
        "WAREHOUSE_DUCKDB_DIR": str(state.warehouse),
        "WAREHOUSE_EU_DUCKDB_DIR": str(state.warehouse_eu),
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


def live_environment(state: LocalState) -> dict[str, str]:
    """The variables of the stack that runs now.

    Raises:
        StackNotRunningError: None runs, or it is still starting. A file that a dead stack left behind does not count.
    """
    holder = current_holder(state.lock)
    if holder is None:
        raise StackNotRunningError(f"No stack runs on {state.root}: `just stack` starts one.")
    try:
        variables = read_environment(state.environment)
    except FileNotFoundError:
        variables = {}
    if variables.pop(STACK_PID, None) != str(holder.pid):
        raise StackNotRunningError(
            f"The stack of `{holder.command}` (pid {holder.pid}) on {state.root} is still starting."
        )
    return variables
