"""`kill -9` in the middle of a write leaves the old rows or the new ones, and the next write succeeds."""

import itertools
import random
import threading
from pathlib import Path

import pytest

from dagster_open_platform_tests.fixtures.warehouse import DAY, days, local_duckdb
from dagster_open_platform_tests.integration.warehouse.child import (
    APPEND,
    MERGE,
    REPLACE,
    SLOTS,
    TABLES,
    marker,
    write,
)
from dagster_open_platform_tests.integration.warehouse.processes import running

ROWS = 30_000
ROUNDS = 6


def killed(directory: Path, rng: random.Random) -> dict[int, int]:
    """Let the child write, kill it a random time after it got going, and return what it said it had written."""
    said: dict[int, int] = {}
    with running(directory, "loop", ROWS) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        started = itertools.islice(lines, SLOTS)
        said.update(map(parsed, started))
        timer = threading.Timer(rng.uniform(0.0, 0.7), process.kill)
        timer.start()
        said.update(map(parsed, lines))
        timer.join()
        assert process.wait() == -9
    return said


def parsed(line: str) -> tuple[int, int]:
    """Slot and generation of a line of the child."""
    slot, generation = line.split()
    return int(slot), int(generation)


def generations(directory: Path) -> dict[int, list[dict[str, int]]]:
    """Rows of each slot by the generation that wrote them."""
    found = {}
    with local_duckdb(directory).connect() as connection:
        for slot, table in TABLES.items():
            counted = connection.query(
                f"SELECT generation, count(*) AS amount, count(DISTINCT id) AS ids "  # noqa: S608 - quoted by the seam
                f"FROM {connection.quoted(table)} WHERE day = ? GROUP BY generation ORDER BY generation",
                [days(DAY, slot + 1).end],
            )
            found[slot] = counted.to_pylist()
    return found


def columns_of_replaced(directory: Path) -> list[str]:
    """Columns of the table that is replaced as a whole."""
    with local_duckdb(directory).connect() as connection:
        return [*(connection.columns(TABLES[REPLACE]) or {})]


@pytest.mark.parametrize("seed", [2026])
def test_a_write_is_never_there_in_part(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    directory = tmp_path / "warehouse"
    for _ in range(ROUNDS):
        said = killed(directory, rng)

        for slot, counted in generations(directory).items():
            assert all((one["amount"], one["ids"]) == (ROWS, ROWS) for one in counted)
            there = [one["generation"] for one in counted]
            # What was said to be written is there, unless the write after it finished unheard.
            last = there[-1]
            assert last in (said[slot], said[slot] + 1)
            assert there == ([*range(1, last + 1)] if slot == APPEND else [last])
            if slot == REPLACE:
                assert columns_of_replaced(directory) == ["day", "id", "generation", "text", marker(last)]

        for slot in TABLES:
            write(local_duckdb(directory), slot, 1000, 10)
        written = {"generation": 1000, "amount": 10, "ids": 10}
        for slot, counted in generations(directory).items():
            # Those that a merge does not name and those before an append stay.
            assert counted[-1] == written
            assert len(counted) == 1 or slot in (MERGE, APPEND)
        for file in directory.iterdir():
            file.unlink()
