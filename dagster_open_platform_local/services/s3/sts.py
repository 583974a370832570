"""STS: who am I, and let me be somebody else for a while.

What belongs here: the query protocol. What does not: how sessions are made (`sessions.py`).

Reference: https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
"""

import hashlib
import re
from datetime import timedelta
from urllib.parse import parse_qsl

from starlette.responses import Response

from dagster_open_platform_local.services.s3.account import ACCOUNT
from dagster_open_platform_local.services.s3.errors import S3Error
from dagster_open_platform_local.services.s3.sessions import Identity, Sessions
from dagster_open_platform_local.services.s3.signature import Head, verify
from dagster_open_platform_local.services.s3.xml import document, element

VERSION = "2011-06-15"
LONGEST_FORM = 64 * 1024
"""Bytes."""

_NAMESPACE = f"https://sts.amazonaws.com/doc/{VERSION}/"
_SHORTEST, _LONGEST, _DEFAULT = 900, 43200, 3600
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_HEEDED = {"Action", "Version", "RoleArn", "RoleSessionName", "DurationSeconds"}
# The role's trust policy sets no condition on it, so it changes nothing.
_WITHOUT_EFFECT = {"ExternalId"}
_OF_S3 = {
    "AccessDenied": ("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    "AuthorizationHeaderMalformed": ("SignatureDoesNotMatch", 403, None),
    "ExpiredToken": ("ExpiredToken", 403, "The security token included in the request is expired"),
    "InvalidAccessKeyId": (
        "InvalidClientTokenId",
        403,
        "The security token included in the request is invalid.",
    ),
    "InvalidToken": ("InvalidClientTokenId", 403, "The security token included in the request is invalid."),
    "RequestTimeTooSkewed": ("SignatureDoesNotMatch", 403, None),
    "SignatureDoesNotMatch": ("SignatureDoesNotMatch", 403, None),
}
"""What S3 calls a thing to what STS calls it."""


class StsError(Exception):
    """What STS answers instead of a result.

    Args:
        code: One of STS's.
        status: Of HTTP.
        message: For people.
    """

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.status = status
        self.message = message


class SecurityTokenService:
    """Answers STS's requests.

    Args:
        sessions: Who there is.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def respond(self, head: Head, body: bytes, request_id: str) -> Response:
        """Answer one request.

        Args:
            head: Of the request.
            body: A form.
            request_id: Of the request.
        """
        try:
            return Response(self._result(head, body, request_id), media_type="text/xml")
        except StsError as error:
            kind = "Sender" if error.status < 500 else "Receiver"
            fields = element("Type", kind) + element("Code", error.code) + element("Message", error.message)
            content = f"<Error>{fields}</Error>{element('RequestId', request_id)}"
            return Response(
                document("ErrorResponse", content, _NAMESPACE), error.status, media_type="text/xml"
            )

    def _result(self, head: Head, body: bytes, request_id: str) -> bytes:
        identity = self._caller(head, body)
        form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        action = form.get("Action", "")
        if form.get("Version") != VERSION:
            raise StsError(
                "InvalidAction", 400, f"Could not find operation {action} for version {form.get('Version')}"
            )
        if action == "GetCallerIdentity":
            result = _caller_fields(identity)
        elif action == "AssumeRole":
            result = self._assume(identity, form)
        else:
            raise StsError("NotImplemented", 501, f"The local STS does not implement {action or 'this'}.")
        metadata = f"<ResponseMetadata>{element('RequestId', request_id)}</ResponseMetadata>"
        content = f"<{action}Result>{result}</{action}Result>{metadata}"
        return document(f"{action}Response", content, _NAMESPACE)

    def _caller(self, head: Head, body: bytes) -> Identity:
        try:
            return verify(head, self._sessions, "sts", hashlib.sha256(body).hexdigest()).identity
        except S3Error as error:
            if error.code not in _OF_S3:
                raise StsError("IncompleteSignature", 400, error.message) from error
            code, status, message = _OF_S3[error.code]
            raise StsError(code, status, message or error.message) from error

    def _assume(self, caller: Identity, form: dict[str, str]) -> str:
        other = sorted(set(form) - _HEEDED - _WITHOUT_EFFECT)
        if other:
            raise StsError("NotImplemented", 501, f"The local STS does not implement {', '.join(other)}.")
        role_arn, name = form.get("RoleArn", ""), form.get("RoleSessionName", "")
        duration = form.get("DurationSeconds", str(_DEFAULT))
        if not _SESSION_NAME.fullmatch(name):
            raise _invalid(
                "roleSessionName", r"Member must satisfy regular expression pattern: [\w+=,.@-]{2,64}"
            )
        if not duration.isdecimal() or not _SHORTEST <= int(duration) <= _LONGEST:
            raise _invalid("durationSeconds", f"Member must have value between {_SHORTEST} and {_LONGEST}")
        role = self._sessions.roles.get(role_arn)
        # Whoever may not assume a role does not learn whether it exists.
        if role is None or role_arn not in caller.principal.assumes:
            raise StsError(
                "AccessDenied",
                403,
                f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}",
            )
        given = self._sessions.assume(role, name, timedelta(seconds=int(duration)))
        credentials = {
            "AccessKeyId": given.access_key,
            "SecretAccessKey": given.secret_key,
            "SessionToken": given.session_token,
            "Expiration": given.expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        user = {"AssumedRoleId": given.identity.user_id, "Arn": given.identity.arn}
        return _fields("Credentials", credentials) + _fields("AssumedRoleUser", user)


def _fields(name: str, values: dict[str, str]) -> str:
    return f"<{name}>{''.join(element(each, value) for each, value in values.items())}</{name}>"


def _caller_fields(identity: Identity) -> str:
    return element("Arn", identity.arn) + element("UserId", identity.user_id) + element("Account", ACCOUNT)


def _invalid(field: str, constraint: str) -> StsError:
    return StsError(
        "ValidationError",
        400,
        f"1 validation error detected: Value at '{field}' failed to satisfy constraint: {constraint}",
    )
