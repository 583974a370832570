"""From the objects of a snapshot to its rows.

What belongs here: getting the bytes, and how much of them is in memory. What does not: which objects they are
(``snapshot.py``), the shape of code locations (``explode.py``), what becomes of the rows (``replicate.py``).

Every object is read on condition that it is the one that was listed, so that a snapshot that is replaced meanwhile is never
mixed with its predecessor.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeAlias

from dagster_open_platform.lib.aws.errors import MissingObject
from dagster_open_platform.lib.aws.workspace.documents import (
    missing_part,
    parsed_object,
    require_organization,
    require_version,
    text_of,
)
from dagster_open_platform.lib.aws.workspace.explode import (
    Exploded,
    Origin,
    kind_of,
    location_rows,
    workspace_row,
)
from dagster_open_platform.lib.aws.workspace.inflating import InflatedStream, inflated
from dagster_open_platform.lib.aws.workspace.layout import WORKSPACES
from dagster_open_platform.lib.aws.workspace.snapshot import Part, Snapshot
from dagster_open_platform.lib.aws.workspace.streaming import LargeJson, Opened

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ByteStream, ObjectInfo, ObjectStore

READ_AHEAD = 4
"""Parts of a snapshot that are fetched while an earlier one is exploded."""
Submit: TypeAlias = Callable[..., "Future[Any]"]


class SnapshotReader:
    """Reads snapshots.

    Args:
        store: Where they are.
        bucket: Likewise.
        submit: Runs a function in another thread.
        whole_bytes: What is larger, compressed or not, is read as a stream.
    """

    def __init__(self, store: ObjectStore, bucket: str, submit: Submit, whole_bytes: int) -> None:
        self._store, self._bucket, self._submit = store, bucket, submit
        self._whole_bytes = whole_bytes

    def rows(self, snapshot: Snapshot) -> Exploded:
        """All rows of a snapshot.

        Raises:
            InvalidSnapshot, InvalidCompression, UnsupportedVersion, MissingPart: Of what is read.
            ObjectChanged: An object was replaced.
        """
        locations = 0
        whole = self._origin(snapshot, snapshot.root, {}) if snapshot.version > 1 else None
        for part, body in self._fetched(snapshot):
            document = self._document(snapshot, part, body)
            # Which deployment it is, a manifest leaves to its parts.
            whole = document.origin if locations == 0 else whole
            locations += document.locations
            yield from document.rows
        if whole is not None:
            whole = replace(whole, source_key=snapshot.root.key)
            yield WORKSPACES, workspace_row(whole, snapshot.version, locations)

    def _document(self, snapshot: Snapshot, part: Part, body: bytes | None) -> _Document:
        source, is_part = self._source(part.found.key), snapshot.version > 1
        if body is not None and part.is_compressed:
            body = inflated(body, self._whole_bytes, source)
        if body is None:
            large = LargeJson(self._opened(snapshot, part), source, is_part=is_part)
            found = large.outline()
            origin = self._origin(snapshot, part.found, found.values)
            if not is_part and not found.has_list:
                raise origin.invalid("/code_locations", "there is nothing, not a list")
            return _Document(origin, 1 if is_part else len(found.children), large.rows(found, origin))
        values = parsed_object(body, source)
        origin = self._origin(snapshot, part.found, values)
        if is_part:
            return _Document(origin, 1, location_rows(values, origin))
        locations = values.get("code_locations")
        if not isinstance(locations, list):
            raise origin.invalid("/code_locations", f"there is {kind_of(locations)}, not a list")
        rows = (
            location_rows(location, origin, f"/code_locations/{index}")
            for index, location in enumerate(locations)
        )
        return _Document(origin, len(locations), chain.from_iterable(rows))

    def _origin(self, snapshot: Snapshot, found: ObjectInfo, values: Mapping[str, Any]) -> Origin:
        source = self._source(found.key)
        if snapshot.version == 1:
            require_version(values, 1, source)
        require_organization(values, snapshot.id, source)
        return Origin(
            organization=snapshot.id.organization,
            deployment=text_of(values, "deployment"),
            snapshot_at=snapshot.snapshot_at or text_of(values, "snapshot_at"),
            source=source,
            source_key=found.key,
        )

    def _fetched(self, snapshot: Snapshot) -> Iterator[tuple[Part, bytes | None]]:
        """Each part with its bytes, or None if they are too many; the next ones are fetched meanwhile."""
        remaining = iter(snapshot.parts)
        waiting: deque[tuple[Part, Future[Any] | None]] = deque()
        try:
            while True:
                for part in islice(remaining, READ_AHEAD - len(waiting)):
                    is_small = part.found.size <= self._whole_bytes
                    waiting.append((part, self._submit(self._get, snapshot, part) if is_small else None))
                if not waiting:
                    return
                part, future = waiting.popleft()
                yield part, None if future is None else future.result()
        finally:
            for _, future in waiting:
                if future is not None:
                    future.cancel()

    def _get(self, snapshot: Snapshot, part: Part) -> bytes:
        try:
            return self._store.get_object(self._bucket, part.found.key, if_match=part.found.etag)[0]
        except MissingObject:
            raise missing_part(part.found.key, self._source(snapshot.root.key)) from None

    def _opened(self, snapshot: Snapshot, part: Part) -> Opened:
        source = self._source(part.found.key)

        @contextmanager
        def opened() -> Iterator[ByteStream]:
            with ExitStack() as stack:
                try:
                    stream = stack.enter_context(
                        self._store.open_object(self._bucket, part.found.key, if_match=part.found.etag)
                    )
                except MissingObject:
                    raise missing_part(part.found.key, self._source(snapshot.root.key)) from None
                yield InflatedStream(stream, source) if part.is_compressed else stream

        return opened

    def _source(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"


@dataclass(frozen=True)
class _Document:
    """What an object gave.

    Args:
        origin: Of its rows.
        locations: How many code locations it has.
        rows: Of them.
    """

    origin: Origin
    locations: int
    rows: Exploded
