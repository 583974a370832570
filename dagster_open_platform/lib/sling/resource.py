"""Sling as a Dagster resource: where the program is, and the environment that it runs in.

What belongs here: settings of the program, and its working directories. What does not: what is replicated.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.sling.errors import MissingSlingBinary, SlingUnavailable
from dagster_open_platform.lib.sling.runner import StreamOutcome, run_sling

# What a program needs of this process's environment. Nothing else reaches Sling: it takes any variable for a connection.
_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR")


class SlingResource(dg.ConfigurableResource):
    """Runs Sling. Its resource key is `sling`."""

    binary: str | None = Field(
        default=None,
        description="Path of the program. Default: SLING_BINARY, or the one in the package `sling`.",
    )
    directory: str | None = Field(
        default=None,
        description="Where files of a run are kept while it lasts; as large as the largest table. Default: the system's.",
    )

    patience_seconds: float = Field(
        default=3600.0,
        gt=0,
        description="How long Sling may say nothing before it counts as hung and is ended. It is silent while it copies a table.",
    )

    def program(self) -> Path:
        """Return the path of the program.

        Raises:
            MissingSlingBinary: It is not there.
        """
        if self.binary:
            path = Path(self.binary)
        else:
            # Half a second, and only a run needs it.
            import sling

            path = Path(str(sling.SLING_BIN))
        if not os.access(path, os.X_OK):
            raise MissingSlingBinary(
                f"There is no Sling program at {path}. Install the package sling, or set SLING_BINARY."
            )
        return path

    @contextlib.contextmanager
    def workspace(self) -> Iterator[Path]:
        """A directory for the files of one run; removed at its end, or by a later run if this one is killed.

        Raises:
            SlingUnavailable: It cannot be made, for example because the disk is full.
        """
        base = Path(self.directory or tempfile.gettempdir()) / f"dagster_open_platform_sling_{os.getuid()}"
        try:
            directory, lock = _new_workspace(base)
        except OSError as error:
            raise SlingUnavailable(f"No directory for Sling's files in {base}: {error.strerror}.") from error
        try:
            yield directory
        finally:
            os.close(lock)
            shutil.rmtree(directory, ignore_errors=True)

    def run(
        self, configuration: Mapping[str, Any], connections: Mapping[str, str], directory: Path
    ) -> Generator[StreamOutcome]:
        """Run a replication of Sling's. Closing the generator ends it.

        If Sling ends in the middle of a stream, that one has failed, and the streams after it are run anew.

        Args:
            configuration: All of it, with explicit streams.
            connections: URL or JSON of each connection, by name; not logged.
            directory: A workspace.

        Yields:
            Each stream's outcome when it is known.

        Raises:
            MissingSlingBinary, SlingUnavailable: Sling cannot be started.
        """
        environment = {
            **{name: os.environ[name] for name in _INHERITED if name in os.environ},
            **connections,
            "SLING_DISABLE_TELEMETRY": "true",
            "SLING_HOME_DIR": str(directory / "home"),
            "SLING_TEMP_DIR": str(directory / "temp"),
            "SLING_LOGGING": "JSON",
            # An empty table is a table.
            "SLING_ALLOW_EMPTY": "true",
            # Sling's own has seconds only, and the load writes a better one.
            "SLING_LOADED_AT_COLUMN": "false",
        }

        def once(streams: Mapping[str, object]) -> Generator[StreamOutcome]:
            return run_sling(
                program, {**configuration, "streams": streams}, environment, directory, self.patience_seconds
            )

        program = self.program()
        return _in_rounds(once, configuration["streams"])


def _in_rounds(
    once: Callable[[Mapping[str, object]], Generator[StreamOutcome]], streams: Mapping[str, object]
) -> Generator[StreamOutcome]:
    """Run streams, and those that it did not come to again: fewer each time, for one of them it ended in."""
    while streams:
        untried: dict[str, object] = {}
        with contextlib.closing(once(streams)) as outcomes:
            for outcome in outcomes:
                if outcome.tried:
                    yield outcome
                else:
                    untried[outcome.name] = streams[outcome.name]
        streams = untried


def _new_workspace(base: Path) -> tuple[Path, int]:
    """A new directory and the descriptor that holds its lock; what killed runs left behind is removed."""
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Nobody may see a directory before it is locked.
    everybody = os.open(base / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(everybody, fcntl.LOCK_EX)
        _remove_abandoned(base)
        directory = Path(tempfile.mkdtemp(prefix="run_", dir=base))
        lock = os.open(directory / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    finally:
        os.close(everybody)
    return directory, lock


def _remove_abandoned(base: Path) -> None:
    """Remove the directories whose lock nobody holds."""
    for directory in base.glob("run_*"):
        try:
            lock = os.open(directory / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        except FileNotFoundError:
            continue  # its run has just ended
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(directory, ignore_errors=True)
        except BlockingIOError:
            continue  # its run is alive
        finally:
            os.close(lock)
