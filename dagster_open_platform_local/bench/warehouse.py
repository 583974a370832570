"""What the warehouse seam costs: speed beside a bare DuckDB insert, and memory beside the size of the data.

What belongs here: the measures of a write of one partition of 1M rows x 10 columns. What does not: tests.

Everything is measured in child processes, which hold nothing but what a write needs. `python -m` of this module with
`speed` or `memory` is such a child; it prints one line of JSON.
"""

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from dagster_open_platform_local.bench.memory import peak_bytes
from dagster_open_platform_local.bench.ratio import Ratio
from dagster_open_platform_local.company.hashing import splitmix64

ROWS = 1_000_000
ROUNDS = 5
DAY = dt.date(2026, 6, 1)
MODULE = "dagster_open_platform_local.bench.warehouse"


def sample(rows: int = ROWS) -> pa.Table:
    """Return a partition of 10 columns: a date, whole and real numbers, a flag, a time, texts of few and many values."""
    import numpy as np

    def column(number: int) -> "np.typing.NDArray[np.uint64]":
        return splitmix64(np.arange(rows, dtype=np.uint64) + np.uint64(number * rows))

    texts = pa.array([f"package-{number}" for number in range(5000)])
    midnight = np.datetime64(DAY, "us").astype(np.uint64)
    return pa.table(
        {
            "day": pa.array(np.full(rows, np.datetime64(DAY, "D"))),
            "id": pa.array(np.arange(rows)),
            "downloads": pa.array((column(1) % 100_000).astype(np.int64)),
            "size": pa.array((column(2) >> np.uint64(1)).astype(np.int64)),
            "share": pa.array(column(3) / 2.0**64),
            "ratio": pa.array(column(4) / 2.0**60),
            "moment": pa.array(
                (midnight + column(5) % np.uint64(86_400_000_000)).astype("datetime64[us]"),
                pa.timestamp("us", tz="UTC"),
            ),
            "stable": pa.array(column(6) % 2 == 0),
            "project": texts.take(pa.array((column(7) % 5000).astype(np.int64))),
            "digest": pa.array([f"{value:016x}" for value in column(8).tolist()]),
        }
    )


def through_the_seam(data: pa.Table, directory: Path) -> None:
    """Open an empty warehouse, write the partition, and close it."""
    from dagster_open_platform.lib.warehouse import Window, duckdb_warehouse

    warehouse = duckdb_warehouse(directory, {"purina": "purina"})
    with warehouse.connect() as connection:
        table = warehouse.table("purina", "bench", "partition")
        connection.replace_window(table, data, Window("day", DAY, DAY + dt.timedelta(days=1)))


def bare(data: pa.Table, directory: Path) -> None:
    """The same with nothing but DuckDB: attach an empty file, create the table, insert in one transaction, close."""
    import duckdb

    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"ATTACH '{directory / 'purina.duckdb'}' AS purina")
    connection.register("incoming", data)
    connection.execute("BEGIN")
    connection.execute("CREATE SCHEMA purina.bench")
    connection.execute(
        "CREATE TABLE purina.bench.partition (day DATE, id BIGINT, downloads BIGINT, size BIGINT, share DOUBLE, "
        "ratio DOUBLE, moment TIMESTAMPTZ, stable BOOLEAN, project VARCHAR, digest VARCHAR)"
    )
    connection.execute("INSERT INTO purina.bench.partition BY NAME SELECT * FROM incoming")
    connection.execute("COMMIT")
    connection.close()


def seconds(write: Callable[[pa.Table, Path], None], data: pa.Table) -> float:
    """Wall-clock seconds of one write into a new directory, from opening to closing."""
    with tempfile.TemporaryDirectory() as directory:
        start = time.perf_counter()
        write(data, Path(directory))
        return time.perf_counter() - start


def speed() -> dict[str, float]:
    """Best times of both ways, alternately, after one round that imports what they need."""
    data = sample()
    rounds = [(seconds(through_the_seam, data), seconds(bare, data)) for _ in range(ROUNDS + 1)][1:]
    seam, floor = (min(column) for column in zip(*rounds, strict=True))
    return {"seam": seam, "bare": floor}


def memory() -> dict[str, float]:
    """Bytes of the table, and by how much the peak of resident memory grew from before it was there to after the write.

    A small write comes first, so that the libraries are loaded and their pools exist. The table is then read from a file
    made by another process, because making it needs more memory than having it.
    """
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "sample.arrow"
        subprocess.run([sys.executable, "-m", MODULE, "sample", str(file)], check=True)  # noqa: S603 - ourselves
        small = Path(directory) / "small"
        small.mkdir()
        through_the_seam(sample(1000), small)
        before = peak_bytes()
        with pa.OSFile(str(file)) as source:
            data = pa.ipc.open_file(source).read_all()
        through_the_seam(data, Path(directory))
        return {"table": data.nbytes, "growth": peak_bytes() - before}


def child(what: str) -> dict[str, float]:
    """Run one of the measures in a process of its own and return what it printed."""
    command = [sys.executable, "-m", MODULE, what]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    return json.loads(done.stdout.splitlines()[-1])


def measure() -> list[Ratio]:
    """Measure speed and memory."""
    times, sizes = child("speed"), child("memory")
    megabyte = 1_000_000
    return [
        Ratio(
            name="rows a second through the seam ÷ bare DuckDB insert",
            value=times["bare"] / times["seam"],
            limit=0.7,
            higher_is_better=True,
            detail=f"{ROWS / times['seam']:,.0f} ÷ {ROWS / times['bare']:,.0f} rows/s, {ROWS:,} rows x 10 columns from "
            f"opening to closing a new file, best of {ROUNDS}",
        ),
        Ratio(
            name="peak memory of the write ÷ size of the Arrow table",
            value=sizes["growth"] / sizes["table"],
            limit=3.0,
            higher_is_better=False,
            detail=f"{sizes['growth'] / megabyte:,.0f} ÷ {sizes['table'] / megabyte:,.0f} MB: growth of the peak resident "
            "set from before the table was read to after the write, so the table itself counts",
        ),
    ]


def main() -> None:
    """Run one child's part."""
    if sys.argv[1] == "sample":
        data = sample()
        with pa.OSFile(sys.argv[2], "wb") as sink, pa.ipc.new_file(sink, data.schema) as writer:
            writer.write_table(data)
    else:
        print(json.dumps({"speed": speed, "memory": memory}[sys.argv[1]]()))  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main()
