"""Operations on the account and on buckets.

What belongs here: from a call to an answer. What does not: objects (`objects.py`), walking the keys (`listing.py`).

Reference: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from dagster_open_platform_local.services.s3.account import ACCOUNT, REGION
from dagster_open_platform_local.services.s3.calls import Call, checked_key, iso, xml_response
from dagster_open_platform_local.services.s3.errors import S3Error, malformed_xml, no_such_bucket
from dagster_open_platform_local.services.s3.listing import Page, Wanted, list_page
from dagster_open_platform_local.services.s3.principals import Permission
from dagster_open_platform_local.services.s3.store import ObjectStore
from dagster_open_platform_local.services.s3.xml import document, element, encoded, parse

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_MOST_KEYS = 1000
_DOCUMENT_BYTES = 1 << 20
_OWNER = f"<Owner>{element('ID', ACCOUNT)}</Owner>"


class BucketOperations:
    """Operations on the account and on buckets.

    Args:
        store: The objects.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def list_buckets(self, call: Call) -> Response:
        """The account's buckets."""
        call.require(Permission.LIST_BUCKETS, "")
        buckets = "".join(
            "<Bucket>"
            + element("Name", name)
            + element("CreationDate", iso(int(created) * 1_000_000_000))
            + "</Bucket>"
            for name, created in self._store.buckets()
        )
        return xml_response(document("ListAllMyBucketsResult", f"{_OWNER}<Buckets>{buckets}</Buckets>"))

    async def head(self, call: Call) -> Response:
        """Whether a bucket exists and may be read."""
        self._readable(call)
        return Response(headers={"x-amz-bucket-region": REGION}, media_type="application/xml")

    async def location(self, call: Call) -> Response:
        """The region of a bucket."""
        self._readable(call)
        return xml_response(document("LocationConstraint", "").replace(b"></", f">{REGION}</".encode()))

    async def create(self, call: Call) -> Response:
        """Make a bucket."""
        body = await call.body.read(_DOCUMENT_BYTES)
        call.require(Permission.CREATE, call.bucket)
        if not _NAME.fullmatch(call.bucket):
            raise S3Error(
                "InvalidBucketName", "The specified bucket is not valid.", {"BucketName": call.bucket}
            )
        if _constraint(body) not in ("", REGION):
            raise S3Error("InvalidRequest", f"The local S3 has one region, {REGION}.")
        if self._store.has_bucket(call.bucket):
            raise S3Error(
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.",
                {"BucketName": call.bucket},
            )
        self._store.create_buckets([call.bucket])
        return Response(headers={"location": f"/{call.bucket}"})

    async def list_v2(self, call: Call) -> Response:
        """A page of keys, with continuation tokens."""
        self._readable(call)
        token = call.query.get("continuation-token")
        after, passed = _resumed(token) if token else (call.query.get("start-after", ""), "")
        listing = _Listing(call, after, passed)
        page = await run_in_threadpool(list_page, self._store, call.bucket, listing.wanted)
        more = _continuation(page) if page.truncated else ""
        fields = listing.common_fields(page)
        fields += element("KeyCount", str(len(page.objects) + len(page.prefixes)))
        fields += element("ContinuationToken", token) if token else ""
        fields += element("NextContinuationToken", more) if more else ""
        if "start-after" in call.query:
            fields += element("StartAfter", encoded(call.query["start-after"], listing.encoding))
        owner = call.query.get("fetch-owner") == "true"
        return xml_response(document("ListBucketResult", fields + listing.entries(page, owner=owner)))

    async def list_v1(self, call: Call) -> Response:
        """A page of keys, with markers."""
        self._readable(call)
        marker = call.query.get("marker", "")
        listing = _Listing(call, marker, "")
        page = await run_in_threadpool(list_page, self._store, call.bucket, listing.marked)
        fields = listing.common_fields(page) + element("Marker", encoded(marker, listing.encoding))
        if page.truncated and listing.wanted.delimiter:
            fields += element("NextMarker", encoded(page.last, listing.encoding))
        return xml_response(document("ListBucketResult", fields + listing.entries(page, owner=True)))

    async def delete_objects(self, call: Call) -> Response:
        """Delete up to a thousand objects."""
        body = await call.body.read(_DOCUMENT_BYTES * 4)
        self._require_bucket(call.bucket)
        call.require(Permission.WRITE, call.bucket)
        keys, quiet = _keys_to_delete(body)
        for key in keys:
            self._store.delete(call.bucket, key)
        deleted = "" if quiet else "".join(f"<Deleted>{element('Key', key)}</Deleted>" for key in keys)
        return xml_response(document("DeleteResult", deleted))

    def _require_bucket(self, bucket: str) -> None:
        if not self._store.has_bucket(bucket):
            raise no_such_bucket(bucket)

    def _readable(self, call: Call) -> None:
        self._require_bucket(call.bucket)
        call.require(Permission.READ, call.bucket)


