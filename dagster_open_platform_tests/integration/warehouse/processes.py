"""Starting the child of these tests.

What belongs here: processes. What does not: assertions.
"""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagster_open_platform_tests.fixtures.forking import Forked, forked

MODULE = "dagster_open_platform_tests.integration.warehouse.child"


def outcome(directory: Path, what: str, argument: object = "") -> dict[str, Any]:
    """Run the child to its end and return what it reported."""
    with running(directory, what, argument) as process:
        said, _ = process.communicate()
        assert process.returncode == 0
    return json.loads(said.splitlines()[-1])


@contextlib.contextmanager
def running(directory: Path, what: str, argument: object = "") -> Iterator[Forked]:
    """Start the child, and see to it that it has ended after the block."""
    with forked(MODULE, str(directory), what, str(argument)) as process:
        yield process
