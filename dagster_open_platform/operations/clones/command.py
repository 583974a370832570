"""The command line of clones.

What belongs here: arguments, asking before something is dropped, exit codes, and what is printed where.
"""

import argparse
import datetime as dt
import sys
from collections.abc import Callable, Iterator, Sequence

from dagster_open_platform.lib.snowflake.clones import (
    CloneReport,
    chosen_pull_request,
    drop_clones,
    idle_clones,
    make_clones,
)
from dagster_open_platform.lib.systems import counted
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.utils.clone_names import DatabaseClone
from dagster_open_platform.utils.databases import LOGICAL_DATABASES
from dagster_open_platform.utils.environment_helpers import get_environment
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

FAILED, WRONG = 1, 2
"""Exit codes: a clone could not be made or dropped; nothing was tried."""


class NotConfirmed(PermanentFailure):
    """Somebody would have to be asked before clones are dropped, and said no or is not there."""


def main(
    arguments: Sequence[str] | None = None,
    warehouse: WarehouseResource | None = None,
    ask: Callable[[str], str] | None = None,
) -> int:
    """List, make or drop.

    Args:
        arguments: Of the command line; None: those of this process.
        warehouse: Whose databases; None: the environment's.
        ask: Asks a person; None: at the terminal, if there is one.

    Returns:
        0; 1 if a clone could not be made or dropped, or nobody agreed; 2 if what was typed is wrong.
    """
    given = _parser().parse_args(arguments)
    try:
        environment = get_environment()
        if warehouse is None:
            from dagster_open_platform.resources import warehouse_resource

            warehouse = warehouse_resource(environment)
        number = chosen_pull_request(given.number, environment) if given.verb != "list" else ""
        names = [DatabaseClone(database, number).name for database in LOGICAL_DATABASES if number]
        if given.verb == "drop" and not given.yes:
            _confirm(names, ask)
        with warehouse.connect_without_databases() as connection:
            if given.verb == "make":
                reports = make_clones(connection, number)
            elif given.verb == "drop":
                reports = drop_clones(connection, number)
            else:
                reports = idle_clones(connection.databases(), dt.datetime.now(dt.UTC))
    except (PermanentFailure, RetryableFailure) as failure:
        sys.stderr.write(f"{failure.description}\n")
        return FAILED
    sys.stdout.write("\n".join(_lines(reports)) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="just clone",
        description="List the databases of pull requests, or make or drop those of one. A clone that is there stays as it is.",
        epilog="`just clone --local …` works on the DuckDB files of a laptop, `just clone …` where the shell's variables say.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="list | make | drop", required=True)
    verbs.add_parser("list", help="which there are, how large, and for how long nobody has used them")
    make = verbs.add_parser("make", help="clone each of the platform's databases")
    drop = verbs.add_parser("drop", help="drop the clones of a pull request")
    drop.add_argument("--yes", "-y", action="store_true", help="don't ask")
    for verb in (make, drop):
        verb.add_argument("number", nargs="?", help="of the pull request; in a branch deployment, its own")
    return parser


def _confirm(names: Sequence[str], ask: Callable[[str], str] | None) -> None:
    if ask is None and not sys.stdin.isatty():
        raise NotConfirmed(f"Pass --yes to drop {' and '.join(names)} without being asked.")
    try:
        said = (ask or input)(f"Drop {' and '.join(names)} with everything in them? [y/N] ")
    except (EOFError, KeyboardInterrupt):
        said = ""
    if said.strip().lower() not in ("y", "yes"):
        raise NotConfirmed("Nothing was dropped.")


def _lines(reports: Sequence[CloneReport]) -> Iterator[str]:
    if not reports:
        yield "There are no clones. `just clone make NUMBER` makes those of a pull request (`just clone --local make NUMBER` on a laptop)."
        return
    width = max(len(report.name) for report in reports)
    for report in reports:
        size = "" if report.bytes is None else f"  {report.bytes / 1e6:,.1f} MB"
        idle = "" if report.idle_days is None else f"  unused for {counted(int(report.idle_days), 'day')}"
        changed = f"  {counted(report.views.repointed, 'view')} repointed" if report.views.repointed else ""
        dropped = f"  dropped {', '.join(report.views.dropped)}" if report.views.dropped else ""
        yield f"{report.name:<{width}}  {report.action}{size}{idle}{changed}{dropped}"
