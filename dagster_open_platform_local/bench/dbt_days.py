"""How long the default company's whole dbt project takes to build from nothing, and how long the next day's run.

What belongs here: both runs, as the real command in processes of their own, and the ratios. What does not: what Dagster adds (`dbt.py`).

All raw tables of the company are landed as of a date and everything is built and tested; then they are landed as of the next
date, and the models that are built by days, or from what is new, take that in, after the tables that they read. Views are not made
again: they show what is new as they are. Everything is built a third time, too, views and all: what a day costs on which nobody asks
what has to be done.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from dagster_open_platform_local.bench.ratio import Ratio

FULL_LIMIT_SECONDS = 180.0
NEXT_LIMIT = 1 / 3
_LIMIT_SECONDS = 1200.0
INCREMENTAL = (
    *("--select", "+config.materialized:incremental", "--exclude", "config.materialized:view"),
    *("--indirect-selection", "buildable"),
)
"""The models that take in what is new, with the tables that they read, and the tests of nothing else."""


def build(directory: Path, days: tuple[date, date], *options: str) -> float:
    """Run one ``dbt build``; returns the seconds it took.

    Args:
        directory: Of the .duckdb files.
        days: The first day that daily models build, and the one after the last.
        options: Of the command.

    Raises:
        RuntimeError: It failed; says the end of its output.
    """
    from dagster_open_platform.lib.dbt.program import NO_DESCRIPTIONS
    from dagster_open_platform.lib.dbt.resource import dbt_resource
    from dagster_open_platform_dbt import PROJECT_DIR

    window = {"min_date": days[0].isoformat(), "max_date": days[1].isoformat()}
    command = [sys.executable, *dbt_resource("local").global_config_flags, NO_DESCRIPTIONS, "build"]
    command += ["--exclude-resource-type", "unit_test", "--target", "local", "--vars", json.dumps(window)]
    command += ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
    command += ["--target-path", str(directory / "target"), "--log-path", str(directory / "target")]
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own module and words
        [*command, *options],
        capture_output=True,
        text=True,
        env=_environment(directory),
        timeout=_LIMIT_SECONDS,
    )
    if done.returncode != 0:
        raise RuntimeError(f"dbt build failed. Its output ends with:\n{(done.stdout + done.stderr)[-2000:]}")
    return time.perf_counter() - began


def _environment(directory: Path) -> Mapping[str, str]:
    import dagster_open_platform

    # -P keeps the current directory off the path, and the package may be a checkout.
    root = str(Path(dagster_open_platform.__file__).parents[1])
    return {**os.environ, "WAREHOUSE_DUCKDB_DIR": str(directory), "PYTHONPATH": root}


def seconds(today: date | None = None) -> Mapping[str, float]:
    """How long each run took: `full`, `next` and `again`.

    Args:
        today: The company's first date; default: yesterday (UTC), so that the next date is today.
    """
    from dagster_open_platform_local.company.settings import EPOCH, CompanySettings
    from dagster_open_platform_local.landing.land import land

    first = today or datetime.now(UTC).date() - timedelta(days=1)
    second = first + timedelta(days=1)
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        land(directory, CompanySettings(), first)
        full = build(directory, (EPOCH, first), "--full-refresh")
        land(directory, CompanySettings(), second)
        return {
            "full": full,
            "next": build(directory, (first, second), *INCREMENTAL),
            "again": build(directory, (first, second)),
        }


def ratios(found: Mapping[str, float]) -> list[Ratio]:
    """The ratios of the runs.

    Args:
        found: As `seconds` gives them.
    """
    return [
        Ratio(
            name="dbt build of the default company ÷ three minutes",
            value=found["full"] / FULL_LIMIT_SECONDS,
            limit=1.0,
            higher_is_better=False,
            detail=f"{found['full']:.1f} s, once",
        ),
        Ratio(
            name="the next day's incremental run ÷ the build",
            value=found["next"] / found["full"],
            limit=NEXT_LIMIT,
            higher_is_better=False,
            detail=f"{found['next']:.1f} ÷ {found['full']:.1f} s; everything again takes {found['again']:.1f} s",
        ),
    ]


def measure() -> list[Ratio]:
    """Measure both."""
    return ratios(seconds())
