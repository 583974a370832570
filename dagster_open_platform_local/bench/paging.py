"""How fast the platform reads APIs that give their rows in pages, beside a bare loop with pages of the same size.

What belongs here: the sources, and the quotient. What does not: the sources themselves (`paging_<vendor>.py`).

The service is a process of its own, so that its work is in both sides as it is in life: a client waits for it. The platform's side ends
with typed values, or the table that is written to the warehouse; the bare side parses JSON and counts.
"""

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from dagster_open_platform_local.bench import (
    paging_anthropic,
    paging_hightouch,
    paging_segment,
    paging_slack,
)
from dagster_open_platform_local.bench.paged_source import PagedSource
from dagster_open_platform_local.bench.ratio import Ratio
from dagster_open_platform_local.bench.serving import serve_measure, served

MODULE = "dagster_open_platform_local.bench.paging"
ROUNDS = 5
LIMIT = 0.8
LEAST_ROWS = 1_000


def sources() -> Mapping[str, PagedSource]:
    """What is measured, by name."""
    vendors = (paging_anthropic, paging_hightouch, paging_segment, paging_slack)
    return {source.name: source for vendor in vendors for source in vendor.SOURCES}


def seconds(source: PagedSource) -> tuple[int, dict[str, list[float]]]:
    """The rows of a source, and what each way takes, a figure a round.

    Raises:
        RuntimeError: The ways found different numbers of rows, or hardly any.
    """
    found: dict[str, list[float]] = {"ours": [], "bare": []}
    rows: set[int] = set()
    with tempfile.TemporaryDirectory() as directory, served(MODULE, source.name, directory) as url:
        ways = {"ours": source.ours, "bare": source.bare}
        for number in range(ROUNDS + 1):
            for name in sorted(ways, reverse=bool(number % 2)):
                began = time.perf_counter()
                rows.add(ways[name](url))
                if number:  # the first round reads byte code
                    found[name].append(time.perf_counter() - began)
    if len(rows) != 1 or min(rows) < LEAST_ROWS:
        raise RuntimeError(f"The ways read {sorted(rows)} rows of {source.name}.")
    return rows.pop(), found


def ratio(name: str, rows: int, found: Mapping[str, list[float]]) -> Ratio:
    """The quotient of the throughputs in each way's best round, which other work on the machine disturbs least.

    Args:
        name: Of the source.
        rows: How many it has.
        found: As `seconds` gives it.
    """
    ours, bare = (rows / min(found[way]) for way in ("ours", "bare"))
    return Ratio(
        name=f"{name}: rows a second ÷ those of a bare loop with the same pages",
        value=ours / bare,
        limit=LIMIT,
        higher_is_better=True,
        detail=f"{ours:,.0f} ÷ {bare:,.0f} rows a second, {rows:,} rows, best of {len(found['ours'])}",
    )


def measure() -> list[Ratio]:
    """Measure every source."""
    return [ratio(name, *seconds(source)) for name, source in sources().items()]


def main() -> None:
    """Serve a source until the standard input ends."""
    name, directory = sys.argv[1:]
    serve_measure(sources()[name].serve(Path(directory)))


if __name__ == "__main__":
    main()
