"""What can go wrong at a Postgres database, as types that say whether a retry helps and what to do.

What belongs here: the types, and recognising them in what psycopg raises. What does not: waiting and retrying.

Errors carry an SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) once a session exists. A login
that fails has none: libpq gives its text only, in the server's language; the texts below are those of servers in English.
"""

import re
from typing import TYPE_CHECKING

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

if TYPE_CHECKING:
    import psycopg


class MissingConnection(PermanentFailure):
    """The environment variable that holds a connection's URL is not set, or is not a Postgres URL."""


class DatabaseLoginFailed(PermanentFailure):
    """The server refused the role, its password, or the database."""


class DatabasePermissionDenied(PermanentFailure):
    """The role may not do what was asked."""


class MissingTable(PermanentFailure):
    """A table or schema does not exist in the database (or the role must not see it)."""


class DependentObjects(PermanentFailure):
    """Something in the database depends on what had to change."""


class DatabaseDiskFull(PermanentFailure):
    """The server has no space left."""


class DatabaseRefused(PermanentFailure):
    """The server refused a statement for a reason that will not pass by itself."""


class DatabaseUnavailable(RetryableFailure):
    """The server was not reached, went away, is starting, or has no connection to spare."""


class DatabaseBusy(RetryableFailure):
    """Somebody else holds a lock, or a transaction lost against another."""


_BY_STATE: tuple[tuple[str, type[PermanentFailure | RetryableFailure], str], ...] = (
    # The longest prefix goes first.
    ("28", DatabaseLoginFailed, "Check the role and its password."),
    ("3D000", DatabaseLoginFailed, "Check the database's name."),
    ("42501", DatabasePermissionDenied, "Grant the role what it needs."),
    ("42P01", MissingTable, "Check the name, and whether the role may see it."),
    ("3F000", MissingTable, "Check the name, and whether the role may see it."),
    ("2BP01", DependentObjects, "Drop or change what depends on it, then run again."),
    ("53100", DatabaseDiskFull, "Make space on the server, then run again."),
    ("53", DatabaseUnavailable, "It may pass."),
    ("57", DatabaseUnavailable, "It may pass."),
    ("08", DatabaseUnavailable, "It may pass."),
    ("55P03", DatabaseBusy, "It may pass."),
    ("40", DatabaseBusy, "It may pass."),
)
_LOGIN = re.compile(
    r"password authentication failed|authentication failed|no pg_hba\.conf entry|role .* does not exist|"
    r"database .* does not exist|permission denied for database|no password supplied|is not permitted to log in",
    re.I,
)


def classified(error: "psycopg.Error", what: str) -> PermanentFailure | RetryableFailure:
    """Return the typed error for what psycopg raised. The caller chains the original.

    Args:
        error: What psycopg raised. Its text never holds a password.
        what: What was being done, for example "reading public.users of CLOUD_PRODUCT_MAIN".
    """
    import psycopg

    said = " ".join(str(error).split())
    if error.sqlstate is None:
        if _LOGIN.search(said):
            return DatabaseLoginFailed(
                f"The login failed while {what}. Check the URL's role, password and database. It said: {said}"
            )
        if isinstance(error, psycopg.OperationalError):
            return DatabaseUnavailable(f"The database was not reached while {what}. It may pass: {said}")
        return DatabaseRefused(f"psycopg refused while {what}: {said}")
    for prefix, kind, advice in _BY_STATE:
        if error.sqlstate.startswith(prefix):
            return kind(f"Postgres said {error.sqlstate} while {what}: {said}. {advice}")
    return DatabaseRefused(f"Postgres refused a statement ({error.sqlstate}) while {what}: {said}")
