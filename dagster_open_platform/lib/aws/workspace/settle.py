"""Staging one snapshot, so that whoever reads finds it whole and once.

What belongs here: the order of what is written. What does not: which snapshots (``replicate.py``), what is in them
(``reading.py``).

First the chunks of the new generation, then the marker, at last the chunks that it does not name are deleted. Whoever kills
this in between leaves chunks that no marker names, which the next run deletes. A marker is written only over the one that
was seen before; so of two runs that stage the same snapshot at once, the later one notices, and looks again.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from dagster_open_platform.lib.aws.errors import ObjectChanged
from dagster_open_platform.lib.aws.workspace.chunks import Bounds, ChunkWriter
from dagster_open_platform.lib.aws.workspace.explode import Exploded, wrong_shape
from dagster_open_platform.lib.aws.workspace.layout import OBJECTS, Layout
from dagster_open_platform.lib.aws.workspace.ledger import Ledger, Listed, Marker
from dagster_open_platform.lib.aws.workspace.reading import SnapshotReader, Submit
from dagster_open_platform.lib.aws.workspace.snapshot import SnapshotFinder

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ObjectStore

_ATTEMPTS = 2


class Stopped(Exception):  # noqa: N818  # no error: somebody else has one
    """The run ends, and this snapshot with it."""


class Amounts:
    """How much is staged, by kind of object; small, since there is one a snapshot."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        self._numbers = array("q", bytes(8 * 3 * len(OBJECTS)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Amounts) and self._numbers == other._numbers

    __hash__ = None  # pyright: ignore[reportAssignmentType]  # amounts grow

    @staticmethod
    def of(marker: Marker) -> Amounts:
        """What a marker names."""
        found = Amounts()
        for chunk in marker.chunks:
            place = 3 * OBJECTS.index(chunk.kind)
            for offset, number in enumerate((chunk.rows, 1, chunk.bytes)):
                found._numbers[place + offset] += number
        return found

    def add(self, other: Amounts) -> None:
        """Adds what somebody else has."""
        for place, number in enumerate(other._numbers):
            self._numbers[place] += number

    @property
    def rows(self) -> dict[str, int]:
        """Rows of JSON."""
        return dict(zip(OBJECTS, self._numbers[0::3], strict=True))

    @property
    def chunks(self) -> dict[str, int]:
        """Objects in the store."""
        return dict(zip(OBJECTS, self._numbers[1::3], strict=True))

    @property
    def bytes(self) -> dict[str, int]:
        """Of these objects, compressed."""
        return dict(zip(OBJECTS, self._numbers[2::3], strict=True))


@dataclass(frozen=True, slots=True)
class Settled:
    """A snapshot that is staged.

    Args:
        fingerprint: What a listing says of it now, see ``Listed.fingerprint``.
        amounts: Of it.
        is_new: Whether it was staged just now; otherwise it was before.
    """

    fingerprint: str
    amounts: Amounts
    is_new: bool


class Settler:
    """Stages snapshots. May be used by several threads at once.

    Args:
        store: Where they are.
        layout: Their keys.
        submit: Runs a function in another thread.
        bounds: Of chunks and of what is read at once.
    """

    def __init__(self, store: ObjectStore, layout: Layout, submit: Submit, bounds: Bounds) -> None:
        self.stop = threading.Event()
        self._store, self._layout, self._bounds = store, layout, bounds
        self._ledger = Ledger(store, layout)
        self._finder = SnapshotFinder(store, layout.bucket)
        self._reader = SnapshotReader(store, layout.bucket, submit, bounds.whole_bytes)

    def settle(self, listed: Listed) -> Settled:
        """Stages a snapshot, unless it is.

        Args:
            listed: What is known of it; if that turns out to be no longer so, it is looked at again, once.

        Raises:
            ObjectChanged: It was replaced again while it was read again.
            PermanentFailure, RetryableFailure: Of ``errors.py``, here and of the object store.
        """
        for attempt in range(_ATTEMPTS):
            try:
                return self._settle(listed)
            except ObjectChanged:
                again = self._ledger.look_again(listed.snapshot)
                if again is None or attempt + 1 == _ATTEMPTS:
                    raise
                listed = again
        raise AssertionError("the last attempt returns or raises")

    def _settle(self, listed: Listed) -> Settled:
        marker = self._ledger.marker(listed)
        if marker is None or not listed.is_current(marker) or not listed.has_chunks(marker):
            return self._stage(listed, marker)
        if listed.is_settled(marker):
            return Settled(listed.fingerprint(), Amounts.of(marker), is_new=False)
        # Chunks of a run that was killed. The marker is written again first: a run that is about to name some of them saw
        # the old one, and will notice.
        return self._mark(listed, replace(marker, revision=marker.revision + 1), is_new=False)

    def _stage(self, listed: Listed, before: Marker | None) -> Settled:
        snapshot = self._finder.find(listed.root, listed.raw, listed.snapshot)
        generation = snapshot.generation
        writer = ChunkWriter(
            lambda kind, number: self._layout.chunk(kind, listed.snapshot, generation, number),
            partial(self._store.put_object, self._layout.bucket),
            self._bounds,
        )
        self._write(self._reader.rows(snapshot), writer, listed)
        revision = before.revision + 1 if before else 1
        marker = Marker(generation, snapshot.sources, tuple(writer.finish()), revision=revision)
        return self._mark(listed, marker, is_new=True)

    def _write(self, rows: Exploded, writer: ChunkWriter, listed: Listed) -> None:
        try:
            for kind, row in rows:
                if self.stop.is_set():
                    raise Stopped
                writer.add(kind, row)
        except (ValueError, RecursionError) as error:
            # A number beyond all bounds, or nesting beyond Python's: readable, and not writable.
            source = f"s3://{self._layout.bucket}/{listed.root.key}"
            raise wrong_shape(
                source, "", f"or in its parts there is a value that is no JSON ({error})"
            ) from None

    def _mark(self, listed: Listed, marker: Marker, *, is_new: bool) -> Settled:
        key = self._layout.marker(listed.snapshot)
        etag = self._store.put_object(self._layout.bucket, key, marker.body(), expected=listed.marker_etag)
        staged: Mapping[str, str] = marker.staged
        self._store.delete_objects(
            self._layout.bucket, [other for other in listed.staged if other not in staged]
        )
        return Settled(listed.fingerprint(staged, etag), Amounts.of(marker), is_new=is_new)
