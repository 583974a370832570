"""The conditions and the range of a request.

What belongs here: If-Match and its kin, Range. What does not: what is answered if they hold.

References: RFC 9110, sections 13 and 14;
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
"""

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from dagster_open_platform_local.services.s3.errors import S3Error, no_such_key, not_implemented
from dagster_open_platform_local.services.s3.files import ObjectInfo
from dagster_open_platform_local.services.s3.signature import Head

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_COPY = "x-amz-copy-source-"


def is_unmodified(head: Head, info: ObjectInfo, prefix: str = "") -> bool:
    """Whether the reader has the present version already.

    Args:
        head: Of the request.
        info: The present version.
        prefix: Of the headers' names.

    Raises:
        S3Error: PreconditionFailed, if the reader wants another version than the present one.
    """
    match, since = head.header(f"{prefix}if-match"), head.header(f"{prefix}if-unmodified-since")
    if match is not None:
        if not _names(match, info.etag):
            raise _failed("If-Match")
    elif _modified(since, info) is True:
        raise _failed("If-Unmodified-Since")
    none_match = head.header(f"{prefix}if-none-match")
    if none_match is not None:
        return _names(none_match, info.etag)
    return _modified(head.header(f"{prefix}if-modified-since"), info) is False


def check_source(head: Head, info: ObjectInfo) -> None:
    """Refuse to copy what is not what the copier wants.

    Raises:
        S3Error: PreconditionFailed.
    """
    if is_unmodified(head, info, _COPY):
        raise _failed("x-amz-copy-source-If-None-Match")


def write_condition(head: Head, key: str) -> Callable[[ObjectInfo | None], None] | None:
    """What must hold for a new version to replace the present one.

    Args:
        head: Of the request.
        key: That is written.

    Returns:
        Raises PreconditionFailed, or NoSuchKey, for a version that must stay. None: nothing must hold.
    """
    match, none_match = head.header("if-match"), head.header("if-none-match")
    if match is None and none_match is None:
        return None
    if none_match not in (None, "*"):
        raise not_implemented("If-None-Match with anything but * when writing")

    def check(present: ObjectInfo | None) -> None:
        if none_match is not None and present is not None:
            raise _failed("If-None-Match")
        if match is not None and present is None:
            raise no_such_key(key)
        if match is not None and present is not None and not _names(match, present.etag):
            raise _failed("If-Match")

    return check


def byte_range(value: str | None, size: int) -> tuple[int, int] | None:
    """The range that is asked for.

    Args:
        value: Of the header.
        size: Of the object, bytes.

    Returns:
        First position and length; None: all of it, also if the header is not understood, as RFC 9110 wants it.

    Raises:
        S3Error: InvalidRange, if the object has nothing there.
    """
    match = _RANGE.fullmatch((value or "").strip())
    if match is None or match.group(1, 2) == ("", ""):
        return None
    if match[1]:
        start, end = int(match[1]), min(int(match[2] or size - 1), size - 1)
        if match[2] and int(match[2]) < start:
            return None
    else:
        start, end = max(size - int(match[2]), 0), size - 1
    if start > end:
        raise S3Error(
            "InvalidRange",
            "The requested range is not satisfiable",
            {"RangeRequested": str(value), "ActualObjectSize": str(size)},
        )
    return start, end - start + 1


def _names(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in (each.strip().strip('"') for each in header.split(","))


def _modified(header: str | None, info: ObjectInfo) -> bool | None:
    """Whether the object changed after a moment, to the second; None: no moment is given."""
    if header is None:
        return None
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return info.version.modified_ns // 1_000_000_000 > int(moment.timestamp())


def _failed(condition: str) -> S3Error:
    return S3Error(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        {"Condition": condition},
    )
