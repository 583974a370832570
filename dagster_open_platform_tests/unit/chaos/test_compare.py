"""DuckDB's comparison of two warehouses says what counting the rows in Python says."""

import itertools
from collections import Counter
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.chaos.compare import Comparison, Difference, compare, differing

Row = tuple[int | None, str | None]
ROWS = st.lists(st.tuples(st.none() | st.integers(0, 2), st.none() | st.sampled_from(["", "a"])), max_size=6)
NUMBERS = itertools.count()


def write(directory: Path, *statements: str, database: str = "purina") -> None:
    directory.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(directory / f"{database}.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)


def compared(first: Path, second: Path) -> Comparison:
    found = Comparison()
    compare(first, second, found)
    return found


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROWS, second=ROWS)
def test_rows_are_counted_with_their_repetitions(tmp_path: Path, first: list[Row], second: list[Row]) -> None:
    place = tmp_path / str(next(NUMBERS))
    for name, rows in (("first", first), ("second", second)):
        write(place / name, "CREATE TABLE t (id INT, told TEXT)")
        with duckdb.connect(str(place / name / "purina.duckdb")) as connection:
            for row in rows:
                connection.execute("INSERT INTO t VALUES (?, ?)", row)
    found = compared(place / "first", place / "second")
    assert (found.tables, found.rows) == (1, len(first))
    assert found.lost == (Counter(first) - Counter(second)).total()
    assert found.more == (Counter(second) - Counter(first)).total()


def test_what_tells_when_something_was_done_is_left_out(tmp_path: Path) -> None:
    for name, moment in (("first", "2026-06-01"), ("second", "2026-06-02")):
        write(
            tmp_path / name,
            f"CREATE TABLE loaded AS SELECT 1 AS id, TIMESTAMP '{moment}' AS _sling_loaded_at",
            f"CREATE TABLE only_told AS SELECT TIMESTAMP '{moment}' AS written_at",
            "CREATE SCHEMA _bookkeeping",
            f"CREATE TABLE _bookkeeping.t AS SELECT '{moment}' AS x",
        )
    found = compared(tmp_path / "first", tmp_path / "second")
    assert (found.tables, found.lost, found.more) == (1, 0, 0)
    assert found.left_out == ["first.purina.main.only_told"]


def test_the_last_digits_of_a_sum_are_left_out_and_others_are_not(tmp_path: Path) -> None:
    for name, value in (("first", "0.1::DOUBLE + 0.2::DOUBLE"), ("second", "0.3::DOUBLE")):
        write(tmp_path / name, f"CREATE TABLE t AS SELECT {value} AS x")
    write(tmp_path / "third", "CREATE TABLE t AS SELECT 0.3001::DOUBLE AS x")
    assert compared(tmp_path / "first", tmp_path / "second").differences == {}
    assert compared(tmp_path / "first", tmp_path / "third").lost == 1


def test_of_a_snapshot_the_valid_versions_are_compared(tmp_path: Path) -> None:
    def snapshot(*rows: str) -> list[str]:
        columns = "id INT, plan TEXT, dbt_valid_from TIMESTAMP, dbt_valid_to TIMESTAMP"
        return [
            "CREATE SCHEMA snapshots",
            f"CREATE TABLE snapshots.plans ({columns})",
            *(" ".join(["INSERT INTO snapshots.plans VALUES", row]) for row in rows),
        ]

    now = "(1, 'PRO', '2026-06-02', NULL)"
    write(tmp_path / "first", *snapshot("(1, 'SOLO', '2026-06-01', '2026-06-02')", now))
    write(tmp_path / "second", *snapshot(now.replace("06-02", "06-03")))
    write(tmp_path / "third", *snapshot("(1, 'SOLO', '2026-06-01', NULL)"))
    assert compared(tmp_path / "first", tmp_path / "second").differences == {}
    assert compared(tmp_path / "first", tmp_path / "third").lost == 1


def test_a_table_a_column_and_a_file_that_are_missing_are_told(tmp_path: Path) -> None:
    write(tmp_path / "first", "CREATE TABLE a AS SELECT 1 AS x, 2 AS y", "CREATE TABLE b AS SELECT 1 AS x")
    write(tmp_path / "first", "CREATE TABLE c AS SELECT 1 AS x", database="other")
    write(tmp_path / "second", "CREATE TABLE a AS SELECT 1 AS x")
    found = compared(tmp_path / "first", tmp_path / "second")
    assert found.differences["first.purina.main.b"] == Difference(1, 0, "the table is missing")
    assert found.differences["first.other.main.c"] == Difference(1, 0, "the table is missing")
    assert found.differences["first.purina.main.a"] == Difference(1, 1, "y: 2 / None")
    assert any("first.purina.main.a: 1 rows lost, 1 too many" in line for line in differing(found))
