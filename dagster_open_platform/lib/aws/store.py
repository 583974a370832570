"""The object store behind the protocol: S3 through boto3.

What belongs here: the protocol's methods as requests. What does not: making the client (``client.py``), settings
(``resource.py``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

from dagster_open_platform.lib.aws.errors import (
    AccessDenied,
    Asked,
    InvalidObjectRequest,
    MissingObject,
    ObjectChanged,
    store_errors,
)
from dagster_open_platform.lib.aws.protocol import ABSENT, ByteStream, ObjectInfo
from dagster_open_platform.utils.outside import left_alone

_DELETED_AT_ONCE = 1000
"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""
_LAST = "\U0010ffff"
"""No key of a folder comes after this character."""


class S3Store:
    """S3.

    Args:
        client: boto3's, which threads may share.
        role: The role that it assumed, for messages.
        writes_below: What a key begins with that is written or deleted; others are refused.
    """

    def __init__(self, client: Any, role: str | None = None, writes_below: str = "") -> None:
        self._client = client
        self._role = role
        self._writes_below = writes_below

    def list_objects(self, bucket: str, prefix: str, *, start_after: str = "") -> Iterator[ObjectInfo]:
        """See ``ObjectStore.list_objects``."""
        for page in self._pages(bucket, Prefix=prefix, StartAfter=start_after):
            yield from _infos(page)

    def list_folders(self, bucket: str, prefix: str, *, start_after: str = "") -> Iterator[str]:
        """See ``ObjectStore.list_folders``."""
        after = f"{prefix}{start_after}/{_LAST}" if start_after else ""
        for page in self._pages(bucket, Prefix=prefix, StartAfter=after, Delimiter="/"):
            for found in page.get("CommonPrefixes", ()):
                name = found["Prefix"].removeprefix(prefix).removesuffix("/")
                # Stores differ in whether a folder that holds a key after `StartAfter` counts.
                if not start_after or f"{name}/".encode() > f"{start_after}/".encode():
                    yield name

    def head_object(self, bucket: str, key: str) -> ObjectInfo | None:
        """See ``ObjectStore.head_object``."""
        # Not with HEAD, whose answer has no body, so that nobody learns why it failed.
        with store_errors(self._asked("look at", bucket, key)):
            page = self._client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
        return next((info for info in _infos(page) if info.key == key), None)

    def get_object(self, bucket: str, key: str, *, if_match: str | None = None) -> tuple[bytes, str]:
        """See ``ObjectStore.get_object``."""
        with store_errors(self._asked("read", bucket, key)):
            answer = self._get(bucket, key, if_match)
            with closing(answer["Body"]) as body:
                return body.read(), _unquoted(answer["ETag"])

    @contextmanager
    def open_object(self, bucket: str, key: str, *, if_match: str | None = None) -> Iterator[ByteStream]:
        """See ``ObjectStore.open_object``."""
        asked = self._asked("read", bucket, key)
        with store_errors(asked):
            answer = self._get(bucket, key, if_match)
        with closing(answer["Body"]) as body:
            yield _Body(body, asked)

    def put_object(
        self,
        bucket: str,
        key: str,
        body: bytes,
        *,
        expected: str | None = None,
        content_type: str | None = None,
    ) -> str:
        """See ``ObjectStore.put_object``."""
        self._refuse_others(bucket, [key])
        headers = {"ContentType": content_type} if content_type else {}
        if expected is not None:
            headers |= {"IfNoneMatch": "*"} if expected == ABSENT else {"IfMatch": f'"{expected}"'}
        try:
            with store_errors(self._asked("write", bucket, key)):
                answer = self._client.put_object(Bucket=bucket, Key=key, Body=body, **headers)
        except MissingObject:
            # S3's answer where an object is expected and there is none.
            raise ObjectChanged(
                f"Cannot write s3://{bucket}/{key}: it was deleted since it was listed."
            ) from None
        return _unquoted(answer["ETag"])

    def delete_objects(self, bucket: str, keys: Sequence[str]) -> None:
        """See ``ObjectStore.delete_objects``."""
        self._refuse_others(bucket, keys)
        for start in range(0, len(keys), _DELETED_AT_ONCE):
            some = keys[start : start + _DELETED_AT_ONCE]
            asked = self._asked(f"delete {len(some)} objects such as", bucket, some[0])
            with store_errors(asked):
                named = {"Objects": [{"Key": key} for key in some], "Quiet": True}
                answer = self._client.delete_objects(Bucket=bucket, Delete=named)
            _refuse_undeleted(answer, asked)

    def address_of(self, bucket: str, key: str, valid: dt.timedelta) -> str:
        """See ``ObjectStore.address_of``."""
        with store_errors(self._asked("sign an address of", bucket, key)):
            return self._client.generate_presigned_url(
                "get_object", {"Bucket": bucket, "Key": key}, ExpiresIn=int(valid.total_seconds())
            )

    def _refuse_others(self, bucket: str, keys: Sequence[str]) -> None:
        if others := [key for key in keys if not key.startswith(self._writes_below)]:
            raise left_alone(
                f"s3://{bucket}/{others[0]}, which is not below {self._writes_below}, was not changed"
            )

    def _get(self, bucket: str, key: str, if_match: str | None) -> Mapping[str, Any]:
        condition = {"IfMatch": f'"{if_match}"'} if if_match else {}
        return self._client.get_object(Bucket=bucket, Key=key, **condition)

    def _pages(self, bucket: str, **arguments: str) -> Iterator[Mapping[str, Any]]:
        pages = iter(self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, **arguments))
        while True:
            with store_errors(self._asked("list", bucket, arguments["Prefix"])):
                page = next(pages, None)
            if page is None:
                return
            yield page

    def _asked(self, verb: str, bucket: str, key: str) -> Asked:
        return Asked(verb, bucket, key, self._role)


class _Body:
    """A body whose errors are typed."""

    def __init__(self, body: Any, asked: Asked) -> None:
        self._body = body
        self._asked = asked

    def read(self, size: int = -1, /) -> bytes:
        with store_errors(self._asked):
            return self._body.read(None if size < 0 else size)


def _refuse_undeleted(answer: Mapping[str, Any], asked: Asked) -> None:
    """The answer is a success even if nothing was deleted; what was not is listed in it."""
    failed = answer.get("Errors", ())
    if not failed:
        return
    first = failed[0]
    kind = AccessDenied if first.get("Code") == "AccessDenied" else InvalidObjectRequest
    raise kind(
        f"Cannot {asked}: {len(failed)} of them stay, first {first.get('Key')} ({first.get('Code')}):"
        f" {first.get('Message') or 'no reason given'}"
    )


def _infos(page: Mapping[str, Any]) -> Iterator[ObjectInfo]:
    for found in page.get("Contents", ()):
        yield ObjectInfo(found["Key"], _unquoted(found["ETag"]), int(found["Size"]), found["LastModified"])


def _unquoted(etag: str) -> str:
    return etag.strip('"')
