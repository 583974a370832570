"""What it costs to load the code location, beside the cost of importing what it is built on.

CPU seconds (user and system) of whole child processes, so that neither imports nor byte code that this process holds
already make one side cheaper. Both sides are run alternately; the medians are compared.
"""

import os
import statistics
import sys

from dagster_open_platform_local.bench.ratio import Ratio

FLOOR = "import dagster, dagster_dbt"
LOAD = "from dagster_open_platform.definitions import build_definitions; build_definitions()"
ROUNDS = 5


def cpu_seconds(code: str) -> float:
    """CPU seconds that a fresh interpreter needs for ``code``.

    Raises:
        RuntimeError: The code failed.
    """
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", code], dict(os.environ))
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise RuntimeError(f"Measured code failed with status {status}: {code}")
    return usage.ru_utime + usage.ru_stime


def measure() -> list[Ratio]:
    """Loading ÷ importing; both are run once beforehand so that byte code is compiled."""
    for code in (FLOOR, LOAD):
        cpu_seconds(code)
    rounds = [(cpu_seconds(FLOOR), cpu_seconds(LOAD)) for _ in range(ROUNDS)]
    floor, load = (statistics.median(column) for column in zip(*rounds, strict=True))
    return [
        Ratio(
            name="load the definitions ÷ import dagster, dagster_dbt (CPU time)",
            value=load / floor,
            limit=1.5,
            higher_is_better=False,
            detail=f"{load:.2f} s ÷ {floor:.2f} s, medians of {ROUNDS}",
        )
    ]
