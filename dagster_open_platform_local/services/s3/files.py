"""One version of an object as an open file: to be read, or to be written.

What belongs here: bytes in one file. What does not: where files are, and when one takes the place of another (`store.py`).
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from dagster_open_platform_local.services.s3.metadata import Version

CHUNK_BYTES = 1 << 18
"""How much of an object is in memory at a time."""


@dataclass(frozen=True)
class ObjectInfo:
    """One version of an object.

    Args:
        version: Its size and the moment of its last change.
        etag: Without quotation marks.
        headers: What its writer gave it.
    """

    version: Version
    etag: str
    headers: Mapping[str, str]


class OpenObject:
    """One version of an object, to be read; a context manager. Later versions do not change it.

    Args:
        descriptor: Of its file.
        info: What it is.
    """

    def __init__(self, descriptor: int, info: ObjectInfo) -> None:
        self.info = info
        self._descriptor = descriptor

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def read(self, start: int, length: int) -> bytes:
        """Bytes from a position on; fewer at the end."""
        return os.pread(self._descriptor, length, start)

    def close(self) -> None:
        """Close it; nothing more can be read."""
        os.close(self._descriptor)


class Draft:
    """Bytes on their way to become an object.

    Args:
        path: Of the file, which is made.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.size = 0
        self._open = True
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)

    @property
    def md5(self) -> bytes:
        """Of the bytes so far."""
        return self._md5.digest()

    def write(self, chunk: bytes | memoryview) -> None:
        """Append bytes."""
        rest = memoryview(chunk)
        self._md5.update(rest)
        self.size += len(rest)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def finish(self, modified_ns: int) -> Version:
        """Close the file.

        Args:
            modified_ns: When it was complete, in nanoseconds since 1970 (UTC).
        """
        os.utime(self._descriptor, ns=(modified_ns, modified_ns))
        version = Version.of(os.fstat(self._descriptor))
        self._close()
        return version

    def discard(self) -> None:
        """Remove what was not published; nothing happens if it was."""
        self._close()
        Path(self.path).unlink(missing_ok=True)

    def _close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._descriptor)


def md5_of(descriptor: int, size: int) -> str:
    """The MD5 of an open file of a size in bytes."""
    digest = hashlib.md5(usedforsecurity=False)
    for start in range(0, size, CHUNK_BYTES):
        digest.update(os.pread(descriptor, CHUNK_BYTES, start))
    return digest.hexdigest()
