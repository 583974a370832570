"""Change files into a change table: the newest change of each key, whatever the order in which they come.

What belongs here: the order of the work and what came of it. What does not: Dagster (``component.py``).

What the table is. It has one row a key: what the change with the greatest sequence says, of all changes in all files that were
applied. A deleted row stays, marked, with nulls in all columns but its key, so that an older change that comes late neither
brings it back nor changes it. A column that a change does not have, because the source has dropped it, is null in that row and
stays in the others. So the table depends on which changes there were, and neither on the order of files and rows, nor on how
often they came, nor on which of them were applied together. If two changes of a key have the same sequence (two full loads), the
one that was applied last counts.

Each batch of files is one transaction. A file is applied whole or not at all.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagster_open_platform.lib.dms.applied import AppliedFile, applied_etags, forget_applied, note_applied
from dagster_open_platform.lib.dms.changes import RELOAD, SEQUENCE, Changes
from dagster_open_platform.lib.dms.errors import ChangedColumnType, NoChangeFiles
from dagster_open_platform.lib.dms.files import BATCH_BYTES, batches, fetched, list_change_files, unapplied
from dagster_open_platform.lib.warehouse.errors import SchemaMismatch
from dagster_open_platform.lib.warehouse.protocol import SchemaDrift, TableRef, WarehouseConnection

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ObjectInfo, ObjectStore
    from dagster_open_platform.lib.dms.tables import ChangeTable


@dataclass(frozen=True)
class ChangeSource:
    """Where the change files of some tables are.

    Args:
        store: Open.
        bucket: Where.
        prefix: Below which each table has a folder of its name; without a slash at its end.
        batch_bytes: How large a batch of files may be.
    """

    store: ObjectStore
    bucket: str
    prefix: str
    batch_bytes: int = BATCH_BYTES


@dataclass
class Applied:
    """What a run did to a change table.

    Args:
        table: Which.
        listed: The files that were there when the run looked.
        files: Those that were applied.
        operations: How many changes of each kind were in them.
        rows_inserted: Keys that are new.
        rows_updated: Keys that have a newer change than before.
    """

    table: TableRef
    listed: Sequence[ObjectInfo]
    files: list[AppliedFile] = field(default_factory=list)
    operations: Counter[str] = field(default_factory=Counter)
    rows_inserted: int = 0
    rows_updated: int = 0

    @property
    def changes_read(self) -> int:
        """Changes in the files that were applied."""
        return self.operations.total()


def apply_changes(
    connection: WarehouseConnection,
    source: ChangeSource,
    declared: ChangeTable,
    table: TableRef,
    *,
    anew: bool = False,
) -> Applied:
    """Bring the changes that are not in a table yet into it.

    Args:
        connection: Open.
        source: Where the files are.
        declared: Which table of the source.
        table: Where to.
        anew: Whether the table is made from all files that there are, and takes the place of the present one.

    Raises:
        NoChangeFiles: There is no file at all.
        UnreadableChangeFile, InvalidChangeFile, ChangedColumnType: A file cannot be applied. Its batch changed nothing.
        PermanentFailure, RetryableFailure: Another one of the store's or the warehouse's.
    """
    listed = list_change_files(source.store, source.bucket, f"{source.prefix}/{declared.name}")
    if not listed:
        raise NoChangeFiles(
            f"There are no change files at s3://{source.bucket}/{source.prefix}/{declared.name}/. Either DMS has not loaded the"
            " table yet, or the bucket or the prefix is wrong. Nothing was changed."
        )
    applied = Applied(table, listed)
    if anew:
        _make_anew(connection, source, declared, applied)
        return applied
    for batch in batches(unapplied(listed, applied_etags(connection, table)), source.batch_bytes):
        done = _apply_batch(connection, source, declared, table, batch, applied)
        note_applied(connection, table, done, dt.datetime.now(dt.UTC))
    return applied


def _make_anew(
    connection: WarehouseConnection, source: ChangeSource, declared: ChangeTable, applied: Applied
) -> None:
    """Make the table beside the present one, so that readers never see a part of it, and let it take its place."""
    table = applied.table
    beside = TableRef(table.database, table.schema, f"_anew_{table.name}")
    drop = f"DROP TABLE IF EXISTS {connection.quoted(beside)}"
    if connection.columns(beside) is not None:  # a run that was killed left it
        connection.execute(drop)
    for batch in batches(applied.listed, source.batch_bytes):
        _apply_batch(connection, source, declared, beside, batch, applied)
    with connection.read(f"SELECT * FROM {connection.quoted(beside)}") as rows:  # noqa: S608 - quoted
        connection.replace_table(table, rows)
    forget_applied(connection, table)
    note_applied(connection, table, applied.files, dt.datetime.now(dt.UTC))
    connection.execute(drop)


def _apply_batch(
    connection: WarehouseConnection,
    source: ChangeSource,
    declared: ChangeTable,
    table: TableRef,
    batch: Sequence[ObjectInfo],
    applied: Applied,
) -> list[AppliedFile]:
    """Merge the changes of some files in one transaction."""
    with fetched(source.store, source.bucket, batch) as files:
        changes = Changes(declared, files, connection.columns(table) or {})
        try:
            written = connection.merge(
                table, changes.reader(), declared.key, newer_by=SEQUENCE, drift=SchemaDrift.FOLLOW
            )
        except SchemaMismatch as error:
            raise ChangedColumnType(
                f"Change files of {declared.name}, {files[0].place} and {len(files) - 1} more, do not fit the table:"
                f" {error.description} {RELOAD}"
            ) from error
    done = [AppliedFile(one.file, changes.facts[one.file.key]) for one in files]
    applied.files += done
    applied.rows_inserted += written.rows_inserted
    applied.rows_updated += written.rows_updated
    for one in done:
        applied.operations.update(one.facts.operations)
    return done
