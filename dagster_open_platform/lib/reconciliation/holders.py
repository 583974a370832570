"""The places that hold a table, and what is known of a key in them.

What belongs here: the values. What does not: reading them (``reading.py``), and what they mean together (``explain.py``).
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


class Holder(enum.Enum):
    """A place that holds a table.

    SOURCE: the product's own database. COPY: what Sling replicated. CHANGES: what the change files say, live rows only.
    MODEL: the staging model, which reads the copies of all databases.
    """

    SOURCE = "postgres"
    COPY = "sling"
    CHANGES = "dms"
    MODEL = "dbt"


PAIRS: tuple[tuple[Holder, Holder], ...] = tuple(combinations(Holder, 2))
"""Every two of them, once."""


@dataclass(frozen=True)
class ReconciledTable:
    """A table that all four hold.

    Args:
        name: At the source, in the copy and in the change tables.
        keeps_deleted: Whether the copy is incremental, so that rows stay in it that are deleted at the source.
        key: Its key at the source.
        model: Name of the staging model.
        model_key: The key there.
        model_shard: The column there that says which database a row is from.
        filtered: Condition in SQL, over the copy's columns, of the rows that the model leaves out; None: it takes all.
    """

    name: str
    keeps_deleted: bool
    model: str
    model_key: str
    model_shard: str
    key: str = "id"
    filtered: str | None = None


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is known of a key that is not in all four places.

    Args:
        key: The key.
        in_source: Whether the source has it.
        in_copy: Whether the copy has it.
        in_changes: Whether the change table has it, live or deleted.
        in_model: Whether the model has it.
        created_at: When the row was created, by whoever knows it; None: nobody does.
        is_deleted: Whether the change table says that it is deleted.
        changed_at: When its newest change was committed, of those that the change table has.
        is_filtered: Whether the model leaves it out on purpose.
        shard: Database that the model has it from.
    """

    key: int | str
    in_source: bool = False
    in_copy: bool = False
    in_changes: bool = False
    in_model: bool = False
    created_at: dt.datetime | None = None
    is_deleted: bool = False
    changed_at: dt.datetime | None = None
    is_filtered: bool = False
    shard: str | None = None

    @property
    def is_live_in_changes(self) -> bool:
        """Whether the change table has it as a live row."""
        return self.in_changes and not self.is_deleted

    def is_in(self, holder: Holder) -> bool:
        """Whether a place counts it."""
        return {
            Holder.SOURCE: self.in_source,
            Holder.COPY: self.in_copy,
            Holder.CHANGES: self.is_live_in_changes,
            Holder.MODEL: self.in_model,
        }[holder]


@dataclass(frozen=True)
class Moments:
    """Up to when the places know a table.

    Args:
        loaded_at: When the copy's last load began; None: there was none.
        changed_at: When the last change was committed that the change table has; None: there is none.
        stream_at: The same of all change tables together: how far the replication is at least.
        full_load_at: As of when the change table was filled at first; None: nobody knows any more.
    """

    loaded_at: dt.datetime | None = None
    changed_at: dt.datetime | None = None
    stream_at: dt.datetime | None = None
    full_load_at: dt.datetime | None = None


@dataclass(frozen=True)
class Held:
    """What the four places hold of a table.

    Args:
        table: Which.
        rows: By place.
        repeated: Rows that repeat a key, by place.
        moments: Up to when they know it.
        differing: The keys that not all of them have, and those that are deleted in the change table: columns as in ``KeyFacts``.
    """

    table: ReconciledTable
    rows: dict[Holder, int]
    repeated: dict[Holder, int]
    moments: Moments
    differing: pa.Table
