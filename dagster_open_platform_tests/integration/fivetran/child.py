"""A run of a connector in a process of its own.

What belongs here: the other side of tests that kill it, or run two of it. What does not: assertions.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from dagster_open_platform_tests.fixtures.fivetran_platform import FivetranPlatform
from dagster_open_platform_tests.fixtures.forking import Forked, forked


def main(warehouse: str, state: str, connector: str, home: str) -> int:
    """Runs it, recorded in an instance that survives."""
    platform = FivetranPlatform(Path(warehouse), Path(state).read_text())
    with dg.DagsterInstance.local_temp(home) as instance:
        print("ready", flush=True)  # noqa: T201 - the test reads it
        return 0 if platform.run(connector, instance).success else 1


@contextlib.contextmanager
def running(platform: FivetranPlatform, connector: str, home: Path) -> Iterator[Forked]:
    """Start the child, wait until it begins, and see to it that it has ended after the block.

    Args:
        platform: What is run.
        connector: Whose op.
        home: Of its Dagster instance; made if missing.
    """
    home.mkdir(exist_ok=True)
    state = home / "state.json"
    state.write_text(platform.state or "")
    arguments = [str(platform.directory), str(state), connector, str(home)]
    with forked(__name__, *arguments) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
