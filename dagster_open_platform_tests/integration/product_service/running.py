"""The product as the stack starts it: a process of its own over the stack's databases.

What belongs here: starting, asking, hurting and ending it. What does not: what it writes.
"""

import http.client
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg

from dagster_open_platform_local.company.clock import CompanyClock, write_clock
from dagster_open_platform_local.company.product.schema import DATABASES
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.postgres.databases import APPLICATION, READERS
from dagster_open_platform_local.services.postgres.roles import create_database
from dagster_open_platform_local.stack.environment import base_environment
from dagster_open_platform_local.stack.ports import free_port
from dagster_open_platform_local.stack.process import GuardedProcess
from dagster_open_platform_local.stack.services import product_service
from dagster_open_platform_local.stack.supervisor import wait_until_healthy
from dagster_open_platform_local.state import LocalState
from dagster_open_platform_tests.fixtures.postgres import PostgresServer, drop_database

_END_SECONDS = 30.0
_POLL_SECONDS = 0.02
_USED = "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'application')"
_WRITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'product' AND backend_xid IS NOT NULL"
)


class RunningProduct:
    """The product of one company over a server's databases; it cannot outlive this process.

    Args:
        directory: Where the company and the log shall be.
        server: Running.
        settings: The company's.
    """

    def __init__(self, directory: Path, server: PostgresServer, settings: CompanySettings) -> None:
        self.server = server
        self.settings = settings
        self._state = LocalState(directory)
        self._state.create()
        self.log = self._state.logs / "product.log"
        self._port = free_port()
        self._process: GuardedProcess | None = None

    def set_date(self, today: date) -> None:
        """Move the company's clock; its product needs nothing else of it."""
        write_clock(self._state.company, CompanyClock(self.settings, today))

    @property
    def process(self) -> GuardedProcess:
        """The running process."""
        assert self._process is not None, "not started yet"
        return self._process

    def begin(self) -> GuardedProcess:
        """Start it without waiting until it is well."""
        service = product_service(self._state, self.server.databases)
        environment = {**base_environment(self._state), **service.secrets}
        self._process = GuardedProcess("product", service.command(self._port), environment, self.log)
        self._process.start()
        return self._process

    def wait(self) -> None:
        """Wait until its databases are at the company's date."""
        wait_until_healthy(self.process, product_service(self._state, self.server.databases), self._port)

    def health(self) -> tuple[int, str]:
        """Status and reason; zero and nothing while nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("GET", "/_health")
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read()).get("reason", "")
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def wait_for_reason(self, words: str) -> str:
        """Wait until it says that it is unwell, with these words."""
        while True:
            status, reason = self.health()
            if status == 503 and words in reason:
                return reason
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(_POLL_SECONDS)

    def end(self) -> int | None:
        """Wait for its end by itself; the exit code."""
        return self.process.wait(_END_SECONDS)

    def kill_while_writing(self, moment: int) -> bool:
        """``kill -9`` once it was seen writing so many times, or has nothing more to write; whether it was writing.

        Args:
            moment: How many times; the server is asked as fast as it answers.
        """
        assert self.process.pid is not None
        seen = asked = 0
        with self.server.superuser() as watcher:
            while seen < moment and (asked % 100 or self.health()[0] != 200):
                ((writing,),) = watcher.execute(_WRITING).fetchall()
                seen, asked = seen + bool(writing), asked + 1
                if not writing:
                    time.sleep(_POLL_SECONDS / 10)
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(_END_SECONDS)
        return seen == moment

    def url(self, database: str) -> str:
        """The URL by which the application reaches a database."""
        return self.server.url(APPLICATION, database)

    def stop(self) -> None:
        """End it as the stack does."""
        if self._process:
            self._process.stop()


@contextmanager
def product(directory: Path, server: PostgresServer, settings: CompanySettings) -> Iterator[RunningProduct]:
    """A product that is not started yet, over empty databases; what it leaves there is thrown away."""
    if not server.is_running:
        server.start()
    empty_databases(server)
    found = RunningProduct(directory, server, settings)
    try:
        yield found
    finally:
        found.stop()
        if not server.is_running:
            server.start()
        empty_databases(server)


def empty_databases(server: PostgresServer) -> None:
    """Make those of the product's databases anew in which there is anything."""
    for database in DATABASES:
        with server.superuser(database) as connection:
            ((used,),) = connection.execute(_USED).fetchall()
        if used:
            drop_database(server, database)
            create_database(server.superuser, database, APPLICATION, readers=(READERS[database],))


def execute(url: str, statement: str) -> None:
    """Run one statement."""
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())
