"""Which objects make a snapshot.

What belongs here: the two formats, and the manifest. What does not: the rows (``reading.py``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagster_open_platform.lib.aws.workspace.documents import (
    missing_part,
    parsed_object,
    require_organization,
    require_version,
    text_of,
)
from dagster_open_platform.lib.aws.workspace.errors import ForeignPart
from dagster_open_platform.lib.aws.workspace.explode import kind_of, wrong_shape
from dagster_open_platform.lib.aws.workspace.layout import BLOB, MANIFEST, SnapshotId

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ObjectInfo, ObjectStore

FORMAT = 1
"""Raise it when the same snapshot gives other rows: what was staged before is then no longer current."""


@dataclass(frozen=True)
class Part:
    """An object of a snapshot.

    Args:
        found: What a listing said of it.
        is_compressed: Whether its bytes are a zlib stream.
    """

    found: ObjectInfo
    is_compressed: bool = False


@dataclass(frozen=True)
class Snapshot:
    """What a snapshot is made of.

    Args:
        id: Whose, and of which day.
        version: Of its format.
        root: The object that was read first.
        snapshot_at: When it was made; None where only its blob says so.
        parts: One code location each; of a legacy snapshot the blob alone.
    """

    id: SnapshotId
    version: int
    root: ObjectInfo
    snapshot_at: str | None
    parts: Sequence[Part]

    @property
    def sources(self) -> dict[str, str]:
        """The ETags of all that was read, by key."""
        found = [self.root, *(part.found for part in self.parts)]
        return {info.key: info.etag for info in sorted(found, key=lambda info: info.key)}

    @property
    def generation(self) -> str:
        """Names the bytes that were read: the same sources, the same name."""
        text = json.dumps([FORMAT, self.sources], separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def root_of(listing: Mapping[str, ObjectInfo], snapshot: SnapshotId) -> ObjectInfo | None:
    """The object with which a snapshot begins; None while it is not complete: an agent writes the manifest last.

    Of an agent that changed its version on the day there are both; the later one counts, and the manifest if they are of
    one second.

    Args:
        listing: What lies in the snapshot's folder, by key.
        snapshot: Which.
    """
    roots = [listing.get(f"{snapshot.folder}{name}") for name in (MANIFEST, BLOB)]
    return max((root for root in roots if root), key=lambda root: root.modified, default=None)


class SnapshotFinder:
    """Reads manifests.

    Args:
        store: Where they are.
        bucket: Likewise.
    """

    def __init__(self, store: ObjectStore, bucket: str) -> None:
        self._store, self._bucket = store, bucket

    def find(self, root: ObjectInfo, listing: Mapping[str, ObjectInfo], snapshot: SnapshotId) -> Snapshot:
        """What a snapshot is made of.

        Args:
            root: See ``root_of``.
            listing: What lies in its folder, by key.
            snapshot: Which.

        Raises:
            InvalidSnapshot, UnsupportedVersion, MissingPart, ForeignPart: Of its manifest.
            ObjectChanged: The manifest was replaced.
        """
        if not root.key.endswith(f"/{MANIFEST}"):
            return Snapshot(snapshot, 1, root, None, (Part(root),))
        source = f"s3://{self._bucket}/{root.key}"
        body, _ = self._store.get_object(self._bucket, root.key, if_match=root.etag)
        manifest = parsed_object(body, source)
        require_version(manifest, 2, source)
        require_organization(manifest, snapshot, source)
        entries = manifest.get("parts")
        if not isinstance(entries, list):
            raise wrong_shape(source, "/parts", f"there is {kind_of(entries)}, not a list")
        parts = [self._part(entry, index, listing, snapshot, source) for index, entry in enumerate(entries)]
        if len({part.found.key for part in parts}) < len(parts):
            raise wrong_shape(source, "/parts", "a key is there twice")
        return Snapshot(snapshot, 2, root, text_of(manifest, "snapshot_at"), parts)

    def _part(
        self, entry: Any, index: int, listing: Mapping[str, ObjectInfo], snapshot: SnapshotId, source: str
    ) -> Part:
        key = entry.get("key") if isinstance(entry, dict) else None
        encoding = entry.get("encoding", "identity") if isinstance(entry, dict) else None
        if not isinstance(key, str) or encoding not in ("identity", "zlib"):
            raise wrong_shape(source, f"/parts/{index}", "there is no part with a key and a known encoding")
        if not snapshot.owns(key):
            raise ForeignPart(
                f"{source} names {key} as a part (/parts/{index}), which is none of {snapshot.organization}'s. Its owner has to"
                " send it again."
            )
        found = listing.get(key) or self._store.head_object(self._bucket, key)
        if found is None:
            raise missing_part(key, source)
        return Part(found, is_compressed=encoding == "zlib")
