"""A request that was let in, and the answers that operations give.

What belongs here: what operations get and return. What does not: a single operation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formatdate

from starlette.responses import Response

from dagster_open_platform_local.services.s3.body import Body
from dagster_open_platform_local.services.s3.errors import S3Error
from dagster_open_platform_local.services.s3.keys import LONGEST_KEY
from dagster_open_platform_local.services.s3.principals import Permission
from dagster_open_platform_local.services.s3.sessions import Identity
from dagster_open_platform_local.services.s3.signature import Head


@dataclass(frozen=True)
class Call:
    """A signed request for one operation.

    Args:
        head: As it came.
        identity: Who signed it.
        bucket: Name; empty: the account.
        key: Empty: the bucket.
        query: Names to values.
        body: Not read yet.
    """

    head: Head
    identity: Identity
    bucket: str
    key: str
    query: Mapping[str, str]
    body: Body

    def require(self, permission: Permission, bucket: str, key: str = "") -> None:
        """Refuse what the caller may not do.

        Raises:
            S3Error: AccessDenied.
        """
        if not self.identity.principal.may(permission, bucket):
            where = f' on resource: "arn:aws:s3:::{bucket}{"/" if key else ""}{key}"' if bucket else ""
            raise S3Error(
                "AccessDenied", f"User: {self.identity.arn} is not authorized to {permission.value}{where}"
            )

    def number(self, name: str, default: int) -> int:
        """A parameter that is a number from 0 on.

        Raises:
            S3Error: InvalidArgument.
        """
        value = self.query.get(name, "")
        if not value:
            return default
        if not value.isdecimal() or len(value) > 10:
            raise S3Error(
                "InvalidArgument",
                f"Provided {name} not an integer or within integer range",
                {"ArgumentName": name, "ArgumentValue": value},
            )
        return int(value)


def checked_key(key: str) -> str:
    """A key that is not too long.

    Raises:
        S3Error: KeyTooLongError.
    """
    if len(key.encode()) > LONGEST_KEY:
        raise S3Error("KeyTooLongError", "Your key is too long", {"MaxSizeAllowed": str(LONGEST_KEY)})
    return key


def xml_response(content: bytes) -> Response:
    """A document."""
    return Response(content, media_type="application/xml")


def iso(modified_ns: int) -> str:
    """A moment as documents show it.

    Args:
        modified_ns: Nanoseconds since 1970 (UTC).
    """
    return datetime.fromtimestamp(modified_ns // 1_000_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def http_date(modified_ns: int) -> str:
    """A moment as headers show it."""
    return formatdate(modified_ns // 1_000_000_000, usegmt=True)
