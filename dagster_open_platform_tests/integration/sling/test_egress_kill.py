"""Whatever is killed, the published table is the old one or the new one, and the next run repairs the rest."""

import os
import random
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest
import tenacity

from dagster_open_platform.lib.sling.config import Replication
from dagster_open_platform.utils import failures
from dagster_open_platform_tests.fixtures.egress import SCHEMA, Outlet, outlet_fixture, publishing
from dagster_open_platform_tests.fixtures.postgres import PostgresServer

__all__ = ["outlet_fixture"]

STREAMS = [f"{SCHEMA}.first", f"{SCHEMA}.second"]
ROWS = 12_000
ROUNDS = 2
ENDED_BY_ITSELF = {"DatabaseUnavailable", "DatabaseBusy", "SlingUnavailable"}
"""What a run may say when something that it talks to was killed: all of them may be tried again."""


def model(outlet: Outlet, version: int) -> None:
    rows = f"select range as id, {version}::bigint as version, repeat('x', 100) as filler from range({ROWS + version})"  # noqa: S608 - the test's own
    outlet.model(*(f"create or replace table {stream.split('.')[1]} as {rows}" for stream in STREAMS))


def versions(outlet: Outlet) -> list[int]:
    """The version of each published table; each is whole."""
    found = []
    for stream in STREAMS:
        table = stream.split(".")[1]
        ((count, ids, least, greatest),) = outlet.published(
            f"select count(*), count(distinct id), min(version), max(version) from public.{table}"  # noqa: S608 - the test's own
        )
        assert least == greatest
        assert count == ids == ROWS + least
        found.append(least)
    return found


@pytest.fixture
def replication(outlet: Outlet) -> Replication:
    """Two tables whose version 0 is published."""
    model(outlet, 0)
    found = outlet.replication("".join(f"{stream}: {{}}\n" for stream in STREAMS))
    outlet.publish(found)
    return found


@tenacity.retry(
    stop=tenacity.stop_after_delay(20),
    wait=tenacity.wait_fixed(0.05),
    retry=tenacity.retry_if_exception_type((AssertionError, psycopg.OperationalError)),
    reraise=True,
)
def assert_quiet(outlet: Outlet) -> None:
    """Nothing that a run started is left: no process, no session."""
    assert outlet.processes() == {}
    query = (
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    )
    assert outlet.published(query) == [(0,)]


def assert_repaired(outlet: Outlet, replication: Replication, version: int) -> None:
    """The next run publishes everything, and leaves nothing behind."""
    outlet.publish(replication)
    assert versions(outlet) == [version, version]
    assert outlet.landing_tables() == []
    assert outlet.workspaces() == []
    assert outlet.processes() == {}


@contextmanager
def later(seconds: float, action: Callable[[], bool]) -> Iterator[None]:
    """Do something while the block runs, again until it says that it met what it looks for, unless the block ends before."""
    ended = threading.Event()

    def act() -> None:
        pause = seconds
        while not ended.wait(pause) and not action():
            pause = 0.01

    thread = threading.Thread(target=act)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def said(outlet: Outlet, replication: Replication, seconds: float, action: Callable[[], bool]) -> set[str]:
    """Publish in another process, do something to it in the middle, and return what it said of its streams."""
    with publishing(replication) as process, later(seconds, action):
        lines = process.communicate(timeout=60)[0].splitlines()
    assert lines[-1] == "end", lines
    return {line.split()[1] for line in lines[:-1]}


