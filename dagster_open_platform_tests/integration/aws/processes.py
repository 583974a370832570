"""Starting the child of these tests.

What belongs here: processes. What does not: assertions.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_open_platform_tests.fixtures.forking import Forked, forked

MODULE = "dagster_open_platform_tests.integration.aws.child"
INSTANCE = "telemetry: {enabled: false}\n"
Order = dict[str, Any]


class Runner:
    """Makes runs in processes of their own.

    Args:
        process: The child.
    """

    def __init__(self, process: Forked) -> None:
        self._process = process

    def run(self, *orders: Order) -> list[int]:
        """Makes runs at the same time; returns their exit codes, which are negative for those that were killed."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(orders) + "\n")
        stdin.flush()
        return json.loads(stdout.readline())


@contextlib.contextmanager
def runner(home: Path, variables: dict[str, str]) -> Iterator[Runner]:
    """A child, which has ended after the block.

    Args:
        home: Becomes the directory of a Dagster instance.
        variables: Of the store.
    """
    home.mkdir()
    (home / "dagster.yaml").write_text(INSTANCE)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        # Its databases are made when they are used first, which two processes must not do at once.
        instance.get_runs_count()
        instance.get_asset_records()
    with forked(MODULE, environment={**os.environ, **variables, "DAGSTER_HOME": str(home)}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Runner(process)
