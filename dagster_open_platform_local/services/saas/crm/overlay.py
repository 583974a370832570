"""How written values show in the tables of Salesforce and HubSpot, which Fivetran loads.

What belongs here: putting them over the company's rows, and the history that follows from them. What does not: the store (`store.py`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import from_rows
from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.fivetran.salesforce.records import PRODUCT_SYNC, system_user
from dagster_open_platform_local.services.saas.crm.objects import HUBSPOT, OBJECTS, SALESFORCE, CrmObject
from dagster_open_platform_local.services.saas.crm.store import CrmStore, FieldChange, Written

Tables = Mapping[str, pa.Table]
_FIRST_ID = 10**16
"""Numbers of history rows of the company's own are smaller (`salesforce/histories.py`); 62^9 is greater."""
_KINDS = ("account_history", "contact_history")
"""They share the prefix of their ids."""
_END_OF_TIME = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def written_into(store: CrmStore) -> dict[str, Callable[[Tables], Tables]]:
    """For each vendor, what puts written values over its rows.

    Args:
        store: What was written; read at each call.
    """
    return {vendor: partial(overlaid, store, vendor) for vendor in (SALESFORCE, HUBSPOT)}


def overlaid(store: CrmStore, vendor: str, tables: Tables) -> Tables:
    """The rows of a vendor with what was written over them.

    Args:
        store: What was written.
        vendor: `salesforce` or `hubspot`.
        tables: The company's rows, by table.
    """
    found = dict(tables)
    for thing in OBJECTS:
        if thing.vendor != vendor or thing.table not in found:
            continue
        written = store.written(thing)
        if not written:
            continue
        found[thing.table] = _with_values(thing, found[thing.table], written)
        changes = store.changes(thing)
        if changes:
            made = _history(thing, changes)
            older = [found[thing.history]] if thing.history in found else []
            found[thing.history] = pa.concat_tables([*older, made], promote_options="default")
    return found


def _with_values(thing: CrmObject, rows: pa.Table, written: Mapping[str, Written]) -> pa.Table:
    ids = [str(each) for each in rows.column("id").to_pylist()]
    place = {record: index for index, record in enumerate(ids)}
    there = {place[record]: each for record, each in written.items() if record in place}
    schema = layouts(thing.vendor)[thing.table].schema
    for field in {name for each in there.values() for name in each.values}:
        values = _values_of(rows, field)
        for index, each in there.items():
            if field in each.values:
                values[index] = typed(each.values[field], schema.field(field).type)
        rows = _replaced(rows, schema.field(field), values)
    for column in thing.modified:
        values = _values_of(rows, column)
        for index, each in there.items():
            values[index] = max(filter(None, (values[index], each.moment)))
        rows = _replaced(rows, schema.field(column), values)
    if thing.vendor == SALESFORCE and there:
        values = _values_of(rows, "last_modified_by_id")
        (writer,) = system_user(PRODUCT_SYNC, 1).to_pylist()
        for index in there:
            values[index] = writer
        rows = _replaced(rows, schema.field("last_modified_by_id"), values)
    return rows


def typed(value: Any, kind: pa.DataType) -> Any:
    """A stored value as what a column of a type holds."""
    if value is None:
        return None
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(value)
    return datetime.fromisoformat(value).date() if pa.types.is_date(kind) else value


def _values_of(rows: pa.Table, column: str) -> list[Any]:
    """Of a column, which may be left out."""
    return rows.column(column).to_pylist() if column in rows.column_names else [None] * rows.num_rows


def _replaced(rows: pa.Table, field: pa.Field, values: Sequence[Any]) -> pa.Table:
    made = pa.array(values, field.type)
    if field.name in rows.column_names:
        return rows.set_column(rows.column_names.index(field.name), field, made)
    return rows.append_column(field, made)


def _history(thing: CrmObject, changes: Sequence[FieldChange]) -> pa.Table:
    rows = _salesforce_history(thing, changes) if thing.vendor == SALESFORCE else _spans(thing, changes)
    return from_rows(thing.vendor, thing.history, list(rows))


def _salesforce_history(thing: CrmObject, changes: Sequence[FieldChange]) -> Iterator[dict[str, Any]]:
    """A row a change: https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta, "AccountHistory"."""
    kind = _KINDS.index(thing.history)
    numbers = np.array([_FIRST_ID + each.id * len(_KINDS) + kind for each in changes], dtype=np.int64)
    ids = salesforce_ids(thing.history, numbers).to_pylist()
    (writer,) = system_user(PRODUCT_SYNC, 1).to_pylist()
    for row_id, change in zip(ids, changes, strict=True):
        yield {
            "id": row_id,
            thing.parent: change.record,
            "created_by_id": writer,
            "created_date": change.moment,
            "data_type": _data_type(thing.fields[change.field].type),
            "field": thing.fields[change.field].name,
            "is_deleted": False,
            "old_value": _text(change.old),
            "new_value": _text(change.new),
        }


def _spans(thing: CrmObject, changes: Sequence[FieldChange]) -> Iterator[dict[str, Any]]:
    """A row a value, from when to when it was there: https://fivetran.com/docs/core-concepts/sync-modes/history-mode."""
    ends: dict[tuple[str, str], datetime] = {}
    for change in reversed(changes):
        end = ends.get((change.record, change.field))
        ends[change.record, change.field] = change.moment - _MILLISECOND
        yield {
            thing.parent: int(change.record),
            "name": thing.fields[change.field].name,
            "_fivetran_start": change.moment,
            "_fivetran_end": end or _END_OF_TIME,
            "_fivetran_active": end is None,
            "source": "INTEGRATION",
            "source_id": "hightouch",
            "timestamp": change.moment,
            "value": _text(change.new) or "",
        }


def _data_type(kind: str) -> str:
    return {"STRING": "Text", "DOUBLE": "Double", "LONG": "Double", "BOOLEAN": "Boolean"}.get(
        kind, "DateTime"
    )


def _text(value: Any) -> str | None:
    """A value as a history writes it: numbers without needless zeros, truth in lower case."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else f"{value:.15g}"
