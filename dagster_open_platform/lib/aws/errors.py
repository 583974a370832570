"""What can go wrong at an object store, as types that say whether a retry helps and what to do.

What belongs here: the errors, and recognising them in what boto3 raises. What does not: retrying.

Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. The texts of credential errors are ours alone:
AWS's may quote what was sent.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dagster as dg

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


class MissingCredentials(PermanentFailure):
    """There are no credentials, only half of them, or no region."""


class RefusedCredentials(PermanentFailure):
    """AWS does not know the key, or the secret is not its."""


class ExpiredCredentials(PermanentFailure):
    """The session token that this process was given has run out: who gave it has to give another one."""


class ExpiredRole(RetryableFailure):
    """The credentials of an assumed role have run out: a retry assumes it anew."""


class AccessDenied(PermanentFailure):
    """The credentials are good, but must not do this."""


class MissingBucket(PermanentFailure):
    """There is no such bucket, or not in this account and region."""


class MissingObject(PermanentFailure):
    """There is no such object."""


class ObjectChanged(RetryableFailure):
    """An object is not the one that was listed before: somebody replaced it meanwhile."""


class InvalidObjectRequest(PermanentFailure):
    """The store understood the request and will not answer it this way."""


class ObjectStoreThrottled(RetryableFailure):
    """Too many requests, after as many attempts as the resource allows."""


class ObjectStoreUnavailable(RetryableFailure):
    """5xx, a broken connection or a time-out, after as many attempts as the resource allows."""


StoreFailure = PermanentFailure | RetryableFailure

STORE_FAILURES = (
    MissingCredentials,
    RefusedCredentials,
    ExpiredCredentials,
    ExpiredRole,
    MissingBucket,
    ObjectStoreThrottled,
    ObjectStoreUnavailable,
)
"""Those that say something of the store as a whole: whatever is asked next fails likewise."""


@dataclass(frozen=True)
class Asked:
    """What was asked of the store, for messages.

    Args:
        verb: Such as ``read``.
        bucket: Where.
        key: Which object or prefix.
        role: The role that was assumed for it; None: the process's own credentials.
    """

    verb: str
    bucket: str
    key: str = ""
    role: str | None = None

    def __str__(self) -> str:
        return f"{self.verb} s3://{self.bucket}/{self.key}"


@contextmanager
def store_errors(asked: Asked) -> Iterator[None]:
    """Turns what boto3 raises inside the block into the errors of this module."""
    try:
        yield
    except dg.Failure:
        raise
    except Exception as error:
        translated = translate(error, asked)
        if translated is None:
            raise
        if isinstance(translated, MissingCredentials | RefusedCredentials | ExpiredCredentials | ExpiredRole):
            raise translated from None  # the original text may quote what was sent
        raise translated from error


def translate(error: Exception, asked: Asked) -> StoreFailure | None:
    """The typed error for an exception of boto3; None if it is none of them."""
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        return _answered(error, asked)
    incomplete = (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.ProfileNotFound,
        exceptions.NoRegionError,
    )
    if isinstance(error, incomplete):
        return MissingCredentials(
            f"Cannot {asked}: there are no credentials for AWS, or only a part of them ({type(error).__name__}). Set"
            " AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, or run where AWS provides a role."
        )
    if asked.role and isinstance(error, RuntimeError):
        # botocore says so when the renewed credentials are as old as the others, as with a clock that is wrong.
        return ExpiredRole(
            f"Cannot {asked}: the role {asked.role} gave credentials that have expired already. Is the clock right?"
        )
    if isinstance(error, exceptions.ParamValidationError | exceptions.InvalidRegionError | ValueError):
        return InvalidObjectRequest(f"Cannot {asked}: {error}")
    if isinstance(error, exceptions.BotoCoreError | ConnectionError | TimeoutError):
        return ObjectStoreUnavailable(
            f"Cannot {asked}: the store was not reached, or the connection broke ({type(error).__name__}). If it stays"
            " so, check the network and https://health.aws.amazon.com; locally, whether the S3 service runs."
        )
    return None


_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_REFUSED = {
    "AuthFailure",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_THROTTLED = {"RequestLimitExceeded", "SlowDown", "Throttling", "ThrottlingException", "TooManyRequests"}
_CHANGED = {"ConditionalRequestConflict", "PreconditionFailed", "412"}


def _answered(error: Any, asked: Asked) -> StoreFailure:
    """The error for an answer that is not a success."""
    answer: Mapping[str, Any] = error.response
    code = str(answer.get("Error", {}).get("Code", ""))
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    said = str(answer.get("Error", {}).get("Message", "")).strip() or "no reason given"
    if code in _EXPIRED or code in _REFUSED:
        return _credentials(code, asked, error.operation_name)
    if code == "NoSuchBucket":
        return MissingBucket(
            f"Cannot {asked}: there is no bucket {asked.bucket} (NoSuchBucket). Check its name, and that AWS_REGION and"
            " the credentials belong to the account that has it."
        )
    if code in ("NoSuchKey", "404"):
        return MissingObject(f"Cannot {asked}: there is no such object ({code}).")
    if code in _CHANGED or status == 412:
        return ObjectChanged(f"Cannot {asked}: it was replaced since it was listed ({code}). Run it again.")
    if error.operation_name == "AssumeRole" and status < 500 and code not in _THROTTLED:
        return AccessDenied(
            f"Cannot {asked}: AWS does not let this process assume the role {asked.role} ({code}): {said} The role's"
            " trust policy must name the principal of AWS_ACCESS_KEY_ID, and the principal needs sts:AssumeRole."
        )
    if code in ("AccessDenied", "AllAccessDisabled") or status == 403:
        return AccessDenied(
            f"Cannot {asked}: it is forbidden ({code}): {said} The {_principal(asked)} needs the S3 permission for it"
            " in its policy, and the bucket's policy must not deny it."
        )
    if code in _THROTTLED or status == 429 or code == "503":
        return ObjectStoreThrottled(f"Cannot {asked}: too many requests ({code}): {said}")
    if status >= 500 or code in ("RequestTimeout", "InternalError"):
        return ObjectStoreUnavailable(f"Cannot {asked}: the store failed ({status}, {code}): {said}")
    return InvalidObjectRequest(f"Cannot {asked}: the store does not accept it ({status}, {code}): {said}")


def _credentials(code: str, asked: Asked, operation: str) -> StoreFailure:
    own = asked.role is None or operation == "AssumeRole"
    if code in _REFUSED:
        hint = (
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a pair that exists; locally, restart the stack, which"
            " writes both sides."
            if own
            else f"They are those of the role {asked.role}: has it been deleted, or its sessions revoked?"
        )
        return RefusedCredentials(f"Cannot {asked}: AWS refused the credentials ({code}). {hint}")
    if own:
        return ExpiredCredentials(
            f"Cannot {asked}: the credentials of this process have expired ({code}). AWS_SESSION_TOKEN belongs to a"
            " session that is over: sign in again, or run where AWS renews it."
        )
    return ExpiredRole(f"Cannot {asked}: the credentials of the role {asked.role} have expired ({code}).")


def _principal(asked: Asked) -> str:
    return f"role {asked.role}" if asked.role else "principal of AWS_ACCESS_KEY_ID"
