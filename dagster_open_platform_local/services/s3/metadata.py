"""What an object has beside its bytes: headers that its writer gave it, and an ETag that is not simply its MD5.

What belongs here: the file beside an object. What does not: which headers those are (`objects.py`).

The file of bytes is renamed into place, and its metadata must change in the same moment. So metadata are written first,
for the new version beside the present one, and each is found by the version it belongs to. Most objects have none, and no
file either: an object that somebody else puts into the directory is as good as any.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Version:
    """Tells one version of a file from the next.

    Args:
        inode: Of the file.
        modified_ns: When its content was complete, in nanoseconds since 1970 (UTC).
        size: In bytes.
    """

    inode: int
    modified_ns: int
    size: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Version":
        """The version that `os.stat` saw."""
        return cls(status.st_ino, status.st_mtime_ns, status.st_size)

    @property
    def name(self) -> str:
        """Also true of a copy of the directory, whose inodes are others."""
        return f"{self.modified_ns}-{self.size}"


@dataclass(frozen=True)
class Metadata:
    """What an object has beside its bytes.

    Args:
        headers: Lower-case names to values, as they are answered.
        etag: Without quotation marks; None: the MD5 of the bytes.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None


NOTHING = Metadata()


def read_metadata(path: str, version: Version) -> Metadata:
    """The metadata of one version.

    Args:
        path: Of the file of metadata; need not exist.
        version: Of the object.
    """
    found = _read(path).get(version.name)
    return Metadata(found["headers"], found["etag"]) if found else NOTHING


def with_metadata(path: str, metadata: Metadata, version: Version, present: Version | None) -> bytes:
    """What a file of metadata shall hold when a version is about to replace the present one.

    Args:
        path: Of the file of metadata; need not exist.
        metadata: Of the new version.
        version: The new one.
        present: Keeps what it has; None: there is none.
    """
    known = _read(path)
    kept = {present.name: known[present.name]} if present is not None and present.name in known else {}
    content = {**kept, version.name: {"headers": dict(metadata.headers), "etag": metadata.etag}}
    return json.dumps(content).encode()


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a Path costs as much as the system call, for each request
            return json.load(file)
    except FileNotFoundError:
        return {}
