"""What psycopg raises, as types that say whether a retry helps; and URLs."""

import os
from urllib.parse import parse_qs, quote, urlsplit

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import errors as raised
from psycopg.conninfo import conninfo_to_dict

from dagster_open_platform.lib.postgres import errors
from dagster_open_platform.lib.postgres.errors import classified
from dagster_open_platform.lib.postgres.resource import PostgresResource

BY_STATE = [
    (raised.InvalidPassword, errors.DatabaseLoginFailed),
    (raised.InvalidAuthorizationSpecification, errors.DatabaseLoginFailed),
    (raised.InvalidCatalogName, errors.DatabaseLoginFailed),
    (raised.InsufficientPrivilege, errors.DatabasePermissionDenied),
    (raised.UndefinedTable, errors.MissingTable),
    (raised.InvalidSchemaName, errors.MissingTable),
    (raised.DependentObjectsStillExist, errors.DependentObjects),
    (raised.DiskFull, errors.DatabaseDiskFull),
    (raised.OutOfMemory, errors.DatabaseUnavailable),
    (raised.TooManyConnections, errors.DatabaseUnavailable),
    (raised.AdminShutdown, errors.DatabaseUnavailable),
    (raised.CrashShutdown, errors.DatabaseUnavailable),
    (raised.CannotConnectNow, errors.DatabaseUnavailable),
    (raised.QueryCanceled, errors.DatabaseUnavailable),
    (raised.ConnectionException, errors.DatabaseUnavailable),
    (raised.LockNotAvailable, errors.DatabaseBusy),
    (raised.DeadlockDetected, errors.DatabaseBusy),
    (raised.SerializationFailure, errors.DatabaseBusy),
    (raised.UndefinedColumn, errors.DatabaseRefused),
    (raised.DivisionByZero, errors.DatabaseRefused),
    (raised.UniqueViolation, errors.DatabaseRefused),
    (raised.ReadOnlySqlTransaction, errors.DatabaseRefused),
    (raised.NotNullViolation, errors.DatabaseRefused),
]
# Of libpq, when there is no session yet.
BY_TEXT = [
    ('FATAL:  password authentication failed for user "u"', errors.DatabaseLoginFailed),
    ('FATAL:  role "nobody" does not exist', errors.DatabaseLoginFailed),
    ('FATAL:  database "absent" does not exist', errors.DatabaseLoginFailed),
    ('FATAL:  permission denied for database "d"', errors.DatabaseLoginFailed),
    ('FATAL:  role "u" is not permitted to log in', errors.DatabaseLoginFailed),
    ("fe_sendauth: no password supplied", errors.DatabaseLoginFailed),
    ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', errors.DatabaseLoginFailed),
    ("FATAL:  the database system is starting up", errors.DatabaseUnavailable),
    ("FATAL:  sorry, too many clients already", errors.DatabaseUnavailable),
    ("connection failed: Connection refused", errors.DatabaseUnavailable),
    ("server closed the connection unexpectedly", errors.DatabaseUnavailable),
    ("connection timeout expired", errors.DatabaseUnavailable),
]
MAY_PASS = {errors.DatabaseUnavailable, errors.DatabaseBusy}


@pytest.mark.parametrize(("error", "kind"), BY_STATE)
def test_by_state(error: type[psycopg.Error], kind: type) -> None:
    failure = classified(error("some\n  words"), "reading public.users of MAIN")
    assert type(failure) is kind
    assert failure.allow_retries is (kind in MAY_PASS)
    for word in ("while reading public.users of MAIN", "some words", str(error.sqlstate)):
        assert word in str(failure.description)


@pytest.mark.parametrize(("said", "kind"), BY_TEXT)
def test_by_text(said: str, kind: type) -> None:
    failure = classified(psycopg.OperationalError(said), "working with MAIN")
    assert type(failure) is kind
    assert failure.allow_retries is (kind in MAY_PASS)
    assert " ".join(said.split()) in str(failure.description)


def test_what_is_neither() -> None:
    failure = classified(psycopg.ProgrammingError("can't adapt type 'set'"), "publishing")
    assert type(failure) is errors.DatabaseRefused


@pytest.mark.parametrize(
    "value",
    [
        "",
        "words",
        "mysql://u:sup3rs3cret@h/d",
        "host=h user=u password=sup3rs3cret",
        "postgresql://u:sup3rs3cret@h:port/d",
        "postgresql://u:sup3rs3cret/word@h/d",
        "postgresql://u:sup3rs3cret@word@h/d",
        "postgresql://u:sup3rs3cret%@h/d",
        "postgresql://u:sup3rs3cret%zz@h/d",
        "postgresql://u:sup3rs3cret[@h/d",
        "postgresql://u:sup3rs3cret#x@h/d",
        "postgresql://u:sup3rs3cret?x@h/d",
    ],
)
def test_what_is_no_url_is_not_repeated(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_CONNECTION", value)
    for ask in (PostgresResource().url, PostgresResource().session_url):
        with pytest.raises(errors.MissingConnection, match="SOME_CONNECTION") as caught:
            ask("SOME_CONNECTION")
        assert "sup3rs3cret" not in f"{caught.value.description} {caught.value!r}"
        assert caught.value.__context__ is None


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_CONNECTION", raising=False)
    with pytest.raises(errors.MissingConnection, match="environment variable SOME_CONNECTION"):
        PostgresResource().url("SOME_CONNECTION")


WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=20)


@given(password=WORDS, given_options=st.sampled_from(["", "-c work_mem=8MB", "-c timezone=Asia/Tokyo"]))
def test_urls_of_sessions_reach_the_same_place(password: str, given_options: str) -> None:
    """As libpq reads it, only the session's settings are new, and ours come last, so that they count."""
    url = f"postgresql://u:{quote(password, safe='')}@127.0.0.1:5432/main?sslmode=disable"
    if given_options:
        url += f"&options={quote(given_options)}"
    os.environ["SOME_CONNECTION"] = url
    session = PostgresResource(lock_timeout_seconds=7).session_url("SOME_CONNECTION")
    before, after = conninfo_to_dict(url), conninfo_to_dict(session)
    options = str(after.pop("options"))
    before.pop("options", None)
    assert after == before
    assert options.startswith(given_options)
    ours = options.removeprefix(given_options).split(" -c ")
    assert {*filter(None, (part.removeprefix("-c ").strip() for part in ours))} == {
        "timezone=UTC",
        "datestyle=ISO",
        "intervalstyle=postgres",
        "bytea_output=hex",
        "lock_timeout=7s",
    }
    # Sling reads it otherwise than libpq where there is a plus.
    assert "+" not in urlsplit(session).query
    assert parse_qs(urlsplit(session).query)["sslmode"] == ["disable"]
