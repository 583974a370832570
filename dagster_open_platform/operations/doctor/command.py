"""The command line of the doctor.

What belongs here: arguments, exit codes, and what is printed where.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from dagster_open_platform.lib.systems import System
from dagster_open_platform.lib.warehouse.system import is_snowflake
from dagster_open_platform.operations.doctor.examine import examine
from dagster_open_platform.operations.doctor.systems import declared_for, systems_of
from dagster_open_platform.operations.doctor.tell import as_json, as_text
from dagster_open_platform.operations.names import nearest
from dagster_open_platform.resources import default_resources
from dagster_open_platform.utils.environment_helpers import get_environment
from dagster_open_platform.utils.failures import PermanentFailure

BROKEN, WRONG = 1, 2
"""Exit codes: something that is configured does not work; the command line or the environment is wrong."""


class UnknownSystem(PermanentFailure):
    """There is no system of that name."""


def chosen(systems: Sequence[System], names: Sequence[str]) -> Sequence[System]:
    """The systems of these names, in their own order; all if there are no names.

    Raises:
        UnknownSystem: There is none of that name; says the nearest one.
    """
    known = [system.name for system in systems]
    for name in names:
        if name not in known:
            raise UnknownSystem(f"There is no system {name!r}. {nearest(name, known)}")
    return [system for system in systems if not names or system.name in names]


def main(arguments: Sequence[str] | None = None, resources: Mapping[str, Any] | None = None) -> int:
    """Look, and print.

    Args:
        arguments: Of the command line; None: those of this process.
        resources: What stands behind resource keys; None: what the environment puts there.

    Returns:
        0; 1 if something that is configured does not work; 2 if a name or the environment is wrong.
    """
    parser = argparse.ArgumentParser(
        prog="just doctor",
        description="Say for each system whether it is simulated or live, what it lacks, whether it answers, and what to do.",
        epilog="Exit code 1 if something that is configured does not work. Values of variables are never shown.",
    )
    parser.add_argument("systems", nargs="*", metavar="SYSTEM", help="look only at these; default: at all")
    parser.add_argument("--json", action="store_true", help="for machines")
    given = parser.parse_args(arguments)
    try:
        environment = get_environment()
        resources = resources or default_resources(environment)
        systems = systems_of(resources)
        wanted = chosen(systems, given.systems)
    except PermanentFailure as failure:
        sys.stderr.write(f"{failure.description}\n")
        return WRONG
    reports = examine(wanted, resources, declared_for(systems))
    has_snowflake = is_snowflake(resources["warehouse"])
    if given.json:
        sys.stdout.write(json.dumps(as_json(reports, environment, has_snowflake), indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(as_text(reports, environment, has_snowflake)) + "\n")
    return BROKEN if any(report.is_bad for report in reports) else 0
