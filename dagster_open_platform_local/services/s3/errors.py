"""Errors in S3's form.

What belongs here: the codes that the service answers with, and their HTTP statuses. What does not: STS's form (`sts.py`).

Reference: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from collections.abc import Mapping

from dagster_open_platform_local.services.s3.xml import document, element

_STATUS = {
    "AccessDenied": 403,
    "AuthorizationHeaderMalformed": 400,
    "AuthorizationQueryParametersError": 400,
    "BadDigest": 400,
    "BucketAlreadyOwnedByYou": 409,
    "EntityTooSmall": 400,
    "ExpiredToken": 400,
    "IncompleteBody": 400,
    "InvalidAccessKeyId": 403,
    "InvalidArgument": 400,
    "InvalidBucketName": 400,
    "InvalidDigest": 400,
    "InvalidPart": 400,
    "InvalidPartOrder": 400,
    "InvalidRange": 416,
    "InvalidRequest": 400,
    "InvalidToken": 400,
    "InvalidURI": 400,
    "KeyTooLongError": 400,
    "MalformedXML": 400,
    "MissingContentLength": 411,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "NoSuchUpload": 404,
    "NotImplemented": 501,
    "PreconditionFailed": 412,
    "RequestTimeTooSkewed": 403,
    "SignatureDoesNotMatch": 403,
    "XAmzContentSHA256Mismatch": 400,
}


class S3Error(Exception):
    """What the service answers instead of a result.

    Args:
        code: One of S3's.
        message: For people.
        details: More elements of the answer.
    """

    def __init__(self, code: str, message: str, details: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = dict(details or {})

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _STATUS[self.code]

    def response(self, resource: str, request_id: str) -> bytes:
        """The answer's body.

        Args:
            resource: Path of what was asked for.
            request_id: Of the request.
        """
        fields = {
            "Code": self.code,
            "Message": self.message,
            **self.details,
            "Resource": resource,
            "RequestId": request_id,
        }
        return document(
            "Error", "".join(element(name, value) for name, value in fields.items()), namespace=""
        )


def no_such_key(key: str) -> S3Error:
    """There is no object with this key."""
    return S3Error("NoSuchKey", "The specified key does not exist.", {"Key": key})


def no_such_bucket(bucket: str) -> S3Error:
    """There is no bucket of this name."""
    return S3Error("NoSuchBucket", "The specified bucket does not exist", {"BucketName": bucket})


def malformed_xml() -> S3Error:
    """A document is not what the operation needs."""
    return S3Error(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )


def not_implemented(what: str) -> S3Error:
    """The real service knows this, the local one does not.

    Args:
        what: Operation, parameter or header.
    """
    return S3Error("NotImplemented", f"The local S3 does not implement {what}.")
