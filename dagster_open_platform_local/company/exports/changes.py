"""Change files of the product's database `main`, as AWS's Database Migration Service writes them.

What belongs here: the bucket's objects: first all rows of some tables (the full load), then files of what was inserted,
updated and deleted. What does not: which changes a day brought (`change_rows.py`).

A row of a file is a change: `Op` (I, U, D), `dms_sequence`, `dms_committed_at`, then the columns that the table had at the end
of that day; a deleted row's are null but for its key. The order of changes is that of `dms_sequence`, nothing else: not the
order of rows, nor of files. The dirt in it:

- 8 % of the files have their rows in another order; 1 % of the rows stand in their file twice;
- 3 % of the files are written twice, a millisecond apart, and 2 % once more on the next day, when newer changes were written
  already: a row that was deleted meanwhile must not come back;
- a day's changes of a table are in one file or two, and in none where nothing changed;
- a column comes (`deployments.agent_version`), and the files before it don't have it;
- deployments and teams are renamed by hand: an update without a new `updated_at`.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from dagster_open_platform.lib.aws.buckets import DMS
from dagster_open_platform_local.company.exports.change_rows import (
    COMMITTED_AT,
    REPLICATED,
    SEQUENCE,
    changes_of_day,
    full_load,
)
from dagster_open_platform_local.company.exports.objects import Objects, StoredObject, parquet_bytes
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

_PREFIX = "cloud_product/public"
_MOST_FILES = 2
_TWO_FILES, _OUT_OF_ORDER, _ROW_TWICE = 0.15, 0.08, 0.01
_FILE_TWICE, _FILE_AGAIN = 0.03, 0.02
_AGAIN_MILLIS = 5_000
"""After midnight: when a file of the day before is written once more."""


def objects_of_day(settings: CompanySettings, day: date) -> Objects:
    """What the replication writes on a day: on the epoch the full load, as of its 00:00 (UTC), and the changes of the day."""
    if day == settings.epoch:
        for name, rows in full_load(settings, day).items():
            yield StoredObject(DMS, f"{_PREFIX}/{name}/LOAD00000001.parquet", parquet_bytes(rows))
    else:
        yield from _once_more(settings, day)
    for name, rows in changes_of_day(settings, day).items():
        last = 0
        for number, part in enumerate(_parts(settings, day, name, rows)):
            body = _body(settings, day, name, number, part)
            # A key names the millisecond after the last change in the file, and no other file.
            last = max(part[COMMITTED_AT].cast(pa.int64()).to_numpy().max() // 1000 + 1, last + 1)
            yield StoredObject(DMS, _key(name, last), body)
            if _draws(settings, day, name, number).chance("twice", _FILE_TWICE)[0]:
                last += 1
                yield StoredObject(DMS, _key(name, last), body)


def _once_more(settings: CompanySettings, day: date) -> Objects:
    """Files of the day before that are written again."""
    before = day - timedelta(days=1)
    due = {
        (name, number)
        for name in REPLICATED
        for number in range(_MOST_FILES)
        if _draws(settings, before, name, number).chance("again", _FILE_AGAIN)[0]
    }
    changes = changes_of_day(settings, before) if due else {}
    for name, rows in changes.items():
        for number, part in enumerate(_parts(settings, before, name, rows)):
            if (name, number) in due:
                moment = unix_seconds(day) * 1000 + _AGAIN_MILLIS + number
                yield StoredObject(DMS, _key(name, moment), _body(settings, before, name, number, part))


def _parts(settings: CompanySettings, day: date, name: str, rows: pa.Table) -> Iterator[pa.Table]:
    """A day's changes of a table as they are divided into files."""
    draws = _draws(settings, day, name, 0)
    cut = rows.num_rows
    if draws.chance("two_files", _TWO_FILES)[0]:
        moment = (unix_seconds(day) + int(draws.below("cut", DAY_SECONDS)[0])) * 1_000_000
        cut = int(np.searchsorted(rows[COMMITTED_AT].cast(pa.int64()).to_numpy(), moment))
    for part in (rows.slice(0, cut), rows.slice(cut)):
        if part.num_rows:
            yield part


def _body(settings: CompanySettings, day: date, name: str, number: int, rows: pa.Table) -> bytes:
    """A file's bytes, with what goes wrong on the way."""
    draws = Draws(settings.seed, f"dms_rows_{name}", rows[SEQUENCE].to_numpy())
    order = np.repeat(np.arange(rows.num_rows), 1 + draws.chance("twice", _ROW_TWICE))
    if _draws(settings, day, name, number).chance("out_of_order", _OUT_OF_ORDER)[0]:
        order = order[np.argsort(draws.bits("order")[order], kind="stable")]
    return parquet_bytes(rows.take(pa.array(order)))


def _draws(settings: CompanySettings, day: date, name: str, number: int) -> Draws:
    """Of one file."""
    file = day.toordinal() * _MOST_FILES + number
    return Draws(settings.seed, f"dms_files_{name}", np.array([file], dtype=np.int64))


def _key(name: str, millis: int) -> str:
    """Key of a file of changes that is closed at a moment (Unix milliseconds)."""
    moment = datetime.fromtimestamp(millis // 1000, UTC)
    return f"{_PREFIX}/{name}/{moment:%Y/%m/%d}/{moment:%Y%m%d-%H%M%S}{millis % 1000:03d}.parquet"
