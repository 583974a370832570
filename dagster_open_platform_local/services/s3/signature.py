"""Signature Version 4, checked: who has signed a request, and that it is the one that was signed.

What belongs here: the request's head. What does not: that the body has the hash that was signed (`body.py`).

The canonical request is computed by botocore's own signer, over the headers that the client says it has signed.
Reference: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from botocore.auth import S3SigV4Auth
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from dagster_open_platform_local.services.s3.account import REGION
from dagster_open_platform_local.services.s3.errors import S3Error
from dagster_open_platform_local.services.s3.sessions import Identity, Sessions

UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

_SKEW = timedelta(minutes=15)
_LONGEST_PRESIGNED_SECONDS = 7 * 24 * 3600
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]+)"
)
_SCOPE = re.compile(r"(.+)/(\d{8})/([^/]+)/([^/]+)/aws4_request")
_MISMATCH = "The request signature we calculated does not match the signature you provided. Check your key and signing method."


@dataclass(frozen=True)
class Head:
    """What of a request is signed, but for the body.

    Args:
        method: Of HTTP.
        path: Percent-encoded, as it came.
        query: Names and values, decoded, in the order in which they came.
        headers: Lower-case names to values.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: dict[str, list[str]]

    def header(self, name: str) -> str | None:
        """A header's value; None if it is missing."""
        values = self.headers.get(name)
        return values[0] if values else None


@dataclass(frozen=True)
class Signed:
    """A request that was signed as it came.

    Args:
        identity: Who signed it.
        content_sha256: What was signed as the hash of its body: 64 hexadecimal digits, or one of Amazon's words.
    """

    identity: Identity
    content_sha256: str


@dataclass(frozen=True)
class _Claim:
    """What a request says of its own signature."""

    scope: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    token: str | None
    content_sha256: str | None
    valid_seconds: int | None = None


