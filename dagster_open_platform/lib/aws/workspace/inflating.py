"""Undoing zlib's compression, whole or as a stream, and saying where it is broken.

What belongs here: bytes. What does not: whose they are.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from dagster_open_platform.lib.aws.workspace.errors import InvalidCompression

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ByteStream

_READ_BYTES = 64 * 1024


def inflated(body: bytes, limit: int, source: str) -> bytes | None:
    """A whole zlib stream, decompressed.

    Args:
        body: The stream.
        limit: How many bytes the result may have.
        source: Whole address, for errors.

    Returns:
        None if it would have more.

    Raises:
        InvalidCompression: It is no zlib stream, breaks off, or something follows it.
    """
    stream = InflatedStream(_Bytes(body), source)
    found = bytearray()
    while part := stream.read(limit + 1 - len(found)):
        found += part
        if len(found) > limit:
            return None
    return bytes(found)


class InflatedStream:
    """A zlib stream, decompressed as it is read; a small stream that swells costs no memory.

    Args:
        stream: Compressed.
        source: Whole address, for errors.
    """

    def __init__(self, stream: ByteStream, source: str) -> None:
        self._stream = stream
        self._source = source
        self._inflate = zlib.decompressobj()
        self._offset = 0

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, fewer than asked for perhaps; none at the end.

        Raises:
            InvalidCompression: It is no zlib stream, breaks off, or something follows it.
        """
        if size == 0:  # whoever wants to know of what type the bytes are
            return b""
        while not self._inflate.eof:
            found = self._next(size if size > 0 else _READ_BYTES)
            if found:
                return found
        if self._inflate.unused_data or self._stream.read(1):
            raise self._invalid("something follows its end")
        return b""

    def _next(self, size: int) -> bytes:
        data = self._inflate.unconsumed_tail
        if not data:
            data = self._stream.read(_READ_BYTES)
            self._offset += len(data)
        try:
            # Without further data there may still be something that did not fit into the last answer.
            found = self._inflate.decompress(data, size)
        except zlib.error as error:
            raise self._invalid(str(error)) from None
        if not data and not found and not self._inflate.eof:
            raise self._invalid("it breaks off")
        return found

    def _invalid(self, problem: str) -> InvalidCompression:
        at = self._offset - len(self._inflate.unconsumed_tail)
        return InvalidCompression(
            f"{self._source} is not the zlib stream that its manifest says it is: {problem}, near byte {at:,}. Its"
            " owner has to send it again."
        )


class _Bytes:
    """Bytes as a stream."""

    def __init__(self, body: bytes) -> None:
        self._body = memoryview(body)

    def read(self, size: int = -1, /) -> bytes:
        found = bytes(self._body[:size] if size >= 0 else self._body)
        self._body = self._body[len(found) :]
        return found
