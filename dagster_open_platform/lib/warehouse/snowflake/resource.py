"""The Snowflake warehouse as a Dagster resource: its settings, and how long its session lives.

What belongs here: settings. What does not: logging in (`login.py`), reading and writing (`connection.py`).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field, PrivateAttr

from dagster_open_platform.lib.warehouse.errors import MissingCredentials
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.warehouse.snowflake.keys import unencrypted_pem
from dagster_open_platform.lib.warehouse.snowflake.login import Login
from dagster_open_platform.lib.warehouse.snowflake.query_tag import current_origin, query_tag
from dagster_open_platform.lib.warehouse.snowflake.sessions import OpenSession, Sessions

if TYPE_CHECKING:
    from dagster_open_platform.lib.warehouse.protocol import WarehouseConnection

_SETTINGS = (
    *("account", "user", "password", "private_key", "private_key_passphrase"),
    *("role", "warehouse", "host", "port", "protocol"),
)
_SECRETS = ("password", "private_key", "private_key_passphrase")


class SnowflakeWarehouse(WarehouseResource):
    """The warehouse of production.

    A setting that is left out is read from its environment variable when a connection is opened: not earlier, so that
    the code location loads without credentials; and all of them together, so that one error names all that is missing.

    In a run all `connect()` blocks share one session, which is closed with the run; blocks inside each other, or in
    several threads, have a session each (`sessions.py`). Outside a run each block has its own.
    """

    variables: str = Field(
        default="SNOWFLAKE",
        description="Beginning of the names of the environment variables below, which another region's account has of "
        "its own, such as SNOWFLAKE_EU.",
    )
    account: str | None = Field(default=None, description="Account identifier. Default: SNOWFLAKE_ACCOUNT.")
    user: str | None = Field(default=None, description="User. Default: SNOWFLAKE_USER.")
    password: str | None = Field(default=None, description="Password. Default: SNOWFLAKE_PASSWORD.")
    private_key: str | None = Field(
        default=None,
        description="Private key (PKCS #8) in PEM form, or that in base64. Default: SNOWFLAKE_PRIVATE_KEY, which goes "
        "before SNOWFLAKE_PASSWORD.",
    )
    private_key_passphrase: str | None = Field(
        default=None,
        description="Passphrase of an encrypted private key. Default: SNOWFLAKE_PRIVATE_KEY_PASSPHRASE.",
    )
    role: str | None = Field(
        default=None, description="Role. Default: SNOWFLAKE_ROLE, then `default_role`, then the user's own."
    )
    warehouse: str | None = Field(
        default=None,
        description="Virtual warehouse. Default: SNOWFLAKE_WAREHOUSE, then `default_warehouse`, then the user's own.",
    )
    default_role: str | None = Field(default=None, description="Role of the environment.")
    default_warehouse: str | None = Field(default=None, description="Virtual warehouse of the environment.")
    default_database: str | None = Field(
        default=None, description="Physical database that is the current one. Default: none is."
    )
    host: str | None = Field(
        default=None,
        description="Host, where the account does not say it (a private link). Default: SNOWFLAKE_HOST.",
    )
    port: str | None = Field(default=None, description="Port. Default: SNOWFLAKE_PORT, or 443.")
    protocol: str | None = Field(default=None, description="Default: SNOWFLAKE_PROTOCOL, or https.")
    login_timeout_seconds: int = Field(
        default=60, gt=0, description="For how long a login that nobody answers is tried again."
    )
    network_timeout_seconds: int = Field(
        default=300, gt=0, description="How long a request may go unanswered."
    )
    statement_timeout_seconds: int = Field(
        default=7200, gt=0, description="How long a statement may run (STATEMENT_TIMEOUT_IN_SECONDS)."
    )
    queue_timeout_seconds: int = Field(
        default=1800,
        gt=0,
        description="How long a statement may wait for the virtual warehouse (STATEMENT_QUEUED_TIMEOUT_IN_SECONDS).",
    )
    keep_alive: bool = Field(
        default=True,
        description="Whether a session outlives four hours in which the run does something else "
        "(CLIENT_SESSION_KEEP_ALIVE).",
    )

    _sessions: Sessions | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Begin a run, whose blocks share a session. Nothing is opened before the first."""
        self._sessions = Sessions(self._open)

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """End the run: close its session, however the run went."""
        sessions, self._sessions = self._sessions, None
        if sessions is not None:
            sessions.close()

    def origin(self, database: str) -> str:
        """Return `organization.account.database` (see the base).

        Raises:
            MissingCredentials: The account is not set, or not as `organization-account`, by which alone another account finds it.
        """
        account = self._setting("account") or ""
        organization, _, name = account.partition("-")
        if not name or "." in account:
            raise MissingCredentials(
                f"{self._variable('account')} is {account or 'not set'}; a replica needs it as ORGANIZATION-ACCOUNT"
                " (Admin > Accounts)."
            )
        # In SQL an account's name has underscores where addresses have dashes.
        return f"{organization}.{name.replace('-', '_')}.{self.physical(database)}"

    @contextlib.contextmanager
    def connect(self) -> Iterator[WarehouseConnection]:
        """Give the warehouse to the block, in the time zone UTC, with the op that runs as query tag.

        Raises:
            MissingCredentials: Settings are missing; names the environment variables of all of them.
            LoginFailed: Snowflake refuses the login; the type says why (`refusals.py`).
            MissingObject: There is no such virtual warehouse or database, or the role must not use it.
            WarehouseUnavailable: The account was not reached.
        """
        with self._leased() as opened:
            opened.enter_database()
            yield self._connection(opened)

    @contextlib.contextmanager
    def connect_without_databases(self) -> Iterator[WarehouseConnection]:
        """As `connect`, also where the databases do not exist yet."""
        with self._leased() as opened:
            yield self._connection(opened)

    @contextlib.contextmanager
    def _leased(self) -> Iterator[OpenSession]:
        tag = query_tag(current_origin())
        if self._sessions is not None:
            with self._sessions.lease(tag) as opened:
                yield opened
        else:
            with contextlib.closing(Sessions(self._open, keep=False)) as own, own.lease(tag) as opened:
                yield opened

    def _connection(self, opened: OpenSession) -> WarehouseConnection:
        from dagster_open_platform.lib.warehouse.snowflake.connection import SnowflakeConnection

        return SnowflakeConnection(opened.session, self.written, opened.login.secrets, self.read_only)

    def _open(self, tag: str) -> OpenSession:
        return self._login().open(tag)

    def _login(self) -> Login:
        """Collect the settings.

        Raises:
            MissingCredentials: One that is needed is missing.
            UnreadableKey: The private key is none.
        """
        found = {name: value for name in _SETTINGS if (value := self._setting(name))}
        self._check_complete(found)
        secrets = [found[name] for name in _SECRETS if name in found]
        arguments: dict[str, Any] = {"account": found["account"], "user": found["user"]}
        if "private_key" in found:
            key = unencrypted_pem(
                found["private_key"], found.get("private_key_passphrase"), self._variable("private_key")
            )
            arguments["private_key"] = key
            secrets.append(key)
        else:
            arguments["password"] = found["password"]
        arguments |= {
            "role": found.get("role") or self.default_role,
            "warehouse": found.get("warehouse") or self.default_warehouse,
            "database": self.default_database and self.default_database.upper(),
            "login_timeout": self.login_timeout_seconds,
            "network_timeout": self.network_timeout_seconds,
            "client_session_keep_alive": self.keep_alive,
        }
        return Login(
            arguments=arguments,
            options={name: found[name] for name in ("host", "port", "protocol") if name in found},
            parameters={
                "STATEMENT_TIMEOUT_IN_SECONDS": self.statement_timeout_seconds,
                "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS": self.queue_timeout_seconds,
            },
            secrets=secrets,
            variables=self.variables,
        )

    def _check_complete(self, found: Mapping[str, str]) -> None:
        missing = [self._variable(name) for name in ("account", "user") if name not in found]
        if "password" not in found and "private_key" not in found:
            missing.append(f"{self._variable('private_key')} (or {self._variable('password')})")
        if missing:
            raise MissingCredentials(
                f"Snowflake cannot be opened, because these environment variables are not set: {', '.join(missing)}."
            )

    def _setting(self, name: str) -> str | None:
        """Return a field's value, that of the variable that it names, or that of its usual variable."""
        value = getattr(self, name)
        if isinstance(value, dg.EnvVar):  # used outside a run, where Dagster does not resolve it
            return os.environ.get(value.env_var_name)
        return value or os.environ.get(self._variable(name))

    def _variable(self, name: str) -> str:
        return f"{self.variables}_{name.upper()}"