def verify(head: Head, sessions: Sessions, service: str, body_sha256: str | None = None) -> Signed:
    """Check a request's signature.

    Args:
        head: The request.
        sessions: Who there is.
        service: ``s3`` or ``sts``.
        body_sha256: Of the body, for the service whose clients do not send it.

    Raises:
        S3Error: AccessDenied (no signature, or a presigned URL is past its time), AuthorizationHeaderMalformed,
            InvalidAccessKeyId, InvalidToken, ExpiredToken, RequestTimeTooSkewed, SignatureDoesNotMatch.
    """
    query = [pair for pair in head.query if pair[0] != "X-Amz-Signature"]
    claim = _from_query(head) if len(query) != len(head.query) else _from_headers(head)
    access_key, date = _scope(claim, service)
    identity = sessions.identity(access_key, claim.token)
    _check_time(claim, date, sessions.clock())
    content_sha256 = claim.content_sha256 or body_sha256
    if content_sha256 is None:
        raise S3Error("InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
    _check_covered(head, claim)
    request = _Request(head, query, content_sha256, claim.timestamp)
    signer = _Signer(identity.secret_key, service, claim.signed_headers)
    canonical = signer.canonical_request(request)
    expected = signer.signature(signer.string_to_sign(request, canonical), request)
    if not hmac.compare_digest(expected, claim.signature):
        raise S3Error("SignatureDoesNotMatch", _MISMATCH, {"AWSAccessKeyId": access_key})
    return Signed(identity, content_sha256)


def _from_headers(head: Head) -> _Claim:
    authorization = head.header("authorization")
    if authorization is None:
        raise S3Error("AccessDenied", "Access Denied")
    match = _AUTHORIZATION.fullmatch(authorization.strip())
    if match is None:
        if authorization.startswith("AWS4-HMAC-SHA256"):
            raise S3Error(
                "AuthorizationHeaderMalformed", "The authorization header that you provided is not valid."
            )
        raise S3Error(
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        )
    return _Claim(
        scope=match[1],
        signed_headers=tuple(match[2].split(";")),
        signature=match[3],
        timestamp=head.header("x-amz-date") or "",
        token=head.header("x-amz-security-token"),
        content_sha256=head.header("x-amz-content-sha256"),
    )


def _from_query(head: Head) -> _Claim:
    values = dict(head.query)
    try:
        valid = int(values["X-Amz-Expires"])
        claim = _Claim(
            scope=values["X-Amz-Credential"],
            signed_headers=tuple(values["X-Amz-SignedHeaders"].split(";")),
            signature=values["X-Amz-Signature"],
            timestamp=values["X-Amz-Date"],
            token=values.get("X-Amz-Security-Token"),
            content_sha256=head.header("x-amz-content-sha256") or UNSIGNED_PAYLOAD,
            valid_seconds=valid,
        )
    except (KeyError, ValueError):
        raise S3Error(
            "AuthorizationQueryParametersError",
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature,"
            " X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        ) from None
    if not 0 < valid <= _LONGEST_PRESIGNED_SECONDS:
        raise S3Error(
            "AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week (in seconds)"
        )
    return claim


def _scope(claim: _Claim, service: str) -> tuple[str, str]:
    """The access key and the date; region and service must be ours."""
    match = _SCOPE.fullmatch(claim.scope)
    if match is None or match[4] != service:
        raise S3Error(
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the Credential is mal-formed; expecting"
            f' "<YOUR-AKID>/YYYYMMDD/REGION/{service}/aws4_request".',
        )
    if match[3] != REGION:
        raise S3Error(
            "AuthorizationHeaderMalformed",
            f"The authorization header is malformed; the region '{match[3]}' is wrong; expecting '{REGION}'",
            {"Region": REGION},
        )
    return match[1], match[2]


def _check_time(claim: _Claim, date: str, now: datetime) -> None:
    try:
        signed_at = datetime.strptime(claim.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise S3Error(
            "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header"
        ) from None
    if claim.timestamp[:8] != date:
        raise S3Error("SignatureDoesNotMatch", _MISMATCH)
    valid = _SKEW if claim.valid_seconds is None else timedelta(seconds=claim.valid_seconds)
    if claim.valid_seconds is not None and now > signed_at + valid:
        raise S3Error("AccessDenied", "Request has expired", {"X-Amz-Expires": str(claim.valid_seconds)})
    if now > signed_at + valid or now < signed_at - _SKEW:
        raise S3Error(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            {
                "RequestTime": claim.timestamp,
                "ServerTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "MaxAllowedSkewMilliseconds": str(int(_SKEW.total_seconds() * 1000)),
            },
        )


def _check_covered(head: Head, claim: _Claim) -> None:
    """What a signature must cover: the host, and each of Amazon's own headers."""
    unsigned = {name for name in head.headers if name.startswith("x-amz-")} - set(claim.signed_headers)
    if unsigned or "host" not in claim.signed_headers:
        raise S3Error(
            "AccessDenied",
            "There were headers present in the request which were not signed",
            {"HeadersNotSigned": ", ".join(sorted(unsigned or {"host"}))},
        )


class _Request:
    """As much of a request as botocore's signer looks at."""

    def __init__(
        self, head: Head, query: Sequence[tuple[str, str]], content_sha256: str, timestamp: str
    ) -> None:
        # Clients differ in what they encode; the signature is over Amazon's own encoding.
        path = quote(unquote_to_bytes(head.path), safe="/~")
        self.method = head.method
        self.url = f"http://localhost{path}"
        self.params = query
        self.headers = {"X-Amz-Content-SHA256": content_sha256}
        self.all_headers = head.headers
        self.context = {"timestamp": timestamp}


class _Signer(S3SigV4Auth):
    """botocore's signer over the headers that the client signed, with keys that are derived once a day."""

    def __init__(self, secret_key: str, service: str, signed_headers: Sequence[str]) -> None:
        super().__init__(Credentials("", secret_key), service, REGION)
        self._names = signed_headers
        self._derived = (secret_key, REGION, service)

    def headers_to_sign(self, request: Any) -> HTTPHeaders:
        headers = HTTPHeaders()
        for name in self._names:
            for value in request.all_headers.get(name, [""]):
                headers.add_header(name, value)
        return headers

    def signature(self, string_to_sign: str, request: Any) -> str:
        key = _signing_key(request.context["timestamp"][:8], *self._derived)
        return hmac.digest(key, string_to_sign.encode(), "sha256").hex()


@lru_cache(maxsize=1024)
def _signing_key(date: str, secret_key: str, region: str, service: str) -> bytes:
    """The key of a day: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html."""
    key = f"AWS4{secret_key}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
