"""`python -m dagster_open_platform.lib.fivetran.refresh [--check]`: the state files, as Fivetran has the accounts now.

What belongs here: the command: which files, what is printed, exit codes. What does not: asking Fivetran (`fetch.py`), and what is a
difference (`difference.py`).
"""

import argparse
import logging
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_open_platform.lib.fivetran.component import FivetranComponent
from dagster_open_platform.lib.fivetran.difference import changes
from dagster_open_platform.lib.fivetran.errors import InvalidState
from dagster_open_platform.lib.fivetran.resource import FivetranResource
from dagster_open_platform.lib.fivetran.state import AccountState, read_state, state_text, write_state
from dagster_open_platform.lib.yaml_errors import located_yaml_errors
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform.utils.source_code import REPOSITORY_ROOT

DIFFERENT, WRONG = 1, 2
"""Exit codes."""


class NothingToRefresh(PermanentFailure):
    """There is no instance of the component, or the key sees no connectors."""


@dataclass(frozen=True)
class Refreshed:
    """What came of one state file.

    Args:
        path: The file.
        lines: A line for each change.
        differs: Whether the file's text is another now; also true if nothing but its form changed.
    """

    path: Path
    lines: Sequence[str]
    differs: bool


def refresh(component: FivetranComponent, fivetran: FivetranResource, write: bool = True) -> Refreshed:
    """Bring an instance's state file to what Fivetran has.

    Args:
        component: The instance.
        fivetran: Whom to ask.
        write: Whether the file is written.

    Raises:
        NothingToRefresh: The key sees no connectors. The file stays: an empty one would empty the graph.
        PermanentFailure, RetryableFailure: Fivetran cannot be asked. The file stays.
    """
    path = component.state_path
    after = component.fetch(fivetran)
    if not after.connectors:
        raise NothingToRefresh(
            "Fivetran shows no connectors to this API key, so the state is left as it is. Check the key's groups and role."
        )
    before, text = _before(path)
    differs = text != state_text(after)
    if write and differs:
        write_state(path, after)
    return Refreshed(path, [str(change) for change in changes(before, after)], differs)


def _before(path: Path) -> tuple[AccountState | None, str | None]:
    """What the file has; None: there is none, or it is none."""
    try:
        return read_state(path), path.read_text(encoding="utf-8")
    except InvalidState:
        return None, None


def instances(project: Path) -> Sequence[FivetranComponent]:
    """The instances of the component in a project.

    Args:
        project: Its folder, which has the `pyproject.toml`.

    Raises:
        NothingToRefresh: There is none.
        InvalidYaml: One is wrong.
    """
    import dagster as dg

    tree = dg.ComponentTree.for_project(project)
    with located_yaml_errors(tree.defs_module_path), warnings.catch_warnings():
        # Python definitions are imported on the way; `definitions.py` says why their warnings tell nothing.
        warnings.simplefilter("ignore", dg.BetaWarning)
        warnings.simplefilter("ignore", dg.PreviewWarning)
        warnings.simplefilter("ignore", dg.SupersessionWarning)
        found = tree.get_all_components(of_type=FivetranComponent)
    if not found:
        raise NothingToRefresh(
            f"There is no FivetranComponent in {tree.defs_module_path}, so there is no state to refresh."
        )
    return found


def main(
    arguments: Sequence[str] | None = None,
    find: Callable[[Path], Sequence[FivetranComponent]] = instances,
    fivetran: FivetranResource | None = None,
) -> int:
    """Refresh every state file of the project, and print what changed.

    Args:
        arguments: Of the command line; None: those of this process.
        find: Finds the instances in a project's folder.
        fivetran: Whom to ask; None: whom the variables name.

    Returns:
        0; 1 if files are only compared, and differ; 2 if something is wrong, and then a line on the standard error says what.
    """
    parser = argparse.ArgumentParser(
        prog="python -m dagster_open_platform.lib.fivetran.refresh",
        description="Fetch the connectors, tables and columns of the Fivetran accounts that the project loads.",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 if something has changed"
    )
    given = parser.parse_args(arguments)
    differ = False
    try:
        for component in find(REPOSITORY_ROOT):
            refreshed = refresh(component, fivetran or FivetranResource(), write=not given.check)
            differ |= refreshed.differs
            _print(refreshed, given.check)
    except (PermanentFailure, RetryableFailure) as failure:
        sys.stderr.write(f"{' '.join(str(failure.description).split())}\n")
        return WRONG
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}.\n")
        return WRONG
    return DIFFERENT if differ and given.check else 0


def _print(refreshed: Refreshed, only_compared: bool) -> None:
    path = refreshed.path
    shown = path.relative_to(REPOSITORY_ROOT) if path.is_relative_to(REPOSITORY_ROOT) else path
    if not refreshed.differs:
        told = "is as Fivetran has it."
    else:
        told = "differs from what Fivetran has:" if only_compared else "is renewed:"
    lines = refreshed.lines or (["~ only its form"] if refreshed.differs else [])
    sys.stdout.write("\n".join([f"{shown} {told}", *lines]) + "\n")


if __name__ == "__main__":
    # What is retried is not an error yet; the last failure is told.
    logging.getLogger("dagster_open_platform").addHandler(logging.NullHandler())
    sys.exit(main())
