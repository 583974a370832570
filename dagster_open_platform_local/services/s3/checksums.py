"""Checks that a body arrived as it was sent.

What belongs here: lengths, hashes and checksums that a client announces. What does not: the signature over the head.

References: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

import base64
import binascii
import hashlib
import hmac
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from dagster_open_platform_local.services.s3.crc import CRC32C, CRC64NVME, Crc
from dagster_open_platform_local.services.s3.errors import S3Error, not_implemented

PREFIX = "x-amz-checksum-"
_NO_VALUES = ("algorithm", "mode", "type")


class Digest(Protocol):
    """What hashlib's objects do."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""

    def digest(self) -> bytes:
        """The value so far."""
        ...


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


class Checksum:
    """A checksum of bytes.

    Args:
        algorithm: As in a header's name.
    """

    def __init__(self, algorithm: str) -> None:
        self._digest = _ALGORITHMS[algorithm]()

    def update(self, data: bytes) -> None:
        """Take in more bytes."""
        self._digest.update(data)

    @property
    def value(self) -> str:
        """In base64, as headers and documents carry it."""
        return base64.b64encode(self._digest.digest()).decode()


_ALGORITHMS: Mapping[str, Callable[[], Digest]] = {
    "crc32": _Crc32,
    "crc32c": lambda: Crc(*CRC32C),
    "crc64nvme": lambda: Crc(*CRC64NVME),
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}


class Checks:
    """The checks that one request asks for.

    Args:
        headers: Of the request, lower-case names to values.
        content_sha256: The signed hash of the body; None: it is not signed.

    Raises:
        S3Error: InvalidDigest, InvalidRequest, NotImplemented.
    """

    def __init__(self, headers: Mapping[str, str], content_sha256: str | None) -> None:
        self._sha256 = None if content_sha256 is None else (hashlib.sha256(), content_sha256)
        self._md5 = None
        if "content-md5" in headers:
            self._md5 = (hashlib.md5(usedforsecurity=False), _content_md5(headers["content-md5"]))
        self.name = _algorithm(headers)
        self._expected = headers.get(f"{PREFIX}{self.name}")
        self._digest = checksum(self.name) if self.name else None

    @property
    def response_headers(self) -> dict[str, str]:
        """What S3 tells a writer who sent a checksum."""
        if self._digest is None:
            return {}
        return {f"{PREFIX}{self.name}": self._digest.value}

    def update(self, chunk: bytes) -> None:
        """Take in more of the body."""
        if self._sha256 is not None:
            self._sha256[0].update(chunk)
        if self._md5 is not None:
            self._md5[0].update(chunk)
        if self._digest is not None:
            self._digest.update(chunk)

    def finish(self, trailers: Mapping[str, str]) -> None:
        """Compare, at the end of the body.

        Args:
            trailers: Headers that came after it.

        Raises:
            S3Error: XAmzContentSHA256Mismatch, BadDigest.
        """
        if self._sha256 is not None and not hmac.compare_digest(self._sha256[0].hexdigest(), self._sha256[1]):
            raise S3Error(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
                {
                    "ClientComputedContentSHA256": self._sha256[1],
                    "S3ComputedContentSHA256": self._sha256[0].hexdigest(),
                },
            )
        if self._md5 is not None and self._md5[0].digest() != self._md5[1]:
            raise S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.")
        expected = trailers.get(f"{PREFIX}{self.name}", self._expected)
        if self._digest is not None and self.response_headers != {f"{PREFIX}{self.name}": expected}:
            name = str(self.name).upper()
            raise S3Error("BadDigest", f"The {name} you specified did not match the calculated checksum.")


def _content_md5(value: str) -> bytes:
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) != 16:
        raise S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.", {"Content-MD5": value})
    return decoded


def checksum(algorithm: str) -> Checksum:
    """A checksum of nothing yet.

    Args:
        algorithm: As in a header's name.

    Raises:
        S3Error: NotImplemented.
    """
    if algorithm not in _ALGORITHMS:
        raise not_implemented(f"the checksum algorithm {algorithm.upper()}")
    return Checksum(algorithm)


def announced(headers: Iterable[str]) -> list[str]:
    """The headers that carry a checksum.

    Args:
        headers: Lower-case names.
    """
    return [
        name for name in headers if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in _NO_VALUES
    ]


def _algorithm(headers: Mapping[str, str]) -> str | None:
    """The checksum that comes with the body, before or after it."""
    names = announced([*headers, headers.get("x-amz-trailer", "").strip().lower()])
    if len(names) > 1:
        raise S3Error(
            "InvalidRequest",
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        )
    return names[0].removeprefix(PREFIX) if names else None
