"""Databases and processes fail while a replication runs: typed errors, whole tables, and a next run that repairs.

What belongs here: faults of what the ingestion works with. What does not: the end of the ingestion itself (`test_kill.py`).
"""

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from dagster_open_platform.lib.postgres.errors import (
    DatabaseDiskFull,
    DatabaseLoginFailed,
    DatabaseUnavailable,
    MissingConnection,
)
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.sling.errors import (
    MissingSlingBinary,
    SlingUnavailable,
)
from dagster_open_platform.lib.sling.outcomes import StreamFailed
from dagster_open_platform.lib.sling.resource import SlingResource
from dagster_open_platform.lib.sling.runner import StreamOutcome
from dagster_open_platform.lib.warehouse.duckdb.resource import DuckDBWarehouse
from dagster_open_platform.lib.warehouse.errors import WarehouseLocked
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_tests.fixtures.postgres import FreshDatabase, PostgresServer
from dagster_open_platform_tests.fixtures.sling import Outcomes, Site, only_loaded, processes_of
from dagster_open_platform_tests.integration.sling.faults import (
    NEW,
    OLD,
    STREAMS,
    interrupted,
    prepare,
    require_repair,
    require_whole_tables,
    second_generation,
)
from dagster_open_platform_tests.integration.warehouse.processes import running as holding


def failure_of(outcomes: Outcomes, name: str) -> PermanentFailure | RetryableFailure:
    outcome = outcomes[f"public.{name}"]
    assert isinstance(outcome, StreamFailed)
    return outcome.failure


def terminating(server: PostgresServer) -> Callable[[int], object]:
    """Ends a session of the server, as an administrator does."""

    def terminate(pid: int) -> None:
        with server.superuser() as connection:
            connection.execute("select pg_terminate_backend(%s)", [pid])

    return terminate


def program_of(site: Site, *, guarding: bool = False) -> int | None:
    """Process id of Sling, or of the shell around it."""
    for pid, words in processes_of(site.directory).items():
        if (pid == os.getsid(pid)) if guarding else (" run -r " in words and not words.startswith("/bin/sh")):
            return pid
    return None


def test_a_session_that_is_terminated_in_the_middle(site: Site, postgres_server: PostgresServer) -> None:
    prepare(site)

    outcomes = interrupted(site, postgres_server, terminating(postgres_server))
    assert isinstance(failure_of(outcomes, "middle"), DatabaseUnavailable)
    found = require_whole_tables(site)
    assert (found["before"], found["middle"]) == (NEW["before"], OLD["middle"])
    # The session alone was gone: Sling opens another one.
    assert only_loaded(outcomes) == {"public.before", "public.after", "public.snapshots"}
    require_repair(site)


def test_a_server_that_is_killed_in_the_middle(site: Site, postgres_server: PostgresServer) -> None:
    prepare(site)
    outcomes = interrupted(site, postgres_server, lambda _: postgres_server.kill())
    for name in ("middle", "after", "snapshots"):
        assert isinstance(failure_of(outcomes, name), DatabaseUnavailable), failure_of(outcomes, name)
    assert only_loaded(outcomes) == {"public.before"}
    assert require_whole_tables(site) == {**OLD, "before": NEW["before"]}
    # And a server that is not there at all.
    with pytest.raises(DatabaseUnavailable, match="was not reached while working with TEST_PRODUCT"):
        site.ingest(STREAMS)
    postgres_server.start()
    require_repair(site)


def test_sling_that_is_killed_in_the_middle(site: Site, postgres_server: PostgresServer) -> None:
    prepare(site)

    def kill(_: int) -> None:
        pid = program_of(site)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    outcomes = interrupted(site, postgres_server, kill)
    failure = failure_of(outcomes, "middle")
    assert isinstance(failure, SlingUnavailable), failure
    assert "Sling ended by signal 9" in str(failure.description)
    assert "extracting public.middle of" in str(failure.description)
    # The streams after it are run anew.
    assert only_loaded(outcomes) == {"public.before", "public.after", "public.snapshots"}
    assert require_whole_tables(site) == {**NEW, "middle": OLD["middle"]}
    require_repair(site)


def test_a_shell_that_is_killed_in_the_middle_takes_nothing_along(
    site: Site, postgres_server: PostgresServer
) -> None:
    prepare(site)

    def kill(_: int) -> None:
        pid = program_of(site, guarding=True)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    outcomes = interrupted(site, postgres_server, kill)
    # Sling itself goes on and is heard, and ends nevertheless when nobody listens any more.
    assert len(only_loaded(outcomes)) == 4
    assert require_whole_tables(site) == NEW


def test_a_caller_that_wants_no_more_ends_sling(site: Site) -> None:
    prepare(site)
    second_generation(site)
    replication = site.replication(STREAMS)
    run = site.ingestion(replication).run([stream.name for stream in replication.streams])
    assert next(run).stream.name == "public.before"
    assert program_of(site) is not None
    run.close()
    assert site.workspaces == []
    assert require_whole_tables(site) == {**OLD, "before": NEW["before"]}
    require_repair(site)


def test_no_space_for_slings_files(site: Site) -> None:
    prepare(site)
    second_generation(site)
    # A limit for files does what a full disk does, for Sling alone.
    program = site.directory / "limited"
    program.write_text(f'#!/bin/sh\nulimit -f 4000\nexec {site.sling.program()} "$@"\n')
    program.chmod(0o755)
    sling = SlingResource(binary=str(program), directory=site.sling.directory)
    outcomes = site.ingest(STREAMS, sling=sling)
    failure = failure_of(outcomes, "middle")
    assert isinstance(failure, DatabaseDiskFull)
    assert "extracting public.middle of" in str(failure.description)
    assert only_loaded(outcomes) == {"public.before", "public.after", "public.snapshots"}
    assert require_whole_tables(site)["middle"] == OLD["middle"]
    require_repair(site)


