"""The account's key, and the variables that hold it.

What belongs here: making one, and where each side finds it. What does not: checking a call (`app.py`).
"""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from dagster_open_platform_local.services.saas.fivetran.errors import auth_failed

KEY_VARIABLE = "FIVETRAN_EMULATOR_KEY"
SECRET_VARIABLE = "FIVETRAN_EMULATOR_SECRET"  # noqa: S105  # the name of a variable
ACCOUNT_ID = "dagster_labs"


@dataclass(frozen=True)
class FivetranCredentials:
    """An API key, which is the account's one user.

    Args:
        key: Its public half.
        secret: Its secret half.
    """

    key: str
    secret: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """A key that nobody knows yet."""
        return cls(secrets.token_urlsafe(12), secrets.token_urlsafe(24))

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """The key that the emulated Fivetran accepts.

        Raises:
            ValueError: A variable is missing; names it.
        """
        for name in (KEY_VARIABLE, SECRET_VARIABLE):
            if not environ.get(name):
                raise ValueError(f"{name} must hold a half of the API key that the emulated Fivetran accepts")
        return cls(environ[KEY_VARIABLE], environ[SECRET_VARIABLE])

    @property
    def service_variables(self) -> dict[str, str]:
        """The variables of the service."""
        return {KEY_VARIABLE: self.key, SECRET_VARIABLE: self.secret}

    def platform_variables(self, url: str) -> dict[str, str]:
        """The platform's.

        Args:
            url: Where the API is, without `/v1`.
        """
        return {
            "FIVETRAN_API_URL": url,
            "FIVETRAN_ACCOUNT_ID": ACCOUNT_ID,
            "FIVETRAN_API_KEY": self.key,
            "FIVETRAN_API_SECRET": self.secret,
        }

    def check(self, authorization: str | None) -> None:
        """Refuse a call without this key (https://fivetran.com/docs/rest-api/getting-started: HTTP Basic).

        Args:
            authorization: The header's value.

        Raises:
            ApiError: 401.
        """
        if not authorization:
            raise auth_failed("Missing authorization header")
        scheme, _, encoded = authorization.partition(" ")
        try:
            given = base64.b64decode(encoded.strip(), validate=True)
        except binascii.Error:
            given = b""
        if scheme.lower() != "basic" or not secrets.compare_digest(
            given, f"{self.key}:{self.secret}".encode()
        ):
            raise auth_failed("Invalid authorization credentials")
