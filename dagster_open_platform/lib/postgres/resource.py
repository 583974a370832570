"""Postgres databases as a Dagster resource: where they are, and how they are opened.

What belongs here: finding a connection's URL and opening it. What does not: which databases there are (the YAML that names
a connection), and what is read or written.

A connection is named as in Sling: its URL is the value of the environment variable of that name. So one setting serves both
(https://docs.slingdata.io/sling-cli/environment).
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.postgres.errors import MissingConnection, classified
from dagster_open_platform.utils.outside import left_alone

if TYPE_CHECKING:
    import psycopg


# How a session writes values as text: a database or a role may have other settings.
_SESSION = {"timezone": "UTC", "datestyle": "ISO", "intervalstyle": "postgres", "bytea_output": "hex"}


class PostgresResource(dg.ConfigurableResource):
    """Opens Postgres databases by the names of their connections. Its resource key is `postgres`."""

    connect_timeout_seconds: int = Field(default=10, gt=0, description="How long a login may take.")
    lock_timeout_seconds: int = Field(
        default=60, gt=0, description="How long a statement may wait for a lock that somebody else holds."
    )

    changes_outside: bool = Field(
        default=True,
        description="Whether sessions may write; those that may not are Postgres's own read-only ones.",
    )

    def require_changes(self, what: str) -> None:
        """Refuse to begin what writes, where nothing may be.

        Args:
            what: Is not done, as in "so … was not done".

        Raises:
            OutsideLeftAlone: Nothing may be written.
        """
        if not self.changes_outside:
            raise left_alone(what)

    def url(self, name: str) -> str:
        """Return a connection's URL, with its password.

        Args:
            name: The connection's name, which is that of the environment variable.

        Raises:
            MissingConnection: The variable is not set or holds something else. The value is not repeated.
        """
        url = os.environ.get(name, "")
        if not url:
            raise MissingConnection(
                f"The connection {name} is not set: put its URL (postgresql://user:password@host:port/database)"
                f" into the environment variable {name}."
            )
        if not _is_url(url):
            raise MissingConnection(
                f"The environment variable {name} must be a URL of the form"
                " postgresql://user:password@host:port/database, with %xx for special characters of the password (%40 for @,"
                " %2F for /, %25 for %); it is something else."
            )
        return url

    def session_url(self, name: str) -> str:
        """Return a connection's URL whose sessions write values in one way, whatever the server's settings are.

        Args:
            name: The connection's name.

        Raises:
            MissingConnection: As for `url`.
        """
        parts = urlsplit(self.url(name))
        query = parse_qsl(parts.query, keep_blank_values=True)
        given = [value for key, value in query if key == "options"]
        settings = {**_SESSION, "lock_timeout": f"{self.lock_timeout_seconds}s"}
        if not self.changes_outside:
            settings["default_transaction_read_only"] = "on"
        options = " ".join([*given, *(f"-c {key}={value}" for key, value in settings.items())])
        others = [(key, value) for key, value in query if key != "options"]
        return urlunsplit(parts._replace(query=urlencode([*others, ("options", options)], quote_via=quote)))

    @contextlib.contextmanager
    def connect(self, name: str) -> Iterator[psycopg.Connection]:
        """Open a database for the length of a `with` block: one transaction, in UTC, rolled back on an error.

        Args:
            name: The connection's name.

        Raises:
            MissingConnection: Its variable is not set.
            PermanentFailure, RetryableFailure: One of `errors.py`, also for what the block raises of psycopg's.
        """
        import psycopg

        what = f"working with {name}"
        try:
            with psycopg.connect(
                self.session_url(name),
                connect_timeout=self.connect_timeout_seconds,
                application_name="dagster_open_platform",
            ) as connection:
                yield connection
        except psycopg.Error as error:
            raise classified(error, what) from error


def _is_url(text: str) -> bool:
    """Whether a text is a Postgres URL that cannot be misread; what misreads one repeats parts of the password."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("postgresql", "postgres")
        and parts.netloc.count("@") <= 1
        and "@" not in parts.path
        and not re.search(r"%(?![0-9A-Fa-f]{2})", parts.netloc)
    )
