"""Snowflake's exceptions, told apart.

What belongs here: from what the connector raises to a typed error that says what to do. What does not: retrying.

Numbers: those from 250000 are the connector's own (`snowflake.connector.errorcode`), those from 390000 are about logins and
tokens (`refusals.py`), the small ones are the SQL compiler's and the executor's.
"""

import errno
from collections.abc import Collection
from typing import TYPE_CHECKING

from dagster_open_platform.lib.warehouse.errors import (
    DiskFull,
    MissingObject,
    PermissionDenied,
    StatementFailed,
    TransactionConflict,
    WarehouseUnavailable,
)
from dagster_open_platform.lib.warehouse.snowflake.refusals import EXPIRED, refused_login
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

if TYPE_CHECKING:
    from snowflake.connector.errors import Error

# No such object, or none that the role may know of: table or view; any object; column.
_MISSING = {2003, 2043, 904}
# There is such an object already.
_EXISTS = {2002}
_NO_WAREHOUSE = {606}
_DENIED = {3001, 3540}
# Cancelled, timed out, connection closed: the next attempt logs in again.
_PASSING = {604, 630, 250002, *EXPIRED}
# Lock wait timed out or too many waiters; transaction aborted by a deadlock.
_CONFLICT = {625, 8402}
_FIRST_REFUSAL = 390100


def is_missing(error: "Error") -> bool:
    """Tell whether the error says that an object does not exist."""
    return error.errno in _MISSING


def already_exists(error: "Error") -> bool:
    """Tell whether the error says that there is such an object already."""
    return error.errno in _EXISTS


def classified(
    error: Exception, what: str, secrets: Collection[str] = ()
) -> PermanentFailure | RetryableFailure:
    """Return the typed error for what the connector raised. The caller chains the original (see `cause`).

    Args:
        error: What the connector, or the file system below it, raised.
        what: What was being done, for example "writing to PURINA.PYPI.DAILY".
        secrets: Texts that must not get into the message.
    """
    text = redacted(str(error), secrets)
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        kind = DiskFull if full else StatementFailed
        return kind(
            f"The rows could not be put into local files for Snowflake while {what}: {text}. Nothing was changed."
        )
    number = getattr(error, "errno", None)
    if number is not None and number >= _FIRST_REFUSAL and (refusal := refused_login(number, text)):
        return refusal
    if number in _MISSING:
        return MissingObject(
            f"Something that {what} needs does not exist, or the role must not see it. Materialize the asset that "
            f"makes it, grant the role access, or correct the name. Snowflake said: {text}"
        )
    if number in _DENIED:
        return PermissionDenied(f"The role lacks a privilege for {what}. Grant it. Snowflake said: {text}")
    if number in _NO_WAREHOUSE:
        return MissingObject(
            f"No virtual warehouse is there for {what}. Set SNOWFLAKE_WAREHOUSE. Snowflake said: {text}"
        )
    if number in _CONFLICT:
        return TransactionConflict(f"Another transaction held the table while {what}. Snowflake said: {text}")
    if number in _PASSING or _is_of_network(error):
        return WarehouseUnavailable(
            f"Snowflake was not reached or did not finish while {what}. Nothing was committed unless a COMMIT was on "
            f"its way; running it again is safe. Snowflake said: {text}"
        )
    return StatementFailed(f"Snowflake refused a statement while {what}: {text}")


def redacted(text: str, secrets: Collection[str]) -> str:
    """Return the text with every secret replaced by stars."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return text


def cause(error: Exception, secrets: Collection[str]) -> Exception | None:
    """Return the error to chain, or None if its own text would give a secret away."""
    return error if redacted(str(error), secrets) == str(error) else None


def _is_of_network(error: Exception) -> bool:
    """Tell whether the connector did not get an answer: its own exceptions for HTTP, and all that is operational."""
    from snowflake.connector import errors

    return isinstance(
        error,
        errors.OperationalError
        | errors.HttpError
        | errors.InternalServerError
        | errors.ServiceUnavailableError
        | errors.GatewayTimeoutError
        | errors.BadGatewayError
        | errors.RequestTimeoutError
        | errors.TooManyRequests
        | errors.OtherHTTPRetryableError
        | errors.RequestExceedMaxRetryError,
    )