@dataclass(frozen=True)
class _Listing:
    """What both versions of the listing have in common."""

    call: Call
    after: str
    passed: str

    def __post_init__(self) -> None:
        if self.encoding not in (None, "url"):
            raise S3Error("InvalidArgument", "Invalid Encoding Method specified in Request")

    @property
    def encoding(self) -> str | None:
        return self.call.query.get("encoding-type")

    @property
    def wanted(self) -> Wanted:
        query = self.call.query
        limit = min(self.call.number("max-keys", _MOST_KEYS), _MOST_KEYS)
        return Wanted(query.get("prefix", ""), query.get("delimiter", ""), self.after, self.passed, limit)

    @property
    def marked(self) -> Wanted:
        """As `wanted`; but a marker that is itself a common prefix stands for all keys below it."""
        wanted = self.wanted
        if wanted.delimiter and self.after.startswith(wanted.prefix):
            end = self.after.find(wanted.delimiter, len(wanted.prefix))
            if end >= 0 and end + len(wanted.delimiter) == len(self.after):
                return Wanted(wanted.prefix, wanted.delimiter, self.after, self.after, wanted.limit)
        return wanted

    def common_fields(self, page: Page) -> str:
        wanted = self.wanted
        fields = element("Name", self.call.bucket) + element("Prefix", encoded(wanted.prefix, self.encoding))
        fields += element("MaxKeys", str(wanted.limit)) + element("IsTruncated", str(page.truncated).lower())
        if wanted.delimiter:
            fields += element("Delimiter", encoded(wanted.delimiter, self.encoding))
        return fields + (element("EncodingType", self.encoding) if self.encoding else "")

    def entries(self, page: Page, *, owner: bool) -> str:
        tail = f"{element('StorageClass', 'STANDARD')}{_OWNER if owner else ''}</Contents>"
        contents = [
            f"<Contents>{element('Key', encoded(key, self.encoding))}"
            f"<LastModified>{iso(version.modified_ns)}</LastModified><ETag>&quot;{etag}&quot;</ETag>"
            f"<Size>{version.size}</Size>{tail}"
            for key, version, etag in page.objects
        ]
        prefixes = [
            f"<CommonPrefixes>{element('Prefix', encoded(each, self.encoding))}</CommonPrefixes>"
            for each in page.prefixes
        ]
        return "".join([*contents, *prefixes])


def _continuation(page: Page) -> str:
    is_prefix = bool(page.prefixes) and page.prefixes[-1] == page.last
    return base64.urlsafe_b64encode(json.dumps([page.last, is_prefix]).encode()).decode()


def _resumed(token: str) -> tuple[str, str]:
    """After which key, and past which common prefix, a listing goes on."""
    try:
        last, is_prefix = json.loads(base64.urlsafe_b64decode(token))
        return str(last), str(last) if is_prefix else ""
    except (binascii.Error, ValueError, TypeError):
        raise S3Error("InvalidArgument", "The continuation token provided is incorrect") from None


def _constraint(body: bytes) -> str:
    if not body:
        return ""
    try:
        return (parse(body).findtext("LocationConstraint") or "").strip()
    except ValueError as error:
        raise malformed_xml() from error


def _keys_to_delete(body: bytes) -> tuple[list[str], bool]:
    try:
        root = parse(body)
    except ValueError as error:
        raise malformed_xml() from error
    objects = root.findall("Object")
    keys = [checked_key(each.findtext("Key") or "") for each in objects]
    if root.tag != "Delete" or not 0 < len(keys) <= _MOST_KEYS or not all(keys):
        raise malformed_xml()
    other = sorted({child.tag for each in objects for child in each} - {"Key"})
    if other:
        raise S3Error(
            "NotImplemented", f"The local S3 does not implement {', '.join(other)} in DeleteObjects."
        )
    return keys, root.findtext("Quiet") == "true"
