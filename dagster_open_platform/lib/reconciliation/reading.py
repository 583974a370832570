"""What the four places hold of a table.

What belongs here: the queries, and putting their answers together by key. What does not: what the differences mean (``explain.py``).

The source is read last, so that it is the newest of them: what another place has and the source has not is gone, and not merely
too new. The copy and the model are read in one statement, for the model is a view over the copy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dagster_open_platform.lib.reconciliation.errors import HolderMissing
from dagster_open_platform.lib.reconciliation.holders import Held, Holder, KeyFacts, Moments, ReconciledTable
from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa

_ROWS_A_FETCH = 50_000


def read_source(connection: psycopg.Connection, table: ReconciledTable) -> pa.Table:
    """Keys of the source's table, and when each row was created: `key`, `source_created_at`.

    Args:
        connection: Open; nothing is written.
        table: In the schema `public`.
    """
    import pyarrow as pa
    from psycopg import sql

    query = sql.SQL("SELECT {key}, created_at FROM public.{table}").format(
        key=sql.Identifier(table.key), table=sql.Identifier(table.name)
    )
    schema = pa.schema({"key": pa.int64(), "source_created_at": pa.timestamp("us", tz="UTC")})
    batches = []
    with connection.cursor(name=f"reconciliation_{table.name}") as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(_ROWS_A_FETCH):
            columns = zip(*rows, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return pa.Table.from_batches(batches, schema)


def read_warehouse(
    connection: WarehouseConnection, table: ReconciledTable, places: Mapping[Holder, TableRef]
) -> Mapping[Holder, pa.Table]:
    """Keys of the three places in the warehouse, and what each knows of them.

    Args:
        connection: Open.
        table: Which.
        places: Where the copy, the change table and the model are.

    Returns:
        COPY: `key`, `copy_created_at`, `loaded_at`, `is_filtered`. CHANGES: `key`, `change_created_at`, `changed_at`,
        `is_deleted`, `sequence`. MODEL: `key`, `shard`.

    Raises:
        HolderMissing: One of them is not there.
    """
    for holder, place in places.items():
        if connection.columns(place) is None:
            raise HolderMissing(
                f"There is no {place}, which holds {table.name} as {holder.value} has it. Materialize its asset first."
            )
    quoted = {holder: connection.quoted(place) for holder, place in places.items()}
    key, model_key, shard = (
        validated(name, "column") for name in (table.key, table.model_key, table.model_shard)
    )
    filtered = f"CASE WHEN {table.filtered} THEN 1 ELSE 0 END" if table.filtered else "0"
    both = connection.query(
        f"SELECT 'copy' AS holder, {key} AS key, created_at AS copy_created_at, _sling_loaded_at AS loaded_at,"  # noqa: S608 - validated, quoted, or the declaration's own
        f" {filtered} AS is_filtered, NULL AS shard FROM {quoted[Holder.COPY]}"
        f" UNION ALL SELECT 'model', {model_key}, NULL, NULL, 0, {shard} FROM {quoted[Holder.MODEL]}"
    )
    changes = connection.query(
        f"SELECT {key} AS key, created_at AS change_created_at, _dms_committed_at AS changed_at,"  # noqa: S608 - validated and quoted
        f" _dms_deleted AS is_deleted, _dms_sequence AS sequence FROM {quoted[Holder.CHANGES]}"
    )
    return {
        Holder.COPY: _only(both, "copy").select(["key", "copy_created_at", "loaded_at", "is_filtered"]),
        Holder.MODEL: _only(both, "model").select(["key", "shard"]),
        Holder.CHANGES: changes,
    }


def _only(rows: pa.Table, holder: str) -> pa.Table:
    import pyarrow.compute as pc

    return rows.filter(pc.call_function("equal", [rows["holder"], holder]))


def put_together(table: ReconciledTable, found: Mapping[Holder, pa.Table]) -> Held:
    """Join what the places hold by key.

    Args:
        table: Which.
        found: As ``read_source`` and ``read_warehouse`` give it.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    changes = found[Holder.CHANGES]
    live = changes.filter(pc.call_function("invert", [changes["is_deleted"]]))
    rows = {holder: rows.num_rows for holder, rows in {**found, Holder.CHANGES: live}.items()}
    parts: dict[Holder, pa.Table] = {}
    for holder, part in found.items():
        columns = [name for name in part.column_names if name != "key"]
        grouped = part.group_by("key").aggregate([(name, "max") for name in columns])
        # The joined table says of each key who has it.
        parts[holder] = grouped.rename_columns(
            [name.removesuffix("_max") for name in grouped.column_names]
        ).append_column(f"in_{holder.name.lower()}", pa.repeat(pa.scalar(True), grouped.num_rows))
    keys = {holder: part.num_rows for holder, part in parts.items()}
    # Of a key that is both live and deleted, the live row is one too many.
    keys[Holder.CHANGES] -= _true(parts[Holder.CHANGES]["is_deleted"])
    repeated = {holder: rows[holder] - keys[holder] for holder in found}
    joined = parts[Holder.SOURCE]
    for holder in (Holder.COPY, Holder.CHANGES, Holder.MODEL):
        joined = joined.join(parts[holder], "key", join_type="full outer")
    return Held(table, rows, repeated, _moments(found), _differing(joined))


def with_stream_position(held: Sequence[Held]) -> list[Held]:
    """The same, each with the last change of all of them."""
    known = [each.moments.changed_at for each in held if each.moments.changed_at is not None]
    stream_at = max(known, default=None)
    return [replace(each, moments=replace(each.moments, stream_at=stream_at)) for each in held]


def key_facts(held: Held) -> Iterator[KeyFacts]:
    """What is known of each key that not all places have."""
    for row in held.differing.to_pylist():
        created = (row["source_created_at"], row["copy_created_at"], row["change_created_at"])
        yield KeyFacts(
            key=row["key"],
            in_source=bool(row["in_source"]),
            in_copy=bool(row["in_copy"]),
            in_changes=bool(row["in_changes"]),
            in_model=bool(row["in_model"]),
            created_at=next((moment for moment in created if moment is not None), None),
            is_deleted=bool(row["is_deleted"]),
            changed_at=row["changed_at"],
            is_filtered=bool(row["is_filtered"]),
            shard=row["shard"],
        )


def _differing(joined: pa.Table) -> pa.Table:
    """The rows that not all places have as live ones."""
    import pyarrow.compute as pc

    everywhere = pc.call_function("invert", [pc.fill_null(joined["is_deleted"], True)])
    for holder in Holder:
        present = pc.fill_null(joined[f"in_{holder.name.lower()}"], False)
        everywhere = pc.call_function("and", [everywhere, present])
    return joined.filter(pc.call_function("invert", [everywhere]))


def _moments(found: Mapping[Holder, pa.Table]) -> Moments:
    import pyarrow.compute as pc

    changes = found[Holder.CHANGES]
    loaded = changes.filter(pc.call_function("equal", [changes["sequence"], 0]))
    return Moments(
        loaded_at=_latest(found[Holder.COPY]["loaded_at"]),
        changed_at=_latest(changes["changed_at"]),
        full_load_at=_latest(loaded["changed_at"]),
    )


def _true(column: pa.ChunkedArray) -> int:
    """How many values are true."""
    import pyarrow.compute as pc

    return pc.call_function("sum", [column]).as_py() or 0


def _latest(column: pa.ChunkedArray) -> dt.datetime | None:
    import pyarrow.compute as pc

    value: Any = pc.call_function("max", [column]).as_py()
    return value
