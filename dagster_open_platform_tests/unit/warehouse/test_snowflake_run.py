"""Blocks of a run that share a session leave nothing to one another: no table, no schema, no transaction."""

import dagster as dg
import pyarrow as pa

from dagster_open_platform.lib.warehouse import TableRef, WarehouseResource, WriteResult
from dagster_open_platform_tests.fixtures.warehouse import (
    ALL_TYPES,
    DAY,
    TABLE,
    days,
    fake_snowflake,
    in_order,
    stored,
)

# Of the same database: fakesnow describes no table of another than the current one.
OTHER = TableRef("purina", "other", "t")


def test_writes_of_several_blocks_are_as_those_of_one() -> None:
    results: list[WriteResult] = []

    @dg.asset
    def several(warehouse: WarehouseResource) -> None:
        for _ in range(3):
            with warehouse.connect() as connection:
                results.append(connection.replace_window(TABLE, ALL_TYPES, days(DAY, 1)))
            with warehouse.connect() as connection:
                results.append(connection.merge(OTHER, pa.table({"id": [1, 2]}), ["id"]))

    @dg.asset(deps=[several])
    def broken(warehouse: WarehouseResource) -> None:
        with warehouse.connect() as connection:
            connection.execute("BEGIN TRANSACTION")
            connection.execute(f"DELETE FROM {connection.quoted(TABLE)}")  # noqa: S608 - quoted by the seam
            raise ZeroDivisionError

    with fake_snowflake() as warehouse:
        run = dg.materialize([several, broken], resources={"warehouse": warehouse}, raise_on_error=False)
        assert not run.success
        with warehouse.connect() as connection:
            assert stored(connection) == in_order(ALL_TYPES.to_pylist())
            assert len(stored(connection, OTHER)) == 2

    assert results == [
        WriteResult(0, 3),
        WriteResult(0, 2),
        WriteResult(3, 3),
        WriteResult(0, 0),
        WriteResult(3, 3),
        WriteResult(0, 0),
    ]
