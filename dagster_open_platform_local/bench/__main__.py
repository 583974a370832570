"""``just bench [NAME…]``: measures, prints each ratio beside its limit, and fails if one is missed."""

import argparse
import sys
from collections.abc import Callable, Mapping

from rich.console import Console
from rich.table import Table

from dagster_open_platform_local.bench import (
    dbt,
    dbt_days,
    dms,
    fivetran,
    instances,
    load,
    paging,
    pex,
    regions,
    replication,
    steps,
    verbs,
    warehouse,
    workspace,
)
from dagster_open_platform_local.bench.ratio import Ratio

MEASURES: Mapping[str, Callable[[], list[Ratio]]] = {
    "load": load.measure,
    "regions": regions.measure,
    "verbs": verbs.measure,
    "instances": instances.measure,
    "steps": steps.measure,
    "dbt": dbt.measure,
    "dbt_days": dbt_days.measure,
    "warehouse": warehouse.measure,
    "replication": replication.measure,
    "dms": dms.measure,
    "workspace": workspace.measure,
    "fivetran": fivetran.measure,
    "paging": paging.measure,
    "pex": pex.measure,
}


def main() -> int:
    """Runs the named measures (default: all) and returns the exit code."""
    parser = argparse.ArgumentParser(prog="just bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(MEASURES)}")
    names = parser.parse_args().names or list(MEASURES)
    unknown = sorted(set(names) - set(MEASURES))
    if unknown:
        parser.error(f"unknown measures {', '.join(unknown)}; there are: {', '.join(MEASURES)}")
    missed = 0
    for name in names:
        table = Table("measure", "ratio", "limit", "", "detail")
        for ratio in MEASURES[name]():
            missed += not ratio.kept
            bound = ("≥" if ratio.higher_is_better else "≤") + f" {ratio.limit:g}"
            table.add_row(
                ratio.name, f"{ratio.value:.2f}", bound, "kept" if ratio.kept else "MISSED", ratio.detail
            )
        # Each as soon as it is known: the next one may take minutes, or fail.
        Console().print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
