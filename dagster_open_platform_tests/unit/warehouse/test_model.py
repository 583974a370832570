"""After any sequence of writes the table is what a few lines of Python say it is."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings

from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection
from dagster_open_platform_tests.fixtures.warehouse import in_order, local_duckdb, stored
from dagster_open_platform_tests.fixtures.warehouse_model import NUMBERS, Model, Write, sequences

# The warehouse is shared by the examples; each has a table of its own.
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def check(connection: WarehouseConnection, writes: list[Write]) -> None:
    """Run the writes on a new table and compare after each."""
    table = TableRef("purina", "model", f"t{next(NUMBERS)}")
    model = Model()
    for write in writes:
        result, expected, model = write(connection, table, model)
        assert result == expected
        assert {*(connection.columns(table) or {})} == model.columns
        assert stored(connection, table) == in_order(model.rows)


@settings(max_examples=8, deadline=None, suppress_health_check=SHARED)
@given(writes=sequences(unique=True, longest=4))
def test_any_sequence_of_writes(connection: WarehouseConnection, writes: list[Write]) -> None:
    check(connection, writes)


# On DuckDB only: fakesnow's MERGE updates every row of a key when it should update the older ones of them.
@settings(max_examples=20, deadline=None, suppress_health_check=SHARED)
@given(writes=sequences(unique=False, longest=5))
def test_any_sequence_of_writes_to_tables_with_repeated_keys(tmp_path: Path, writes: list[Write]) -> None:
    with local_duckdb(tmp_path / "warehouse").connect() as connection:
        check(connection, writes)
