"""Follows the company's clock: a thread that keeps every database at its date.

What belongs here: when a step is due, and living through a server that goes away. What does not: the step (`writer.py`).
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.company.errors import CompanyError
from dagster_open_platform_local.company.product.schema import DATABASES
from dagster_open_platform_local.services.product.copying import Connection
from dagster_open_platform_local.services.product.errors import ProductError
from dagster_open_platform_local.services.product.writer import bring

URL_VARIABLES = {database: f"PRODUCT_APPLICATION_{database.upper()}" for database in DATABASES}
"""Database to the variable with the URL by which its owner reaches it."""

_POLL_SECONDS = 0.5
_LONGEST_DELAY_SECONDS = 2.0
_CONNECT_SECONDS = 5


def urls_from(environ: Mapping[str, str]) -> dict[str, str]:
    """The URLs of the databases.

    Args:
        environ: Where they stand.

    Returns:
        Database to URL.

    Raises:
        ProductError: One is missing, or is none.
    """
    missing = [variable for variable in URL_VARIABLES.values() if not environ.get(variable)]
    if missing:
        raise ProductError(f"Set {', '.join(missing)}: the URLs by which the databases' owner reaches them.")
    urls = {database: environ[variable] for database, variable in URL_VARIABLES.items()}
    for database, url in urls.items():
        try:
            conninfo_to_dict(url)
        except psycopg.ProgrammingError:
            # What psycopg says quotes the URL, with the password in it.
            raise ProductError(f"{URL_VARIABLES[database]} is not a PostgreSQL URL.") from None
    return urls


class Follower:
    """Brings the databases to the company's date, again and again.

    Args:
        company: Directory of the company.
        urls: Database to URL.
        on_end: Called from the thread when it ends by itself, which it does only if it cannot go on.
    """

    def __init__(self, company: Path, urls: Mapping[str, str], on_end: Callable[[], None]) -> None:
        self.failure: str | None = None
        self._company = company
        self._urls = dict(urls)
        self._on_end = on_end
        self._connections: dict[str, Connection] = {}
        self._reached: dict[str, date] = {}
        self._trouble: str | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """End; a step that takes longer than the timeout is left to die with the process, which rolls it back.

        Args:
            timeout: Seconds.
        """
        self._stopping.set()
        self._thread.join(timeout)

    def behind(self) -> str | None:
        """Why the databases are not at the company's date, or None if they are.

        Raises:
            CompanyError: The company cannot be read.
        """
        today = read_clock(self._company).today
        if self._trouble is not None:
            return self._trouble
        late = [database for database in self._urls if self._reached.get(database) != today]
        if not late:
            return None
        states = ", ".join(f"{each} ({self._reached.get(each, 'not read yet')})" for each in late)
        return f"It is {today} in the company; not there yet: {states}"

    def _run(self) -> None:
        failures = 0
        try:
            while not self._stopping.wait(_delay(failures)):
                failures = failures + 1 if self._tried_in_vain() else 0
        except (ProductError, CompanyError) as error:
            self.failure = str(error)
        except psycopg.Error as error:
            self.failure = f"PostgreSQL refused what the application did ({error.sqlstate}): {error}"
        finally:
            self._disconnect()
            if not self._stopping.is_set():
                self.failure = self.failure or "The application ended by an error of its own (see above)."
                self._on_end()

    def _tried_in_vain(self) -> bool:
        """One round over all databases; True if the server was not there for it."""
        clock = read_clock(self._company)
        database = ""
        try:
            for database in self._urls:
                bring(self._connection(database), database, clock.settings, clock.today)
                self._reached[database] = clock.today
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            # Away, starting, stopping, or busy: all of that passes. What was begun was rolled back.
            self._trouble = (
                f"The database {database} cannot be written at the moment: {' '.join(str(error).split())}"
            )
            self._disconnect()
            return True
        self._trouble = None
        return False

    def _connection(self, database: str) -> Connection:
        if database not in self._connections:
            self._connections[database] = psycopg.connect(
                self._urls[database],
                autocommit=True,
                connect_timeout=_CONNECT_SECONDS,
                application_name="product",
            )
        return self._connections[database]

    def _disconnect(self) -> None:
        self._reached.clear()
        for connection in self._connections.values():
            with suppress(psycopg.Error):
                connection.close()
        self._connections.clear()


def _delay(failures: int) -> float:
    """Seconds until the next round."""
    return min(_POLL_SECONDS * 2.0 ** min(failures, 10), _LONGEST_DELAY_SECONDS)
