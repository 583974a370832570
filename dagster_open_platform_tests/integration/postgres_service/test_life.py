"""However the server ends, the next start finds what was committed; and it ends when it shall."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from dagster_open_platform_local.services.postgres.binaries import find_binaries
from dagster_open_platform_local.services.postgres.databases import (
    APPLICATION,
    PRODUCT_DATABASES,
    READERS,
    REPORTING_DATABASE,
    REPORTING_WRITER,
)
from dagster_open_platform_local.stack.process import GuardedProcess
from dagster_open_platform_local.stack.services import postgres_service
from dagster_open_platform_local.stack.supervisor import wait_until_healthy
from dagster_open_platform_tests.fixtures.postgres import PostgresServer, rows

PATIENCE_SECONDS = 30.0


def processes() -> dict[int, str]:
    """All processes of this machine: process id to command line."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True
    )
    pairs = [line.strip().split(maxsplit=1) for line in listed.stdout.splitlines()]
    return {int(pair[0]): pair[1] for pair in pairs if len(pair) == 2}


def backends(server: PostgresServer) -> set[int]:
    """The server's processes, itself included."""
    with server.superuser() as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        ).fetchall()
    return {server.postmaster_pid, *(pid for (pid,) in found if isinstance(pid, int))}


def require_whole(server: PostgresServer) -> None:
    """Every role works in every database that it has, and nothing of the making is left."""
    for database in PRODUCT_DATABASES:
        for role in (APPLICATION, READERS[database]):
            assert rows(server.url(role, database), "SELECT current_database()") == [(database,)]
    assert rows(server.url(REPORTING_WRITER, REPORTING_DATABASE), "SELECT 1") == [(1,)]
    names = {path.name for path in server.directory.iterdir()}
    assert names == {"data", "lock", "superuser"}


def test_what_was_committed_survives_a_stop_and_a_kill(server: PostgresServer) -> None:
    url = server.url(APPLICATION, "main")
    rows(url, "CREATE TABLE kept (id bigint PRIMARY KEY)")
    expected = []
    for number, end in enumerate((server.stop, server.kill, server.kill, server.stop)):
        connection = psycopg.connect(url, autocommit=True)
        connection.execute("INSERT INTO kept VALUES (%s)", [number])
        connection.execute("BEGIN")
        connection.execute("INSERT INTO kept VALUES (%s)", [100 + number])
        end()
        connection.close()
        expected.append((number,))
        server.start()
        assert rows(url, "SELECT id FROM kept ORDER BY id") == expected
    require_whole(server)


