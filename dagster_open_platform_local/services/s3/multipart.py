"""Operations on uploads in parts.

What belongs here: from a call to an answer. What does not: where parts are (`uploads.py`).

Reference: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from xml.etree import ElementTree

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from dagster_open_platform_local.services.s3.account import ACCOUNT
from dagster_open_platform_local.services.s3.calls import Call, iso, xml_response
from dagster_open_platform_local.services.s3.checksums import announced
from dagster_open_platform_local.services.s3.conditions import write_condition
from dagster_open_platform_local.services.s3.errors import (
    S3Error,
    malformed_xml,
    no_such_bucket,
    not_implemented,
)
from dagster_open_platform_local.services.s3.metadata import Metadata
from dagster_open_platform_local.services.s3.objects import given_metadata
from dagster_open_platform_local.services.s3.principals import Permission
from dagster_open_platform_local.services.s3.store import ObjectStore
from dagster_open_platform_local.services.s3.uploads import Claim, Uploads
from dagster_open_platform_local.services.s3.xml import document, element, parse

_MOST_PARTS = 10_000
_PAGE = 1000
_DOCUMENT_BYTES = 4 << 20


class MultipartOperations:
    """Operations on uploads in parts.

    Args:
        store: The objects.
        uploads: The parts.
    """

    def __init__(self, store: ObjectStore, uploads: Uploads) -> None:
        self._store = store
        self._uploads = uploads

    async def create(self, call: Call) -> Response:
        """Begin an upload."""
        self._require_write(call)
        upload = self._uploads.create(call.bucket, call.key, given_metadata(call.head))
        return xml_response(document("InitiateMultipartUploadResult", _address(call, upload)))

    async def upload(self, call: Call) -> Response:
        """Take in a part."""
        upload = self._upload(call)
        number = call.number("partNumber", 0)
        if not 0 < number <= _MOST_PARTS:
            raise S3Error(
                "InvalidArgument", f"Part number must be an integer between 1 and {_MOST_PARTS}, inclusive"
            )
        with self._store.draft() as draft:
            async for chunk in call.body.chunks():
                draft.write(chunk)
            etag = self._uploads.add(upload, number, draft, self._store)
        return Response(headers={"etag": f'"{etag}"', **call.body.checksum_headers})

    async def complete(self, call: Call) -> Response:
        """Make an object of the parts."""
        upload = self._upload(call)
        other = [
            *announced(call.head.headers),
            *(name for name in call.head.headers if name == "x-amz-mp-object-size"),
        ]
        if other:
            raise not_implemented(f"{', '.join(other)} when completing an upload")
        claims = _claims(await call.body.read(_DOCUMENT_BYTES))
        condition = write_condition(call.head, call.key)
        metadata = self._uploads.metadata(upload, call.bucket, call.key)
        with self._store.draft() as draft:
            etag = await run_in_threadpool(self._uploads.assemble, upload, claims, draft)
            self._store.publish(draft, call.bucket, call.key, Metadata(metadata.headers, etag), condition)
        self._uploads.remove(upload)
        fields = element("Location", f"/{call.bucket}/{call.key}") + element("Bucket", call.bucket)
        fields += element("Key", call.key) + element("ETag", f'"{etag}"')
        return xml_response(document("CompleteMultipartUploadResult", fields))

    async def abort(self, call: Call) -> Response:
        """Forget an upload."""
        self._uploads.remove(self._upload(call))
        return Response(status_code=204)

    async def list(self, call: Call) -> Response:
        """A page of the parts that have arrived."""
        upload = self._upload(call)
        limit, after = min(call.number("max-parts", _PAGE), _PAGE), call.number("part-number-marker", 0)
        beyond = [part for part in self._uploads.parts(upload) if part.number > after]
        fields = _address(call, upload) + element("PartNumberMarker", str(after))
        fields += element("MaxParts", str(limit)) + element(
            "IsTruncated", str(len(beyond) > limit > 0).lower()
        )
        if beyond[:limit]:
            fields += element("NextPartNumberMarker", str(beyond[:limit][-1].number))
        for part in beyond[:limit]:
            status = part.path.stat()
            content = element("PartNumber", str(part.number)) + element(
                "LastModified", iso(status.st_mtime_ns)
            )
            content += element("ETag", f'"{part.etag}"') + element("Size", str(status.st_size))
            fields += f"<Part>{content}</Part>"
        fields += f"<Owner>{element('ID', ACCOUNT)}</Owner>" + element("StorageClass", "STANDARD")
        return xml_response(document("ListPartsResult", fields))

    def _require_write(self, call: Call) -> None:
        if not self._store.has_bucket(call.bucket):
            raise no_such_bucket(call.bucket)
        call.require(Permission.WRITE, call.bucket, call.key)

    def _upload(self, call: Call) -> str:
        """The id of the upload that is named, which exists."""
        self._require_write(call)
        upload = call.query["uploadId"]
        self._uploads.metadata(upload, call.bucket, call.key)
        return upload


def _address(call: Call, upload: str) -> str:
    return element("Bucket", call.bucket) + element("Key", call.key) + element("UploadId", upload)


def _claims(body: bytes) -> list[Claim]:
    try:
        root = parse(body)
        claims = [_claim(part) for part in root.findall("Part")]
    except ValueError as error:
        raise malformed_xml() from error
    if root.tag != "CompleteMultipartUpload" or not claims:
        raise malformed_xml()
    return claims


def _claim(part: ElementTree.Element) -> Claim:
    """What a document says of a part.

    Raises:
        ValueError: Its number is none.
    """
    checksums = {
        each.tag.removeprefix("Checksum").lower(): (each.text or "").strip()
        for each in part
        if each.tag.startswith("Checksum")
    }
    number, etag = part.findtext("PartNumber") or "", part.findtext("ETag") or ""
    return Claim(int(number), etag.strip().strip('"'), checksums)
