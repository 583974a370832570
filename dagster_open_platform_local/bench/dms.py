"""What it costs to apply change files, beside a bare `MERGE INTO` of DuckDB.

What belongs here: the measure of 1M changes to a table of 5M rows. What does not: tests.

The changes are inserts, updates and deletes of keys all over the table, in 20 Parquet files, a tenth of them twice, in no order at
all. Both ways begin with the same table in a file and the same change files on the disk and end with the file closed; the
platform's way also fetches the files through its object store (one in memory), checks every change, and notes which files it
applied. What each way left is compared, or there is no figure. Each run is a child process; `python -m` of this module is such a
child and prints one line of JSON.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dagster_open_platform_local.bench.memory import peak_bytes
from dagster_open_platform_local.bench.ratio import Ratio

ROWS, CHANGES, FILES = 5_000_000, 1_000_000, 20
ROUNDS = 3
MODULE = "dagster_open_platform_local.bench.dms"
_TABLE, _PREFIX = "accounts", "bench"
_COLUMNS = (
    "id", "name", "email", "login", "size", "share", "is_active", "created_at", "updated_at",
    "_dms_sequence", "_dms_committed_at", "_dms_deleted",
)  # fmt: skip
_VALUES = """
    'name ' || hash({n} * 7) % 100000 AS name, {n} || '@example.com' AS email,
    CASE WHEN {n} % 3 = 0 THEN NULL ELSE hash({n})::VARCHAR END AS login,
    (hash({n} * 3) % 1000)::BIGINT AS size, (hash({n} * 5) / 1e19)::DOUBLE AS share, {n} % 2 = 0 AS is_active,
    TIMESTAMPTZ '2026-06-01' + to_seconds({n} % 86400) AS created_at,
    TIMESTAMPTZ '2026-06-02' + to_seconds({n} % 86400) AS updated_at
