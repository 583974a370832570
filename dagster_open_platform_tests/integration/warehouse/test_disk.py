"""A full disk and missing rights: typed, permanent, and the table is as it was."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_open_platform_tests.fixtures.warehouse import local_duckdb, stored
from dagster_open_platform_tests.integration.warehouse.child import APPEND, REPLACE, TABLES, write
from dagster_open_platform_tests.integration.warehouse.processes import outcome

# The kernel refuses every write to it with "No space left on device"; Linux only.
FULL_DEVICE = Path("/dev/full")


@pytest.mark.parametrize("slot", [0, REPLACE, APPEND])
@pytest.mark.parametrize("rows", [30_000, 150_000, 600_000])
def test_a_disk_that_fills_up_in_the_middle(tmp_path: Path, rows: int, slot: int) -> None:
    """Few rows meet the limit in the write-ahead log, more at the commit, most while they are inserted."""
    directory = tmp_path / "warehouse"
    write(local_duckdb(directory), slot, 1, 10)
    limit = (directory / "purina.duckdb").stat().st_size + 300_000

    check_full(directory, outcome(directory, "limited", f"{slot},{rows},{limit}"), slot)


@pytest.mark.parametrize("device", [FULL_DEVICE] if FULL_DEVICE.exists() else [])
def test_no_space_for_the_write_ahead_log(tmp_path: Path, device: Path) -> None:
    directory = tmp_path / "warehouse"
    write(local_duckdb(directory), 0, 1, 10)
    log = directory / "purina.duckdb.wal"
    log.symlink_to(device)

    found = outcome(directory, "write", 1000)

    log.unlink(missing_ok=True)
    check_full(directory, found)
    assert "No space left on device" in found["message"]


def check_full(directory: Path, found: dict[str, object], slot: int = 0) -> None:
    """The failure is of its type, the rows are the old ones, and with space there again a write succeeds."""
    assert (found["error"], found["retry"]) == ("DiskFull", False), found
    assert "Make space" in str(found["message"])
    with local_duckdb(directory).connect() as connection:
        assert [row["generation"] for row in stored(connection, TABLES[slot])] == [1] * 10
    write(local_duckdb(directory), slot, 2, 20)
    kept = [1] * 10 if slot == APPEND else []
    with local_duckdb(directory).connect() as connection:
        assert sorted(row["generation"] for row in stored(connection, TABLES[slot])) == kept + [2] * 20


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that every user may enter, which those of `tmp_path` are not."""
    made = Path(tempfile.mkdtemp(prefix="warehouse_rights_"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.mark.parametrize(("directory_mode", "file_mode"), [(0o555, 0o644), (0o755, 0o000), (0o000, 0o644)])
def test_missing_rights_are_named(open_directory: Path, directory_mode: int, file_mode: int) -> None:
    directory = open_directory / "warehouse"
    write(local_duckdb(directory), 0, 1, 10)
    file = directory / "purina.duckdb"
    owner = file.stat().st_uid
    file.chmod(file_mode)
    directory.chmod(directory_mode)

    found = outcome(directory, "unprivileged", open_directory / "scratch")

    directory.chmod(0o755)
    file.chmod(0o644)
    assert (found["error"], found["retry"]) == ("PermissionDenied", False), found
    assert str(directory) in found["message"]
    assert file.stat().st_uid == owner
    with local_duckdb(directory).connect() as connection:
        assert [row["generation"] for row in stored(connection)] == [1] * 10
