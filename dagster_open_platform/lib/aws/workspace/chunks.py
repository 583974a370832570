"""Rows into objects of bounded size: JSON lines, compressed with gzip.

What belongs here: when a chunk is full, and its bytes. What does not: whose rows they are.

Lines are compressed as they come, so what is in memory is what has been compressed of the open chunks: one a kind of object.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from dagster_open_platform.lib.aws.workspace.layout import OBJECTS

_GZIP = 16 + zlib.MAX_WBITS
"""https://docs.python.org/3/library/zlib.html#zlib.compressobj: a gzip header, here without a time, so the same rows give the same bytes."""
_LEVEL = 4
_JOINED_BYTES = 64 * 1024
"""Lines are handed over to the compressor that many bytes at a time."""


@dataclass(frozen=True)
class Bounds:
    """What keeps memory flat.

    Args:
        rows: Of a chunk, at most.
        bytes: Of a chunk, at most, before they are compressed. A row that is larger stands in a chunk of its own.
        whole_bytes: JSON that is larger is read as a stream, compressed or not.
        workers: Snapshots that are staged at once; each fetches a few parts ahead.
    """

    rows: int = 50_000
    bytes: int = 16 * 1024 * 1024
    whole_bytes: int = 2 * 1024 * 1024
    workers: int = 4


@dataclass(frozen=True)
class Chunk:
    """A chunk that was written.

    Args:
        kind: Of object, one of ``layout.OBJECTS``.
        key: Where.
        etag: Of its bytes.
        rows: How many.
        bytes: Compressed.
    """

    kind: str
    key: str
    etag: str
    rows: int
    bytes: int


class ChunkWriter:
    """Writes the chunks of one snapshot.

    Args:
        key_of: Kind of object and number of the chunk to its key.
        put: Writes an object and returns its ETag.
        bounds: Of each chunk.
    """

    def __init__(
        self, key_of: Callable[[str, int], str], put: Callable[[str, bytes], str], bounds: Bounds
    ) -> None:
        self.chunks: list[Chunk] = []
        self._key_of, self._put, self._bounds = key_of, put, bounds
        self._open: dict[str, _OpenChunk] = {}
        self._numbers: dict[str, int] = dict.fromkeys(OBJECTS, 0)

    def add(self, kind: str, row: str) -> None:
        """Adds a row, after writing the chunk that it does not fit into.

        Args:
            kind: Of object.
            row: The text of a JSON object, ASCII, without a line end.
        """
        size = len(row) + 1
        chunk = self._open.get(kind)
        if chunk is not None and (chunk.rows >= self._bounds.rows or chunk.bytes + size > self._bounds.bytes):
            self._write(kind)
            chunk = None
        if chunk is None:
            chunk = self._open[kind] = _OpenChunk()
        chunk.add(row, size)

    def finish(self) -> list[Chunk]:
        """Writes what is open; returns all chunks, by kind and number."""
        for kind in OBJECTS:
            if kind in self._open:
                self._write(kind)
        return sorted(self.chunks, key=lambda chunk: (OBJECTS.index(chunk.kind), chunk.key))

    def _write(self, kind: str) -> None:
        chunk = self._open.pop(kind)
        body = chunk.body()
        key = self._key_of(kind, self._numbers[kind])
        self._numbers[kind] += 1
        self.chunks.append(Chunk(kind, key, self._put(key, body), chunk.rows, len(body)))


class _OpenChunk:
    """A chunk that is filling.

    Args:
        rows: How many so far.
        bytes: Before they are compressed, so far.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.bytes = 0
        self._compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._lines: list[str] = []
        self._waiting = 0
        self._compressed: list[bytes] = []

    def add(self, row: str, size: int) -> None:
        self.rows += 1
        self.bytes += size
        self._lines.append(row)
        self._waiting += size
        if self._waiting >= _JOINED_BYTES:
            self._compress()

    def body(self) -> bytes:
        self._compress()
        self._compressed.append(self._compressor.flush())
        return b"".join(self._compressed)

    def _compress(self) -> None:
        if not self._lines:
            return
        self._lines.append("")  # the last line ends too
        self._compressed.append(self._compressor.compress("\n".join(self._lines).encode("ascii")))
        self._lines.clear()
        self._waiting = 0
