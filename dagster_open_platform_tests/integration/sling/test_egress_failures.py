"""A publication that can't be made says why, soon, and without a password."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import pytest

from dagster_open_platform.lib.postgres.errors import (
    DatabaseBusy,
    DatabaseLoginFailed,
    DatabaseUnavailable,
    MissingConnection,
)
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.sling.config import Replication
from dagster_open_platform.lib.sling.errors import MissingSlingBinary
from dagster_open_platform.lib.sling.resource import SlingResource
from dagster_open_platform.lib.warehouse.errors import WarehouseLocked
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_local.stack.ports import free_port
from dagster_open_platform_tests.fixtures.egress import (
    CONNECTION,
    SCHEMA,
    Outcomes,
    Outlet,
    outlet_fixture,
    publishing,
)

__all__ = ["outlet_fixture"]

STREAM = f"{SCHEMA}.usage"
BOUND_SECONDS = 20


@pytest.fixture
def replication(outlet: Outlet) -> Replication:
    """A table whose first row is published, and whose second isn't yet."""
    outlet.model("create table usage as select 1 as id")
    found = outlet.replication(f"{STREAM}: {{}}")
    outlet.publish(found)
    outlet.model("insert into usage values (2)")
    return found


def failure_of(outlet: Outlet, replication: Replication, **settings: Any) -> Exception:
    """What a run raises, which has published nothing."""
    began = time.monotonic()
    with pytest.raises((PermanentFailure, RetryableFailure)) as raised:
        outlet.run(replication, **settings)
    assert time.monotonic() - began < BOUND_SECONDS
    assert outlet.table("usage", "id") == [(1,)]
    assert outlet.workspaces() == []
    assert outlet.processes() == {}
    return raised.value


def told(error: BaseException | None) -> str:
    """All that an error and its causes say."""
    texts = []
    while error is not None:
        texts.append(f"{error} {getattr(error, 'description', '')} {error.args}")
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


def replaced(url: str, **parts: object) -> str:
    """A URL with another password or port."""
    split = urlsplit(url)
    given = {
        "username": split.username,
        "password": split.password,
        "hostname": split.hostname,
        "port": split.port,
    }
    found = {**given, **parts}
    place = (
        f"{found['username']}:{quote(str(found['password']), safe='')}@{found['hostname']}:{found['port']}"
    )
    return split._replace(netloc=place).geturl()


WRONG_PASSWORD = "hunter2-wrong/@:%&"


def test_the_database_is_down(
    outlet: Outlet, replication: Replication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CONNECTION, replaced(outlet.url, port=free_port()))
    failure = failure_of(outlet, replication)
    assert isinstance(failure, DatabaseUnavailable)
    assert CONNECTION in str(failure)
    assert str(urlsplit(outlet.url).password) not in told(failure)


def test_the_password_is_wrong(
    outlet: Outlet, replication: Replication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CONNECTION, replaced(outlet.url, password=WRONG_PASSWORD))
    failure = failure_of(outlet, replication)
    assert isinstance(failure, DatabaseLoginFailed)
    assert WRONG_PASSWORD not in told(failure)
    assert quote(WRONG_PASSWORD, safe="") not in told(failure)


def test_the_variable_is_not_set(
    outlet: Outlet, replication: Replication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CONNECTION)
    assert isinstance(failure_of(outlet, replication), MissingConnection)


def test_there_is_no_sling(outlet: Outlet, replication: Replication) -> None:
    nowhere = SlingResource(binary="/nowhere/sling", directory=str(outlet.directory / "sling"))
    assert isinstance(failure_of(outlet, replication, sling=nowhere), MissingSlingBinary)
    assert outlet.landing_tables() == []


HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@contextmanager
def held_by_another_process(outlet: Outlet) -> Iterator[int]:
    """The warehouse's file, opened for writing elsewhere; yields the process id."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(outlet.file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid
    finally:
        process.kill()
        process.communicate()


def test_the_warehouse_is_held_by_another_process(outlet: Outlet, replication: Replication) -> None:
    with held_by_another_process(outlet) as pid:
        hasty = outlet.warehouse.model_copy(update={"lock_timeout_seconds": 0.3})
        failure = failure_of(outlet, replication, warehouse=hasty)
    assert isinstance(failure, WarehouseLocked)
    assert str(pid) in str(failure)
    outlet.publish(replication)
    assert outlet.table("usage", "id") == [(1,), (2,)]


def test_the_warehouse_is_free_while_sling_carries(outlet: Outlet, replication: Replication) -> None:
    """Who waits for a lock in the reporting database must not hold the warehouse."""
    with psycopg.connect(outlet.url) as connection:
        connection.execute("lock table public.usage in share mode")
        hasty = PostgresResource(lock_timeout_seconds=3)
        failures: list[Outcomes] = []
        thread = threading.Thread(target=lambda: failures.append(outlet.run(replication, postgres=hasty)))
        thread.start()
        query = "select count(*) from pg_locks where not granted"
        while connection.execute(query).fetchone() != (1,):
            assert thread.is_alive()
        with held_by_another_process(outlet):
            pass
        thread.join(30)
    (outcomes,) = failures
    assert isinstance(getattr(outcomes[STREAM], "failure", None), DatabaseBusy)
    assert outlet.landing_tables() == []


def test_a_second_publication_of_the_same_waits_and_then_says_so(
    outlet: Outlet, replication: Replication
) -> None:
    with psycopg.connect(outlet.url) as connection:
        connection.execute("lock table public.usage in share mode")
        with publishing(replication) as process:
            query = "select count(*) from pg_locks where not granted"
            while connection.execute(query).fetchone() != (1,):
                assert process.poll() is None
            with pytest.raises(DatabaseBusy, match="Another run publishes usage") as raised:
                outlet.run(replication, postgres=PostgresResource(lock_timeout_seconds=1))
            assert isinstance(raised.value, RetryableFailure)
            connection.commit()
            assert process.communicate(timeout=30)[0].splitlines() == [f"{STREAM} 2", "end"]
    assert outlet.table("usage", "id") == [(1,), (2,)]


def test_two_publications_at_once_happen_one_after_the_other(
    outlet: Outlet, replication: Replication
) -> None:
    with publishing(replication) as one, publishing(replication) as other:
        for process in (one, other):
            assert process.communicate(timeout=60)[0].splitlines() == [f"{STREAM} 2", "end"]
    assert outlet.table("usage", "id") == [(1,), (2,)]
    assert outlet.landing_tables() == []


def test_the_password_is_in_no_argument_of_a_process(outlet: Outlet, replication: Replication) -> None:
    """Only variables hold it, which other users can't read."""
    outlet.model("create or replace table usage as select range as id from range(300000)")
    seen: set[str] = set()
    with publishing(replication) as process:
        while process.poll() is None:
            seen.update(outlet.processes().values())
        output = "".join(process.communicate())
    assert any(" run -r " in command for command in seen), "Sling was never met"
    password = str(urlsplit(outlet.url).password)
    assert password
    assert password not in "".join(seen)
    assert password not in output
    assert password in os.environ[CONNECTION]
