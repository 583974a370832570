# ruff: noqa: S608 - the SQL is the test's own
"""A replication that is slow enough to be hurt in its middle, and what must be true after that.

What belongs here: what the tests of faults share. What does not: the faults.
"""

import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import duckdb

from dagster_open_platform_tests.fixtures.postgres import PostgresServer
from dagster_open_platform_tests.fixtures.sling import SCHEMA, Outcomes, Site, processes_of

PATIENCE_SECONDS = 60.0
ROWS = 200_000
# `middle` takes some seconds while the test wants it to; all others take none.
STREAMS = """
public.before: {mode: full-refresh}
public.middle: {mode: full-refresh}
public.after: {mode: incremental, primary_key: id, update_key: id}
public.snapshots: {mode: snapshot}
"""
NAMES = ("before", "middle", "after", "snapshots")


def prepare(site: Site) -> None:
    """Make the source and load its first generation: ten rows a table."""
    site.source(
        "create table rows (id int, generation int, words text)",
        "insert into rows select n, 1, md5(n::text) from generate_series(1, 10) n",
        *(f"create view {name} as select * from rows where id <= 1000" for name in NAMES if name != "middle"),
        # The server rests after some rows, as a server with other work does.
        "create table pace as select 0.0 as seconds",
        "create view middle as select id, generation, words from rows"
        " where id % 2000 <> 0 or pg_sleep((select seconds from pace)) is not null",
    )
    site.load(STREAMS)


def second_generation(site: Site) -> None:
    """Many more rows at the source, of another generation."""
    site.source(
        f"insert into rows select n, 2, md5(n::text) from generate_series(11, {ROWS}) n",
        "update rows set generation = 2 where generation = 1",
    )


def generations(site: Site) -> dict[str, list[tuple[int, int]]]:
    """By table: each generation that it has rows of, and how many."""
    with duckdb.connect(str(site.directory / "warehouse" / "purina.duckdb"), read_only=True) as connection:
        return {
            name: connection.execute(
                f"select generation, count(*) from {SCHEMA}.{name} group by 1 order by 1"
            ).fetchall()
            for name in NAMES
        }


# What a table may be: as before, or as it must be after.
OLD = {name: [(1, 10)] for name in NAMES}
NEW = {
    "before": [(2, 1000)],
    "middle": [(2, ROWS)],
    # Updates that leave the key behind do not arrive: only the row with the greatest id was read again.
    "after": [(1, 9), (2, 991)],
    "snapshots": [(1, 10), (2, 1000)],
}


def require_whole_tables(site: Site, but: Collection[str] = ()) -> dict[str, list[tuple[int, int]]]:
    """Each table is as before or as after, and nothing runs any more that was started for the site.

    Args:
        site: Where.
        but: Tables that the caller judges.
    """
    deadline = time.monotonic() + 3.0
    while left := processes_of(site.directory):
        assert time.monotonic() < deadline, left
    found = generations(site)
    for name in set(NAMES) - set(but):
        assert found[name] in (OLD[name], NEW[name]), name
    return found


def require_repair(site: Site) -> None:
    """The next run makes everything what it must be, and leaves no directory of an earlier one."""
    before = generations(site)["snapshots"]
    site.source("update pace set seconds = 0")
    site.load(STREAMS)
    found = generations(site)
    # A snapshot that was taken before the fault is one more.
    assert found.pop("snapshots") in ([(1, 10), (2, 1000)], [(1, 10), (2, 2000)])
    assert (before == NEW["snapshots"]) == (generations(site)["snapshots"] == [(1, 10), (2, 2000)])
    assert found == {name: rows for name, rows in NEW.items() if name != "snapshots"}
    assert site.workspaces == []


@contextmanager
def in_the_middle(site: Site, server: PostgresServer, do: Callable[[int], object]) -> Iterator[None]:
    """While the block runs, wait until rows of `middle` arrive at Sling and then do something.

    Args:
        site: Prepared.
        server: Holds its source.
        do: Gets the process id of the session of Postgres that serves Sling.
    """

    def watch() -> None:
        with server.superuser() as connection:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while True:
                assert time.monotonic() < deadline, "the extraction never began"
                found = connection.execute(
                    "select pid from pg_stat_activity where state = 'active' and query like '%from \"public\".\"middle\"%'"
                    " and pid <> pg_backend_pid()"
                ).fetchone()
                files = [file for folder in site.workspaces for file in folder.glob("1.arrow")]
                if found and files and files[0].stat().st_size > 0:
                    do(int(str(found[0])))
                    return

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(watch)
        yield
        future.result(PATIENCE_SECONDS)


def interrupted(site: Site, server: PostgresServer, do: Callable[[int], object]) -> Outcomes:
    """What comes of the streams when something happens in the middle of `middle`."""
    second_generation(site)
    site.source("update pace set seconds = 0.02")
    with in_the_middle(site, server, do):
        return site.ingest(STREAMS)
