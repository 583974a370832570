"""A source with a history, and what each place holds of it: an independent account of what there is to explain.

What belongs here: the simulation, and faults put into it. What does not: reasons, and assertions.
"""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from dagster_open_platform.lib.reconciliation.holders import Held, Holder, ReconciledTable
from dagster_open_platform.lib.reconciliation.reading import put_together, with_stream_position

START = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
WHOLE = ReconciledTable("organizations", False, "stg_organizations", "organization_id", "directory_shard")
KEPT = ReconciledTable("users", True, "stg_users", "user_id", "directory_shard")
UTC = pa.timestamp("us", tz="UTC")


def moment(minute: float | None) -> dt.datetime | None:
    return None if minute is None else START + dt.timedelta(minutes=minute)


@dataclass
class Row:
    """A row of the source.

    Args:
        key: Its key.
        created: What its `created_at` says.
        committed: When it was visible.
        deleted: When its delete was committed; None: it is there.
        is_internal: Whether the model may leave it out.
    """

    key: int
    created: float
    committed: float
    deleted: float | None = None
    is_internal: bool = False

    def is_there(self, minute: float) -> bool:
        return self.committed <= minute and (self.deleted is None or self.deleted > minute)


@dataclass
class CopyRow:
    key: int
    created: float | None
    loaded: float
    is_internal: bool = False


@dataclass
class ChangeRow:
    key: int
    created: float | None
    changed: float
    is_deleted: bool
    sequence: int


@dataclass
class History:
    """What the places hold. Times are minutes.

    Args:
        rows: Of the source, ever.
        now: When it is looked at.
        copy: Of the copy.
        changes: Of the change table.
        others: Keys that the model has from other databases.
        filters: Whether the model leaves out what is internal.
    """

    rows: list[Row]
    now: float
    copy: list[CopyRow] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    filters: bool = False

    def load_whole(self, started: float, read: float) -> None:
        """Load the copy as it is at a moment after the load began."""
        self.copy = [
            CopyRow(row.key, row.created, started, row.is_internal) for row in self.rows if row.is_there(read)
        ]

    def load_new(self, started: float, read: float) -> None:
        """Load what is there into a copy that keeps what it has."""
        known = {row.key: row for row in self.copy}
        for row in self.rows:
            if row.is_there(read):
                known[row.key] = CopyRow(row.key, row.created, started, row.is_internal)
        self.copy = list(known.values())

    def replicate(self, full_load: float, until: float) -> None:
        """Make the change table: everything at the full load, and the changes that were committed since, up to a moment."""
        for row in self.rows:
            inserted = full_load < row.committed <= until
            if row.is_there(full_load) or inserted:
                at = row.committed if inserted else full_load
                found = ChangeRow(row.key, row.created, at, False, int(at * 10) if inserted else 0)
                if row.deleted is not None and row.deleted <= until:
                    found = ChangeRow(row.key, None, row.deleted, True, int(row.deleted * 10))
                self.changes.append(found)

    def held(self, table: ReconciledTable) -> Held:
        """What the places hold, as it is read."""
        source = [row for row in self.rows if row.is_there(self.now)]
        model = [(row.key, "main") for row in self.copy if not (self.filters and row.is_internal)]
        model += [(key, "xregion") for key in self.others]
        found = {
            Holder.SOURCE: table_of(
                {"key": pa.int64(), "source_created_at": UTC},
                [(row.key, moment(row.created)) for row in source],
            ),
            Holder.COPY: table_of(
                {"key": pa.int64(), "copy_created_at": UTC, "loaded_at": UTC, "is_filtered": pa.int64()},
                [
                    (row.key, moment(row.created), moment(row.loaded), int(self.filters and row.is_internal))
                    for row in self.copy
                ],
            ),
            Holder.CHANGES: table_of(
                {
                    "key": pa.int64(),
                    "change_created_at": UTC,
                    "changed_at": UTC,
                    "is_deleted": pa.bool_(),
                    "sequence": pa.int64(),
                },
                [
                    (row.key, moment(row.created), moment(row.changed), row.is_deleted, row.sequence)
                    for row in self.changes
                ],
            ),
            Holder.MODEL: table_of({"key": pa.int64(), "shard": pa.string()}, model),
        }
        (one,) = with_stream_position([put_together(table, found)])
        return one

    def keys(self, holder: Holder) -> set[int]:
        """The keys that a place counts."""
        return {
            Holder.SOURCE: {row.key for row in self.rows if row.is_there(self.now)},
            Holder.COPY: {row.key for row in self.copy},
            Holder.CHANGES: {row.key for row in self.changes}
            - {row.key for row in self.changes if row.is_deleted},
            Holder.MODEL: {row.key for row in self.copy if not (self.filters and row.is_internal)}
            | {*self.others},
        }[holder]


def table_of(schema: dict[str, pa.DataType], rows: Sequence[tuple[object, ...]]) -> pa.Table:
    names = list(schema)
    return pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows], schema=pa.schema(schema)
    )


def random_history(draw: random.Random, table: ReconciledTable) -> History:
    """A history without faults: loads and change files of any age, rows that are visible a little after their times."""
    now = draw.uniform(300, 5000)
    rows = []
    for key in range(draw.randrange(60)):
        created = draw.uniform(-500, now)
        committed = created + draw.uniform(0, 4.9)
        deleted = draw.uniform(committed, now * 1.2) if draw.random() < 0.4 else None
        rows.append(Row(2 * key, created, committed, deleted, draw.random() < 0.2))
    history = History(
        rows, now, others=[2 * key + 1 for key in range(draw.randrange(10))], filters=draw.random() < 0.5
    )
    for _ in range(draw.randrange(1, 4)):
        started = draw.uniform(-300, now - 60)
        if not history.copy or started > max(row.loaded for row in history.copy):
            load = history.load_new if table.keeps_deleted else history.load_whole
            load(started, started + draw.uniform(0, 59))
    full_load = draw.uniform(-400, now)
    history.replicate(full_load, draw.uniform(full_load, now))
    return history
