"""Databases of a laptop are listed, cloned and dropped as wholes; nothing is dropped that is no clone."""

import datetime as dt
import os
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.warehouse import (
    TableRef,
    WarehouseConnection,
    WarehouseResource,
    duckdb_warehouse,
)
from dagster_open_platform.lib.warehouse.databases import checked_clone, checked_drop
from dagster_open_platform.lib.warehouse.errors import (
    MissingObject,
    NotAClone,
    PermissionDenied,
    StatementFailed,
)
from dagster_open_platform.utils.clone_names import DatabaseClone, parse_clone_name
from dagster_open_platform.utils.databases import LOGICAL_DATABASES
from dagster_open_platform_tests.fixtures.warehouse import ALL_TYPES, TABLE, in_order, local_duckdb, stored

CLONE = "purina_clone_7"
IN_CLONE = TableRef(CLONE, TABLE.schema, TABLE.name)
LONG_AGO = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    with local_duckdb(tmp_path / "w").connect() as connection:
        connection.append(TABLE, ALL_TYPES)
        connection.execute("CREATE VIEW purina.pypi.days AS SELECT DISTINCT day FROM purina.pypi.downloads")
    return tmp_path / "w"


def names(connection: WarehouseConnection) -> list[str]:
    return [database.name for database in connection.databases()]


def of_branch(directory: Path) -> WarehouseResource:
    """The warehouse of a pull request."""
    return duckdb_warehouse(directory, {"purina": CLONE})


@pytest.mark.parametrize("attached", [True, False])
def test_a_clone_holds_what_the_source_held_and_lives_apart(directory: Path, attached: bool) -> None:
    warehouse = local_duckdb(directory)
    with warehouse.connect() if attached else warehouse.connect_without_databases() as connection:
        assert connection.clone_database("purina", CLONE)
    with local_duckdb(directory).connect() as connection:
        connection.execute("DELETE FROM purina.pypi.downloads")
    with of_branch(directory).connect() as branch:
        assert stored(branch, IN_CLONE) == in_order(ALL_TYPES.to_pylist())
        assert branch.last_updated([IN_CLONE])[IN_CLONE] is not None
        branch.append(IN_CLONE, ALL_TYPES)
    with local_duckdb(directory).connect() as connection:
        assert stored(connection) == []


def test_what_was_committed_a_moment_ago_is_in_the_clone(directory: Path) -> None:
    with local_duckdb(directory).connect() as connection:
        connection.append(TABLE, ALL_TYPES)
        assert (directory / "purina.duckdb.wal").stat().st_size > 0
        connection.clone_database("purina", CLONE)
        # The source is there as before.
        connection.append(TABLE, ALL_TYPES)
        assert len(stored(connection)) == 3 * ALL_TYPES.num_rows
    with of_branch(directory).connect() as branch:
        assert len(stored(branch, IN_CLONE)) == 2 * ALL_TYPES.num_rows


def test_cloning_and_dropping_again_changes_nothing(directory: Path) -> None:
    with local_duckdb(directory).connect_without_databases() as connection:
        assert connection.clone_database("purina", CLONE)
        before = (directory / f"{CLONE}.duckdb").read_bytes()
        assert not connection.clone_database("purina", CLONE)
        assert (directory / f"{CLONE}.duckdb").read_bytes() == before
        assert names(connection) == ["purina", CLONE]
        assert connection.drop_database(CLONE)
        assert not connection.drop_database(CLONE)
        assert names(connection) == ["purina"]
    assert [file.name for file in directory.iterdir()] == ["purina.duckdb"]


def test_what_a_dead_attempt_left_is_no_database_and_is_removed(directory: Path) -> None:
    leftovers = [
        directory / f".{CLONE}.partial",
        directory / f"{CLONE}.duckdb.wal",
        directory / ".purina_clone_9.partial",
    ]
    with local_duckdb(directory).connect_without_databases() as connection:
        for file in leftovers:
            file.write_bytes(b"half")
        assert names(connection) == ["purina"]
        assert connection.clone_database("purina", CLONE)
        assert [file.exists() for file in leftovers] == [False, False, False]
        connection.drop_database(CLONE)
        leftovers[0].write_bytes(b"half")
        assert not connection.drop_database(CLONE)
        assert not leftovers[0].exists()
    with local_duckdb(directory).connect() as connection:
        assert len(stored(connection)) == ALL_TYPES.num_rows


def test_a_clone_that_is_damaged_can_be_dropped(directory: Path) -> None:
    (directory / f"{CLONE}.duckdb").write_bytes(b"x" * 10_000)
    with local_duckdb(directory).connect_without_databases() as connection:
        assert names(connection) == ["purina", CLONE]
        assert connection.drop_database(CLONE)
        assert names(connection) == ["purina"]