def test_it_ends_cleanly_in_time_though_a_transaction_is_open(server: PostgresServer) -> None:
    rows(server.url(APPLICATION, "main"), "CREATE TABLE open_work (id bigint)")
    with psycopg.connect(server.url(APPLICATION, "main")) as connection:
        connection.execute("INSERT INTO open_work VALUES (1)")
        began = time.monotonic()
        server.stop()
        took = time.monotonic() - began
        assert server.process.poll() == 0
        # A smart shutdown would have waited for us until the guard's patience (15 s) was over.
        assert took < 8
        assert "database system is shut down" in server.log.read_text()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        connection.close()
    server.start()
    assert "not properly shut down" not in server.log.read_text()
    assert rows(server.url(APPLICATION, "main"), "SELECT count(*) FROM open_work") == [(0,)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_service_alone_ends_it_cleanly(server: PostgresServer, number: int) -> None:
    assert server.process.pid is not None
    with psycopg.connect(server.url(APPLICATION, "main")) as connection:
        connection.execute("SELECT 1")
        os.kill(server.process.pid, number)
        assert server.process.wait(PATIENCE_SECONDS) == 0
        connection.close()
    assert "database system is shut down" in server.log.read_text()


def test_the_service_dies_when_the_server_is_killed(server: PostgresServer) -> None:
    pids = backends(server)
    os.kill(server.postmaster_pid, signal.SIGKILL)
    began = time.monotonic()
    assert server.process.wait(PATIENCE_SECONDS) == 1
    assert time.monotonic() - began < 5
    assert "The PostgreSQL server ended by itself (exit code -9)." in server.log.read_text()
    assert not pids & set(processes())


def test_the_service_dies_when_somebody_else_stops_the_server(server: PostgresServer) -> None:
    os.kill(server.postmaster_pid, signal.SIGINT)
    assert server.process.wait(PATIENCE_SECONDS) == 1
    assert "ended by itself (exit code 0)" in server.log.read_text()


def test_a_crash_of_one_session_does_not_end_the_service(server: PostgresServer) -> None:
    url = server.url(APPLICATION, "main")
    with psycopg.connect(url) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            assert rows(url, "SELECT 1") == [(1,)]
            break
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
    assert server.is_running


def test_kill_9_of_everything_leaves_nothing_that_runs(server: PostgresServer) -> None:
    pids = backends(server)
    server.kill()
    assert not pids & set(processes())
    assert "postmaster.pid" in {path.name for path in server.cluster.data.iterdir()}
    server.start()
    require_whole(server)
    assert "not properly shut down" in server.log.read_text()


def test_a_process_id_that_a_killed_server_left_may_be_a_strangers(
    server: PostgresServer, tmp_path: Path
) -> None:
    server.kill()
    # A stranger with the server's own user: PostgreSQL takes it for a server on the same data.
    stranger = GuardedProcess(
        "stranger",
        [*find_binaries().account.prefix, "tail", "-f", "/dev/null"],
        dict(os.environ),
        tmp_path / "log",
    )
    try:
        stranger.start()
        file = server.cluster.data / "postmaster.pid"
        _, *others = file.read_text().split("\n")
        file.write_text("\n".join([str(stranger.pid), *others]))
        server.start()
        require_whole(server)
        assert stranger.poll() is None
    finally:
        stranger.stop()


@pytest.mark.parametrize("seed", range(2))
def test_kill_9_while_it_is_made_leaves_nothing_that_a_start_takes_for_whole(
    tmp_path: Path, seed: int
) -> None:
    moments = random.Random(seed)  # noqa: S311 - moments, no secrets
    server = PostgresServer(tmp_path / "postgres", tmp_path / "postgres.log")
    try:
        for marker in ("lock", "data.new", "data.new/global/pg_control", "data.new/base/5", "data"):
            process = server.begin()
            while not (server.directory / marker).exists() and not server.cluster.data.exists():
                assert process.wait(0.002) is None, server.log.read_text()
            # Somewhere after that sign, and before the whole is done.
            process.wait(moments.uniform(0, 0.15))
            server.kill()
        # The cluster is there by now, and its databases and roles are not, or some of them.
        for _ in range(3):
            server.begin().wait(moments.uniform(0.2, 0.7))
            server.kill()
        # Killed while it wrote a password, which hardly a moment meets.
        (server.directory / ".superuser.left").write_text("half")
        server.start()
        require_whole(server)
        rows(server.url(APPLICATION, "main"), "CREATE TABLE works (id bigint)")
    finally:
        server.stop()


def test_a_second_service_on_the_same_directory_is_refused_and_harms_nothing(server: PostgresServer) -> None:
    second = PostgresServer(server.directory, server.log.with_name("second.log"))
    try:
        process = second.begin()
        assert process.wait(60) == 1
        assert "Something still works on" in second.log.read_text()
        assert "fuser" in second.log.read_text()
    finally:
        second.stop()
    require_whole(server)


def test_a_server_that_outlives_its_service_is_not_joined_by_a_second_on_the_same_data(
    server: PostgresServer, tmp_path: Path
) -> None:
    server.stop()
    service = postgres_service(server.directory, server.databases)
    # Its guard watches a shell, which stays when the service is killed.
    script = '"$@" & wait $!; exec tail -f /dev/null'
    outer = GuardedProcess(
        "outer",
        ["sh", "-c", script, "sh", *service.command(server.port)],
        {**os.environ, **service.secrets},
        tmp_path / "log",
    )
    try:
        outer.start()
        wait_until_healthy(outer, service, server.port)
        survivor = server.postmaster_pid
        os.kill(parent_of(survivor), signal.SIGKILL)
        assert server.begin().wait(PATIENCE_SECONDS) == 1
        assert "Something still works on" in server.log.read_text()
        assert server.postmaster_pid == survivor
        assert rows(server.url(APPLICATION, "main"), "SELECT 1") == [(1,)]
        os.kill(survivor, signal.SIGKILL)
        server.start()
        require_whole(server)
    finally:
        outer.stop()


def parent_of(pid: int) -> int:
    """Process id of a process's parent."""
    said = subprocess.run(["ps", "-o", "ppid=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(said.stdout)


def test_a_taken_port_is_said_by_the_log(server: PostgresServer, tmp_path: Path) -> None:
    second = PostgresServer(tmp_path / "postgres", tmp_path / "postgres.log")
    second.databases = server.databases
    try:
        # The first answers the second's health check, with the passwords of both.
        process = second.begin()
        assert process.wait(60) == 1
        assert "Address already in use" in second.log.read_text()
    finally:
        second.stop()
    require_whole(server)


def test_a_cluster_of_another_version_is_not_touched(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "postgres", tmp_path / "postgres.log")
    server.cluster.data.mkdir(parents=True)
    (server.cluster.data / "PG_VERSION").write_text("9\n")
    try:
        assert server.begin().wait(PATIENCE_SECONDS) == 1
        assert "was made by PostgreSQL 9" in server.log.read_text()
        assert [path.name for path in server.cluster.data.iterdir()] == ["PG_VERSION"]
    finally:
        server.stop()