@pytest.mark.parametrize("seed", [2026])
def test_the_platform_is_killed(outlet: Outlet, replication: Replication, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    for version in range(1, ROUNDS + 1):
        before = versions(outlet)
        model(outlet, version)
        with publishing(replication) as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(rng.uniform(0.05, 1.2))
            process.kill()
            process.communicate(timeout=60)
        assert_quiet(outlet)
        assert all(found in (version, old) for found, old in zip(versions(outlet), before, strict=True))
    assert_repaired(outlet, replication, ROUNDS)


@pytest.mark.parametrize("seed", [2026])
def test_sling_is_killed(outlet: Outlet, replication: Replication, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    killed: list[int] = []

    def kill() -> bool:
        met = [pid for pid, command in outlet.processes().items() if " run -r " in command]
        for pid in met:
            os.kill(pid, signal.SIGKILL)
        killed.extend(met)
        return bool(met)

    for version in range(1, ROUNDS + 1):
        before = versions(outlet)
        model(outlet, version)
        words = said(outlet, replication, rng.uniform(0.2, 0.8), kill)
        assert words <= {str(ROWS + version), *ENDED_BY_ITSELF}
        assert_quiet(outlet)
        assert all(found in (version, old) for found, old in zip(versions(outlet), before, strict=True))
    assert killed, "Sling was never met"
    assert_repaired(outlet, replication, ROUNDS)


@pytest.mark.parametrize("seed", [2026])
def test_sessions_of_the_database_are_terminated(
    outlet: Outlet, replication: Replication, postgres_server: PostgresServer, seed: int
) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    ((database,),) = outlet.published("select current_database()")
    terminated: list[object] = []

    def terminate() -> bool:
        with postgres_server.superuser() as connection:
            query = "select pid from pg_stat_activity where datname = %s order by pid"
            sessions = [pid for (pid,) in connection.execute(query, [database]).fetchall()]
            if sessions:
                terminated.append(rng.choice(sessions))
                connection.execute("select pg_terminate_backend(%s)", [terminated[-1]])
            return bool(sessions)

    for version in range(1, ROUNDS + 1):
        before = versions(outlet)
        model(outlet, version)
        words = said(outlet, replication, rng.uniform(0.2, 1.0), terminate)
        assert words <= {str(ROWS + version), *ENDED_BY_ITSELF}
        assert_quiet(outlet)
        assert all(found in (version, old) for found, old in zip(versions(outlet), before, strict=True))
    assert terminated, "no session was met"
    assert_repaired(outlet, replication, ROUNDS)


def test_a_process_of_the_database_is_killed_in_the_transaction(
    outlet: Outlet, replication: Replication
) -> None:
    """Postgres restarts; the landing tables, which have no log, are empty afterwards."""
    model(outlet, 1)
    with publishing(replication) as process:
        with held_up(outlet) as publisher:
            os.kill(publisher, signal.SIGKILL)
        lines = process.communicate(timeout=60)[0].splitlines()
    assert lines[-1] == "end"
    assert any(line.split()[1] in ENDED_BY_ITSELF for line in lines[:-1])
    assert_quiet(outlet)
    assert versions(outlet)[0] == 0
    assert_repaired(outlet, replication, 1)


def test_the_platform_is_killed_in_the_transaction(outlet: Outlet, replication: Replication) -> None:
    model(outlet, 1)
    with publishing(replication) as process, held_up(outlet):
        process.kill()
        process.wait()
    assert_quiet(outlet)
    assert versions(outlet) == [0, 0]
    assert_repaired(outlet, replication, 1)


@contextmanager
def held_up(outlet: Outlet) -> Iterator[int]:
    """Keep the first table locked from before it is published until after the block, which begins when a publication waits.

    Yields:
        Process id of the session that waits.
    """
    with psycopg.connect(outlet.url) as connection:
        connection.execute("lock table public.first in share mode")
        yield waiting_for(connection)
        try:
            connection.commit()
        except psycopg.OperationalError:
            return  # the server has gone down, and the lock with it


@tenacity.retry(
    stop=tenacity.stop_after_delay(30),
    wait=tenacity.wait_fixed(0.05),
    retry=tenacity.retry_if_exception_type(TypeError),
    reraise=True,
)
def waiting_for(connection: psycopg.Connection[tuple[int, ...]]) -> int:
    """The session that waits for this one's lock."""
    query = "select pid from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))"
    (pid,) = connection.execute(query).fetchone()  # type: ignore[misc]  # None is a TypeError: nobody waits yet
    return pid


def test_what_a_killed_run_says_may_be_tried_again() -> None:
    named = {kind.__name__: kind for kind in failures.RetryableFailure.__subclasses__()}
    assert named.keys() >= ENDED_BY_ITSELF
