"""Runs that are killed leave the table as it is after some of their files, and the next run does the rest."""

import os
import random
from pathlib import Path

import duckdb
import pytest

from dagster_open_platform.lib.aws.buckets import DMS
from dagster_open_platform.lib.aws.protocol import ObjectInfo
from dagster_open_platform.lib.aws.resource import S3StoreResource
from dagster_open_platform.lib.dms.files import list_change_files, unapplied
from dagster_open_platform_tests.fixtures.dms import (
    PREFIX,
    expected,
    random_changes,
    random_files,
    read_changes,
    stored,
)
from dagster_open_platform_tests.fixtures.forking import forked
from dagster_open_platform_tests.fixtures.s3 import S3Server, s3

__all__ = ["s3"]  # a fixture

ROUNDS = 5
MODULE = "dagster_open_platform_tests.integration.dms.child"


def run(server: S3Server, warehouse: Path, lines: int | None) -> list[str]:
    """Run the child, kill it after some lines of its output, and return all that it said.

    Args:
        server: The store.
        warehouse: Directory of the warehouse.
        lines: After how many it is killed; None: it runs to its end.
    """
    with forked(MODULE, str(warehouse), "1", environment={**os.environ, **server.variables}) as process:
        assert process.stdout is not None
        said = []
        for line in iter(process.stdout.readline, ""):
            said.append(line.strip())
            if len(said) == lines:
                process.kill()
        assert process.wait() == (0 if said[-1] == "done" else -9)
    return said


def pending(server: S3Server, warehouse: Path) -> list[ObjectInfo]:
    """The files that no run has noted, in the order in which a run applies them."""
    noted: dict[str, str] = {}
    if (warehouse / "purina.duckdb").exists():
        with duckdb.connect(str(warehouse / "purina.duckdb"), read_only=True) as connection:
            if connection.execute("FROM duckdb_tables() WHERE table_name = '_applied_files'").fetchall():
                rows = connection.execute("SELECT file_key, etag FROM dms._applied_files").fetchall()
                noted = dict(rows)
                assert len(noted) == len(rows), "a file is noted twice"
    with S3StoreResource().connect() as store:
        return unapplied(list_change_files(store, DMS, f"{PREFIX}/users"), noted)


def test_any_changes_in_any_files_through_runs_that_are_killed(
    s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.variables.items():
        monkeypatch.setenv(name, value)
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    draw = random.Random(1)  # noqa: S311 - a test's choices
    changes = random_changes(draw, keys=15, count=100)
    files = list(random_files(draw, changes).items())
    draw.shuffle(files)
    interrupted, unheard = 0, set[str]()
    for number in range(ROUNDS):
        for key, body in files[number::ROUNDS]:
            s3.put(DMS, key, body)
        before = [file.key for file in pending(s3, warehouse)]
        said = run(s3, warehouse, draw.randrange(1, 16))
        interrupted += said[-1] != "done"
        # The table has the files that were noted before, some that a run was killed before it could note, and the first of the
        # others: no less than this run noted.
        noted = len(before) - len(left := {file.key for file in pending(s3, warehouse)})
        applied = next(
            count
            for count in range(noted, len(before) + 1)
            if table_of(warehouse) == expected(read_changes(s3.objects(DMS), {*before[count:]} - unheard))
        )
        assert noted <= applied <= noted + 1
        assert noted <= said.count("merged")
        unheard = (unheard | {*before[:applied]}) & left
    assert interrupted >= ROUNDS // 2
    assert run(s3, warehouse, None)[-1] == "done"
    assert pending(s3, warehouse) == []
    assert stored(warehouse) == expected(changes)
    assert run(s3, warehouse, None) == ["ready", "done"]
    assert stored(warehouse) == expected(changes)


def table_of(warehouse: Path) -> dict[object, dict[str, object]]:
    """The table's rows by key; none if there is no table yet."""
    if not (warehouse / "purina.duckdb").exists():
        return {}
    with duckdb.connect(str(warehouse / "purina.duckdb"), read_only=True) as connection:
        if not connection.execute("FROM duckdb_tables() WHERE table_name = 'users'").fetchall():
            return {}
    return stored(warehouse)
