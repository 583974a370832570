"""`kill -9` in the middle of a write leaves the old partition or the new one, and the next write succeeds."""

import itertools
import random
import threading
from pathlib import Path

import pytest

from dagster_open_platform_tests.fixtures.warehouse import DAY, TABLE, days, local_duckdb
from dagster_open_platform_tests.integration.warehouse.child import MERGED, PARTITIONS, write
from dagster_open_platform_tests.integration.warehouse.processes import running

ROWS = 100_000
ROUNDS = 6


def killed(directory: Path, rng: random.Random) -> dict[int, int]:
    """Let the child write, kill it a random time after it got going, and return what it said it had written."""
    said: dict[int, int] = {}
    with running(directory, "loop", ROWS) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        started = itertools.islice(lines, PARTITIONS + 1)
        said.update(map(parsed, started))
        timer = threading.Timer(rng.uniform(0.0, 0.7), process.kill)
        timer.start()
        said.update(map(parsed, lines))
        timer.join()
        assert process.wait() == -9
    return said


def parsed(line: str) -> tuple[int, int]:
    """Partition and generation of a line of the child."""
    partition, generation = line.split()
    return int(partition), int(generation)


def generations(directory: Path) -> dict[int, list[dict[str, int]]]:
    """Rows of each partition by the generation that wrote them."""
    found = {}
    with local_duckdb(directory).connect() as connection:
        for partition in range(PARTITIONS + 1):
            table = TABLE if partition < PARTITIONS else MERGED
            counted = connection.query(
                f"SELECT generation, count(*) AS amount, count(DISTINCT id) AS ids "  # noqa: S608 - quoted by the seam
                f"FROM {connection.quoted(table)} WHERE day = ? GROUP BY generation",
                [days(DAY, partition + 1).end],
            )
            found[partition] = counted.to_pylist()
    return found


@pytest.mark.parametrize("seed", [2026])
def test_a_partition_is_never_a_mixture(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    directory = tmp_path / "warehouse"
    for _ in range(ROUNDS):
        said = killed(directory, rng)

        for partition, counted in generations(directory).items():
            (one,) = counted
            assert (one["amount"], one["ids"]) == (ROWS, ROWS)
            # What was said to be written is there, unless the write after it finished unheard.
            assert one["generation"] in (said[partition], said[partition] + 1)

        for partition in range(PARTITIONS + 1):
            write(local_duckdb(directory), partition, 1000, 10)
        after = generations(directory)
        assert [after[partition] for partition in range(PARTITIONS)] == [
            [{"generation": 1000, "amount": 10, "ids": 10}]
        ] * PARTITIONS
        for file in directory.iterdir():
            file.unlink()
