"""Undoes aws-chunked, the encoding of bodies whose checksum follows after them.

What belongs here: the framing. What does not: HTTP's own chunks, which the HTTP server undoes.

Reference: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

import re
from collections.abc import Iterator

from dagster_open_platform_local.services.s3.errors import S3Error

_LONGEST_LINE = 16 * 1024
_SIZE = re.compile(r"[0-9a-fA-F]{1,16}")


class ChunkDecoder:
    """Takes in encoded bytes as they come, gives out what they carry."""

    def __init__(self) -> None:
        self.trailers: dict[str, str] = {}
        self.complete = False
        self._buffer = bytearray()
        self._left = 0
        self._after_data = False
        self._in_trailers = False

    def feed(self, received: bytes) -> Iterator[bytes]:
        """The data in what was received.

        Raises:
            S3Error: InvalidRequest, if it is not encoded as it should be.
        """
        self._buffer += received
        while self._buffer and not self.complete:
            if self._left:
                data = bytes(self._buffer[: self._left])
                del self._buffer[: len(data)]
                self._left -= len(data)
                self._after_data = not self._left
                yield data
                continue
            line = self._line()
            if line is None:
                return
            self._take(line)

    def _line(self) -> str | None:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > _LONGEST_LINE:
                raise _malformed()
            return None
        line = bytes(self._buffer[:end]).rstrip(b"\r").decode("latin-1")
        del self._buffer[: end + 1]
        return line

    def _take(self, line: str) -> None:
        if self._after_data:
            if line:
                raise _malformed()
            self._after_data = False
        elif self._in_trailers:
            name, colon, value = line.partition(":")
            if colon:
                self.trailers[name.strip().lower()] = value.strip()
            elif line:
                raise _malformed()
            else:
                self.complete = True
        else:
            size = line.partition(";")[0]
            if not _SIZE.fullmatch(size):
                raise _malformed()
            self._left = int(size, 16)
            self._in_trailers = not self._left


def _malformed() -> S3Error:
    return S3Error("InvalidRequest", "The body is not encoded as aws-chunked.")
