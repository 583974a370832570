"""The command line of `why`.

What belongs here: arguments, exit codes, opening the instance, and what is printed where.
"""

import argparse
import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import dagster as dg

from dagster_open_platform.operations.why.find import find
from dagster_open_platform.operations.why.look import look
from dagster_open_platform.operations.why.tell import as_json, as_text
from dagster_open_platform.utils.failures import PermanentFailure

WRONG = 2
"""Exit code: there is no such asset, or no instance."""


class NoInstance(PermanentFailure):
    """Nobody said where the Dagster instance is."""


def main(
    arguments: Sequence[str] | None = None,
    definitions: Callable[[], dg.Definitions] | None = None,
    now: dt.datetime | None = None,
) -> int:
    """Look, and print.

    Args:
        arguments: Of the command line; None: those of this process.
        definitions: Gives the code location; None: the platform's.
        now: When it shall be; aware. None: now.

    Returns:
        0, whatever became of the asset; 2 if there is no such asset or no instance.
    """
    parser = argparse.ArgumentParser(
        prog="just why",
        description="Say why an asset ran or did not: its policy in words, its last run and evaluation, and what it waits for.",
    )
    parser.add_argument("asset", help="its key with slashes or points, or an end of it: stg_stripe__invoices")
    parser.add_argument("--json", action="store_true", help="for machines")
    given = parser.parse_args(arguments)
    try:
        _check_home()
        found = (definitions or _platform)()
        key = find(given.asset, found.resolve_asset_graph().get_all_asset_keys())
        with dg.DagsterInstance.get() as instance:
            facts = look(found, instance, key, now or dt.datetime.now(dt.UTC))
    except PermanentFailure as failure:
        sys.stderr.write(f"{failure.description}\n")
        return WRONG
    lines = [json.dumps(as_json(facts), indent=2)] if given.json else as_text(facts)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _check_home() -> None:
    """Refuse before Dagster makes an instance of its own in a temporary directory, which knows of nothing."""
    home = os.environ.get("DAGSTER_HOME", "").strip()
    if not home:
        raise NoInstance(
            "Set DAGSTER_HOME to the directory of the Dagster instance. On a laptop `just why --local ASSET` knows it."
        )
    if not Path(home).is_dir():
        raise NoInstance(f"DAGSTER_HOME is {home}, and there is no such directory.")


def _platform() -> dg.Definitions:
    from dagster_open_platform.definitions import build_definitions

    return build_definitions()
