"""Why one place has a key and another has not.

What belongs here: the reasons, and the evidence that each of them needs. What does not: reading.

Evidence is what the keys themselves say: when a row was created, when its last change was committed, which database it is from, and
up to when each place knows the table. A difference for which there is none stays unexplained. That is what a reconciliation is
for: a row that a load lost, a delete that never came, a row that nobody ever wrote.

Two facts about the source carry most of it: a key once used is never given to another row, and a row is visible at the source at
most ``COMMIT_ALLOWANCE`` after the moment in its `created_at`.
"""

import datetime as dt
import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from dagster_open_platform.lib.reconciliation.holders import (
    PAIRS,
    Held,
    Holder,
    KeyFacts,
    Moments,
    ReconciledTable,
)

COMMIT_ALLOWANCE = dt.timedelta(minutes=5)
"""A row gets its times before it is committed."""
LONGEST_LOAD = dt.timedelta(hours=1)
"""A load reads the source some time after it began."""
LONGEST_DELAY = dt.timedelta(hours=24)
"""How far behind the rest of the replication a change may come and count as being on its way."""
SHARD = "main"
"""The database that is reconciled."""
SAMPLES = 10


class Reason(enum.Enum):
    """Why a key is in one place and not in another."""

    NEWER_THAN_COPY = "newer_than_copy"
    DELETED_SINCE_COPY = "deleted_since_copy"
    KEPT_BY_COPY = "kept_by_incremental_copy"
    INSERT_NOT_ARRIVED = "insert_not_arrived_at_dms"
    DELETE_NOT_ARRIVED = "delete_not_arrived_at_dms"
    FILTERED = "filtered_by_model"
    OTHER_DATABASE = "added_by_model_from_other_databases"
    UNEXPLAINED = "unexplained"


@dataclass
class Comparison:
    """Two places and why they differ.

    The numbers add up: rows of the left less rows of the right are `only_left` less `only_right` plus the left's repeated rows less
    the right's; the reasons' sum is `only_left` plus `only_right`.

    Args:
        left: One place.
        right: The other.
        left_rows: Rows there.
        right_rows: Rows there.
        left_repeated: Rows there that repeat a key.
        right_repeated: Likewise.
        only_left: Keys that the right has not.
        only_right: Keys that the left has not.
        reasons: How many of those keys by reason.
        samples: Some keys for which there is no reason.
    """

    left: Holder
    right: Holder
    left_rows: int
    right_rows: int
    left_repeated: int
    right_repeated: int
    only_left: int = 0
    only_right: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)

    @property
    def repeated(self) -> int:
        """Rows that repeat a key, on both sides: nothing explains those."""
        return self.left_repeated + self.right_repeated

    @property
    def unexplained(self) -> int:
        """Keys and rows for which there is no reason."""
        return self.reasons[Reason.UNEXPLAINED] + self.repeated


def compare(held: Held, keys: Iterable[KeyFacts]) -> list[Comparison]:
    """Compare every two places.

    Args:
        held: What they hold.
        keys: At least all keys that not all of them have.
    """
    found = [
        Comparison(a, b, held.rows[a], held.rows[b], held.repeated[a], held.repeated[b]) for a, b in PAIRS
    ]
    for key in keys:
        for each in found:
            left, right = key.is_in(each.left), key.is_in(each.right)
            if left == right:
                continue
            each.only_left += left
            each.only_right += right
            present, absent = (each.left, each.right) if left else (each.right, each.left)
            reason = explain(key, present, absent, held.table, held.moments)
            each.reasons[reason] += 1
            if reason is Reason.UNEXPLAINED and len(each.samples) < SAMPLES:
                each.samples.append(f"{key.key} (only {present.value})")
    return found