def test_a_clone_that_is_attached_is_dropped(directory: Path) -> None:
    with local_duckdb(directory).connect() as connection:
        connection.clone_database("purina", CLONE)
    with of_branch(directory).connect() as branch:
        branch.append(IN_CLONE, ALL_TYPES)
        assert branch.drop_database(CLONE)
    assert [file.name for file in directory.iterdir()] == ["purina.duckdb"]


def test_a_source_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with local_duckdb(tmp_path / "w").connect() as connection:
        with pytest.raises(MissingObject, match="no file"):
            connection.clone_database("purina", CLONE)
        assert connection.databases() == []


def test_a_source_with_an_open_transaction_is_not_cloned(directory: Path) -> None:
    with local_duckdb(directory).connect() as connection:
        connection.execute("BEGIN")
        connection.execute("DELETE FROM purina.pypi.downloads")
        with pytest.raises(StatementFailed, match="Cannot CHECKPOINT"):
            connection.clone_database("purina", CLONE)
        connection.execute("ROLLBACK")
        assert len(stored(connection)) == ALL_TYPES.num_rows
        assert names(connection) == ["purina"]


def test_a_directory_that_cannot_be_written_is_told(directory: Path) -> None:
    # A folder where the copy goes is refused also to root, whom permissions do not stop.
    (directory / f".{CLONE}.partial").mkdir()
    with local_duckdb(directory).connect() as connection:
        with pytest.raises((PermissionDenied, StatementFailed), match=f"cloning purina to {CLONE}"):
            connection.clone_database("purina", CLONE)
        assert len(stored(connection)) == ALL_TYPES.num_rows


def test_when_a_database_was_last_used(directory: Path) -> None:
    file = directory / "purina.duckdb"
    with local_duckdb(directory).connect_without_databases() as connection:
        before = dt.datetime.now(dt.UTC)
        connection.clone_database("purina", CLONE)
        (purina, clone) = connection.databases()
        assert clone.last_used_at is not None
        assert before - dt.timedelta(seconds=1) <= clone.last_used_at <= dt.datetime.now(dt.UTC)
        assert clone.bytes == purina.bytes == file.stat().st_size
        # The bookkeeping knows better than a time stamp that somebody has set back.
        os.utime(file, (0, 0))
        written = connection.databases()[0].last_used_at
        assert written is not None
        assert before - dt.timedelta(minutes=5) < written < before
    with local_duckdb(directory).connect() as connection:
        assert connection.databases()[0].last_used_at == written, "attached or not"


def test_a_database_that_the_seam_never_wrote_has_its_time_stamp(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    with duckdb.connect(str(tmp_path / "w" / "other.duckdb")) as connection:
        connection.execute("CREATE TABLE t (n INTEGER)")
    os.utime(tmp_path / "w" / "other.duckdb", (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    with local_duckdb(tmp_path / "w").connect() as connection:
        assert [(one.name, one.last_used_at) for one in connection.databases()] == [("other", LONG_AGO)]


NAMES = st.builds(
    "".join,
    st.lists(
        st.sampled_from(
            [*LOGICAL_DATABASES, "_clone_", "_CLONE_", "7", "\u0667", "_", "-", ".", " ", "\n", "/", "PURINA"]
        ),
        max_size=5,
    ),
) | st.text(max_size=20)


@given(name=NAMES, source=st.sampled_from([*LOGICAL_DATABASES, CLONE, "other"]))
@example(name="purina", source="purina")
@example(name="PURINA_CLONE_7", source="purina")
@example(name="purina_clone_7\n", source="purina")
@example(name="../purina_clone_7", source="purina")
@example(name="dwh_reporting_clone_7", source="purina")
def test_the_guard_lets_exactly_clones_pass(name: str, source: str) -> None:
    clone = parse_clone_name(name)
    if clone is None:
        with pytest.raises(NotAClone) as refused:
            checked_drop(name)
        assert repr(name) in str(refused.value)
    else:
        assert checked_drop(name) == clone
        assert DatabaseClone(clone.database, clone.pull_request_id).name == name
    if clone is None or clone.database != source:
        with pytest.raises(NotAClone) as refused:
            checked_clone(source, name)
        assert repr(name) in str(refused.value)
    else:
        assert checked_clone(source, name) == clone


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=NAMES.filter(
        lambda name: name and not {"/", "\x00"} & {*name} and len(name.encode(errors="replace")) < 200
    )
)
@example(name="purina")
@example(name="PURINA_CLONE_7")
@example(name="purina_clone_7_backup")
@example(name="purina_clone_7")
def test_no_file_outside_the_pattern_is_ever_deleted(tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name.encode(errors='ignore').decode()}.duckdb"
    file.write_bytes(b"whatever")
    with local_duckdb(tmp_path).connect_without_databases() as connection:
        try:
            dropped = connection.drop_database(name)
        except NotAClone:
            dropped = False
    assert dropped == (parse_clone_name(name) is not None)
    assert file.exists() != dropped
    file.unlink(missing_ok=True)
