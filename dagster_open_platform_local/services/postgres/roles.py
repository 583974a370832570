"""The databases and who may do what in them.

What belongs here: making both, again and again with the same outcome. What does not: tables.
"""

from collections.abc import Callable, Mapping, Sequence

import psycopg
from psycopg import sql

from dagster_open_platform_local.services.postgres.databases import (
    APPLICATION,
    PASSWORD_VARIABLES,
    PRODUCT_DATABASES,
    READERS,
    REPORTING_DATABASE,
    REPORTING_WRITER,
)

Connection = psycopg.Connection[tuple[object, ...]]
Connect = Callable[[str], Connection]
"""Logs in to a database as the superuser; every statement is a transaction of its own."""


def prepare(connect: Connect, passwords: Mapping[str, str]) -> None:
    """Make what is missing, and last of all set the passwords.

    Args:
        connect: The way to the server.
        passwords: Role to password.
    """
    with connect("postgres") as connection:
        for role in PASSWORD_VARIABLES:
            _create_role(connection, role)
        for reader in sorted({*READERS.values()}):
            # Of the databases that it may enter.
            connection.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(sql.Identifier(reader)))
        for database in ("postgres", "template1"):
            _keep_public_out(connection, database)
    for database in PRODUCT_DATABASES:
        create_database(connect, database, APPLICATION, readers=(READERS[database],))
    create_database(connect, REPORTING_DATABASE, REPORTING_WRITER)
    with connect("postgres") as connection:
        _set_passwords(connection, passwords)


def create_database(connect: Connect, name: str, owner: str, readers: Sequence[str] = ()) -> None:
    """Make a database, if it is missing, that only its owner and its readers can enter and only its owner can change.

    Args:
        connect: The way to the server.
        name: Of the database.
        owner: A role.
        readers: Roles that may enter it; what they may read there is another matter.
    """
    database = sql.Identifier(name)
    with connect("postgres") as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, sql.Identifier(owner)))
        _keep_public_out(connection, name)
        for reader in readers:
            connection.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(reader))
            )
    with connect(name) as connection:
        # The one thing that anybody who can log in may write: large objects.
        connection.execute(
            "REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC"
        )


def _create_role(connection: Connection, role: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        # Without a password nobody can log in.
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def _keep_public_out(connection: Connection, database: str) -> None:
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))


def _set_passwords(connection: Connection, passwords: Mapping[str, str]) -> None:
    with connection.transaction():
        for role in PASSWORD_VARIABLES:
            # What the server keeps is computed here: a statement that fails is written to the log.
            verifier = connection.pgconn.encrypt_password(
                passwords[role].encode(), role.encode(), b"scram-sha-256"
            ).decode()
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier))
            )