def explain(
    key: KeyFacts, present: Holder, absent: Holder, table: ReconciledTable, moments: Moments
) -> Reason:
    """Say why a place that counts a key has it and another has not.

    Args:
        key: What is known of it.
        present: The place that has it.
        absent: The place that has not.
        table: Whose key it is.
        moments: Up to when the places know the table.
    """
    if present is Holder.MODEL:
        if key.shard != SHARD:
            return Reason.OTHER_DATABASE
        # The model reads the copy: what the copy has not, it cannot have.
        return (
            explain(key, Holder.COPY, absent, table, moments)
            if key.in_copy and absent is not Holder.COPY
            else Reason.UNEXPLAINED
        )
    if absent is Holder.MODEL:
        if key.in_copy:
            return Reason.FILTERED if key.is_filtered else Reason.UNEXPLAINED
        return explain(key, present, Holder.COPY, table, moments)
    if absent is Holder.SOURCE:
        return (
            _gone(key, table, moments) if present is Holder.COPY else _delete_not_arrived(key, table, moments)
        )
    if absent is Holder.COPY:
        if _is_newer_than_copy(key, moments):
            return Reason.NEWER_THAN_COPY
        return Reason.UNEXPLAINED if key.in_source else _delete_not_arrived(key, table, moments)
    if present is Holder.COPY and not key.in_source:
        return _gone(key, table, moments)
    return Reason.INSERT_NOT_ARRIVED if _may_be_on_its_way(key, moments) else Reason.UNEXPLAINED


def _gone(key: KeyFacts, table: ReconciledTable, moments: Moments) -> Reason:
    """Why the copy has a row that the source has not: it was deleted, if the source ever had it."""
    if not key.in_changes and not _may_be_unknown_to_changes(key, table, moments):
        return Reason.UNEXPLAINED
    if table.keeps_deleted:
        return Reason.KEPT_BY_COPY
    if key.is_deleted and _is_before(key.changed_at, moments.loaded_at):
        return Reason.UNEXPLAINED  # the load came after the delete and has the row all the same
    return Reason.DELETED_SINCE_COPY


def _may_be_unknown_to_changes(key: KeyFacts, table: ReconciledTable, moments: Moments) -> bool:
    """Whether a row of the source may have been there without the change table knowing it."""
    if _may_be_on_its_way(key, moments):
        return True
    if moments.full_load_at is None or key.created_at is None:
        return table.keeps_deleted
    # It may have been deleted before there were change files, if the copy has it from then.
    is_from_before = table.keeps_deleted or (
        moments.loaded_at is not None and moments.loaded_at < moments.full_load_at + COMMIT_ALLOWANCE
    )
    return is_from_before and key.created_at < moments.full_load_at


def _delete_not_arrived(key: KeyFacts, table: ReconciledTable, moments: Moments) -> Reason:
    """Why the change table has a live row that the source has not: the delete is on its way, unless it is older than others."""
    seen_gone = not table.keeps_deleted and not key.in_copy and not _is_newer_than_copy(key, moments)
    if seen_gone and moments.loaded_at and _is_before(moments.loaded_at + LONGEST_LOAD, moments.changed_at):
        return Reason.UNEXPLAINED  # it was gone when the copy was loaded, and later changes have arrived
    return Reason.DELETE_NOT_ARRIVED


def _is_newer_than_copy(key: KeyFacts, moments: Moments) -> bool:
    return key.created_at is not None and not _is_before(key.created_at, moments.loaded_at)


def _may_be_on_its_way(key: KeyFacts, moments: Moments) -> bool:
    """Whether a row may have been created after the last change that the change table has."""
    if key.created_at is None or _is_before(key.created_at, moments.changed_at):
        return False
    return moments.stream_at is None or key.created_at >= moments.stream_at - LONGEST_DELAY


def _is_before(moment: dt.datetime | None, other: dt.datetime | None) -> bool:
    """Whether one moment is so long before another that what happened then was visible; of what is not known, nothing is."""
    return moment is not None and other is not None and moment < other - COMMIT_ALLOWANCE
