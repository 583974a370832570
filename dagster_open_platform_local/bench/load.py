"""What it costs to load the code location, beside the cost of importing what it is built on, and what Fivetran's and dbt's tables add.

CPU seconds (user and system) of whole child processes, so that neither imports nor byte code that this process holds
already make one side cheaper. All sides are run alternately, and their medians are compared: where the machine is shared, its speed
goes up as well as down, and the shortest side would catch the best moment. The code location is also loaded from copies of the
package: one without Fivetran, two whose state has many times the connectors, and three with larger dbt projects beside
(`load_dbt.py`).
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml

import dagster_open_platform
from dagster_open_platform_local.bench import load_dbt
from dagster_open_platform_local.bench.ratio import Ratio

FLOOR = "import dagster, dagster_dbt"
LOAD = "from dagster_open_platform.definitions import defs; defs()"
"""As Dagster does it."""
ROUNDS = 11
LOAD_LIMIT = 1.5
"""Of the code location without Fivetran, in times of importing what it is built on."""
SHARE = 0.1
"""Of that limit, which Fivetran's tables may add."""
TIMES = 10
"""How many times the connectors of the state, to see how the cost grows from none to half of them, and from there to all."""
WHOLE_LIMIT = 1.7
"""Of the whole code location, with the dbt project as it is or with a thousand models."""
MODELS = {"many": 1_000, "more": 3_000, "most": 5_000}
"""Of dbt projects, the last two only to see how the cost grows: so many that what is between them is more than the machine's moods."""
LINEAR_LIMIT = 1.2
PACKAGE = Path(dagster_open_platform.__file__).parent
FIVETRAN = Path("defs", "fivetran")
SCHEDULES = Path("defs", "schedules", "components", "defs.yaml")
DOCUMENT_START = "\n---\n"


def cpu_seconds(code: str, path: Path | None = None) -> float:
    """CPU seconds that a fresh interpreter needs for ``code``.

    Args:
        code: To run.
        path: Where packages are looked for first.

    Raises:
        RuntimeError: The code failed.
    """
    environment = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    # Without -P the package in the current folder would be loaded instead of the one to look for first.
    pid = os.posix_spawn(sys.executable, [sys.executable, "-P", "-c", code], environment)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise RuntimeError(f"Measured code failed with status {status}: {code}")
    return usage.ru_utime + usage.ru_stime


