"""Access keys: those of users, and temporary ones of roles.

What belongs here: issuing temporary credentials, and finding what belongs to a key. What does not: signatures.

Temporary credentials are not kept anywhere. The session token says who holds them and until when, and carries a code made
with a key that only the service has; the secret follows from the access key in the same way. So they outlive a restart of the
service, and do not outlive the user's key.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dagster_open_platform_local.services.s3.account import ACCOUNT
from dagster_open_platform_local.services.s3.credentials import S3Credentials
from dagster_open_platform_local.services.s3.errors import S3Error
from dagster_open_platform_local.services.s3.principals import PLATFORM, ROLES, Principal

Clock = Callable[[], datetime]
"""Tells the time, with its zone."""

_INVALID_TOKEN = "The provided token is malformed or otherwise invalid."  # noqa: S105 - a sentence
_UNKNOWN_KEY = "The AWS Access Key Id you provided does not exist in our records."


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Identity:
    """The holder of an access key.

    Args:
        principal: Says what is permitted.
        secret_key: Signs.
        user_id: As `GetCallerIdentity` tells it.
        arn: Of the user, or of the role's session.
    """

    principal: Principal
    secret_key: str = field(repr=False)
    user_id: str
    arn: str


@dataclass(frozen=True)
class TemporaryCredentials:
    """What `AssumeRole` hands out.

    Args:
        access_key: Begins with ASIA.
        secret_key: Signs.
        session_token: Goes with every request.
        expires: When they end.
        identity: Whose they are.
    """

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires: datetime
    identity: Identity


class Sessions:
    """Knows every access key.

    Args:
        users: Access keys and secrets to their users.
        roles: ARN to role.
        clock: Tells when a session has expired.
    """

    def __init__(
        self,
        users: Mapping[S3Credentials, Principal],
        roles: Mapping[str, Principal] = ROLES,
        clock: Clock = utc_now,
    ) -> None:
        self.clock = clock
        self.roles = roles
        self._users = {
            key.access_key: Identity(user, key.secret_key, user.unique_id, user.arn)
            for key, user in users.items()
        }
        secret_keys = "\n".join(sorted(key.secret_key for key in users))
        self._key = hashlib.sha256(f"session tokens\n{secret_keys}".encode()).digest()

    @classmethod
    def of_platform(cls, credentials: S3Credentials, clock: Clock = utc_now) -> "Sessions":
        """With the user `platform` only."""
        return cls({credentials: PLATFORM}, clock=clock)

    def assume(self, role: Principal, name: str, duration: timedelta) -> TemporaryCredentials:
        """New credentials of a role.

        Args:
            role: The role.
            name: Of the session.
            duration: How long they are valid.
        """
        access_key = "ASIA" + base64.b32encode(secrets.token_bytes(10)).decode()
        expires = (self.clock() + duration).replace(microsecond=0)
        claims = [role.arn, name, access_key, int(expires.timestamp())]
        payload = json.dumps(claims, separators=(",", ":")).encode()
        token = base64.b64encode(self._code(payload) + payload).decode()
        identity = self._identity(role, name, access_key)
        return TemporaryCredentials(access_key, identity.secret_key, token, expires, identity)

    def identity(self, access_key: str, token: str | None) -> Identity:
        """Who an access key belongs to.

        Args:
            access_key: The key.
            token: The session token that came with it.

        Raises:
            S3Error: InvalidAccessKeyId, InvalidToken, ExpiredToken.
        """
        user = self._users.get(access_key)
        if user is not None and token is None:
            return user
        if token is None:
            raise S3Error("InvalidAccessKeyId", _UNKNOWN_KEY, {"AWSAccessKeyId": access_key})
        role_arn, name, holder, expires = self._claims(token)
        if holder != access_key or role_arn not in self.roles:
            raise S3Error("InvalidToken", _INVALID_TOKEN)
        if self.clock().timestamp() >= expires:
            raise S3Error("ExpiredToken", "The provided token has expired.")
        return self._identity(self.roles[role_arn], name, access_key)

    def _claims(self, token: str) -> tuple[str, str, str, int]:
        try:
            content = base64.b64decode(token, validate=True)
        except (binascii.Error, ValueError):
            raise S3Error("InvalidToken", _INVALID_TOKEN) from None
        code, payload = content[:32], content[32:]
        if not hmac.compare_digest(code, self._code(payload)):
            raise S3Error("InvalidToken", _INVALID_TOKEN)
        role_arn, name, holder, expires = json.loads(payload)
        return role_arn, name, holder, expires

    def _identity(self, role: Principal, name: str, access_key: str) -> Identity:
        secret_key = base64.b64encode(self._code(f"secret of {access_key}".encode())).decode()
        role_name = role.arn.rpartition("/")[2]
        return Identity(
            role,
            secret_key,
            f"{role.unique_id}:{name}",
            f"arn:aws:sts::{ACCOUNT}:assumed-role/{role_name}/{name}",
        )

    def _code(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, "sha256")
