"""Which snapshots there are, and what of them is staged.

What belongs here: markers and listings, and what follows from them. What does not: reading snapshots, writing chunks.

A snapshot is *current* when its marker names the ETags that its objects have now, and *settled* when besides exactly the
chunks that the marker names are there. The marker is one object, so a snapshot is replaced at one moment.

Listings are read side by side, in their common order and a page at a time, so that a hundred thousand snapshots take the
memory of a few.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from dagster_open_platform.lib.aws.errors import MissingObject, ObjectChanged
from dagster_open_platform.lib.aws.protocol import ABSENT
from dagster_open_platform.lib.aws.workspace.chunks import Chunk
from dagster_open_platform.lib.aws.workspace.layout import OBJECTS, RAW, Layout, SnapshotId
from dagster_open_platform.lib.aws.workspace.snapshot import FORMAT, root_of

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ObjectInfo, ObjectStore

Infos = dict[str, "ObjectInfo"]


@dataclass(frozen=True)
class Marker:
    """What is staged of a snapshot.

    Args:
        generation: In the names of its chunks.
        sources: ETags of what was read, by key.
        chunks: All of them.
        format: Of the rows, see ``snapshot.FORMAT``.
        revision: Grows with every writing, so that whoever looked before notices.
    """

    generation: str
    sources: Mapping[str, str]
    chunks: tuple[Chunk, ...]
    format: int = FORMAT
    revision: int = 1

    @property
    def staged(self) -> dict[str, str]:
        """ETags of its chunks, by key."""
        return {chunk.key: chunk.etag for chunk in self.chunks}

    @property
    def rows(self) -> Counter[str]:
        """How many rows of each kind of object."""
        found: Counter[str] = Counter()
        for chunk in self.chunks:
            found[chunk.kind] += chunk.rows
        return found

    def body(self) -> bytes:
        """Its JSON."""
        values = {**asdict(self), "rows": self.rows}
        return json.dumps(values, separators=(",", ":")).encode()

    @staticmethod
    def parse(body: bytes) -> Marker | None:
        """From its JSON; None if it is none of ours, and so tells nothing."""
        try:
            values = json.loads(body)
            return Marker(
                generation=values["generation"],
                sources=dict(values["sources"]),
                chunks=tuple(Chunk(**chunk) for chunk in values["chunks"]),
                format=values["format"],
                revision=values["revision"],
            )
        except (ValueError, TypeError, KeyError):
            return None


@dataclass(frozen=True)
class Listed:
    """A snapshot as listings tell of it.

    Args:
        snapshot: Which.
        root: See ``snapshot.root_of``.
        raw: What lies in its folder, by key.
        staged: ETags of the chunks that are there, by key.
        marker_etag: Of its marker; ``ABSENT`` if there is none.
    """

    snapshot: SnapshotId
    root: ObjectInfo
    raw: Mapping[str, ObjectInfo]
    staged: Mapping[str, str]
    marker_etag: str

    def is_current(self, marker: Marker) -> bool:
        """Whether a marker's sources are what lies there now. Those of other days are taken for unchanged."""
        own = {key: etag for key, etag in marker.sources.items() if key.startswith(self.snapshot.folder)}
        return (
            marker.format == FORMAT
            and self.root.key in own
            and all(key in self.raw and self.raw[key].etag == etag for key, etag in own.items())
        )

    def has_chunks(self, marker: Marker) -> bool:
        """Whether all chunks that a marker names are there."""
        return marker.staged.items() <= self.staged.items()

    def is_settled(self, marker: Marker) -> bool:
        """Whether a marker is current, and the chunks that it names are all that is there."""
        return self.is_current(marker) and marker.staged == self.staged

    def fingerprint(self, staged: Mapping[str, str] | None = None, marker_etag: str | None = None) -> str:
        """Names all that is known of it, so that two looks can be compared.

        Args:
            staged: In place of what is staged.
            marker_etag: In place of the marker's ETag.
        """
        raw = sorted((key, info.etag) for key, info in self.raw.items())
        known = [raw, sorted((staged or self.staged).items()), marker_etag or self.marker_etag]
        return hashlib.sha256(json.dumps(known).encode()).hexdigest()


