"""The body of a request, as a stream that is checked at its end.

What belongs here: taking a body in without ever holding all of it. What does not: where it goes.
"""

import re
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from dagster_open_platform_local.services.s3.checksums import Checks
from dagster_open_platform_local.services.s3.chunks import ChunkDecoder
from dagster_open_platform_local.services.s3.errors import S3Error, not_implemented
from dagster_open_platform_local.services.s3.signature import UNSIGNED_PAYLOAD, Head

_CHUNKED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
_HEX = re.compile(r"[0-9a-f]{64}")


class Body:
    """Read once.

    Args:
        receive: Of ASGI.
        head: Of the request.
        content_sha256: What was signed for it.
    """

    def __init__(self, receive: Receive, head: Head, content_sha256: str) -> None:
        self._receive = receive
        self._head = head
        self._content_sha256 = content_sha256
        self.checksum_headers: dict[str, str] = {}
        """After the end: what S3 tells a writer who sent a checksum."""

    @property
    def is_chunked(self) -> bool:
        """Whether it is encoded as aws-chunked."""
        return self._content_sha256 == _CHUNKED

    async def chunks(self) -> AsyncIterator[bytes]:
        """What was sent, piece by piece.

        Raises:
            S3Error: It is not what the head announced.
            ClientDisconnect: The client went away.
        """
        length = self._announced()
        checks = self._checks()
        decoder = ChunkDecoder() if self.is_chunked else None
        size = 0
        async for received in self._received():
            for data in decoder.feed(received) if decoder else (received,):
                size += len(data)
                checks.update(data)
                yield data
        if size != length or (decoder and not decoder.complete):
            raise S3Error(
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
            )
        checks.finish(decoder.trailers if decoder else {})
        self.checksum_headers = checks.response_headers

    async def read(self, limit: int) -> bytes:
        """All of it.

        Args:
            limit: More bytes than that are refused.

        Raises:
            S3Error: As `chunks`; or MalformedXML, for only documents are read whole.
        """
        parts, size = [], 0
        async for chunk in self.chunks():
            parts.append(chunk)
            size += len(chunk)
            if size > limit:
                raise S3Error("MalformedXML", f"The document is longer than {limit} bytes.")
        return b"".join(parts)

    def _checks(self) -> Checks:
        content = self._content_sha256
        if content not in (UNSIGNED_PAYLOAD, _CHUNKED) and not _HEX.fullmatch(content):
            raise not_implemented(f"x-amz-content-sha256: {content}")
        headers = {name: values[0] for name, values in self._head.headers.items()}
        return Checks(headers, content if _HEX.fullmatch(content) else None)

    def _announced(self) -> int:
        name = "x-amz-decoded-content-length" if self.is_chunked else "content-length"
        value = self._head.header(name)
        if value is None and self._head.header("transfer-encoding") is None and not self.is_chunked:
            return 0
        if value is None or not value.isdecimal():
            raise S3Error("MissingContentLength", f"You must provide the {name} HTTP header.")
        return int(value)

    async def _received(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            if message.get("body"):
                yield message["body"]
            more = message.get("more_body", False)
