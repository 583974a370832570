"""An ingestion in a process of its own.

What belongs here: the other side of tests that kill it, or run two of it. What does not: assertions.
"""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from dagster_open_platform.lib.sling.config import load_replication
from dagster_open_platform.lib.sling.outcomes import StreamFailed
from dagster_open_platform_tests.fixtures.forking import Forked, forked
from dagster_open_platform_tests.fixtures.sling import SCHEMA, Site


def main(directory: str) -> None:
    """Run all streams of a site's replication, and say what came of each as a line of JSON."""
    site = Site(Path(directory), url="")
    replication = load_replication(site.directory / "replication.yaml", SCHEMA)
    print("{}", flush=True)  # noqa: T201 - the test reads it
    for outcome in site.ingestion(replication).run([stream.name for stream in replication.streams]):
        said = {"stream": outcome.stream.name, "error": "", "retry": False, "message": ""}
        if isinstance(outcome, StreamFailed):
            failure = outcome.failure
            said |= {"error": type(failure).__name__, "retry": failure.allow_retries}
            said |= {"message": str(failure.description)}
        print(json.dumps(said), flush=True)  # noqa: T201 - the test reads it


@contextlib.contextmanager
def running(site: Site) -> Iterator[Forked]:
    """Start the child, wait until it begins, and see to it that it has ended after the block."""
    with forked(__name__, str(site.directory)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "{}\n"
        yield process