class Ledger:
    """Looks at what there is.

    Args:
        store: Where.
        layout: Its keys.
    """

    def __init__(self, store: ObjectStore, layout: Layout) -> None:
        self._store, self._layout = store, layout

    def listed(self, first: str, last: str, organizations: Collection[str] = ()) -> Iterator[Listed]:
        """The snapshots of some days, in the order of their folders.

        Args:
            first: Day.
            last: Day, included.
            organizations: Only these; empty: all.
        """
        chunks = [_Aligned(self._folders(self._layout.chunks(kind), first, last)) for kind in OBJECTS]
        markers = _Days(self._marker_etags(first, last))
        for snapshot, raw in self._folders(RAW, first, last):
            if organizations and snapshot.organization not in organizations:
                continue
            root = root_of(raw, snapshot)
            if root is None:
                continue
            staged = {key: info.etag for found in chunks for key, info in found.at(snapshot).items()}
            yield Listed(snapshot, root, raw, staged, markers.at(snapshot))

    def look_again(self, snapshot: SnapshotId) -> Listed | None:
        """One snapshot as it is now; None if it is gone."""
        bucket, store = self._layout.bucket, self._store
        marker = store.head_object(bucket, self._layout.marker(snapshot))
        raw = {info.key: info for info in store.list_objects(bucket, snapshot.folder)}
        root = root_of(raw, snapshot)
        folders = [f"{self._layout.chunks(kind)}{snapshot.day}/{snapshot.organization}/" for kind in OBJECTS]
        staged = {info.key: info.etag for folder in folders for info in store.list_objects(bucket, folder)}
        etag = marker.etag if marker else ABSENT
        return Listed(snapshot, root, raw, staged, etag) if root else None

    def marker(self, listed: Listed) -> Marker | None:
        """The marker of a snapshot.

        Raises:
            ObjectChanged: It is not the one that was listed.
        """
        if listed.marker_etag == ABSENT:
            return None
        key = self._layout.marker(listed.snapshot)
        try:
            body, _ = self._store.get_object(self._layout.bucket, key, if_match=listed.marker_etag)
        except MissingObject:
            raise ObjectChanged(
                f"The marker s3://{self._layout.bucket}/{key} was deleted meanwhile. Run it again."
            ) from None
        return Marker.parse(body)

    def _folders(self, prefix: str, first: str, last: str) -> Iterator[tuple[SnapshotId, Infos]]:
        """What lies in each `<prefix><day>/<organization>/`, in order."""
        for snapshot, found in groupby(self._between(prefix, first, last), lambda pair: pair[0]):
            yield snapshot, {info.key: info for _, info in found}

    def _between(self, prefix: str, first: str, last: str) -> Iterator[tuple[SnapshotId, ObjectInfo]]:
        for info in self._store.list_objects(self._layout.bucket, prefix, start_after=f"{prefix}{first}"):
            day, _, rest = info.key.removeprefix(prefix).partition("/")
            if day > last:
                return
            organization, slash, _ = rest.partition("/")
            if slash and organization:
                yield SnapshotId(day, organization), info

    def _marker_etags(self, first: str, last: str) -> Iterator[tuple[str, str, str]]:
        prefix = self._layout.markers
        for info in self._store.list_objects(self._layout.bucket, prefix, start_after=f"{prefix}{first}"):
            day, _, rest = info.key.removeprefix(prefix).partition("/")
            if day > last:
                return
            yield day, rest.removesuffix(".json"), info.etag


class _Aligned:
    """A listing that is read along another one.

    Args:
        folders: In their order.
    """

    def __init__(self, folders: Iterator[tuple[SnapshotId, Infos]]) -> None:
        self._folders = folders
        self._next = next(folders, None)

    def at(self, snapshot: SnapshotId) -> Infos:
        """What it has of a snapshot, which comes after the one that was asked for last."""
        while self._next is not None and self._next[0].order < snapshot.order:
            self._next = next(self._folders, None)
        if self._next is None or self._next[0] != snapshot:
            return {}
        return self._next[1]


class _Days:
    """The markers' listing, read along another one by the day: its order within a day is another.

    Args:
        etags: Day, organization and ETag, by the day.
    """

    def __init__(self, etags: Iterator[tuple[str, str, str]]) -> None:
        self._days = groupby(etags, lambda found: found[0])
        self._day = ""
        self._etags: dict[str, str] = {}

    def at(self, snapshot: SnapshotId) -> str:
        """The ETag of a snapshot's marker, or ``ABSENT``."""
        while self._day < snapshot.day:
            self._day, found = next(self._days, ("9999-99-99", iter(())))
            self._etags = {organization: etag for _, organization, etag in found}
        return self._etags.get(snapshot.organization, ABSENT) if self._day == snapshot.day else ABSENT
