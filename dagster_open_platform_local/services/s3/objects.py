"""Operations on objects.

What belongs here: from a call to an answer. What does not: uploads in parts (`multipart.py`).

Reference: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from collections.abc import Mapping
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dagster_open_platform_local.services.s3.calls import Call, checked_key, http_date, iso, xml_response
from dagster_open_platform_local.services.s3.conditions import (
    byte_range,
    check_source,
    is_unmodified,
    write_condition,
)
from dagster_open_platform_local.services.s3.errors import S3Error, no_such_bucket, not_implemented
from dagster_open_platform_local.services.s3.files import CHUNK_BYTES, Draft, OpenObject
from dagster_open_platform_local.services.s3.metadata import Metadata
from dagster_open_platform_local.services.s3.principals import Permission
from dagster_open_platform_local.services.s3.signature import Head
from dagster_open_platform_local.services.s3.store import ObjectStore
from dagster_open_platform_local.services.s3.xml import document, element

_DEFAULT_TYPE = "binary/octet-stream"
_KEPT = (
    "content-type",
    "content-encoding",
    "content-language",
    "content-disposition",
    "cache-control",
    "expires",
)
OVERRIDES = {f"response-{name}": name for name in _KEPT}
_LONGEST_METADATA = 2048
_HARMLESS = {
    "x-amz-acl": ("private", "bucket-owner-full-control"),
    "x-amz-storage-class": ("STANDARD",),
    "x-amz-metadata-directive": ("COPY", "REPLACE"),
    "x-amz-tagging-directive": ("COPY",),
}
"""Headers with which only these values mean what happens anyway, or are heeded."""
_REFUSED = (
    "x-amz-acl",
    "x-amz-bucket-object-lock",
    "x-amz-grant-",
    "x-amz-metadata-directive",
    "x-amz-object-lock",
    "x-amz-server-side-encryption",
    "x-amz-storage-class",
    "x-amz-tagging",
    "x-amz-website-redirect-location",
    "x-amz-write-offset-bytes",
)


class ObjectOperations:
    """Operations on whole objects.

    Args:
        store: The objects.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def get(self, call: Call) -> Response:
        """An object, or a range of it."""
        return self._read(call)

    async def head(self, call: Call) -> Response:
        """What an object is."""
        return self._read(call)

    async def put(self, call: Call) -> Response:
        """Write an object."""
        metadata = given_metadata(call.head)
        condition = write_condition(call.head, call.key)
        self._writable(call)
        with self._store.draft() as draft:
            async for chunk in call.body.chunks():
                draft.write(chunk)
            info = self._store.publish(draft, call.bucket, call.key, metadata, condition)
        return Response(headers={"etag": f'"{info.etag}"', **call.body.checksum_headers})

    async def copy(self, call: Call) -> Response:
        """Write a copy of another object."""
        condition = write_condition(call.head, call.key)
        self._writable(call)
        bucket, key = _source(call.head.header("x-amz-copy-source") or "")
        if not self._store.has_bucket(bucket):
            raise no_such_bucket(bucket)
        call.require(Permission.READ, bucket, key)
        replaced = call.head.header("x-amz-metadata-directive") == "REPLACE"
        given = given_metadata(call.head)
        if (bucket, key) == (call.bucket, call.key) and not replaced:
            raise S3Error(
                "InvalidRequest",
                "This copy request is illegal because it is trying to copy an object to itself without changing the"
                " object's metadata, storage class, website redirect location or encryption attributes.",
            )
        with self._store.open(bucket, key) as source, self._store.draft() as draft:
            check_source(call.head, source.info)
            await run_in_threadpool(_copy, source, draft)
            metadata = given if replaced else Metadata(source.info.headers)
            info = self._store.publish(draft, call.bucket, call.key, metadata, condition)
        fields = element("LastModified", iso(info.version.modified_ns)) + element("ETag", f'"{info.etag}"')
        return xml_response(document("CopyObjectResult", fields))

    async def delete(self, call: Call) -> Response:
        """Delete an object; that there is none is no error."""
        self._writable(call)
        if call.head.header("if-match") is not None:
            raise not_implemented("If-Match when deleting")
        self._store.delete(call.bucket, call.key)
        return Response(status_code=204)

    def _writable(self, call: Call) -> None:
        if not self._store.has_bucket(call.bucket):
            raise no_such_bucket(call.bucket)
        call.require(Permission.WRITE, call.bucket, call.key)

    def _read(self, call: Call) -> Response:
        if not self._store.has_bucket(call.bucket):
            raise no_such_bucket(call.bucket)
        call.require(Permission.READ, call.bucket, call.key)
        opened = self._store.open(call.bucket, call.key)
        try:
            return _answer(call, opened)
        except BaseException:
            opened.close()
            raise


