"""What the verbs of `dg` cost here, beside importing what the code location is built on and beside the same verbs on a fresh project.

CPU seconds of whole child processes, all sides alternately, medians. The fresh project is what `create-dagster` writes (its template of
the version that is installed): no definitions, and neither the list of modules in which `dg` looks for components (`use_component_modules`)
nor the lean entry of `definitions.py`, without which it imports every integration that is installed.

The bare project has both, and as many ops, assets and checks as the platform, with nothing but a name each: no function, metadata, policy or
job. That is what Dagster itself does for so many.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_local.bench.load import FLOOR
from dagster_open_platform_local.bench.ratio import Ratio

VERBS = ("check defs", "list components", "check yaml")
ROUNDS = 3
LIMIT = 1.5
PROJECT = """\
[project]
name = "fresh"
requires-python = ">=3.10,<3.15"
version = "0.1.0"

[tool.dg]
directory_type = "project"

[tool.dg.project]
root_module = "fresh"
registry_modules = ["fresh.components.*"]
"""
LEAN = """
[tool.dg.cli]
use_component_modules = ["dagster"]
"""
DEFINITIONS = """\
from pathlib import Path

from dagster import definitions, load_from_defs_folder


@definitions
def defs():
    return load_from_defs_folder(path_within_project=Path(__file__).parent)
"""
COUNT = """\
import dagster as dg
from dagster_open_platform.definitions import defs

found = defs()
graph = found.resolve_asset_graph()
ops = [each for each in (*found.assets, *found.asset_checks) if isinstance(each, dg.AssetsDefinition)]
print(len(ops), len(graph.get_all_asset_keys()), len(graph.asset_check_keys))
"""
BARE = """\
import dagster as dg


OPS, ASSETS, CHECKS = COUNTED


def bare(op):
    specs = [dg.AssetSpec(f"asset_{n}", deps=[f"asset_{n - 1}"] if op else []) for n in range(op, ASSETS, OPS)]
    checks = [dg.AssetCheckSpec(f"check_{n}", asset=specs[n // OPS % len(specs)].key) for n in range(op, CHECKS, OPS)]

    @dg.multi_asset(name=f"op_{op}", specs=specs, check_specs=checks, can_subset=True)
    def assets(): ...

    return assets


@dg.definitions
def defs():
    return dg.Definitions(assets=[bare(op) for op in range(OPS)])
"""


def cpu_seconds(command: Sequence[str], folder: Path, path: Path) -> float:
    """CPU seconds of a command and what it starts.

    Args:
        command: The program's path and its arguments.
        folder: Where it runs.
        path: Where packages are looked for first.

    Raises:
        RuntimeError: It failed.
    """
    before = os.times()
    shell = ["/bin/sh", "-c", 'cd "$0" && exec "$@" >/dev/null 2>&1', str(folder), *command]
    pid = os.posix_spawn(shell[0], shell, {**os.environ, "PYTHONPATH": str(path)})
    _, status = os.waitpid(pid, 0)
    if status != 0:
        raise RuntimeError(f"{' '.join(command)} failed with status {status} in {folder}.")
    after = os.times()
    return (after.children_user + after.children_system) - (before.children_user + before.children_system)


def fresh_project(folder: Path, settings: str = PROJECT, definitions: str = DEFINITIONS) -> Path:
    """Write a project.

    Args:
        folder: Its own.
        settings: Its pyproject.toml.
        definitions: Its definitions.py; by default there are none in it.
    """
    package = folder / "src" / "fresh"
    (package / "defs").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(settings)
    (package / "definitions.py").write_text(definitions)
    for each in (package, package / "defs"):
        (each / "__init__.py").touch()
    return folder


def measured(folder: Path) -> Mapping[tuple[str, str], float]:
    """Median CPU seconds by project and verb; each is run once beforehand so that byte code is compiled."""
    count = [sys.executable, "-c", COUNT]
    counted = subprocess.check_output(count, cwd=REPOSITORY_ROOT, text=True)  # noqa: S603 - this program
    fresh = fresh_project(folder / "fresh")
    bare = fresh_project(folder / "bare", PROJECT + LEAN, BARE.replace("COUNTED", ", ".join(counted.split())))
    projects = {
        "ours": (REPOSITORY_ROOT, REPOSITORY_ROOT),
        "fresh": (fresh, fresh / "src"),
        "bare": (bare, bare / "src"),
    }
    dg = str(Path(sys.executable).with_name("dg"))
    runs = {("floor", ""): ([sys.executable, "-P", "-c", FLOOR], REPOSITORY_ROOT, REPOSITORY_ROOT)}
    for verb in VERBS:
        for name, places in projects.items():
            runs[name, verb] = ([dg, *verb.split()], *places)
    seconds: dict[tuple[str, str], list[float]] = {name: [] for name in runs}
    for number in range(ROUNDS + 1):
        for name, run in runs.items():
            took = cpu_seconds(*run)
            if number:
                seconds[name].append(took)
    return {name: statistics.median(values) for name, values in seconds.items()}


def measure() -> list[Ratio]:
    """Each verb ÷ importing."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = measured(Path(folder))
    floor = seconds["floor", ""]
    return [
        Ratio(
            name=f"dg {verb} ÷ import dagster, dagster_dbt (CPU time)",
            value=seconds["ours", verb] / floor,
            limit=LIMIT,
            higher_is_better=False,
            detail=(
                f"{seconds['ours', verb]:.2f} s ÷ {floor:.2f} s, median of {ROUNDS}; on a fresh project without definitions"
                f" {seconds['fresh', verb]:.2f} s, on a lean one with as many bare ops, assets and checks {seconds['bare', verb]:.2f} s"
            ),
        )
        for verb in VERBS
    ]
