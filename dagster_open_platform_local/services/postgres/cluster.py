"""The life of a database cluster: made, started, stopped.

What belongs here: its directory, the server's settings and process, the superuser's password. What does not: what is in
the databases (`roles.py`), the service's command line (`__main__.py`).

    DIRECTORY/lock        held by whoever works on the cluster, and by every process of a server that runs on it
    DIRECTORY/superuser   the superuser's password, readable by its owner only
    DIRECTORY/data        the cluster; there only if it is whole
    DIRECTORY/data.new    a cluster in the making, or what is left of one
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from dagster_open_platform_local.services.postgres.binaries import MAJOR_VERSION, Binaries
from dagster_open_platform_local.services.postgres.databases import HOST
from dagster_open_platform_local.services.postgres.errors import PostgresServiceError

SUPERUSER = "postgres"
_DRAFT = ".superuser."
"""Begins the name of the file in which a password is written."""

_SETTINGS = {
    "listen_addresses": HOST,
    # A path that fits everywhere cannot be promised: a socket's may have a hundred characters.
    "unix_socket_directories": "",
    # What was committed survives whatever happens.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # A laptop's share.
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    # A failed statement is told without the values that were bound to it.
    "log_parameter_max_length_on_error": "0",
}
_LEFTOVERS_SECONDS = 5.0
"""How long a start waits for the processes of a server that was killed; they notice it within moments."""
_STOP_SECONDS = ((signal.SIGINT, 8.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0))
"""Fast (ends the sessions, writes everything out), immediate (the next start recovers), and by force."""
_POLL_SECONDS = 0.05
_ADMITTED_AT_FIRST, _ADMITTED = (f"host all {who} {HOST}/32 scram-sha-256\n" for who in (SUPERUSER, "all"))


class Cluster:
    """A cluster in a directory of its own.

    Args:
        directory: Made if it is missing.
        binaries: PostgreSQL's programs.
    """

    def __init__(self, directory: Path, binaries: Binaries) -> None:
        self.directory = directory.absolute()
        self.data = self.directory / "data"
        self._new = self.directory / "data.new"
        self._password = self.directory / "superuser"
        self._binaries = binaries
        self._lock = -1

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep everybody else away; all other methods but `connect` need that.

        Raises:
            PostgresServiceError: A server, or somebody who starts one, does not go away.
        """
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.directory / "lock").open("a") as file:
            deadline = time.monotonic() + _LEFTOVERS_SECONDS
            while not _try_lock(file.fileno()):
                if time.monotonic() >= deadline:
                    raise PostgresServiceError(
                        f"Something still works on {self.data}; end it (`fuser {file.name}` shows its pid)."
                    )
                time.sleep(_POLL_SECONDS)
            self._lock = file.fileno()
            try:
                yield
            finally:
                self._lock = -1

    def initialise(self) -> None:
        """Make the cluster if there is none. It appears whole or not at all, however this process ends.

        Raises:
            PostgresServiceError: It cannot be made, or what is there was made by another version.
        """
        if self._new.exists():
            shutil.rmtree(self._new)
        # Whoever was killed while it wrote a password has left what it had written.
        for leftover in self.directory.glob(f"{_DRAFT}*"):
            leftover.unlink()
        if self.data.exists():
            self._require_usable()
            return
        self._write_password()
        self._new.mkdir(mode=0o700)
        self._binaries.account.own(self._new)
        done = subprocess.run(  # noqa: S603 - the command is ours
            self._binaries.command(
                *("initdb", "--pgdata", str(self._new), "--username", SUPERUSER),
                *("--auth", "scram-sha-256", "--pwfile", str(self._password)),
                *("--encoding", "UTF8", "--locale", "C"),
            ),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            # Its own children may outlive it; they too keep the next start waiting.
            pass_fds=(self._lock,),
            check=False,
        )
        if done.returncode != 0:
            raise PostgresServiceError(
                f"initdb could not make a database cluster in {self.directory} (exit code {done.returncode}):"
                f"\n{done.stderr.strip()}"
            )
        self._new.rename(self.data)
        _sync_directory(self.directory)

    def _require_usable(self) -> None:
        version = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != str(MAJOR_VERSION):
            raise PostgresServiceError(
                f"{self.data} was made by PostgreSQL {version}, and this is {MAJOR_VERSION}. Delete {self.directory}"
                " to begin anew."
            )
        if not self._password.exists():
            raise PostgresServiceError(
                f"{self._password}, the superuser's password, is gone. Delete {self.directory} to begin anew."
            )

    def _write_password(self) -> None:
        if self._password.exists():
            return
        # mkstemp makes the file with mode 0600.
        descriptor, temporary = tempfile.mkstemp(dir=self.directory, prefix=_DRAFT)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(24))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(self._password)

    @contextlib.contextmanager
    def running(self, port: int) -> Iterator["subprocess.Popen[bytes]"]:
        """A server on the cluster, from its start (it does not answer yet) to its end; it logs to stderr.

        Only the superuser can log in until `admit`.

        Args:
            port: TCP port on loopback.
        """
        # We hold the lock, so no server runs here: whoever has the process id that a killed one left behind is a stranger.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self._write_admission(_ADMITTED_AT_FIRST)
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        process = subprocess.Popen(  # noqa: S603 - the command is ours
            self._binaries.command("postgres", "-D", str(self.data), "-p", str(port), *settings),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            pass_fds=(self._lock,),
        )
        try:
            yield process
        finally:
            _stop(process)

    def admit(self, port: int) -> None:
        """Let everybody log in who has a password, from a moment later on."""
        self._write_admission(_ADMITTED)
        with self.connect(port) as connection:
            connection.execute("SELECT pg_reload_conf()")

    def _write_admission(self, rules: str) -> None:
        # Not atomically: only a running server reads it, and a start writes it anew.
        (self.data / "pg_hba.conf").write_text(rules, encoding="ascii")

    def connect(self, port: int, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """Log in as the superuser; every statement is a transaction of its own.

        Raises:
            psycopg.OperationalError: The server does not answer, or not yet.
        """
        return psycopg.connect(
            host=HOST,
            port=port,
            user=SUPERUSER,
            password=self._password.read_text(encoding="ascii"),
            dbname=database,
            sslmode="disable",
            connect_timeout=5,
            autocommit=True,
        )

    def wait_until_up(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        """Wait until the server answers; recovery after a crash may take its time.

        Raises:
            PostgresServiceError: It ended, or it does not know the superuser's password.
        """
        while True:
            try:
                self.connect(port).close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise PostgresServiceError(
                        f"The server on {self.data} refuses the password in {self._password}. Delete {self.directory}"
                        " to begin anew."
                    ) from None
            else:
                # If somebody else listens on the port, our server is dead; and it is not theirs that we prepare.
                require_running(process)
                return
            require_running(process)
            time.sleep(_POLL_SECONDS)


def require_running(process: "subprocess.Popen[bytes]") -> None:
    """See whether the server still runs.

    Raises:
        PostgresServiceError: It has ended; its log says why.
    """
    code = process.poll()
    if code is not None:
        raise PostgresServiceError(f"The PostgreSQL server ended by itself (exit code {code}).")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    for number, seconds in _STOP_SECONDS:
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _environment() -> dict[str, str]:
    """What PostgreSQL's programs get: neither a password nor a setting of the person's shell."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
