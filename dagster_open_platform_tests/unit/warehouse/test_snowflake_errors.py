"""Snowflake's errors become typed ones that say what to do, and never tell a secret."""

import errno
import traceback

import dagster as dg
import pytest
from snowflake.connector import errors

from dagster_open_platform.lib.warehouse import snowflake_warehouse
from dagster_open_platform.lib.warehouse.errors import (
    DiskFull,
    MissingCredentials,
    MissingObject,
    PermissionDenied,
    StatementFailed,
    TransactionConflict,
    WarehouseUnavailable,
)
from dagster_open_platform.lib.warehouse.snowflake.errors import cause, classified
from dagster_open_platform.lib.warehouse.snowflake.refusals import KeyRefused, UnreadableKey
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_tests.fixtures.warehouse import DATABASES, fake_snowflake


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.DatabaseError("JWT token is invalid", errno=390144), KeyRefused),
        (errors.DatabaseError("Authentication token has expired", errno=390114), WarehouseUnavailable),
        (errors.OperationalError("Failed to execute request", errno=250003), WarehouseUnavailable),
        (errors.ServiceUnavailableError(), WarehouseUnavailable),
        (errors.GatewayTimeoutError(), WarehouseUnavailable),
        (errors.TooManyRequests(), WarehouseUnavailable),
        (errors.ProgrammingError("Statement reached its statement timeout", errno=630), WarehouseUnavailable),
        (errors.ProgrammingError("Object 'X' does not exist or not authorized.", errno=2003), MissingObject),
        (errors.ProgrammingError("Object does not exist", errno=2043), MissingObject),
        (errors.ProgrammingError("invalid identifier 'X'", errno=904), MissingObject),
        (errors.ProgrammingError("No active warehouse selected", errno=606), MissingObject),
        (errors.ProgrammingError("Insufficient privileges", errno=3001), PermissionDenied),
        (errors.ProgrammingError("number of waiters for this lock exceeds", errno=625), TransactionConflict),
        (errors.ProgrammingError("syntax error line 1", errno=1003), StatementFailed),
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
    ],
)
def test_each_cause_has_its_type(error: Exception, kind: type[dg.Failure]) -> None:
    failure = classified(error, "writing to PURINA.PYPI.X")

    assert type(failure) is kind
    assert failure.allow_retries == issubclass(kind, RetryableFailure)
    assert failure.allow_retries != issubclass(kind, PermanentFailure)
    assert "Snowflake" in str(failure)


def test_a_secret_that_the_driver_repeats_is_not_passed_on() -> None:
    told = errors.DatabaseError("login with 'correct horse' failed", errno=390100)
    silent = errors.DatabaseError("login failed", errno=390100)

    assert "correct horse" not in str(classified(told, "logging in", ["correct horse"]))
    assert "***" in str(classified(told, "logging in", ["correct horse"]))
    assert cause(told, ["correct horse"]) is None
    assert cause(silent, ["correct horse"]) is silent


def test_missing_credentials_are_named_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = snowflake_warehouse(DATABASES)
    with pytest.raises(MissingCredentials) as raised, warehouse.connect():
        pass
    for name in ("SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER", "SNOWFLAKE_PRIVATE_KEY", "SNOWFLAKE_PASSWORD"):
        assert name in str(raised.value)

    monkeypatch.setenv("SNOWFLAKE_ACCOUNT", "account")
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", "correct horse")
    with pytest.raises(MissingCredentials, match=r"not set: SNOWFLAKE_USER\.$"), warehouse.connect():
        pass


def test_credentials_come_from_the_environment_when_a_connection_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with fake_snowflake():
        warehouse = snowflake_warehouse(DATABASES, user=dg.EnvVar("SERVICE_USER"))
        monkeypatch.setenv("SNOWFLAKE_ACCOUNT", "account")
        monkeypatch.setenv("SERVICE_USER", "user")
        monkeypatch.setenv("SNOWFLAKE_PASSWORD", "correct horse")

        with warehouse.connect() as connection:
            assert connection.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]


def test_a_key_that_cannot_be_read_is_not_repeated() -> None:
    warehouse = snowflake_warehouse(DATABASES, account="account", user="user", private_key="tr0ub4dor")

    with pytest.raises(UnreadableKey, match="PKCS #8") as raised, warehouse.connect():
        pass

    assert "tr0ub4dor" not in "".join(traceback.format_exception(raised.value))


def test_the_driver_s_error_is_chained() -> None:
    with (
        fake_snowflake() as warehouse,
        warehouse.connect() as connection,
        pytest.raises(MissingObject) as raised,
    ):
        connection.query("SELECT * FROM PURINA.PYPI.NOWHERE")

    assert isinstance(raised.value.__cause__, errors.ProgrammingError)


def test_a_failed_block_closes_the_session() -> None:
    with fake_snowflake() as warehouse:
        with pytest.raises(ZeroDivisionError), warehouse.connect() as connection:
            raise ZeroDivisionError
        with pytest.raises(WarehouseUnavailable):
            connection.query("SELECT 1 AS one")
