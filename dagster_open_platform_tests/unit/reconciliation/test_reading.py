"""What is read of the places in the warehouse, on either engine, and how it is put together."""

import datetime as dt
from dataclasses import replace

import pyarrow as pa
import pytest

from dagster_open_platform.lib.reconciliation.errors import HolderMissing
from dagster_open_platform.lib.reconciliation.holders import Holder, KeyFacts, Moments
from dagster_open_platform.lib.reconciliation.reading import key_facts, put_together, read_warehouse
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection
from dagster_open_platform_tests.fixtures.warehouse import connection, warehouse
from dagster_open_platform_tests.unit.reconciliation.history import UTC, WHOLE, moment, table_of

__all__ = ["connection", "warehouse"]  # fixtures

PLACES = {
    Holder.COPY: TableRef("purina", "cloud_product", "organizations"),
    Holder.CHANGES: TableRef("purina", "dms", "organizations"),
    Holder.MODEL: TableRef("dwh_reporting", "staging", "stg_organizations"),
}
FILTERING = replace(WHOLE, filtered="is_internal")
COPY = table_of(
    {"id": pa.int64(), "created_at": UTC, "_sling_loaded_at": UTC, "is_internal": pa.bool_()},
    [(1, moment(1), moment(50), False), (2, moment(2), moment(60), True), (2, moment(2), moment(60), True)],
)
CHANGES = table_of(
    {
        "id": pa.int64(),
        "created_at": UTC,
        "_dms_committed_at": UTC,
        "_dms_deleted": pa.bool_(),
        "_dms_sequence": pa.int64(),
    },
    [
        (1, moment(1), moment(10), False, 0),
        (3, None, moment(40), True, 7),
        (2, moment(2), moment(30), False, 5),
    ],
)
MODEL = table_of(
    {"organization_id": pa.int64(), "directory_shard": pa.string(), "created_at": pa.timestamp("us")},
    [(1, "main", dt.datetime(2026, 7, 1)), (9, "xregion", dt.datetime(2026, 7, 1))],  # noqa: DTZ001 - as models write it
)
SOURCE = table_of({"key": pa.int64(), "source_created_at": UTC}, [(1, moment(1)), (2, moment(2))])


def fill(connection: WarehouseConnection) -> None:
    for holder, rows in {Holder.MODEL: MODEL, Holder.CHANGES: CHANGES, Holder.COPY: COPY}.items():
        connection.append(PLACES[holder], rows)


def test_what_is_read_and_put_together(connection: WarehouseConnection) -> None:
    fill(connection)

    held = put_together(FILTERING, {**read_warehouse(connection, FILTERING, PLACES), Holder.SOURCE: SOURCE})

    assert held.rows == {Holder.SOURCE: 2, Holder.COPY: 3, Holder.CHANGES: 2, Holder.MODEL: 2}
    assert held.repeated == {Holder.SOURCE: 0, Holder.COPY: 1, Holder.CHANGES: 0, Holder.MODEL: 0}
    assert held.moments == Moments(loaded_at=moment(60), changed_at=moment(40), full_load_at=moment(10))
    assert {facts.key: facts for facts in key_facts(held)} == {
        2: KeyFacts(
            2,
            in_source=True,
            in_copy=True,
            in_changes=True,
            created_at=moment(2),
            changed_at=moment(30),
            is_filtered=True,
        ),
        3: KeyFacts(3, in_changes=True, is_deleted=True, changed_at=moment(40)),
        9: KeyFacts(9, in_model=True, shard="xregion"),
    }


def test_places_that_hold_nothing(connection: WarehouseConnection) -> None:
    for holder, rows in {Holder.MODEL: MODEL, Holder.CHANGES: CHANGES, Holder.COPY: COPY}.items():
        connection.append(PLACES[holder], rows.slice(0, 0))

    held = put_together(
        WHOLE, {**read_warehouse(connection, WHOLE, PLACES), Holder.SOURCE: SOURCE.slice(0, 0)}
    )

    assert {*held.rows.values()} == {*held.repeated.values()} == {0}
    assert held.moments == Moments()
    assert list(key_facts(held)) == []


@pytest.mark.parametrize("missing", PLACES)
def test_a_place_that_is_not_there_is_named(connection: WarehouseConnection, missing: Holder) -> None:
    fill(connection)
    connection.execute(f"DROP TABLE {connection.quoted(PLACES[missing])}")

    with pytest.raises(HolderMissing, match=rf"There is no {PLACES[missing]}, .* as {missing.value} has it"):
        read_warehouse(connection, WHOLE, PLACES)
