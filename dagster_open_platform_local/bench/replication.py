"""What the platform's replication costs beside Sling on its own, from Postgres into DuckDB and back.

What belongs here: the order of the work, the clock, and the ratios. What does not: the rows (`replication_data.py`), and the
ways (`replication_ways.py`).

A server of its own runs in a temporary directory, with a table of 1M rows x 13 columns. In each round every way moves the same
rows, one after the other, so that a machine that is busy for a while hits all of them, and each is checked: what arrived has
the row count and the checksum of what was sent, or there is no figure. Times are wall-clock seconds from nothing open to
everything closed.

`python -m` of this module is the child that measures; it prints one line of JSON.
"""

import contextlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg

from dagster_open_platform_local.bench import replication_data as data
from dagster_open_platform_local.bench import replication_ways as ways
from dagster_open_platform_local.bench.ratio import Ratio
from dagster_open_platform_local.bench.replication_data import Content
from dagster_open_platform_local.bench.replication_ways import Site
from dagster_open_platform_local.services.postgres.binaries import find_binaries
from dagster_open_platform_local.services.postgres.cluster import Cluster
from dagster_open_platform_local.services.postgres.databases import ProductDatabases
from dagster_open_platform_local.stack.environment import base_environment
from dagster_open_platform_local.stack.ports import free_port
from dagster_open_platform_local.stack.process import log_tail
from dagster_open_platform_local.stack.services import postgres_service
from dagster_open_platform_local.stack.signals import interruptible
from dagster_open_platform_local.stack.supervisor import Supervisor
from dagster_open_platform_local.state import LocalState

ROWS = 1_000_000
CHANGED_OF = 100
"""One of so many rows changes between two replications."""
WARM_UP_ROWS = 10_000
MODULE = "dagster_open_platform_local.bench.replication"
MOST_ROUNDS = 3
_ROUNDS_SECONDS = 480.0
"""A further round begins only if it would be over by then, as far as those before it tell."""
_LIMIT_SECONDS = 1200.0
"""After which the child is ended, whatever it does."""
_APPLICATION = "PRODUCT_APPLICATION_MAIN"
_ATTEMPTS = 3
_CHANGES = 3
"""How often rows change in a round: what takes two seconds needs more rounds than what takes thirty."""


