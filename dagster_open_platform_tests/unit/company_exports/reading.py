"""How the tests read the buckets: with plain Python, as somebody who knows the formats and nothing of how they are made.

What belongs here: parsing, and a replica kept from change files. What does not: expectations.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dagster_open_platform_local.company.exports.objects import Objects, StoredObject
from dagster_open_platform_local.company.settings import CompanySettings

Row = dict[str, Any]
Maker = Callable[[CompanySettings, date], Objects]


def days(first: date, end: date) -> Iterator[date]:
    """Each day from the first one to the one before the end."""
    for offset in range((end - first).days):
        yield first + timedelta(days=offset)


def bucket(maker: Maker, settings: CompanySettings, first: date, end: date) -> dict[str, bytes]:
    """What lies in an export's bucket after some days, by key; what comes later replaces what was there."""
    return {found.key: found.body for day in days(first, end) for found in maker(settings, day)}


def parquet(body: bytes) -> pa.Table:
    """A Parquet file."""
    return pq.read_table(pa.BufferReader(body))


def lines(body: bytes) -> list[Row]:
    """JSON lines, compressed or not."""
    text = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    assert text.endswith(b"\n")
    return [json.loads(line) for line in text.decode().split("\n")[:-1]]


def instant(text: str) -> datetime:
    """A moment in ISO 8601 with its time zone."""
    found = datetime.fromisoformat(text)
    assert found.utcoffset() == timedelta(0), text
    return found


def midnight(day: date) -> datetime:
    """00:00 UTC of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def snapshot(found: Mapping[str, bytes], prefix: str) -> Row:
    """A workspace snapshot in one piece, whichever format it has.

    Args:
        found: Objects by key.
        prefix: Of the snapshot, with a slash at its end.
    """
    if f"{prefix}workspace.json" in found:
        return json.loads(found[f"{prefix}workspace.json"])
    manifest = json.loads(found[f"{prefix}manifest.json"])
    parts: list[Row] = []
    heads: list[Row] = []
    for part in manifest["parts"]:
        body = found[part["key"]]
        assert len(body) == part["bytes"]
        assert part["key"].endswith(".json.z") == (part["encoding"] == "zlib")
        content = json.loads(zlib.decompress(body) if part["encoding"] == "zlib" else body)
        heads.append({name: content.pop(name) for name in ("organization", "deployment", "snapshot_at")})
        parts.append(content)
    assert all(head == heads[0] for head in heads)
    assert {name: manifest[name] for name in ("organization", "snapshot_at")}.items() <= heads[0].items()
    return {"version": 1, **heads[0], "code_locations": parts}


class Replica:
    """Tables kept from change files, by applying every change once, in the order of their sequence.

    Args:
        objects: All files of all tables, in any order.
    """

    def __init__(self, objects: Iterable[StoredObject]) -> None:
        self.repeated = 0
        self.loads: dict[str, list[Row]] = {}
        self.changes: dict[str, dict[int, Row]] = {}
        for found in objects:
            name = found.key.split("/")[2]
            rows = parquet(found.body).to_pylist()
            if found.key.endswith("/LOAD00000001.parquet"):
                self.loads[name] = rows
                continue
            known = self.changes.setdefault(name, {})
            for row in rows:
                self.repeated += row["dms_sequence"] in known
                assert known.setdefault(row["dms_sequence"], row) == row

    def tables(self) -> dict[str, dict[int, Row]]:
        """The live rows of each table by id."""
        return {name: self._replayed(name) for name in self.loads}

    def _replayed(self, name: str) -> dict[int, Row]:
        live: dict[int, Row] = {}
        changes = self.changes.get(name, {})
        for change in [*self.loads[name], *(changes[number] for number in sorted(changes))]:
            row = {column: value for column, value in change.items() if column not in _OWN}
            key = row["id"]
            # An insert of a row that is there, or a change of one that is not, is a change too many or too few.
            assert (key in live) == (change["Op"] != "I"), (name, change)
            if change["Op"] == "D":
                assert {column for column, value in row.items() if value is not None} == {"id"}
                del live[key]
            else:
                live[key] = row
        return live


_OWN = ("Op", "dms_sequence", "dms_committed_at")
