"""The Snowflake warehouse as a Dagster resource: its credentials, and how it is opened.

What belongs here: settings and opening. What does not: reading and writing (`connection.py`). The client takes ten
seconds to import, so that happens where a connection is opened and nowhere else.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.warehouse.errors import LoginFailed, MissingCredentials
from dagster_open_platform.lib.warehouse.resource import WarehouseResource

if TYPE_CHECKING:
    from dagster_open_platform.lib.warehouse.protocol import WarehouseConnection


class SnowflakeWarehouse(WarehouseResource):
    """The warehouse of production.

    A setting that is left out is read from its environment variable when a connection is opened: not earlier, so that
    the code location loads without credentials; and all of them together, so that one error names all that is missing.
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
        description="Private key in PEM form, or that in base64. Default: SNOWFLAKE_PRIVATE_KEY, which goes before "
        "SNOWFLAKE_PASSWORD.",
    )
    role: str | None = Field(default=None, description="Role. Default: SNOWFLAKE_ROLE, or the user's own.")
    warehouse: str | None = Field(
        default=None, description="Virtual warehouse. Default: SNOWFLAKE_WAREHOUSE, or the user's own."
    )
    login_timeout_seconds: int = Field(default=60, gt=0, description="How long a login may take.")
    network_timeout_seconds: int = Field(
        default=300, gt=0, description="How long a request may go unanswered."
    )

    @contextlib.contextmanager
    def connect(self) -> Iterator[WarehouseConnection]:
        """Log in, in the time zone UTC, and close the session at the end of the `with` block.

        Raises:
            MissingCredentials: Settings are missing; names the environment variables of all of them.
            LoginFailed: The account, user, password, key or role is refused.
            WarehouseUnavailable: The account was not reached.
        """
        credentials = self._credentials()

        # Both imports take ten seconds, so they come after the check of what can fail at once.
        from dagster_snowflake import SnowflakeResource

        from dagster_open_platform.lib.warehouse.snowflake.connection import SnowflakeConnection

        secrets = [credentials[field] for field in ("password", "private_key") if field in credentials]
        with contextlib.ExitStack() as stack:
            with _login_errors(secrets):
                opener = SnowflakeResource(
                    account=credentials["account"],
                    user=credentials["user"],
                    password=credentials.get("password"),
                    private_key=credentials.get("private_key"),
                    role=credentials.get("role"),
                    warehouse=credentials.get("warehouse"),
                    paramstyle="qmark",
                    timezone="UTC",
                    autocommit=True,
                    login_timeout=self.login_timeout_seconds,
                    network_timeout=self.network_timeout_seconds,
                )
                session = stack.enter_context(opener.get_connection())
            # The resource does not close the session when the block fails.
            stack.callback(session.close)
            yield SnowflakeConnection(session, sorted({*self.databases.values()}), secrets)

    def _credentials(self) -> dict[str, str]:
        """Return the settings that are there, by field name.

        Raises:
            MissingCredentials: One that is needed is not.
        """
        fields = ("account", "user", "password", "private_key", "role", "warehouse")
        found = {field: value for field in fields if (value := self._setting(field))}
        missing = [self._variable(field) for field in ("account", "user") if field not in found]
        if "password" not in found and "private_key" not in found:
            missing.append(f"{self._variable('private_key')} (or {self._variable('password')})")
        if missing:
            raise MissingCredentials(
                f"Snowflake cannot be opened, because these environment variables are not set: {', '.join(missing)}."
            )
        if "private_key" in found:
            found.pop("password", None)
        return found

    def _setting(self, field: str) -> str | None:
        """Return a field's value, that of the variable that it names, or that of its usual variable."""
        value = getattr(self, field)
        if isinstance(value, dg.EnvVar):  # used outside a run, where Dagster does not resolve it
            return os.environ.get(value.env_var_name)
        return value or os.environ.get(self._variable(field))

    def _variable(self, field: str) -> str:
        return f"{self.variables}_{field.upper()}"


@contextlib.contextmanager
def _login_errors(secrets: Sequence[str]) -> Iterator[None]:
    """Turn what goes wrong at a login into typed errors, without secrets."""
    from snowflake.connector.errors import Error

    from dagster_open_platform.lib.warehouse.snowflake.errors import cause, classified

    try:
        yield
    except Error as error:
        raise classified(error, "logging in", secrets) from cause(error, secrets)
    except (ValueError, TypeError):
        # The text may quote the key, so neither it nor the exception is passed on.
        raise LoginFailed(
            "The private key in SNOWFLAKE_PRIVATE_KEY cannot be read: it must be an unencrypted PKCS #8 key in PEM "
            "form, or that in base64."
        ) from None


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
) -> SnowflakeWarehouse:
    """Return the warehouse resource of production. Opens nothing and reads no environment variable.

    Args:
        databases: Logical to physical names of the databases.
        variables: Beginning of the names of the variables, SNOWFLAKE if not given.
        account: Account identifier; None reads SNOWFLAKE_ACCOUNT when a connection is opened. So do the others:
        user: SNOWFLAKE_USER.
        password: SNOWFLAKE_PASSWORD.
        private_key: SNOWFLAKE_PRIVATE_KEY.
        role: SNOWFLAKE_ROLE.
        warehouse: SNOWFLAKE_WAREHOUSE.
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
    )
