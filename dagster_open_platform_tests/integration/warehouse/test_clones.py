"""Clones among processes: killed in the middle, held by somebody, written to meanwhile."""

# ruff: noqa: S608 - names of tables are quoted by the seam itself

import itertools
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dagster_open_platform.lib.snowflake.clones import drop_clones, make_clones
from dagster_open_platform.lib.warehouse import TableRef, WarehouseResource, duckdb_warehouse
from dagster_open_platform.lib.warehouse.errors import WarehouseLocked
from dagster_open_platform.utils.databases import LOGICAL_DATABASES
from dagster_open_platform_tests.fixtures.forking import Forked, forked
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb
from dagster_open_platform_tests.integration.warehouse import child
from dagster_open_platform_tests.integration.warehouse.processes import running

CHILD = "dagster_open_platform_tests.integration.warehouse.clone_child"
ROWS = 1_000_000
ROUNDS = 6
CLONES = {database: f"{database}_clone_7" for database in LOGICAL_DATABASES}
EXPECTED = {"n": ROWS, "total": ROWS * (ROWS - 1) // 2}


def of_branch(directory: Path) -> WarehouseResource:
    return duckdb_warehouse(directory, {**CLONES, "source": "purina"})


def content(warehouse: WarehouseResource, database: str) -> dict[str, int]:
    """What is in the table of a database."""
    with warehouse.connect() as connection:
        return connection.query(
            f"SELECT count(*) AS n, sum(id)::BIGINT AS total FROM {database}.main.t"
        ).to_pylist()[0]


@contextmanager
def cloning(directory: Path) -> Iterator[Forked]:
    """Run the child that makes and drops clones, and see to it that it has ended after the block."""
    with forked(CHILD, str(directory), "loop") as process:
        yield process


def attempt(directory: Path) -> dict[str, Any]:
    """Let another process write to the source at once or not at all."""
    with forked(CHILD, str(directory), "attempt") as process:
        said, _ = process.communicate()
        assert process.returncode == 0
    return json.loads(said.splitlines()[-1])


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Databases that take a while to copy."""
    directory = tmp_path_factory.mktemp("sources")
    with local_duckdb(directory).connect() as connection:
        for database in LOGICAL_DATABASES:
            connection.execute(
                f"CREATE TABLE {database}.main.t AS SELECT range AS id, hash(range)::VARCHAR AS text FROM range({ROWS})"
            )
        connection.execute("CREATE VIEW dwh_reporting.main.v AS SELECT count(*) AS n FROM purina.main.t")
    return directory


@pytest.mark.parametrize("seed", [2026])
def test_killed_at_any_moment_no_clone_is_half_and_the_next_run_repairs(sources: Path, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    ended_in: set[tuple[str, ...]] = set()
    for _ in range(ROUNDS):
        with cloning(sources) as process:
            assert process.stdout is not None
            assert next(iter(process.stdout.readline, "")) == "made\n"
            timer = threading.Timer(rng.uniform(0.0, 0.5), process.kill)
            timer.start()
            assert process.wait() == -9
            timer.join()
        left = sorted(file.name for file in sources.iterdir() if "clone" in file.name)
        ended_in.add(tuple(left))

        # What is there under the name of a clone is whole, and the sources are as they were.
        for database, clone in CLONES.items():
            assert content(local_duckdb(sources), database) == EXPECTED
            if f"{clone}.duckdb" in left:
                assert content(of_branch(sources), clone) == EXPECTED

        with local_duckdb(sources).connect_without_databases() as connection:
            make_clones(connection, "7")
        for clone in CLONES.values():
            assert content(of_branch(sources), clone) == EXPECTED
        with of_branch(sources).connect() as connection:
            [text] = connection.query(
                "SELECT sql FROM duckdb_views() WHERE view_name = 'v' AND NOT internal"
            )["sql"]
            assert "purina_clone_7.main.t" in text.as_py()
        with local_duckdb(sources).connect_without_databases() as connection:
            drop_clones(connection, "7")
        assert [file.name for file in sources.iterdir() if "clone" in file.name] == []
    assert len(ended_in) > 1, "every kill met the same moment"


def test_a_source_that_somebody_holds_is_told_with_who_holds_it(sources: Path) -> None:
    with running(sources, "hold") as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        impatient = local_duckdb(sources).waiting_at_most(0.2)
        with impatient.connect_without_databases() as connection:
            with pytest.raises(WarehouseLocked, match=str(holder.pid)) as raised:
                connection.clone_database("purina", "purina_clone_7")
            assert raised.value.allow_retries
            # It is used now, whatever its time stamp says.
            assert {one.name for one in connection.databases()} >= {*LOGICAL_DATABASES}
    assert not (sources / "purina_clone_7.duckdb").exists()


def test_the_source_stays_locked_for_whoever_has_it_attached(sources: Path) -> None:
    with local_duckdb(sources).connect() as connection:
        assert connection.clone_database("purina", "purina_clone_7")
        assert attempt(sources)["error"] == "WarehouseLocked"
        connection.drop_database("purina_clone_7")
        assert attempt(sources)["error"] == "WarehouseLocked"
    assert attempt(sources)["error"] == ""


def test_a_clone_of_what_is_being_written_holds_whole_writes(tmp_path: Path) -> None:
    directory = tmp_path / "w"
    directory.mkdir()
    rows, taken = 20_000, 4
    with running(directory, "loop", rows) as writer:
        assert writer.stdout is not None
        lines = iter(writer.stdout.readline, "")
        said = [int(line.split()[1]) for line in itertools.islice(lines, child.SLOTS)]
        for number in range(taken):
            with local_duckdb(directory).connect_without_databases() as connection:
                assert connection.clone_database("purina", f"purina_clone_{number}")
            said = [int(line.split()[1]) for line in itertools.islice(lines, child.SLOTS)]
        assert min(said) > 1, "the writer goes on"

    for number in range(taken):
        clone = f"purina_clone_{number}"
        with duckdb_warehouse(directory, {"purina": clone}).connect() as connection:
            for table in {*child.TABLES.values()}:
                quoted = connection.quoted(TableRef(clone, table.schema, table.name))
                counted = connection.query(
                    f"SELECT day, generation, count(*) AS n, count(DISTINCT id) AS ids FROM {quoted} GROUP BY ALL"
                ).to_pylist()
                assert counted
                assert all((one["n"], one["ids"]) == (rows, rows) for one in counted), table
