"""What it costs to explode workspace snapshots, beside a bare loop over boto3, and how much memory it takes.

What belongs here: the order of the work and the ratios. What does not: what the processes do (`workspace_ways.py`).

The local S3 serves 1,000 and 10,000 raw objects of about 10 kB from a temporary directory. Both ways list, get, decompress and
parse them, make a row of each object that they define, and put the rows back, an object a kind and organization. The platform's
way also checks everything it reads, reads on condition, writes markers, and looks at the end whether all is there. Each run is a
process of its own; the ways take turns. What arrived is counted, or there is no figure. Besides, one
object of the legacy format is exploded, and one of ten times its size.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from dagster_open_platform_local.bench import workspace_ways as ways
from dagster_open_platform_local.bench.ratio import Ratio
from dagster_open_platform_local.services.s3.credentials import S3Credentials
from dagster_open_platform_local.stack.ports import free_port

FEW, MANY = 1_000, 10_000
DAYS = {FEW: "2026-08-01", MANY: "2026-08-02"}
ROUNDS = {FEW: 3, MANY: 2}
SMALL_BLOB, LARGE_BLOB = 800, 8_000
"""Code locations in one object of the legacy format."""
BLOB_DAYS = {SMALL_BLOB: "2026-07-01", LARGE_BLOB: "2026-07-02"}
_LIMIT_SECONDS = 600.0
_START_SECONDS = 30.0
Run = dict[str, float]


@contextlib.contextmanager
def served(directory: Path) -> Iterator[dict[str, str]]:
    """The store over a directory, in a process of its own; gives the variables of who uses it."""
    credentials, port = S3Credentials.new(), free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", ways.MODULE, "serve", str(directory), str(port)]
    process = subprocess.Popen(command, env={**os.environ, **credentials.service_variables})  # noqa: S603 - our own module
    try:
        _wait(url, process)
        yield credentials.platform_variables(url)
    finally:
        process.terminate()
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/_health", timeout=1.0).is_success:
                return
        time.sleep(0.05)
    raise RuntimeError("The store of the measure did not start.")


def child(way: str, day: str, variables: dict[str, str], number: int = 0) -> Run:
    """Run one way in a process of its own, into a folder of its own.

    Raises:
        RuntimeError: It failed; says the end of its output.
    """
    command = [sys.executable, "-m", ways.MODULE, way, day, f"staging-{way}-{day}-{number}"]
    environment = {**os.environ, **variables}
    done = subprocess.run(  # noqa: S603 - our own module
        command, env=environment, capture_output=True, text=True, timeout=_LIMIT_SECONDS
    )
    if done.returncode != 0:
        raise RuntimeError(f"The measure of {way} failed. Its output ends with:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def runs(few: int = FEW, many: int = MANY) -> dict[tuple[str, int], list[Run]]:
    """All runs, by way and number of objects.

    Raises:
        RuntimeError: The ways made different numbers of rows.
    """
    found: dict[tuple[str, int], list[Run]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        ways.make(directory, ways.WARM_UP, ways.OBJECTS_A_SNAPSHOT)
        for objects in (few, many):
            ways.make(directory, DAYS[objects], objects)
        sizes = {blob: ways.make_blob(directory, day, blob) for blob, day in BLOB_DAYS.items()}
        with served(directory) as variables:
            for objects in (few, many):
                for number in range(ROUNDS[objects]):
                    for way in ("ours", "bare") if number % 2 == 0 else ("bare", "ours"):
                        run = child(way, DAYS[objects], variables, number)
                        found.setdefault((way, objects), []).append(run)
            for blob, day in BLOB_DAYS.items():
                found["blob", blob] = [{**child("ours", day, variables), "size": sizes[blob]}]
    for objects in (few, many):
        rows = {run["rows"] for way in ("ours", "bare") for run in found[way, objects]}
        if len(rows) != 1:
            raise RuntimeError(f"Of {objects} objects different numbers of rows were made: {sorted(rows)}.")
    return found


def ratios(found: dict[tuple[str, int], list[Run]]) -> list[Ratio]:
    """The ratios of the best runs: whatever else the machine does only makes a run slower.

    Args:
        found: As `runs` gives them.
    """
    return [*(_speed(found, objects) for objects in (FEW, MANY)), _memory(found), _blob_memory(found)]


def _speed(found: dict[tuple[str, int], list[Run]], objects: int) -> Ratio:
    ours, bare = (objects / min(run["seconds"] for run in found[way, objects]) for way in ("ours", "bare"))
    return Ratio(
        name=f"objects a second exploding {objects:,} ÷ a bare loop over boto3",
        value=ours / bare,
        limit=0.8,
        higher_is_better=True,
        detail=f"{ours:,.0f} ÷ {bare:,.0f} objects/s, {found['ours', objects][0]['rows']:,.0f} rows, best of {ROUNDS[objects]}",
    )


def _memory(found: dict[tuple[str, int], list[Run]]) -> Ratio:
    few, many = (min(run["peak"] for run in found["ours", objects]) for objects in (FEW, MANY))
    grown = [min(run["grown"] for run in found["ours", objects]) / 2**20 for objects in (FEW, MANY)]
    bare = min(run["peak"] for run in found["bare", MANY])
    return Ratio(
        name=f"peak memory exploding {MANY:,} objects ÷ {FEW:,}",
        value=many / few,
        limit=1.2,
        higher_is_better=False,
        detail=(
            f"{many / 2**20:,.0f} ÷ {few / 2**20:,.0f} MiB, {grown[1]:,.0f} and {grown[0]:,.0f} more than after a small day"
            f" (the bare loop: {bare / 2**20:,.0f} MiB)"
        ),
    )


def _blob_memory(found: dict[tuple[str, int], list[Run]]) -> Ratio:
    (small,), (large,) = (found["blob", blob] for blob in (SMALL_BLOB, LARGE_BLOB))
    return Ratio(
        name="peak memory exploding one object of ten times the size",
        value=large["peak"] / small["peak"],
        limit=1.2,
        higher_is_better=False,
        detail=(
            f"{large['peak'] / 2**20:,.0f} ÷ {small['peak'] / 2**20:,.0f} MiB for {large['size'] / 2**20:,.0f} and"
            f" {small['size'] / 2**20:,.0f} MiB of JSON, {large['rows'] / large['seconds']:,.0f} rows/s"
        ),
    )


def measure() -> list[Ratio]:
    """Measure both ways."""
    return ratios(runs())
