"""Salesforce's own history of fields: a row a change, with the old value and the new one.

What belongs here: the shape of these tables. What does not: what changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.fivetran.salesforce.records import nothing_deleted, table
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.product.columns import Integers, moments

_SEATS = 16
_KINDS = ("account_history", "contact_history", "lead_history", "opportunity_field_history")
"""They share the prefix of their ids."""


@dataclass(frozen=True)
class Change:
    """A change of one field, of each of some records.

    Args:
        field: Its name, as Salesforce writes it there.
        moment: When each record changed, in Unix seconds; `NEVER` if it did not.
        old: The value before; None: there was none.
        new: The value after; None: there is none.
        by: Ids of the users who changed it.
        data_type: As Salesforce calls it.
    """

    field: str
    moment: Integers
    old: pa.Array | None
    new: pa.Array | None
    by: pa.Array
    data_type: str = "Text"


def history_table(
    kind: str, parent: str, ids: pa.Array, number: Integers, changes: Sequence[Change]
) -> pa.Table:
    """A history, by kind of change.

    Args:
        kind: Name of the table; one of four.
        parent: The column that names the record.
        ids: Of the records.
        number: Of the records; below 2^43.
        changes: At most 16; a record's place among them is its own on every date.
    """
    parts: list[pa.Table] = []
    for seat, change in enumerate(changes):
        index = np.flatnonzero(change.moment < NEVER)
        chosen = pa.array(index)
        parts.append(
            table(
                kind,
                {
                    "id": salesforce_ids(
                        kind, (number[index] * _SEATS + seat) * len(_KINDS) + _KINDS.index(kind)
                    ),
                    parent: ids.take(chosen),
                    "created_by_id": change.by.take(chosen),
                    "created_date": moments(change.moment[index]),
                    "data_type": pa.repeat(pa.scalar(change.data_type), index.size),
                    "field": pa.repeat(pa.scalar(change.field), index.size),
                    "is_deleted": pa.array(nothing_deleted(index.size)),
                    "old_value": _values(change.old, chosen),
                    "new_value": _values(change.new, chosen),
                },
            )
        )
    return pa.concat_tables(parts)


def _values(values: pa.Array | None, chosen: pa.Array) -> pa.Array:
    return pa.nulls(len(chosen), pa.string()) if values is None else values.take(chosen)
