"""Database files: one a database, made when first written to; damaged ones are reported as what they are."""

import datetime as dt
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from dagster_open_platform.lib.warehouse import TableRef, WarehouseResource, duckdb_warehouse
from dagster_open_platform.lib.warehouse.errors import (
    CorruptDatabase,
    MissingCredentials,
    MissingDirectory,
    MissingObject,
    NewerDatabase,
    StatementFailed,
    WarehouseLocked,
)
from dagster_open_platform_tests.fixtures.warehouse import DATABASES, DAY, TABLE, days, local_duckdb, stored

ROWS = pa.table({"day": [DAY] * 200_000, "n": range(200_000)})
# What begins a file that DuckDB 2.0.1 wrote (its checksum, its magic, storage version 999, its own version), by offset.
# The rest of the header is zeros.
NEWER_HEADER = {
    0x00: "625eae8e450eb9cb4455434be7030000",
    0x30: "0000000076322e302e31000000000000",
    0x50: "00000000386437383131346539300000",
    0x70: "00000000000000000000000095c5cabf",
    0x80: "c656d72bac06ef4c12b4fbd300000000",
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "it's a warehouse"


@pytest.fixture
def filled(directory: Path) -> WarehouseResource:
    warehouse = local_duckdb(directory)
    with warehouse.connect() as connection:
        connection.replace_window(TABLE, ROWS, days(DAY, 1))
    return warehouse


def test_a_file_is_made_by_the_first_write_to_its_database(directory: Path) -> None:
    warehouse = local_duckdb(directory)
    with warehouse.connect() as connection:
        assert connection.columns(TABLE) is None
        assert connection.last_updated([TABLE]) == {TABLE: None}
        with pytest.raises(MissingObject, match="purina"):
            connection.query(f"SELECT * FROM {connection.quoted(TABLE)}")  # noqa: S608 - quoted by the seam
        assert [*directory.iterdir()] == []

        connection.replace_window(TABLE, ROWS, days(DAY, 1))

    assert [file.name for file in directory.iterdir()] == ["purina.duckdb"]


def test_tables_of_one_name_in_two_databases_are_two_tables(directory: Path) -> None:
    other = TableRef("dwh_reporting", TABLE.schema, TABLE.name)
    with local_duckdb(directory).connect() as connection:
        connection.merge(TABLE, pa.table({"n": [1]}), ["n"])
        connection.merge(other, pa.table({"n": [2]}), ["n"])
        joined = f"SELECT a.n + b.n AS n FROM {connection.quoted(TABLE)} a, {connection.quoted(other)} b"  # noqa: S608

        assert connection.query(joined).to_pylist() == [{"n": 3}]


@pytest.mark.parametrize("kept", [0, 5, 100, 4096, 12_288, 100_000])
def test_a_truncated_file_is_reported_and_left_as_it_is(
    filled: WarehouseResource, directory: Path, kept: int
) -> None:
    file = directory / "purina.duckdb"
    file.write_bytes(file.read_bytes()[:kept])
    remains = file.read_bytes()

    with pytest.raises(CorruptDatabase, match="damaged"), filled.connect() as connection:
        connection.query(f"SELECT sum(n) FROM {connection.quoted(TABLE)}")  # noqa: S608 - quoted by the seam

    assert file.read_bytes() == remains


@pytest.mark.parametrize("content", [b"day,n\n" * 10_000, b"PAR1" + b"\0" * 20_000])
def test_another_kind_of_file_is_no_database(directory: Path, content: bytes) -> None:
    warehouse = local_duckdb(directory)
    (directory / "purina.duckdb").write_bytes(content)

    with pytest.raises(CorruptDatabase, match="damaged or is not one"), warehouse.connect():
        pass

    assert (directory / "purina.duckdb").read_bytes() == content


def test_a_flipped_byte_is_found_by_its_checksum(filled: WarehouseResource, directory: Path) -> None:
    file = directory / "purina.duckdb"
    content = bytearray(file.read_bytes())
    content[5000] ^= 0xFF
    file.write_bytes(content)

    with pytest.raises(CorruptDatabase), filled.connect():
        pass


def test_a_file_of_a_newer_duckdb_is_reported_and_left_as_it_is(directory: Path) -> None:
    warehouse = local_duckdb(directory)
    header = bytearray(12_288)
    for offset, digits in NEWER_HEADER.items():
        header[offset : offset + 16] = bytes.fromhex(digits)
    (directory / "purina.duckdb").write_bytes(header)

    with pytest.raises(NewerDatabase, match="storage version 999"), warehouse.connect():
        pass

    assert (directory / "purina.duckdb").read_bytes() == header


def test_a_directory_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"

    with pytest.raises(MissingDirectory, match=str(nowhere)), duckdb_warehouse(nowhere, DATABASES).connect():
        pass

    assert not nowhere.exists()


def test_the_directory_may_come_from_the_environment(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = duckdb_warehouse(dg.EnvVar("WAREHOUSE_DUCKDB_DIR"), DATABASES)
    with pytest.raises(MissingCredentials, match="WAREHOUSE_DUCKDB_DIR"), warehouse.connect():
        pass

    directory.mkdir()
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(directory))

    with warehouse.connect() as connection:
        connection.merge(TABLE, pa.table({"n": [1]}), ["n"])
    assert (directory / "purina.duckdb").exists()


def test_an_asset_gets_the_warehouse_that_the_definitions_name(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.mkdir()
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(directory))

    @dg.asset(pool="warehouse")
    def numbers(warehouse: WarehouseResource) -> None:
        with warehouse.connect() as connection:
            connection.merge(warehouse.table("purina", "s", "numbers"), pa.table({"n": [1, 2]}), ["n"])

    warehouse = duckdb_warehouse(dg.EnvVar("WAREHOUSE_DUCKDB_DIR"), DATABASES)

    assert dg.materialize([numbers], resources={"warehouse": warehouse}).success
    with local_duckdb(directory).connect() as connection:
        assert stored(connection, TableRef("purina", "s", "numbers")) == [{"n": 1}, {"n": 2}]


def test_a_file_that_this_process_has_open_is_locked_too(filled: WarehouseResource) -> None:
    impatient = filled.model_copy(update={"lock_timeout_seconds": 0.2})

    with (
        filled.connect(),
        pytest.raises(WarehouseLocked, match="this very process"),
        impatient.connect(),
    ):
        pass

    with impatient.connect() as connection:
        assert connection.query(f"SELECT count(*) AS n FROM {connection.quoted(TABLE)}").to_pylist() == [  # noqa: S608
            {"n": 200_000}
        ]


def test_a_failed_block_lets_go_of_the_files(filled: WarehouseResource) -> None:
    with pytest.raises(ZeroDivisionError), filled.connect():
        raise ZeroDivisionError

    with filled.model_copy(update={"lock_timeout_seconds": 0}).connect():
        pass


def test_last_updates_move_with_each_write_and_only_for_its_table(directory: Path) -> None:
    other = TableRef("purina", "pypi", "other")
    start = dt.datetime.now(dt.UTC)
    with local_duckdb(directory).connect() as connection:
        connection.merge(TABLE, pa.table({"n": [1]}), ["n"])
        connection.merge(other, pa.table({"n": [1]}), ["n"])
        first = connection.last_updated([TABLE, other])
        connection.merge(TABLE, pa.table({"n": [2]}), ["n"])
        second = connection.last_updated([TABLE, other])
    with local_duckdb(directory).connect() as connection:
        assert connection.last_updated([TABLE, other]) == second
        connection.execute(f"DROP TABLE {connection.quoted(TABLE)}")
        assert connection.last_updated([TABLE]) == {TABLE: None}

    times = [first[TABLE], first[other], second[TABLE]]
    assert None not in times
    assert [start, *times] == sorted(time for time in [start, *times] if time)
    assert second[other] == first[other]


def test_tables_that_others_wrote_have_no_known_time(directory: Path) -> None:
    with local_duckdb(directory).connect() as connection:
        connection.execute("CREATE TABLE purina.main.theirs AS SELECT 1 AS n")
        theirs = TableRef("purina", "main", "theirs")

        assert connection.last_updated([theirs]) == {theirs: None}


def test_a_write_that_breaks_a_constraint_changes_nothing(directory: Path) -> None:
    with local_duckdb(directory).connect() as connection:
        connection.execute("CREATE TABLE purina.main.small (n BIGINT CHECK (n < 10))")
        small = TableRef("purina", "main", "small")
        connection.merge(small, pa.table({"n": [1]}), ["n"])
        before = connection.last_updated([small])

        with pytest.raises(StatementFailed, match="CHECK"):
            connection.merge(small, pa.table({"n": [2, 11]}), ["n"])

        assert stored(connection, small) == [{"n": 1}]
        assert connection.last_updated([small]) == before
        connection.merge(small, pa.table({"n": [3]}), ["n"])


def test_narrower_tables_of_others_take_what_fits(directory: Path) -> None:
    with local_duckdb(directory).connect() as connection:
        connection.execute("CREATE TABLE purina.main.narrow (n INTEGER, x FLOAT)")
        narrow = TableRef("purina", "main", "narrow")
        connection.merge(narrow, pa.table({"n": [1], "x": [0.5]}), ["n"])

        with pytest.raises(StatementFailed, match="out of range"):
            connection.merge(narrow, pa.table({"n": [2, 2**40], "x": [1.0, 1.0]}), ["n"])

        assert stored(connection, narrow) == [{"n": 1, "x": 0.5}]
