"""The two ways of the measure of dbt, each in a process of its own; each prints its figures as JSON.

    python -m dagster_open_platform_local.bench.dbt_ways ours|bare DIRECTORY

What belongs here: what is built, and building it. What does not: the order of the work and the ratio (`dbt.py`).
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MODULE = __name__ if __name__ != "__main__" else "dagster_open_platform_local.bench.dbt_ways"
MART = "finance"
"""What is built: the marts of this folder with all that they read, except what is partitioned by day and what reads that."""


def measured_nodes(manifest: Mapping[str, Any], mart: str = MART) -> tuple[list[str], list[str]]:
    """The names of the assets that are built, and of those that are not.

    Args:
        manifest: dbt's.
        mart: A folder of marts.
    """
    from dagster_open_platform.lib.dbt.nodes import ASSETS
    from dagster_open_platform.lib.dbt.properties import folder_of, is_daily

    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ASSETS}

    def read_by(key: str) -> set[str]:
        parents = [name for name in nodes[key]["depends_on"].get("nodes", ()) if name in nodes]
        return {key}.union(*map(read_by, parents))

    wanted: set[str] = set()
    for key, node in nodes.items():
        closure = read_by(key) if folder_of(node) == mart else set()
        if not any(is_daily(nodes[name]) for name in closure):
            wanted |= closure
    return [nodes[key]["name"] for key in sorted(wanted)], [
        nodes[key]["name"] for key in sorted(nodes.keys() - wanted)
    ]


def bare(directory: Path, manifest: Mapping[str, Any], asset: Any) -> int:
    """Run the dbt command; returns how many nodes it ran. What it parsed last time it knows."""
    from dagster_open_platform.lib.dbt.executable import dbt_executable
    from dagster_open_platform.lib.dbt.selection import foreign_tests
    from dagster_open_platform_dbt import PROJECT_DIR

    wanted, others = measured_nodes(manifest)
    # Tests that are nobody's check the op leaves out too.
    others += foreign_tests(manifest, asset.keys, asset.check_keys)
    target = directory / "target"
    command = [
        dbt_executable(),
        "--quiet",
        "build",
        "--exclude-resource-type",
        "unit_test",
        "--target",
        "local",
    ]
    command += ["--project-dir", PROJECT_DIR, "--profiles-dir", PROJECT_DIR]
    command += ["--target-path", target, "--log-path", directory]
    command += ["--select", " ".join(wanted), "--exclude", " ".join(others)]
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr)  # noqa: S603 - our own words
    return len(json.loads((target / "run_results.json").read_text())["results"])


def ours(directory: Path, _manifest: Mapping[str, Any], asset: Any) -> int:
    """Run the op; returns how many assets and checks it reported."""
    import dagster as dg

    from dagster_open_platform.lib.dbt.resource import dbt_resource
    from dagster_open_platform.lib.warehouse.duckdb.resource import duckdb_warehouse

    databases = {"dwh_reporting": "dwh_reporting"}
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [asset],
            selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
            instance=instance,
            resources={"dbt": dbt_resource("local"), "warehouse": duckdb_warehouse(directory, databases)},
        )
    return len(result.get_asset_materialization_events()) + len(result.get_asset_check_evaluations())


def measured_op(manifest: Mapping[str, Any]) -> Any:
    """The platform's op, for what is built."""
    from dagster_dbt import DbtProject

    from dagster_open_platform.defs.dbt.py.assets import DAILY_PARTITIONS
    from dagster_open_platform.lib.dbt.nodes import Selection
    from dagster_open_platform.lib.dbt.ops import op_of
    from dagster_open_platform.lib.dbt.relations import Relations
    from dagster_open_platform.lib.dbt.translator import PlatformDbtTranslator
    from dagster_open_platform.utils.environment_helpers import get_environment
    from dagster_open_platform_dbt import PROJECT_DIR

    wanted, others = measured_nodes(manifest)
    translator = PlatformDbtTranslator(
        relations=Relations(get_environment()), daily_partitions=DAILY_PARTITIONS
    )
    selection = Selection(
        "measured", lambda node: node["name"] in wanted, select=" ".join(wanted), exclude=" ".join(others)
    )
    return op_of(selection, manifest, translator, DbtProject(PROJECT_DIR))


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def main(way: str, directory: Path) -> None:
    """Run a way, and print the seconds of it, those of processors, and the number of nodes."""
    run = {"ours": ours, "bare": bare}[way]
    # What loading definitions costs is another measure's, so all is imported and read before.
    from dagster_open_platform.lib.dbt.manifest import load_manifest

    os.environ["WAREHOUSE_DUCKDB_DIR"] = str(directory)
    manifest = load_manifest()
    asset = measured_op(manifest)
    seconds, cpu = time.perf_counter(), _cpu()
    nodes = run(directory, manifest, asset)
    figures = {"seconds": time.perf_counter() - seconds, "cpu": _cpu() - cpu, "nodes": nodes}
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
