"""The access key with which the platform comes, and the variables that carry it.

What belongs here: what the stack hands to the service and to the platform. What does not: what the key permits
(`principals.py`).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from dagster_open_platform_local.services.s3.account import REGION, WORKSPACE_ROLE_ARN

_KEY_VARIABLE = "S3_EMULATOR_ACCESS_KEY_ID"
_SECRET_VARIABLE = "S3_EMULATOR_SECRET_ACCESS_KEY"  # noqa: S105 - a name
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class MissingCredentialsError(Exception):
    """The service was started without its keys."""


@dataclass(frozen=True)
class S3Credentials:
    """The long-lived access key of the user `platform`.

    Args:
        access_key: Begins with AKIA.
        secret_key: Signs.
    """

    access_key: str
    secret_key: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """Keys that nobody had before."""
        return cls("AKIA" + "".join(secrets.choice(_ALPHABET) for _ in range(16)), secrets.token_urlsafe(30))

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """The service's keys from its environment.

        Raises:
            MissingCredentialsError: A variable is missing.
        """
        missing = [name for name in (_KEY_VARIABLE, _SECRET_VARIABLE) if not environ.get(name)]
        if missing:
            raise MissingCredentialsError(
                f"Set {' and '.join(missing)}: the access key that clients sign with."
            )
        return cls(environ[_KEY_VARIABLE], environ[_SECRET_VARIABLE])

    @property
    def service_variables(self) -> dict[str, str]:
        """What the service reads."""
        return {_KEY_VARIABLE: self.access_key, _SECRET_VARIABLE: self.secret_key}

    def platform_variables(self, url: str) -> dict[str, str]:
        """What the platform reads: the variables of every AWS client, and the role's name.

        Args:
            url: Where the service listens.
        """
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL_S3": url,
            "AWS_ENDPOINT_URL_STS": url,
            "WORKSPACE_REPLICATION_ROLE_ARN": WORKSPACE_ROLE_ARN,
        }
