"""Starting the child of these tests.

What belongs here: processes. What does not: assertions.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MODULE = "dagster_open_platform_tests.integration.warehouse.child"


def command(directory: Path, what: str, argument: object = "") -> list[str]:
    """The command line of the child."""
    return [sys.executable, "-m", MODULE, str(directory), what, str(argument)]


def outcome(directory: Path, what: str, argument: object = "") -> dict[str, Any]:
    """Run the child to its end and return what it reported."""
    done = subprocess.run(command(directory, what, argument), check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


@contextlib.contextmanager
def running(directory: Path, what: str, argument: object = "") -> Iterator[subprocess.Popen[str]]:
    """Start the child, and see to it that it has ended after the block."""
    process = subprocess.Popen(
        command(directory, what, argument), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
