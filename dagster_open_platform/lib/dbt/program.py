"""The ``dbt`` command, which takes the project as it was parsed ahead: what the dbt resource starts.

    python -m dagster_open_platform.lib.dbt.program ARGUMENTS OF DBT

What belongs here: where dbt gets the parsed project from. What does not: whether that still describes the project
(``parsed.py``), and which arguments dbt is given (``resource.py``, ``runner.py``).

dbt itself parses the whole project anew whenever a variable or the connection differs from the last parse, thus for every
range of days: 4 s of CPU for 75 models, and more with each. What is parsed ahead holds for all of them: names and
configurations enter it, which follow from the target and from other variables; the days and the connection are asked for
when a model is compiled.

With ``--no-write-json`` it writes what became of each node all the same, and nothing else. dbt would leave out that too, or
write with it descriptions of the whole project, however little of it was built: 2 s of CPU for 425 models.
"""

import itertools
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from dagster_open_platform.lib.dbt.branch import PULL_REQUEST_VARIABLE, is_of_branch, on_clones, parsed_with
from dagster_open_platform.lib.dbt.parsed import load_parsed
from dagster_open_platform.utils import garbage_collector
from dagster_open_platform_dbt import PROJECT_DIR

COMPILED_VARIABLES = frozenset({"min_date", "max_date", "region"})
"""The variables that nothing reads before a model is compiled (`macros/incremental/run_window.sql`, `macros/sources/union_shards.sql`)."""

NO_DESCRIPTIONS = "--no-write-json"
RUN_RESULTS = "run_results.json"

FAILED, NOT_RUN = 1, 2
"""dbt's own exit codes: some node failed; dbt could not do what it was told."""


def main(arguments: Sequence[str]) -> int:
    """Run dbt.

    Args:
        arguments: Those of the ``dbt`` command.

    Returns:
        The ``dbt`` command's exit code.
    """
    # Modules and the project stay until the end, and to walk over them again and again takes a quarter of a small build.
    with garbage_collector.paused():
        # dbt takes most of a second to import, which this module's other readers need not wait for.
        from dbt.artifacts.schemas.run import RunExecutionResult
        from dbt.cli.exceptions import DbtUsageException
        from dbt.cli.main import dbtRunner
        from dbt.contracts.graph.manifest import Manifest

        content = _parsed_ahead(arguments)
        parsed = None if content is None else Manifest.from_msgpack(content)
        if parsed is not None and is_of_branch(_option("--target", arguments)):
            on_clones(parsed, os.environ[PULL_REQUEST_VARIABLE])
        garbage_collector.keep_what_is_there()
    result = dbtRunner(manifest=parsed).invoke([*arguments])
    if NO_DESCRIPTIONS in arguments and isinstance(result.result, RunExecutionResult):
        result.result.write(str(_target_path(arguments) / RUN_RESULTS))
    if isinstance(result.exception, DbtUsageException):
        # Everything else dbt has said already.
        sys.stderr.write(f"{result.exception}\n")
    if result.exception is not None:
        return NOT_RUN
    return 0 if result.success else FAILED


def _parsed_ahead(arguments: Sequence[str]) -> bytes | None:
    """Return what dbt would parse now; None if it must find out itself."""
    try:
        variables = json.loads(_option("--vars", arguments) or "{}")
    except ValueError:  # dbt reads YAML, too
        return None
    if not isinstance(variables, dict) or not COMPILED_VARIABLES.issuperset(variables):
        return None
    project_dir = Path(os.environ.get("DBT_PROJECT_DIR", PROJECT_DIR))
    target = _option("--target", arguments)
    if is_of_branch(target) and not os.environ.get(PULL_REQUEST_VARIABLE):
        return None  # dbt says what is missing
    return load_parsed(parsed_with(target), project_dir)


def _target_path(arguments: Sequence[str]) -> Path:
    given = _option("--target-path", arguments) or os.environ.get("DBT_TARGET_PATH")
    return Path(given) if given else PROJECT_DIR / "target"


def _option(name: str, arguments: Sequence[str]) -> str | None:
    """Return what follows an option the last time it is given; None if it is not."""
    values = [value for option, value in itertools.pairwise(arguments) if option == name]
    return values[-1] if values else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