class ObjectResponse(Response):
    """The bytes of an open object, which it closes.

    Args:
        status: Of HTTP.
        headers: Of the answer.
        opened: The object.
        start: First position.
        length: How many bytes.
    """

    def __init__(
        self, status: int, headers: Mapping[str, str], opened: OpenObject, start: int, length: int
    ) -> None:
        super().__init__(None, status, {**headers, "content-length": str(length)})
        self._opened = opened
        self._start = start
        self._length = length

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, piece by piece."""
        with self._opened as opened:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            sent, more = 0, True
            while more:
                chunk = opened.read(self._start + sent, min(CHUNK_BYTES, self._length - sent))
                sent += len(chunk)
                more = bool(chunk) and sent < self._length
                await send({"type": "http.response.body", "body": chunk, "more_body": more})


def given_metadata(head: Head) -> Metadata:
    """What a writer gives an object beside its bytes.

    Raises:
        S3Error: NotImplemented, for what the local service does not heed.
    """
    for name, values in head.headers.items():
        if name.startswith(_REFUSED) and values[0] not in _HARMLESS.get(name, ()):
            raise not_implemented(f"{name}: {values[0]}")
    headers = {name: value for name in _KEPT if (value := head.header(name)) is not None}
    own = {name: ",".join(values) for name, values in head.headers.items() if name.startswith("x-amz-meta-")}
    if sum(len(name) - len("x-amz-meta-") + len(value) for name, value in own.items()) > _LONGEST_METADATA:
        raise S3Error("InvalidArgument", "Your metadata headers exceed the maximum allowed metadata size")
    encodings = [each.strip() for each in headers.pop("content-encoding", "").split(",")]
    # aws-chunked tells how the request was sent, not what the object is.
    if kept := [each for each in encodings if each and each != "aws-chunked"]:
        headers["content-encoding"] = ",".join(kept)
    if headers.get("content-type") == _DEFAULT_TYPE:
        del headers["content-type"]
    return Metadata({**headers, **own})


def _answer(call: Call, opened: OpenObject) -> Response:
    info, version = opened.info, opened.info.version
    headers = {
        "content-type": _DEFAULT_TYPE,
        **info.headers,
        "etag": f'"{info.etag}"',
        "last-modified": http_date(version.modified_ns),
        "accept-ranges": "bytes",
    }
    if is_unmodified(call.head, info):
        opened.close()
        return Response(status_code=304, headers={name: headers[name] for name in ("etag", "last-modified")})
    for each, name in OVERRIDES.items():
        if value := call.query.get(each):
            if not value.isascii() or not value.isprintable():
                raise S3Error("InvalidArgument", f"{each} is not a header's value", {"ArgumentName": each})
            headers[name] = value
    wanted = byte_range(call.head.header("range"), version.size)
    status, (start, length) = (200, (0, version.size)) if wanted is None else (206, wanted)
    if wanted is not None:
        headers["content-range"] = f"bytes {start}-{start + length - 1}/{version.size}"
    if call.head.method == "HEAD":
        opened.close()
        return Response(status_code=status, headers={**headers, "content-length": str(length)})
    return ObjectResponse(status, headers, opened, start, length)


def _source(header: str) -> tuple[str, str]:
    path, _, version = header.partition("?")
    if version:
        raise not_implemented("a copy of a version")
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    if not bucket or not key:
        raise S3Error(
            "InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
        )
    return bucket, checked_key(key)


def _copy(source: OpenObject, draft: Draft) -> None:
    for start in range(0, source.info.version.size, CHUNK_BYTES):
        draft.write(source.read(start, CHUNK_BYTES))