def test_no_place_for_slings_files(site: Site) -> None:
    prepare(site)
    second_generation(site)
    file = site.directory / "file"
    file.touch()
    with pytest.raises(SlingUnavailable, match="No directory for Sling's files"):
        site.ingest(STREAMS, sling=SlingResource(directory=str(file)))
    assert require_whole_tables(site) == OLD
    with pytest.raises(MissingSlingBinary, match="no Sling program at /absent"):
        site.ingest(STREAMS, sling=SlingResource(binary="/absent", directory=site.sling.directory))
    assert require_whole_tables(site) == OLD
    require_repair(site)


def test_a_warehouse_that_another_process_holds(site: Site) -> None:
    prepare(site)
    second_generation(site)
    impatient = DuckDBWarehouse(
        directory=str(site.directory / "warehouse"), databases={"purina": "purina"}, lock_timeout_seconds=1
    )
    with holding(site.directory / "warehouse", "hold") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with pytest.raises(WarehouseLocked, match=r"purina\.duckdb"):
            site.ingest(STREAMS, warehouse=impatient)
        assert process.poll() is None
    assert require_whole_tables(site) == OLD
    assert site.workspaces == []
    require_repair(site)


def test_a_lagging_replica_takes_nothing_back(
    site: Site, make_database: Callable[[], FreshDatabase], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads from a replica may meet an older one the next time."""
    stream = """
public.facts: {mode: incremental, primary_key: id, update_key: at, meta: {lookback: 2h}}
"""
    table = "create table facts (id int, at timestamptz, words text)"
    new = "insert into facts select n, '2026-01-01 12:00+00'::timestamptz + n * interval '1 minute', 'new' from generate_series(1, 40) n"
    old = "insert into facts select n, '2026-01-01 11:30+00'::timestamptz + n * interval '1 minute', 'old' from generate_series(1, 30) n"
    site.source(table, new)
    site.load(stream)
    before = site.stored("facts")
    lagging = make_database()
    Site(site.directory, lagging.url).source(table, old)
    monkeypatch.setenv(site.connection, lagging.reader_url)
    (outcome,) = site.load(stream).values()
    # All are within the lookback, so they were read; and refused, row by row.
    assert (outcome.rows_read, outcome.written.rows_inserted, outcome.written.rows_updated) == (30, 0, 0)
    assert site.stored("facts") == before


@contextmanager
def listening(site: Site) -> Iterator[set[str]]:
    """All command lines of this machine while the block runs."""
    seen: set[str] = set()
    done = threading.Event()

    def listen() -> None:
        while not done.is_set():
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def everything_said(error: BaseException | None) -> str:
    """An error's text and data, and those of what caused it."""
    said = ""
    while error is not None:
        said += f"{error!r} {error} {getattr(error, 'description', '')} {getattr(error, 'metadata', '')}\n"
        error = error.__cause__ or error.__context__
    return said


def sling_alone(site: Site) -> Iterator[StreamOutcome]:
    """What comes of two streams when Sling is the first to open the connection."""
    return site.sling.run(
        {
            "source": site.connection,
            "target": "LOCAL",
            "streams": {
                name: {"sql": "select 1 as a", "object": f"file://{site.directory}/{name}"} for name in "ab"
            },
        },
        {site.connection: PostgresResource().session_url(site.connection)},
        site.directory,
    )


def test_no_password_is_said_anywhere(
    site: Site,
    postgres_server: PostgresServer,
    source_database: FreshDatabase,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(0)
    prepare(site)
    (password,) = re.findall(r"(?<=:)[^:@]+(?=@)", source_database.reader_url)

    said = ""
    with listening(site) as commands:
        for outcome in interrupted(site, postgres_server, terminating(postgres_server)).values():
            assert password not in repr(outcome)
            said += everything_said(outcome.failure) if isinstance(outcome, StreamFailed) else ""
    assert any(" run -r " in words for words in commands)
    assert not [words for words in commands if password in words]

    secrets = {password}
    wrong = {
        "s3cr/t-1": DatabaseLoginFailed,
        "s3cr@t-2": DatabaseLoginFailed,
        "s3cr%t:3": DatabaseLoginFailed,
        "": DatabaseLoginFailed,
    }
    for other, kind in wrong.items():
        for text in {other, quote(other, safe="")}:
            url = source_database.reader_url.replace(password, text)
            monkeypatch.setenv(site.connection, url)
            with pytest.raises((kind, MissingConnection)) as caught:
                site.ingest(STREAMS)
            if text == quote(other, safe=""):
                assert caught.type is kind
            said += everything_said(caught.value)
            secrets |= {other, text} - {""}
    # Sling meets the wrong password itself when it changes between the catalog and the extraction.
    monkeypatch.setenv(site.connection, source_database.reader_url.replace(password, "s3cret-4"))
    for outcome in sling_alone(site):
        assert "password authentication failed" in outcome.error
        said += repr(outcome)
    secrets.add("s3cret-4")

    out, err = capfd.readouterr()
    everything = said + caplog.text + out + err
    assert "password authentication failed" in everything
    for secret in secrets:
        assert secret not in everything, secret
