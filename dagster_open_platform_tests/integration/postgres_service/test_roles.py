"""Who may do what: the product's role, the platform's reader, the platform's writer, and nobody else."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dagster_open_platform_local.services.postgres.databases import (
    APPLICATION,
    PASSWORD_VARIABLES,
    PRODUCT_DATABASES,
    READERS,
    REPLICATOR,
    REPLICATOR_EU,
    REPORTING_DATABASE,
    REPORTING_WRITER,
    ProductDatabases,
)
from dagster_open_platform_tests.fixtures.postgres import (
    FreshDatabase,
    PostgresServer,
    rows,
)
from dagster_open_platform_tests.integration.postgres_service.test_life import backends, processes

DATABASES = (*PRODUCT_DATABASES, REPORTING_DATABASE, "postgres", "template1")
MAY_ENTER = {
    APPLICATION: set(PRODUCT_DATABASES),
    REPLICATOR: {"main", "shard1", "xregion"},
    REPLICATOR_EU: {"eu"},
    REPORTING_WRITER: {REPORTING_DATABASE},
}


@pytest.fixture
def table(server: PostgresServer) -> Iterator[str]:
    """A table with one row in each product database."""
    name = "subject"
    for database in PRODUCT_DATABASES:
        rows(server.url(APPLICATION, database), f"CREATE TABLE {name} (id bigserial, word text)")
        rows(server.url(APPLICATION, database), f"INSERT INTO {name} (word) VALUES ('first')")  # noqa: S608
    yield name
    for database in PRODUCT_DATABASES:
        rows(server.url(APPLICATION, database), f"DROP TABLE {name}")


@pytest.mark.parametrize(("role", "database"), list(itertools.product(PASSWORD_VARIABLES, DATABASES)))
def test_a_role_enters_its_own_databases_only(server: PostgresServer, role: str, database: str) -> None:
    if database in MAY_ENTER[role]:
        assert rows(server.url(role, database), "SELECT current_user::text") == [(role,)]
    else:
        with pytest.raises(psycopg.OperationalError, match="User does not have CONNECT privilege"):
            rows(server.url(role, database), "SELECT 1")


@pytest.mark.parametrize("database", PRODUCT_DATABASES)
def test_the_replicator_reads_all_tables_also_those_made_later(
    server: PostgresServer, table: str, database: str
) -> None:
    assert rows(server.url(READERS[database], database), f"SELECT word FROM {table}") == [("first",)]  # noqa: S608


@pytest.mark.parametrize("database", PRODUCT_DATABASES)
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO subject (word) VALUES ('second')",
        "UPDATE subject SET word = 'other'",
        "DELETE FROM subject",
        "TRUNCATE subject",
        "SELECT * FROM subject FOR UPDATE",
        "LOCK TABLE subject IN ACCESS EXCLUSIVE MODE",
        "ALTER TABLE subject ADD COLUMN more text",
        "DROP TABLE subject",
        "CREATE INDEX ON subject (word)",
        "COMMENT ON TABLE subject IS 'mine'",
        "SELECT nextval('subject_id_seq')",
        "CREATE TABLE mine (id bigint)",
        "CREATE TEMPORARY TABLE mine (id bigint)",
        "SELECT * INTO mine FROM subject",
        "CREATE VIEW mine AS SELECT * FROM subject",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "SET ROLE application",
        "SELECT lo_create(0)",
        "SELECT lo_creat(-1)",
        "SELECT lo_from_bytea(0, 'x')",
        "COPY subject FROM PROGRAM 'true'",
        "COPY subject TO '/tmp/mine'",
        "SELECT pg_create_physical_replication_slot('mine')",
    ],
)
def test_the_replicator_writes_nothing(
    server: PostgresServer, table: str, database: str, statement: str
) -> None:
    # PostgreSQL refuses to make a database inside a transaction, and to lock a table outside of one.
    autocommit = statement.startswith("CREATE DATABASE")
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        psycopg.connect(server.url(READERS[database], database), autocommit=autocommit) as connection,
    ):
        connection.execute(statement.encode())
    assert rows(server.url(APPLICATION, database), f"SELECT id, word FROM {table}") == [(1, "first")]  # noqa: S608


@pytest.mark.parametrize("database", PRODUCT_DATABASES)
def test_the_replicator_cannot_give_itself_more(server: PostgresServer, table: str, database: str) -> None:
    # PostgreSQL only warns, and does nothing.
    rows(server.url(READERS[database], database), f"GRANT ALL ON {table} TO {READERS[database]}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(server.url(READERS[database], database), f"DELETE FROM {table}")  # noqa: S608


def test_owners_do_with_their_databases_as_they_like(server: PostgresServer) -> None:
    for role, databases in ((APPLICATION, PRODUCT_DATABASES), (REPORTING_WRITER, (REPORTING_DATABASE,))):
        for database in databases:
            url = server.url(role, database)
            rows(url, "CREATE SCHEMA own")
            rows(url, "CREATE TABLE own.t AS SELECT 1 AS a")
            rows(url, "CREATE TABLE t AS SELECT 2 AS a")
            rows(url, "CREATE TEMPORARY TABLE mine (id bigint)")
            assert rows(url, "SELECT a FROM own.t UNION ALL SELECT a FROM t") == [(1,), (2,)]
            rows(url, "DROP SCHEMA own CASCADE")
            rows(url, "DROP TABLE t")


def test_no_role_is_more_than_it_must_be(server: PostgresServer) -> None:
    with server.superuser() as connection:
        found = connection.execute(
            "SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls FROM pg_roles"
            " WHERE rolcanlogin AND rolname <> 'postgres'"
        ).fetchall()
    assert sorted(found) == sorted((role, False) for role in PASSWORD_VARIABLES)


@pytest.mark.parametrize("role", [*PASSWORD_VARIABLES, "postgres", "stranger"])
@pytest.mark.parametrize("password", ["", "wrong", "postgres"])
def test_a_wrong_password_is_refused(server: PostgresServer, role: str, password: str) -> None:
    wrong = ProductDatabases(server.port, {role: password})
    database = next(iter(MAY_ENTER.get(role, {"postgres"})))
    with pytest.raises(
        psycopg.OperationalError, match=r"password authentication failed|no password supplied"
    ):
        rows(wrong.url(role, database), "SELECT 1")


def test_passwords_rotate_when_the_service_starts_anew(server: PostgresServer) -> None:
    old = server.databases
    server.stop()
    server.start(new_passwords=True)
    for role, databases in MAY_ENTER.items():
        assert old.passwords[role] != server.databases.passwords[role]
        for database in databases:
            assert rows(server.url(role, database), "SELECT 1") == [(1,)]
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                rows(old.url(role, database), "SELECT 1")


def test_nobody_sees_a_password(server: PostgresServer) -> None:
    secrets = [*server.databases.passwords.values(), (server.directory / "superuser").read_text()]
    assert len(set(secrets)) == len(PASSWORD_VARIABLES) + 1
    own = backends(server)
    listed = processes()
    command_lines = "\n".join(listed.values())
    # The service, its guard, and the server are among those that were looked at.
    assert {server.process.pid, server.process.guard_pid, *own} <= set(listed)
    with (
        pytest.raises(psycopg.errors.SyntaxError),
        psycopg.connect(server.url(APPLICATION, "main")) as connection,
    ):
        connection.execute("a statement that fails")
    log = server.log.read_text()
    assert "a statement that fails" in log
    for secret in secrets:
        assert secret not in command_lines
        assert secret not in log
        for pid in own:
            assert secret not in environment_of(pid)


def test_a_server_that_logs_every_statement_logs_no_password(server: PostgresServer) -> None:
    with server.superuser() as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
    try:
        server.stop()
        server.start(new_passwords=True)
        log = server.log.read_text()
        assert 'ALTER ROLE "replicator" PASSWORD' in log
        assert not any(password in log for password in server.databases.passwords.values())
    finally:
        with server.superuser() as connection:
            connection.execute("ALTER SYSTEM RESET log_statement")
            connection.execute("SELECT pg_reload_conf()")


def environment_of(pid: int) -> str:
    """What a process was given, where the system tells it."""
    path = Path(f"/proc/{pid}/environ")
    return path.read_bytes().decode(errors="replace") if path.exists() else ""


def test_what_lies_on_disk_is_private(server: PostgresServer) -> None:
    assert server.directory.stat().st_mode & 0o077 == 0
    assert server.cluster.data.stat().st_mode & 0o077 == 0
    assert (server.directory / "superuser").stat().st_mode & 0o777 == 0o600
    assert (server.directory / "superuser").stat().st_uid == os.geteuid()


def test_it_listens_on_loopback_only_and_keeps_what_is_committed(server: PostgresServer) -> None:
    with server.superuser() as connection:
        names = ("listen_addresses", "unix_socket_directories", "fsync", "synchronous_commit", "TimeZone")
        found = {name: connection.execute(f"SHOW {name}".encode()).fetchone() for name in names}
    assert {name: row[0] if row else None for name, row in found.items()} == {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "on",
        "synchronous_commit": "on",
        "TimeZone": "UTC",
    }


def test_each_test_has_an_empty_database_of_its_own(
    server: PostgresServer,
    source_database: FreshDatabase,
) -> None:
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    assert rows(source_database.url, tables) == [(0,)]
    rows(source_database.url, "CREATE TABLE t AS SELECT 1 AS a")
    assert rows(source_database.reader_url, "SELECT a FROM t") == [(1,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(source_database.reader_url, "INSERT INTO t VALUES (2)")
    with pytest.raises(psycopg.OperationalError, match="CONNECT privilege"):
        rows(server.url(REPORTING_WRITER, source_database.name), "SELECT 1")