def copies(directory: Path) -> Mapping[str, Path]:
    """The package as it is, without Fivetran, and with many times its connectors, half of them or all; each in a folder of its own.

    The one as it is is a copy too, so that all differ in nothing else.
    """
    made = {name: _copy(directory / name) for name in ("whole", "without", "half", "grown")}
    remove_fivetran(made["without"] / PACKAGE.name)
    grow(made["half"] / PACKAGE.name / FIVETRAN / "components", TIMES // 2)
    grow(made["grown"] / PACKAGE.name / FIVETRAN / "components", TIMES)
    return made


def copies_with_models(directory: Path) -> Mapping[str, Path]:
    """The package as it is, beside dbt projects of many models; each in a folder of its own."""
    made = {name: _copy(directory / name) for name in MODELS}
    for name, models in MODELS.items():
        load_dbt.grow(load_dbt.copy_project(made[name]), models)
    return made


def _copy(folder: Path) -> Path:
    shutil.copytree(PACKAGE, folder / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def remove_fivetran(package: Path) -> None:
    """Remove from a copy of the package Fivetran's instance and the schedules' instances that select nothing else.

    Args:
        package: The copy.
    """
    shutil.rmtree(package / FIVETRAN)
    schedules = package / SCHEDULES
    kept = [
        document
        for document in schedules.read_text().split(DOCUMENT_START)
        if not yaml.safe_load(document)["attributes"]["name"].startswith(FIVETRAN.name)
    ]
    schedules.write_text(DOCUMENT_START.join(kept))


def grow(folder: Path, times: int) -> None:
    """Multiply the connectors of an instance's state; each copy has an id, schemas and descriptions of its own.

    Args:
        folder: Of the instance.
        times: How many there shall be of each.
    """
    path = folder / "state.json"
    state = json.loads(path.read_text())
    for id_, connector in list(state["connectors"].items()):
        for number in range(1, times):
            copy = json.loads(json.dumps(connector))
            copy["name"] = f"copy_{number}_{copy['name']}"
            for schema in copy["schemas"].values():
                schema["name_in_destination"] = f"copy_{number}_{schema['name_in_destination']}"
            state["connectors"][f"{id_}_{number}"] = copy
    path.write_text(json.dumps(state))
    for descriptions in list((folder / "descriptions").glob("*.yaml")):
        for number in range(1, times):
            shutil.copy(descriptions, descriptions.with_name(f"copy_{number}_{descriptions.name}"))


def measured(directory: Path) -> Mapping[str, float]:
    """Median CPU seconds of the floor and of each copy; each is run once beforehand so that byte code is compiled."""
    made = {**copies(directory), **copies_with_models(directory)}
    runs = {"floor": (FLOOR, None)} | {name: (LOAD, path) for name, path in made.items()}
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(ROUNDS + 1):
        for name, (code, path) in runs.items():
            took = cpu_seconds(code, path)
            if number:
                seconds[name].append(took)
    return {name: statistics.median(values) for name, values in seconds.items()}


def measure() -> list[Ratio]:
    """Loading ÷ importing, and what Fivetran's and dbt's tables add to it."""
    with tempfile.TemporaryDirectory() as directory:
        seconds = measured(Path(directory))
    return [*dbt_ratios(seconds), *ratios(seconds)]


def dbt_ratios(seconds: Mapping[str, float]) -> list[Ratio]:
    """What loading costs with more or less models.

    Args:
        seconds: Of the floor and of each copy.
    """
    models = {**MODELS, "whole": load_dbt.models_of(load_dbt.PROJECT)}
    floor = seconds["floor"]
    loaded = [
        Ratio(
            name=f"load the definitions with {what} ÷ import dagster, dagster_dbt (CPU time)",
            value=seconds[copy] / floor,
            limit=WHOLE_LIMIT,
            higher_is_better=False,
            detail=f"{seconds[copy]:.2f} s ÷ {floor:.2f} s, {models[copy]:,} models, median of {ROUNDS}",
        )
        for copy, what in (("whole", "the dbt project as it is"), ("many", f"{models['many']:,} dbt models"))
    ]
    first, second = (
        1000 * (seconds[more] - seconds[less]) / (models[more] - models[less])
        for less, more in (("many", "more"), ("more", "most"))
    )
    growth = Ratio(
        name="loading a model more of many ÷ a model more of few (CPU time)",
        value=second / first,
        limit=LINEAR_LIMIT,
        higher_is_better=False,
        detail=(
            f"{second:.2f} ms a model from {models['more']:,} to {models['most']:,} ÷ {first:.2f} ms from {models['many']:,}"
            f" to {models['more']:,}, median of {ROUNDS}"
        ),
    )
    return [*loaded, growth]


def ratios(seconds: Mapping[str, float]) -> list[Ratio]:
    """The quotients of what was measured.

    Args:
        seconds: Of the floor and of each copy.
    """
    floor, without, whole = (seconds[name] for name in ("floor", "without", "whole"))
    half, grown = seconds["half"], seconds["grown"]
    return [
        Ratio(
            name="load the definitions without Fivetran ÷ import dagster, dagster_dbt (CPU time)",
            value=without / floor,
            limit=LOAD_LIMIT,
            higher_is_better=False,
            detail=f"{without:.2f} s ÷ {floor:.2f} s, median of {ROUNDS}",
        ),
        Ratio(
            name="what Fivetran adds to loading the definitions ÷ import dagster, dagster_dbt (CPU time)",
            value=(whole - without) / floor,
            limit=SHARE * LOAD_LIMIT,
            higher_is_better=False,
            detail=(
                f"({whole:.2f} - {without:.2f} s) ÷ {floor:.2f} s, median of {ROUNDS}; with it loading takes"
                f" {whole / without:.2f} times as long"
            ),
        ),
        Ratio(
            name=f"loading from {TIMES // 2} to {TIMES} times Fivetran's tables ÷ from none to {TIMES // 2} times (CPU time)",
            value=(grown - half) / (half - without),
            limit=LINEAR_LIMIT,
            higher_is_better=False,
            detail=f"({grown:.2f} - {half:.2f} s) ÷ ({half:.2f} - {without:.2f} s), median of {ROUNDS}",
        ),
    ]