"""


def make(directory: Path) -> None:
    """Make the table and the change files."""
    import duckdb

    with duckdb.connect(str(directory / "purina.duckdb")) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE SCHEMA dms")
        connection.execute(
            f"CREATE TABLE dms.{_TABLE} AS SELECT n AS id, {_VALUES.format(n='n')}, 0::BIGINT AS _dms_sequence, "  # noqa: S608 - constants
            "TIMESTAMPTZ '2026-07-01' AS _dms_committed_at, FALSE AS _dms_deleted FROM range(?) AS r(n)",
            [ROWS],
        )
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        # Of eleven changes one comes twice: that is a tenth of all that are different.
        different = CHANGES * 10 // 11
        connection.execute(
            f"CREATE TABLE changes AS SELECT CASE WHEN k < 2 THEN 'I' WHEN k = 2 THEN 'D' ELSE 'U' END AS \"Op\", "  # noqa: S608 - constants
            "n AS dms_sequence, TIMESTAMPTZ '2026-07-02' + to_microseconds(n) AS dms_committed_at, "
            f"CASE WHEN k < 2 THEN {ROWS} + hash(n * 11) % 200000 ELSE hash(n * 13) % {ROWS} END::BIGINT AS id, "
            f"{_VALUES.format(n='n')} FROM (SELECT n, hash(n * 17) % 10 AS k FROM range(1, ?) AS r(n))",
            [different + 1],
        )
        values = ", ".join(f"{name} = NULL" for name in _COLUMNS[1:9])
        connection.execute(f"UPDATE changes SET {values} WHERE \"Op\" = 'D'")  # noqa: S608 - constants
        connection.execute(
            f"INSERT INTO changes FROM changes ORDER BY hash(dms_sequence * 19) LIMIT {CHANGES - different}"
        )
        for number in range(FILES):
            connection.execute(
                f"COPY (FROM changes WHERE hash(rowid * 23) % {FILES} = {number} ORDER BY hash(rowid * 29)) "
                f"TO '{directory / f'{number:02}.parquet'}' (FORMAT parquet)"
            )


def platform(files: list[Path], directory: Path) -> float:
    """Apply the files as the platform does; returns the seconds that it took."""
    from dagster_open_platform.lib.aws.buckets import DMS
    from dagster_open_platform.lib.aws.fake import FakeObjectStore
    from dagster_open_platform.lib.dms.apply import ChangeSource, apply_changes
    from dagster_open_platform.lib.dms.tables import ChangeTable
    from dagster_open_platform.lib.warehouse import duckdb_warehouse

    store = FakeObjectStore([DMS])
    for file in files:
        store.put(DMS, f"{_PREFIX}/{_TABLE}/{file.name}", file.read_bytes())
    start = time.perf_counter()
    warehouse = duckdb_warehouse(directory, {"purina": "purina"})
    with warehouse.connect() as connection:
        table = warehouse.table("purina", "dms", _TABLE)
        apply_changes(connection, ChangeSource(store, DMS, _PREFIX), ChangeTable(_TABLE, ("id",)), table)
    return time.perf_counter() - start


def bare(files: list[Path], directory: Path) -> float:
    """Merge the files with one statement of DuckDB; returns the seconds that it took."""
    import duckdb

    names = ", ".join(f"'{file}'" for file in files)
    assignments = ", ".join(f"{name} = incoming.{name}" for name in _COLUMNS[1:])
    start = time.perf_counter()
    connection = duckdb.connect(":memory:", config={"memory_limit": "2GB"})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"ATTACH '{directory / 'purina.duckdb'}' AS purina")
    connection.execute(
        f"MERGE INTO purina.dms.{_TABLE} AS target USING ("  # noqa: S608 - constants
        'SELECT * EXCLUDE ("Op", dms_sequence, dms_committed_at), dms_sequence AS _dms_sequence, '
        f"dms_committed_at AS _dms_committed_at, \"Op\" = 'D' AS _dms_deleted FROM read_parquet([{names}]) "
        "QUALIFY row_number() OVER (PARTITION BY id ORDER BY dms_sequence DESC) = 1"
        ") AS incoming ON target.id = incoming.id "
        f"WHEN MATCHED AND incoming._dms_sequence >= target._dms_sequence THEN UPDATE SET {assignments} "
        "WHEN NOT MATCHED THEN INSERT BY NAME"
    )
    connection.close()
    return time.perf_counter() - start


def one(way: str, source: Path) -> dict[str, float | str]:
    """Run one way on a copy of the table: seconds, peak of resident memory in bytes, and what the table holds then."""
    import duckdb

    with tempfile.TemporaryDirectory(dir=source) as directory:
        shutil.copy(source / "purina.duckdb", directory)
        files = sorted(source.glob("*.parquet"))
        seconds = {"platform": platform, "bare": bare}[way](files, Path(directory))
        peak = peak_bytes()
        with duckdb.connect(f"{directory}/purina.duckdb", read_only=True) as connection:
            held = connection.execute(
                f"SELECT count(*), sum(hash({', '.join(_COLUMNS)})) FROM dms.{_TABLE}"  # noqa: S608 - constants
            ).fetchone()
        return {"seconds": seconds, "peak": peak, "held": str(held)}


def child(*arguments: str) -> str:
    """Run a part of this module in a process of its own and return the last line that it printed."""
    command = [sys.executable, "-m", MODULE, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    return (done.stdout.splitlines() or [""])[-1]


def measure() -> list[Ratio]:
    """Measure both ways, alternately.

    Raises:
        RuntimeError: They leave different tables.
    """
    with tempfile.TemporaryDirectory() as directory:
        child("make", directory)
        runs = [
            {way: json.loads(child(way, directory)) for way in ("platform", "bare")} for _ in range(ROUNDS)
        ]
    held = {run[way]["held"] for run in runs for way in run}
    if len(held) != 1:
        raise RuntimeError(f"The platform and a bare MERGE INTO leave different tables: {held}")
    seconds, peak = (
        {way: min(run[way][what] for run in runs) for way in ("platform", "bare")}
        for what in ("seconds", "peak")
    )
    return [
        Ratio(
            name="time to apply change files ÷ bare MERGE INTO",
            value=seconds["platform"] / seconds["bare"],
            limit=1.3,
            higher_is_better=False,
            detail=f"{seconds['platform']:.2f} ÷ {seconds['bare']:.2f} s, {CHANGES:,} changes of {FILES} Parquet files to"
            f" {ROWS:,} rows x {len(_COLUMNS)} columns, best of {ROUNDS}",
        ),
        Ratio(
            name="peak memory of applying change files ÷ bare MERGE INTO",
            value=peak["platform"] / peak["bare"],
            limit=1.3,
            higher_is_better=False,
            detail=f"{peak['platform'] / 1e6:,.0f} ÷ {peak['bare'] / 1e6:,.0f} MB, the whole process",
        ),
    ]


def main() -> None:
    """Run one child's part: what, and the directory."""
    what, directory = sys.argv[1], Path(sys.argv[2])
    if what == "make":
        make(directory)
    else:
        print(json.dumps(one(what, directory)))  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main()