def snowflake_warehouse(
    databases: Mapping[str, str],
    *,
    variables: str = "SNOWFLAKE",
    account: str | dg.EnvVar | None = None,
    user: str | dg.EnvVar | None = None,
    password: str | dg.EnvVar | None = None,
    private_key: str | dg.EnvVar | None = None,
    role: str | dg.EnvVar | None = None,
    warehouse: str | dg.EnvVar | None = None,
    default_role: str | None = None,
    default_warehouse: str | None = None,
    default_database: str | None = None,
    read_only: Sequence[str] = (),
) -> SnowflakeWarehouse:
    """Return the warehouse resource of production. Opens nothing and reads no environment variable.

    Args:
        databases: Logical to physical names of the databases.
        variables: Beginning of the names of the variables.
        account: Account identifier; None reads SNOWFLAKE_ACCOUNT when a connection is opened. So do the others:
        user: SNOWFLAKE_USER.
        password: SNOWFLAKE_PASSWORD.
        private_key: SNOWFLAKE_PRIVATE_KEY.
        role: SNOWFLAKE_ROLE.
        warehouse: SNOWFLAKE_WAREHOUSE.
        default_role: Where neither `role` nor its variable says one.
        default_warehouse: Where neither `warehouse` nor its variable says one.
        default_database: Physical name of the current database; None: there is none.
        read_only: Physical names of the databases that are only read.
    """
    return SnowflakeWarehouse(
        databases=dict(databases),
        variables=variables,
        account=account,
        user=user,
        password=password,
        private_key=private_key,
        role=role,
        warehouse=warehouse,
        default_role=default_role,
        default_warehouse=default_warehouse,
        default_database=default_database,
        read_only=[*read_only],
    )
