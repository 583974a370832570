"""Runs of the real assets in processes that can be killed.

What belongs here: the process. What does not: assertions.

``main`` says ``ready``, and answers each line that it
reads. A line is a JSON list of orders ``{"first", "last", "organizations", "killed_after"}``: for each a process is forked, all at
the same time, that makes one Dagster run on the instance of ``DAGSTER_HOME``. The answer is the list of their exit codes. -9 says
that a process was killed, which it does itself, from another thread, a moment after it has begun a request of that number.
"""

import json
import os
import random
import signal
import sys
import threading
from typing import Any

import dagster as dg

from dagster_open_platform.defs.aws.py.assets import OP, workspace_assets
from dagster_open_platform.lib.aws import client, store
from dagster_open_platform.lib.aws.resource import S3StoreResource
from dagster_open_platform_tests.fixtures.aws import HookedStores, partition_range

PRELOADED = store
_KILL_WITHIN_SECONDS = 0.004


class Killer:
    """Ends this process without a chance to clean up.

    Args:
        after: The number of the request.
    """

    def __init__(self, after: int) -> None:
        self._left = after
        self._lock = threading.Lock()

    def before(self, _request: str, _key: str) -> None:
        """Counts a request."""
        with self._lock:
            self._left -= 1
            if self._left == 0:
                moment = random.uniform(0, _KILL_WITHIN_SECONDS)  # noqa: S311 - no secret
                threading.Timer(moment, os.kill, (os.getpid(), signal.SIGKILL)).start()


def run(assets: dg.AssetsDefinition, order: dict[str, Any]) -> bool:
    """Makes one run; returns whether it succeeded."""
    after = order.get("killed_after")
    door: Any = HookedStores(S3StoreResource(), Killer(after).before) if after else S3StoreResource()
    organizations = order.get("organizations")
    with dg.DagsterInstance.get() as instance:
        return dg.materialize(
            [assets],
            tags=partition_range(order["first"], order["last"]),
            run_config={"ops": {OP: {"config": {"organizations": organizations}}}} if organizations else None,
            resources={"s3": door},
            instance=instance,
            raise_on_error=False,
        ).success


def forked(assets: dg.AssetsDefinition, order: dict[str, Any]) -> int:
    """Forks a process for an order; returns its id."""
    pid = os.fork()
    if pid == 0:
        code = 2
        try:
            code = 0 if run(assets, order) else 1
        finally:
            sys.stderr.flush()
            os._exit(code)
    return pid


def main() -> None:
    """Forks for each order of a line, at the same time, and answers with their exit codes."""
    # What is read here, a fork does not read again.
    assets = workspace_assets(retry_policy=None)
    client.BoundedS3Resource().get_client()
    print("ready", flush=True)  # noqa: T201 - the parent reads it
    for line in sys.stdin:
        # No thread is alive here, so forking is safe.
        pids = [forked(assets, order) for order in json.loads(line)]
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        print(json.dumps(codes), flush=True)  # noqa: T201 - the parent reads it