@dataclass
class Times:
    """What the child gives; the keys name what was done.

    Args:
        seconds: How long it took, round by round.
        hung: How many attempts stood still, were ended and repeated, and are not counted; only Sling's on its own can.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    hung: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class Bench:
    """The measuring child's work.

    Args:
        rows: Of the table.
        directory: For the warehouses; removed after each round.
        checkpoint: Makes the server write out what it holds in memory, so that nobody pays for what another one wrote.
    """

    def __init__(self, rows: int, directory: Path, checkpoint: Callable[[], None]) -> None:
        self.rows = rows
        self.times = Times()
        self._directory = directory
        self._checkpoint = checkpoint
        self._source, self._target = os.environ[_APPLICATION], os.environ[ways.TARGET]

    def run(self) -> Times:
        """All rounds, after a small one that imports what they need and is not counted."""
        data.create(self._source, WARM_UP_ROWS)
        self.round(WARM_UP_ROWS, 0)
        self.times = Times()
        data.create(self._source, self.rows)
        began, longest = time.monotonic(), 0.0
        for number in range(MOST_ROUNDS):
            start = time.monotonic()
            if number and start + longest - began > _ROUNDS_SECONDS:
                break
            self.round(self.rows, number)
            longest = max(longest, time.monotonic() - start)
        return self.times

    def round(self, rows: int, number: int) -> None:
        """Move all rows into warehouses, then the changed ones, then all of them back.

        Args:
            rows: How many the source has.
            number: Of the round; in odd ones the ways have the other order.
        """
        ours, sling, extension = (Site(self._directory / name) for name in ("ours", "sling", "extension"))
        order = -1 if number % 2 else 1
        expected = data.in_postgres(self._source, data.TABLE)
        for name, site, way in (
            ("ours in", ours, partial(ways.ingest, ours, "full-refresh")),
            ("sling in", sling, partial(ways.sling_in, sling, "full-refresh")),
            ("extension in", extension, partial(ways.extension_in, extension)),
        )[::order]:
            self._timed(name, way, expected, partial(site.content, ways.INGESTED))
        for change in range(number * _CHANGES, (number + 1) * _CHANGES):
            expected = self._changes(ours, sling, rows, change)
        ways.make_mart(ours)
        self._out(ours, expected, order)
        shutil.rmtree(self._directory)

    def _changes(self, ours: Site, sling: Site, rows: int, number: int) -> Content:
        """Change some rows and bring them into both warehouses; returns what the source holds then."""
        data.change(self._source, rows, rows // CHANGED_OF, number)
        expected = data.in_postgres(self._source, data.TABLE)
        for name, site, way in (
            ("ours changes", ours, partial(ways.ingest, ours, "incremental")),
            ("sling changes", sling, partial(ways.sling_in, sling, "incremental")),
        )[:: -1 if number % 2 else 1]:
            self._timed(name, way, expected, partial(site.content, ways.INGESTED))
        return expected

    def _out(self, site: Site, expected: Content, order: int) -> None:
        """Publish the mart with Sling and twice with the platform; Sling itself replaces at no other cost than it creates."""
        steps = (
            ("ours out", "public.ours", partial(ways.publish, site, "public.ours")),
            ("sling out", "public.sling", partial(ways.sling_out, site, "public.sling")),
        )[::order]
        again = ("ours out again", *next(step[1:] for step in steps if step[0] == "ours out"))
        for name, table, way in (*steps, again):
            self._timed(name, way, expected, partial(data.in_postgres, self._target, table))
        with psycopg.connect(self._target) as connection:
            connection.execute("drop table public.ours, public.sling")

    def _timed(
        self, name: str, way: Callable[[], None], expected: Content, arrived: Callable[[], Content]
    ) -> None:
        for attempt in range(_ATTEMPTS):
            self._checkpoint()
            try:
                self.times.seconds[name].append(timed(name, way, expected, arrived))
                return
            except ways.HungError:
                self.times.hung[name] += 1
                if attempt == _ATTEMPTS - 1:
                    raise


def timed(name: str, way: Callable[[], None], expected: Content, arrived: Callable[[], Content]) -> float:
    """How many seconds a way takes.

    Args:
        name: For the message.
        way: Moves rows.
        expected: What it has to move.
        arrived: What is there afterwards.

    Raises:
        RuntimeError: Something else arrived than was sent.
    """
    start = time.perf_counter()
    way()
    taken = time.perf_counter() - start
    found = arrived()
    if found != expected:
        raise RuntimeError(f"{name}: sent {expected}, arrived {found}.")
    return taken


def child(rows: int) -> Times:
    """Run the measuring child beside a server of its own and return what it printed.

    Args:
        rows: Of the table.

    Raises:
        RuntimeError: It failed or took too long; says the end of its output.
    """
    with contextlib.ExitStack() as cleanup:
        cleanup.enter_context(interruptible())
        state = LocalState(Path(cleanup.enter_context(tempfile.TemporaryDirectory())))
        state.create()
        databases = ProductDatabases.with_new_passwords(free_port())
        stack = cleanup.enter_context(Supervisor(state, "bench", base_environment(state)))
        stack.start([postgres_service(state.postgres, databases)])
        command = [sys.executable, "-m", MODULE, str(rows), str(state.postgres), str(databases.port)]
        log = state.logs / "bench.log"
        process = stack.process("bench", command, log, databases.application_variables)
        cleanup.callback(process.stop)
        process.start()
        code = process.wait(_LIMIT_SECONDS)
        if code != 0:
            what = f"took more than {_LIMIT_SECONDS:g} s" if code is None else f"failed with code {code}"
            raise RuntimeError(f"The measuring of replication {what}. Its log ends with:\n{log_tail(log)}")
        return Times(**json.loads(log.read_text(encoding="utf-8").splitlines()[-1]))


def ratios(all_rows: int, times: Times) -> list[Ratio]:
    """The ratios of the medians.

    Args:
        all_rows: Of the table.
        times: As the child gives them.
    """
    median = {name: statistics.median(values) for name, values in times.seconds.items()}
    table = f"{all_rows:,} rows x 13 columns"

    def ratio(name: str, ours: str, sling: str, rows: int, what: str) -> Ratio:
        hung = f", after Sling hung {times.hung[sling]} times" if times.hung.get(sling) else ""
        return Ratio(
            name=f"rows a second {name} ÷ Sling on its own",
            value=median[sling] / median[ours],
            limit=0.9,
            higher_is_better=True,
            detail=f"{rows / median[ours]:,.0f} ÷ {rows / median[sling]:,.0f} rows/s, {what}, medians of {len(times.seconds[ours])}{hung}",
        )

    extension = f"(DuckDB's own extension: {all_rows / median['extension in']:,.0f} rows/s)"
    return [
        ratio("from Postgres into DuckDB", "ours in", "sling in", all_rows, f"{table} {extension}"),
        ratio(
            "of changes from Postgres into DuckDB",
            *("ours changes", "sling changes", all_rows // CHANGED_OF),
            f"{all_rows // CHANGED_OF:,} changed of {table}",
        ),
        ratio("from DuckDB into Postgres", "ours out", "sling out", all_rows, f"{table}, a new table"),
        ratio(
            "from DuckDB into Postgres, replacing",
            "ours out again",
            "sling out",
            all_rows,
            f"{table} replaced",
        ),
    ]


def measure() -> list[Ratio]:
    """Measure all ways."""
    return ratios(ROWS, child(ROWS))


def main() -> None:
    """Run the child's part: arguments are the number of rows, the directory of the server's cluster, and its port."""
    rows, cluster, port = int(sys.argv[1]), Cluster(Path(sys.argv[2]), find_binaries()), int(sys.argv[3])

    def checkpoint() -> None:
        with cluster.connect(port) as connection:
            connection.execute("checkpoint")

    with interruptible(), tempfile.TemporaryDirectory() as directory:
        print(json.dumps(vars(Bench(rows, Path(directory) / "sites", checkpoint).run())))  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main()
