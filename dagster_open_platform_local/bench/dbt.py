"""What `dbt build` costs through Dagster, beside the bare command with the same selection on the same warehouse.

What belongs here: the order of the work and the ratios. What does not: what the processes do (`dbt_ways.py`).

A small company's raw tables are landed in DuckDB files. Both ways build and test the same models; the platform's also reports each to
Dagster, with rows, columns and lineage. Loading the definitions is no part of it (`load.py`). A first bare run parses the project and
makes the tables, so that both ways replace them; then the ways take turns. If they did not run as many nodes, there is no figure.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from dagster_open_platform_local.bench import dbt_ways as ways
from dagster_open_platform_local.bench.ratio import Ratio

ROUNDS = 3
LIMIT = 1.15
SCALE, DAYS = 0.1, 28
"""Of the company."""
_LIMIT_SECONDS = 600.0
Run = Mapping[str, float]


def child(way: str, directory: Path) -> Run:
    """Run one way in a process of its own.

    Raises:
        RuntimeError: It failed; says the end of its output.
    """
    command = [sys.executable, "-m", ways.MODULE, way, str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_SECONDS)  # noqa: S603 - our own module
    if done.returncode != 0:
        raise RuntimeError(f"The measure of {way} failed. Its output ends with:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def runs() -> dict[str, list[Run]]:
    """All runs, by way."""
    from dagster_open_platform_local.company.settings import EPOCH, CompanySettings
    from dagster_open_platform_local.landing.land import land

    found: dict[str, list[Run]] = {"ours": [], "bare": []}
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        land(directory, CompanySettings(scale=SCALE), EPOCH + timedelta(days=DAYS))
        child("bare", directory)
        for number in range(ROUNDS):
            for way in ("ours", "bare") if number % 2 == 0 else ("bare", "ours"):
                found[way].append(child(way, directory))
    return found


def ratios(found: Mapping[str, Sequence[Run]]) -> list[Ratio]:
    """The ratios of the best runs: whatever else the machine does only makes a run slower.

    Args:
        found: As `runs` gives them.

    Raises:
        RuntimeError: The ways ran different numbers of nodes.
    """
    nodes = {run["nodes"] for way in found.values() for run in way}
    if len(nodes) != 1:
        raise RuntimeError(f"The ways ran different numbers of nodes: {sorted(nodes)}.")
    return [_ratio(found, "cpu", "CPU time", nodes.pop()), _ratio(found, "seconds", "elapsed time", None)]


def _ratio(found: Mapping[str, Sequence[Run]], quantity: str, called: str, nodes: float | None) -> Ratio:
    ours, bare = (min(run[quantity] for run in found[way]) for way in ("ours", "bare"))
    counted = "" if nodes is None else f", {nodes:,.0f} models and tests"
    return Ratio(
        name=f"dbt build through Dagster ÷ the bare command ({called})",
        value=ours / bare,
        limit=LIMIT,
        higher_is_better=False,
        detail=f"{ours:.1f} ÷ {bare:.1f} s{counted}, best of {len(found['ours'])}",
    )


def measure() -> list[Ratio]:
    """Measure both ways."""
    return ratios(runs())
