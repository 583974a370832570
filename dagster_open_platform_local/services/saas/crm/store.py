"""What was written into the CRM, kept in a file that survives the process.

What belongs here: the SQLite file. What does not: whether a value may be written (`rules.py`), and where it shows (`overlay.py`,
`records.py`).

A write is one transaction: after `kill -9` all of a batch is there or nothing of it.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dagster_open_platform_local.services.saas.crm.objects import CrmObject

STORE_FILE = "crm.sqlite"
_SECONDS = 30.0
_TABLES = """
CREATE TABLE IF NOT EXISTS written (
    vendor TEXT, object TEXT, record TEXT, field TEXT, value TEXT, moment TEXT,
    PRIMARY KEY (vendor, object, record, field)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT, object TEXT, record TEXT, field TEXT, old TEXT, new TEXT, moment TEXT
);
"""

Values = Mapping[str, Any]
"""What JSON can hold, by the field's column in Fivetran's table; moments and dates as text in ISO 8601."""


@dataclass(frozen=True)
class FieldChange:
    """A change of a field whose history is kept.

    Args:
        id: Greater than those of earlier changes.
        record: Its id.
        field: The column in Fivetran's table.
        old: None: it had no value.
        new: None: it has none.
        moment: When; aware, in UTC.
    """

    id: int
    record: str
    field: str
    old: Any
    new: Any
    moment: datetime


@dataclass(frozen=True)
class Written:
    """What was written into a record.

    Args:
        values: By column; None: the value was taken away.
        moment: When the record was last changed; aware, in UTC.
    """

    values: Values
    moment: datetime


class CrmStore:
    """The file.

    Args:
        directory: Of the company; the file is made if it is missing.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / STORE_FILE
        with self._open() as connection:
            # Readers do not wait for a writer.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_TABLES)

    def write(self, thing: CrmObject, records: Mapping[str, Values], now: datetime) -> int:
        """Write values into records, in one transaction.

        Args:
            thing: What kind of records.
            records: Accepted values by record id and column. Those of other columns stay.
            now: The present moment; aware, in UTC. A write counts as later than all before, to the millisecond.

        Returns:
            How many records differ from before.
        """
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            moment = _after(connection, now).isoformat(timespec="milliseconds")
            changed = 0
            for record, values in records.items():
                before = _values(connection, thing, record)
                differing = {
                    field: value
                    for field, value in values.items()
                    if field not in before or before[field] != value
                }
                _write_record(connection, thing, record, differing, moment)
                _note_changes(connection, thing, record, before, differing, moment)
                changed += bool(differing)
            connection.commit()
        return changed

    def written(self, thing: CrmObject) -> dict[str, Written]:
        """Everything that was written into one kind of records, by record id."""
        found: dict[str, tuple[dict[str, Any], str]] = {}
        with self._open() as connection:
            for record, field, value, moment in connection.execute(
                "SELECT record, field, value, moment FROM written WHERE vendor = ? AND object = ?",
                (thing.vendor, thing.name),
            ):
                values, last = found.setdefault(record, ({}, moment))
                values[field] = json.loads(value)
                found[record] = (values, max(last, moment))
        return {
            record: Written(values, datetime.fromisoformat(last)) for record, (values, last) in found.items()
        }

    def written_into(self, thing: CrmObject, record: str) -> Written | None:
        """What was written into a record; None: nothing."""
        with self._open() as connection:
            values = _values(connection, thing, record)
            (moment,) = connection.execute(
                "SELECT max(moment) FROM written WHERE vendor = ? AND object = ? AND record = ?",
                (thing.vendor, thing.name, record),
            ).fetchone()
        return None if moment is None else Written(values, datetime.fromisoformat(moment))

    def changes(self, thing: CrmObject) -> list[FieldChange]:
        """The changes of fields whose history is kept, oldest first."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT id, record, field, old, new, moment FROM changes WHERE vendor = ? AND object = ? ORDER BY id",
                (thing.vendor, thing.name),
            ).fetchall()
        return [
            FieldChange(
                number, record, field, json.loads(old), json.loads(new), datetime.fromisoformat(moment)
            )
            for number, record, field, old, new, moment in rows
        ]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=_SECONDS, isolation_level=None)) as connection:
            # What is committed survives the process, though perhaps not the machine, and nobody waits for the disk.
            connection.execute("PRAGMA synchronous = OFF")
            yield connection


def _after(connection: sqlite3.Connection, now: datetime) -> datetime:
    """The present moment, or what follows the last write if that is later."""
    milliseconds = now.replace(microsecond=now.microsecond // 1000 * 1000)
    (last,) = connection.execute("SELECT max(moment) FROM written").fetchone()
    if last is None:
        return milliseconds
    return max(milliseconds, datetime.fromisoformat(last) + timedelta(milliseconds=1))


def _values(connection: sqlite3.Connection, thing: CrmObject, record: str) -> dict[str, Any]:
    rows = connection.execute(
        "SELECT field, value FROM written WHERE vendor = ? AND object = ? AND record = ?",
        (thing.vendor, thing.name, record),
    )
    return {field: json.loads(value) for field, value in rows}


def _write_record(
    connection: sqlite3.Connection, thing: CrmObject, record: str, values: Values, moment: str
) -> None:
    rows: Sequence[tuple[str, ...]] = [
        (thing.vendor, thing.name, record, field, json.dumps(value), moment)
        for field, value in values.items()
    ]
    connection.executemany("INSERT OR REPLACE INTO written VALUES (?, ?, ?, ?, ?, ?)", rows)


def _note_changes(
    connection: sqlite3.Connection,
    thing: CrmObject,
    record: str,
    before: Values,
    values: Values,
    moment: str,
) -> None:
    rows = [
        (
            thing.vendor,
            thing.name,
            record,
            field,
            json.dumps(before.get(field)),
            json.dumps(value),
            moment,
        )
        for field, value in values.items()
        if thing.fields[field].is_tracked and before.get(field) != value
    ]
    connection.executemany(
        "INSERT INTO changes (vendor, object, record, field, old, new, moment) VALUES (?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
