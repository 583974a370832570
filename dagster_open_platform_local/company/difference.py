"""What has to be written to get from one state of a table to another.

What belongs here: the comparison, of Arrow tables alone. What does not: where the difference goes (a database, change files).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Difference:
    """The rows to write.

    Args:
        inserted: Whole rows that are new.
        updated: Whole rows whose key was there already, with their new values.
        deleted: The keys of rows that are gone.
    """

    inserted: pa.Table
    updated: pa.Table
    deleted: pa.Table

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.inserted.num_rows or self.updated.num_rows or self.deleted.num_rows)


def difference(before: pa.Table, after: pa.Table, key: Sequence[str]) -> Difference:
    """Compare two states of a table.

    Args:
        before: The rows that are there. A column that it lacks is taken for null.
        after: The rows that shall be there.
        key: Names of the columns that tell rows apart; unique in each state and never null.

    Returns:
        The rows to write, in the shape and order of `after` (and `before`). Null equals null.
    """
    for field in after.schema:
        if field.name not in before.column_names:
            before = before.append_column(field, pa.nulls(before.num_rows, field.type))
    old, new = _key_codes(before, after, key)
    place = _places(old, new)
    is_known = place >= 0
    known = after.filter(pa.array(is_known))
    changed = _differ(before.take(pa.array(place[is_known])), known)
    return Difference(
        inserted=after.filter(pa.array(~is_known)),
        updated=known.filter(pa.array(changed)),
        deleted=before.filter(pa.array(_places(new, old) < 0)).select(list(key)),
    )


def _key_codes(before: pa.Table, after: pa.Table, key: Sequence[str]) -> tuple[Codes, Codes]:
    """One number for each key, the same number for the same key in both tables."""
    codes = np.zeros(before.num_rows + after.num_rows, dtype=np.int64)
    for name in key:
        both = pa.chunked_array([*before[name].chunks, *after[name].chunks], after.schema.field(name).type)
        column = both.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
        # Made small again after each column, so that the product cannot overflow.
        codes = np.unique(codes * (column.max(initial=0) + 1) + column, return_inverse=True)[1]
    return codes[: before.num_rows], codes[before.num_rows :]


def _places(among: Codes, wanted: Codes) -> Codes:
    """Where each wanted code is among others; -1 where it is not."""
    size = int(max(among.max(initial=-1), wanted.max(initial=-1))) + 1
    places = np.full(size, -1, dtype=np.int64)
    places[among] = np.arange(among.size)
    return places[wanted]


def _differ(before: pa.Table, after: pa.Table) -> NDArray[np.bool_]:
    """Which rows differ in any column."""
    found = np.zeros(after.num_rows, dtype=np.bool_)
    for field in after.schema:
        old, new = before[field.name], after[field.name]
        if pa.types.is_nested(field.type):
            # Arrow compares no lists.
            pairs = zip(old.to_pylist(), new.to_pylist(), strict=True)
            found |= np.fromiter((one != other for one, other in pairs), dtype=np.bool_, count=after.num_rows)
            continue
        unequal = pc.call_function("not_equal", [old, new]).fill_null(False)
        found |= np.asarray(unequal) | (np.asarray(old.is_null()) != np.asarray(new.is_null()))
    return found
