"""What it costs to load the code locations of both regions, beside the cost of one.

What belongs here: that. What does not: what one costs (`load.py`).

Both in one process, as where one process serves or checks them all: they share what they import and the one dbt manifest. A code server
each imports everything for itself.
"""

import statistics

from dagster_open_platform_local.bench.load import LOAD, ROUNDS, cpu_seconds
from dagster_open_platform_local.bench.ratio import Ratio

BOTH = f"{LOAD}; from dagster_open_platform_eu.definitions import defs; defs()"
LIMIT = 1.3


def measure() -> list[Ratio]:
    """Loading both ÷ loading the American one."""
    seconds: dict[str, list[float]] = {LOAD: [], BOTH: []}
    for number in range(ROUNDS + 1):
        for code, taken in seconds.items():
            took = cpu_seconds(code)
            # The first compiles byte code.
            if number:
                taken.append(took)
    one, both = (statistics.median(seconds[code]) for code in (LOAD, BOTH))
    return [
        Ratio(
            name="load the definitions of both code locations ÷ of one (CPU time)",
            value=both / one,
            limit=LIMIT,
            higher_is_better=False,
            detail=f"{both:.2f} s ÷ {one:.2f} s, median of {ROUNDS}",
        )
    ]
