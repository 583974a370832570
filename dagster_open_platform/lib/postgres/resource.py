"""Postgres databases as a Dagster resource: where they are, and how they are opened.

What belongs here: finding a connection's URL and opening it. What does not: which databases there are (the YAML that names
a connection), and what is read or written.

A connection is named as in Sling: its URL is the value of the environment variable of that name. So one setting serves both
(https://docs.slingdata.io/sling-cli/environment).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.postgres.errors import MissingConnection, classified

if TYPE_CHECKING:
    import psycopg


class PostgresResource(dg.ConfigurableResource):
    """Opens Postgres databases by the names of their connections. Its resource key is `postgres`."""

    connect_timeout_seconds: int = Field(default=10, gt=0, description="How long a login may take.")
    lock_timeout_seconds: int = Field(
        default=60, gt=0, description="How long a statement may wait for a lock that somebody else holds."
    )

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
        if urlsplit(url).scheme not in ("postgresql", "postgres"):
            raise MissingConnection(
                f"The environment variable {name} must be a URL of the form"
                " postgresql://user:password@host:port/database; it is something else."
            )
        return url

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
                self.url(name),
                connect_timeout=self.connect_timeout_seconds,
                application_name="dagster_open_platform",
                options=f"-c timezone=UTC -c lock_timeout={self.lock_timeout_seconds}s",
            ) as connection:
                yield connection
        except psycopg.Error as error:
            raise classified(error, what) from error
