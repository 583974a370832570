"""The parts of multipart uploads, as files until they become an object.

What belongs here: where parts are, and putting them together. What does not: HTTP (`multipart.py`).

An upload is a directory with a file that says what it shall become, and a file a part, named by its number and MD5. It
survives a restart, as it would at Amazon.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dagster_open_platform_local.services.s3.checksums import checksum
from dagster_open_platform_local.services.s3.errors import S3Error
from dagster_open_platform_local.services.s3.files import CHUNK_BYTES, Draft
from dagster_open_platform_local.services.s3.metadata import Metadata
from dagster_open_platform_local.services.s3.store import ObjectStore

_ID = re.compile(r"[0-9a-f]{32}")
_TARGET = "target.json"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
_SMALLEST_PART = 5 << 20


@dataclass(frozen=True)
class Part:
    """A part that has arrived.

    Args:
        number: From 1 on.
        etag: Its MD5.
        path: Its file.
    """

    number: int
    etag: str
    path: Path


@dataclass(frozen=True)
class Claim:
    """A part as the one who completes an upload names it.

    Args:
        number: From 1 on.
        etag: Without quotation marks.
        checksums: Algorithm (`crc32`) to value in base64.
    """

    number: int
    etag: str
    checksums: dict[str, str] = field(default_factory=dict)


class Uploads:
    """All uploads that are neither complete nor aborted.

    Args:
        store: Where they are going.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._root = store.directory / ".uploads"
        self._incoming = store.incoming

    def create(self, bucket: str, key: str, metadata: Metadata) -> str:
        """Begin.

        Args:
            bucket: Exists.
            key: Of the object.
            metadata: What it will have.

        Returns:
            The upload's id.
        """
        upload = secrets.token_hex(16)
        self._root.mkdir(exist_ok=True, mode=0o700)
        draft = self._incoming / upload
        draft.mkdir(mode=0o700)
        target = {"bucket": bucket, "key": key, "headers": dict(metadata.headers)}
        (draft / _TARGET).write_text(json.dumps(target), encoding="utf-8")
        draft.rename(self._root / upload)
        return upload

    def metadata(self, upload: str, bucket: str, key: str) -> Metadata:
        """What the object will have beside its bytes.

        Raises:
            S3Error: NoSuchUpload.
        """
        directory = self._directory(upload)
        try:
            target = json.loads((directory / _TARGET).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise _no_such_upload(upload) from None
        if (target["bucket"], target["key"]) != (bucket, key):
            raise _no_such_upload(upload)
        return Metadata(target["headers"])

    def add(self, upload: str, number: int, draft: Draft, store: ObjectStore) -> str:
        """Keep a part; it replaces an earlier one of its number.

        Args:
            upload: Exists.
            number: Of the part.
            draft: Its bytes.
            store: Whose draft it is.

        Returns:
            Its ETag.

        Raises:
            S3Error: NoSuchUpload, if it was aborted meanwhile.
        """
        directory, etag = self._directory(upload), draft.md5.hex()
        before = [part for part in self.parts(upload) if part.number == number and part.etag != etag]
        store.keep(draft)
        try:
            os.replace(draft.path, directory / f"{number:05d}.{etag}")  # noqa: PTH105
        except FileNotFoundError:
            raise _no_such_upload(upload) from None
        for part in before:
            part.path.unlink(missing_ok=True)
        return etag

    def parts(self, upload: str) -> list[Part]:
        """The parts that have arrived, in order.

        Raises:
            S3Error: NoSuchUpload.
        """
        try:
            paths = sorted(self._directory(upload).iterdir())
        except FileNotFoundError:
            raise _no_such_upload(upload) from None
        named = [(path.name.partition("."), path) for path in paths if path.name != _TARGET]
        return [Part(int(number), etag, path) for (number, _, etag), path in named]

    def assemble(self, upload: str, claims: Sequence[Claim], draft: Draft) -> str:
        """Put the named parts together.

        Args:
            upload: Exists.
            claims: The parts, in order.
            draft: Gets their bytes.

        Returns:
            The ETag of the whole: the MD5 of the parts' MD5s, and how many there are.

        Raises:
            S3Error: NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall.
        """
        numbers = [claim.number for claim in claims]
        if numbers != sorted(set(numbers)):
            raise S3Error(
                "InvalidPartOrder",
                "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
            )
        arrived = {(part.number, part.etag): part for part in self.parts(upload)}
        if any((claim.number, claim.etag) not in arrived for claim in claims):
            raise _invalid_part()
        parts = [arrived[claim.number, claim.etag] for claim in claims]
        if any(part.path.stat().st_size < _SMALLEST_PART for part in parts[:-1]):
            raise S3Error(
                "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed object size."
            )
        for part, claim in zip(parts, claims, strict=True):
            _append(part, claim, draft)
        digests = b"".join(bytes.fromhex(part.etag) for part in parts)
        return f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"

    def remove(self, upload: str) -> None:
        """Forget an upload and its parts."""
        shutil.rmtree(self._directory(upload), ignore_errors=True)

    def _directory(self, upload: str) -> Path:
        if not _ID.fullmatch(upload):
            raise _no_such_upload(upload)
        return self._root / upload


def _append(part: Part, claim: Claim, draft: Draft) -> None:
    digests = {name: checksum(name) for name in claim.checksums}
    with part.path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            draft.write(chunk)
            for digest in digests.values():
                digest.update(chunk)
    if any(digest.value != claim.checksums[name] for name, digest in digests.items()):
        raise _invalid_part()


def _invalid_part() -> S3Error:
    return S3Error(
        "InvalidPart",
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified"
        " entity tag may not match the part's entity tag.",
    )


def _no_such_upload(upload: str) -> S3Error:
    return S3Error(
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or"
        " completed.",
        {"UploadId": upload},
    )
