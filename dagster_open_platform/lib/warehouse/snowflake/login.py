"""Logging in to Snowflake: from settings to a session that is where it was to be.

What belongs here: one login, and why it failed. What does not: the settings (`resource.py`), how long a session lives
(`sessions.py`). The client takes ten seconds to import, so that happens here, when somebody logs in.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dagster_open_platform.lib.warehouse.errors import LoginFailed, MissingObject, WarehouseUnavailable
from dagster_open_platform.lib.warehouse.snowflake import session_sql
from dagster_open_platform.lib.warehouse.snowflake.refusals import ProxyRefused, RoleRefused, refused_login
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection as Session

# Where nobody answered, the client says only that; the reason is the name of an exception below its own.
_UNREACHED = {
    "ProxyError": (
        "The proxy of HTTPS_PROXY was not reached. Correct the variable, or name the host in NO_PROXY if no proxy is needed."
    ),
    "NameResolutionError": (
        "The account's host has no address: {variables}_ACCOUNT may be misspelt, or this machine has no name service."
    ),
    "ConnectTimeout": "The account's host did not answer in time. Is there a firewall between?",
    "ReadTimeout": "The account's host took the login and did not answer it in time.",
    "ConnectionRefusedError": "The account's host refused the connection. Is there a firewall between?",
}


@dataclass(frozen=True)
class Login:
    """What a login needs.

    Args:
        arguments: Of `dagster_snowflake.SnowflakeResource`: account, user, password or private key, role, virtual
            warehouse, database, time-outs.
        options: Further arguments of `snowflake.connector.connect`: host, port, protocol.
        parameters: Session parameters, by Snowflake's names.
        secrets: Texts that must not get into messages.
        variables: Beginning of the names of the environment variables, for messages.
    """

    arguments: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, str | int | bool] = field(default_factory=dict)
    secrets: Sequence[str] = ()
    variables: str = "SNOWFLAKE"

    def open(self, tag: str) -> "OpenSession":
        """Log in, in autocommit mode, with `?` for values, in the time zone UTC.

        Args:
            tag: Query tag.

        Raises:
            LoginFailed: Snowflake refuses; the type says why (`refusals.py`).
            MissingObject: The virtual warehouse does not exist, or the role must not use it.
            WarehouseUnavailable: The account was not reached.
        """
        from dagster_snowflake import SnowflakeResource

        opener = SnowflakeResource(
            **self.arguments,
            paramstyle="qmark",
            timezone="UTC",
            autocommit=True,
            additional_snowflake_connection_args={
                **self.options,
                # Else the client asks the metadata services of three clouds where it is, which can hold up a login.
                "platform_detection_timeout_seconds": 0.0,
                "session_parameters": {**self.parameters, "QUERY_TAG": tag},
            },
        )
        with contextlib.ExitStack() as stack:
            with self._errors():
                session = stack.enter_context(opener.get_connection())
                # The resource does not close the session when the block fails.
                stack.callback(session.close)
                has_database = self._landed(session)
            return OpenSession(session, self, stack.pop_all().close, has_database)

    def _landed(self, session: "Session") -> bool:
        """Check where the login has led to, and tell whether there is a current database."""
        asked = {name: self.arguments.get(name) for name in ("role", "warehouse", "database")}
        if not any(asked.values()):
            return False
        rows = session.cursor().execute(session_sql.LANDING)
        found = rows.fetchone() if rows is not None else None
        role, warehouse, database = tuple(found or (None, None, None))
        if asked["role"] and str(role).upper() != str(asked["role"]).upper():
            raise RoleRefused(
                f"The login led to the role {role} and not to {asked['role']}: correct {self.variables}_ROLE, or GRANT ROLE"
                " ... TO USER ...."
            )
        if asked["warehouse"] and warehouse is None:
            raise MissingObject(
                f"The virtual warehouse {asked['warehouse']} does not exist, or the role {self.role} must not use it:"
                f" GRANT USAGE ON WAREHOUSE, or correct {self.variables}_WAREHOUSE."
            )
        return database is not None

    @property
    def role(self) -> str:
        """The role that was asked for, for messages."""
        return self.arguments.get("role") or "of the user"

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what goes wrong at a login into typed errors, without secrets."""
        from snowflake.connector.errors import Error

        from dagster_open_platform.lib.warehouse.snowflake.errors import cause

        try:
            yield
        except Error as error:
            raise login_failure(error, self.secrets, self.variables) from cause(error, self.secrets)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # The client does not check what it is answered. Its text may quote the answer, so it is not passed on.
            raise WarehouseUnavailable(
                f"The host of {self.variables}_ACCOUNT answered the login with something that is not Snowflake's"
                f" ({type(error).__name__} in the client). A proxy or a captive portal may have answered in its place."
            ) from None


@dataclass(eq=False)
class OpenSession:
    """A session that was logged in, in autocommit mode.

    Args:
        session: The client's.
        login: That opened it.
        close: Logs out; does nothing the second time.
        has_database: Whether its current database is known to be the one that was asked for.
    """

    session: "Session"
    login: Login
    close: Callable[[], None]
    has_database: bool

    def enter_database(self) -> None:
        """See to it that the session has the current database that was asked for, if one was.

        Raises:
            MissingObject: There is none, or the role must not use it.
        """
        from snowflake.connector.errors import Error

        database = self.login.arguments.get("database")
        if database is None or self.has_database:
            return
        try:
            self.session.cursor().execute(session_sql.use_database(database))
        except Error as error:
            raise MissingObject(
                f"The database {database} does not exist, or the role {self.login.role} must not use it: correct the name, or"
                " GRANT USAGE ON DATABASE. A pull request's databases are made by the job create_database_clones."
                f" Snowflake said: {error}"
            ) from error
        self.has_database = True


def login_failure(
    error: Exception, secrets: Sequence[str] = (), variables: str = "SNOWFLAKE"
) -> PermanentFailure | RetryableFailure:
    """Return the typed error for what the client raised at a login. The caller chains the original (see `errors.cause`).

    Args:
        error: What it raised, with what that came of.
        secrets: Texts that must not get into the message.
        variables: Beginning of the names of the environment variables of the account.
    """
    from dagster_open_platform.lib.warehouse.snowflake.errors import classified, redacted

    text = redacted(str(error), secrets)
    chain = [*_chain(error)]
    if any("407 Proxy Authentication" in str(one) for one in chain):
        return ProxyRefused(
            "The proxy of HTTPS_PROXY wants a login: put user and password into the variable"
            f" (http://user:password@host:port), or name the host in NO_PROXY. The client said: {text}"
        )
    if refusal := refused_login(getattr(error, "errno", None), text, variables):
        return refusal
    names = {type(one).__name__ for one in chain}
    if "NonRetryableTlsError" in names:
        return LoginFailed(
            f"The host of {variables}_ACCOUNT showed a certificate that is not trusted. A proxy that opens encrypted"
            " connections needs its certificate in REQUESTS_CA_BUNDLE; a wrong account identifier can also lead here."
            f" The client said: {text}"
        )
    advice = next((advice for name, advice in _UNREACHED.items() if name in names), None)
    if advice:
        return WarehouseUnavailable(
            f"Snowflake was not reached for a login. {advice.format(variables=variables)} The client said: {text}"
        )
    return classified(error, "logging in", secrets)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
