"""Reading staged chunks again, to compare them with what their markers say.

What belongs here: counting. What does not: what is made of a difference (a check in ``defs/``).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagster_open_platform.lib.aws.errors import MissingObject, ObjectChanged
from dagster_open_platform.lib.aws.workspace.layout import Layout
from dagster_open_platform.lib.aws.workspace.ledger import Ledger, Listed

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ByteStream, ObjectStore
    from dagster_open_platform.lib.aws.workspace.chunks import Chunk

_READ_BYTES = 256 * 1024
_GZIP = 16 + zlib.MAX_WBITS


@dataclass
class Audited:
    """What was found in the chunks of a kind of objects.

    Args:
        rows: In all of them.
        chunks: How many there are.
        problems: Each names its chunk.
    """

    rows: int = 0
    chunks: int = 0
    problems: list[str] = field(default_factory=list)


def audit(store: ObjectStore, layout: Layout, day: str, kinds: Sequence[str]) -> dict[str, Audited]:
    """Counts the rows of a day.

    Args:
        store: Where they are.
        layout: Their keys.
        day: Which.
        kinds: Of objects.

    Raises:
        PermanentFailure, RetryableFailure: Of the store.
    """
    found = {kind: Audited() for kind in kinds}
    ledger = Ledger(store, layout)
    for listed in ledger.listed(day, day):
        marker = ledger.marker(listed)
        for chunk in marker.chunks if marker else ():
            if chunk.kind in found:
                _count(store, layout, chunk, listed, found[chunk.kind])
        _name_strays(layout, listed, marker.staged if marker else {}, found)
    return found


def _count(store: ObjectStore, layout: Layout, chunk: Chunk, listed: Listed, found: Audited) -> None:
    found.chunks += 1
    rows = 0
    organization = listed.snapshot.organization
    try:
        with store.open_object(layout.bucket, chunk.key) as stream:
            for line in _lines(stream):
                rows += 1
                if json.loads(line).get("organization") != organization:
                    found.problems.append(
                        f"{chunk.key} has a row of another organization than {organization}."
                    )
                    break
    except (MissingObject, ObjectChanged, zlib.error, ValueError) as error:
        found.problems.append(f"{chunk.key} cannot be read: {error}")
        return
    found.rows += rows
    if rows != chunk.rows:
        found.problems.append(f"{chunk.key} has {rows:,} rows, its marker says {chunk.rows:,}.")


def _lines(stream: ByteStream) -> Iterator[bytes]:
    inflate = zlib.decompressobj(_GZIP)
    rest = b""
    while data := stream.read(_READ_BYTES):
        lines = (rest + inflate.decompress(data)).split(b"\n")
        rest = lines.pop()
        yield from lines
    if rest or not inflate.eof:
        raise ValueError("it breaks off")


def _name_strays(layout: Layout, listed: Listed, staged: dict[str, str], found: dict[str, Audited]) -> None:
    for key in listed.staged:
        kind = key.removeprefix(f"{layout.staging}/").partition("/")[0]
        if key not in staged and kind in found:
            found[kind].problems.append(f"{key} belongs to no marker, so its rows are there twice.")
