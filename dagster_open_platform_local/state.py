"""Where the local state lives, and how an environment file is read and written.

What belongs here: the directory layout and the dotenv format. What does not: what is in the files (the stack writes the
environment, the company its own directory, Dagster its home).
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

DIRECTORY_VARIABLE = "DOP_LOCAL_DIR"
_MARKER = ".dagster-open-platform"


class StateError(Exception):
    """The state directory is not what it should be; the message says what to do."""


@dataclass(frozen=True)
class LocalState:
    """Paths below one state directory.

    Args:
        root: The directory; absolute.
    """

    root: Path

    @property
    def lock(self) -> Path:
        """Held (flock) by the process that runs a stack."""
        return self.root / "stack.lock"

    @property
    def company_lock(self) -> Path:
        """Held (flock) while the company's data is being written."""
        return self.root / "company.lock"

    @property
    def environment(self) -> Path:
        """The variables with which the platform reaches the running stack. Holds tokens."""
        return self.root / "stack.env"

    @property
    def live(self) -> Path:
        """The variables of real systems that take the place of simulated ones. A person writes it; it outlives a reset."""
        return self.root / "live.env"

    @property
    def company(self) -> Path:
        """The simulated company's data."""
        return self.root / "company"

    @property
    def postgres(self) -> Path:
        """The server with the company's product databases."""
        return self.root / "postgres"

    @property
    def s3(self) -> Path:
        """One directory per bucket."""
        return self.root / "s3"

    @property
    def warehouse(self) -> Path:
        """One DuckDB file per database."""
        return self.root / "warehouse"

    @property
    def warehouse_eu(self) -> Path:
        """The EU region's own warehouse: likewise."""
        return self.root / "warehouse_eu"

    @property
    def dagster_home(self) -> Path:
        """The Dagster instance: dagster.yaml and its storage."""
        return self.root / "dagster_home"

    @property
    def logs(self) -> Path:
        """One log file per service."""
        return self.root / "logs"

    def create(self) -> None:
        """Make the directories that are missing; only their owner may look into them.

        Raises:
            StateError: The directory cannot be made or written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            for directory in (
                self.company,
                self.postgres,
                self.s3,
                self.warehouse,
                self.warehouse_eu,
                self.dagster_home,
                self.logs,
            ):
                directory.mkdir(exist_ok=True, mode=0o700)
            (self.root / _MARKER).touch()
        except OSError as error:
            raise StateError(
                f"Cannot use {self.root} for the local state: {error.strerror}. Set {DIRECTORY_VARIABLE} to a"
                " directory that you may write."
            ) from error

    def delete(self) -> None:
        """Delete all of it but `live.env`, which nobody else could write again.

        Raises:
            OSError: Something cannot be deleted.
        """
        kept = {self.live, self.root / _MARKER}
        if not self.live.exists():
            shutil.rmtree(self.root)
            return
        for path in self.root.iterdir():
            if path in kept:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    @property
    def is_ours(self) -> bool:
        """Whether a stack made this directory; anything else must not be deleted."""
        return (self.root / _MARKER).is_file()


def local_state(environ: Mapping[str, str] | None = None) -> LocalState:
    """The state of this checkout: ``DOP_LOCAL_DIR``, or ``.local`` below the working directory.

    Args:
        environ: Where to look for the variable; the process environment if not given.
    """
    values = os.environ if environ is None else environ
    return LocalState(Path(values.get(DIRECTORY_VARIABLE) or ".local").absolute())


def write_environment(path: Path, variables: Mapping[str, str]) -> None:
    """Write a dotenv file that a POSIX shell reads the same way; atomically, readable by its owner only.

    Raises:
        StateError: A value cannot be written so that both read it alike.
    """
    content = "".join(f"{name}={_quoted(name, value)}\n" for name, value in variables.items())
    # mkstemp makes the file with mode 0600, so that the tokens are at no time readable by others.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def read_environment(path: Path) -> dict[str, str]:
    """Read a dotenv file without looking anything up in the process environment.

    Raises:
        FileNotFoundError: There is none.
    """
    with path.open(encoding="utf-8") as file:
        return {name: value or "" for name, value in dotenv_values(stream=file, interpolate=False).items()}


def _quoted(name: str, value: str) -> str:
    if any(character in value for character in "\n\r\0"):
        raise StateError(f"{name} contains a line break and cannot go into an environment file.")
    if "'" not in value and "\\" not in value:
        return f"'{value}'"
    if any(character in value for character in '"\\$`'):
        raise StateError(
            f"{name} mixes an apostrophe or backslash with other special characters; use a plainer path"
            f" for {DIRECTORY_VARIABLE}."
        )
    return f'"{value}"'
