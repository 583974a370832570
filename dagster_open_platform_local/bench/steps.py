"""What a step in a process of its own spends before user code starts, beside importing Dagster.

A copy of the package with two more assets, whose functions write down the CPU time of their process, is run as production runs: with the
executor that starts a process a step. The process that the steps are forked from is started once a run; what that took is told.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import dagster_open_platform
from dagster_open_platform_local.bench.load import cpu_seconds
from dagster_open_platform_local.bench.ratio import Ratio

FLOOR = "import dagster"
ROUNDS = 5
LIMIT = 1.3
STEPS = ("first", "second", "third")
PACKAGE = Path(dagster_open_platform.__file__).parent
MODULE = "dagster_open_platform.definitions"
PROBE = "STEP_SECONDS"
"""The variable that names the file which the functions write to."""
ASSET = """
@dg.asset(group_name="probe")
def {name}() -> None:
    with open(os.environ["STEP_SECONDS"], "a") as file:
        file.write(f"{{time.process_time()}}\\n")
"""
HEAD = "import os\nimport time\n\nimport dagster as dg\n"
JOB = 'probe_job = dg.define_asset_job("probe_job", selection="group:probe")\n'
PRODUCTION = {"DAGSTER_CLOUD_DEPLOYMENT_NAME": "prod", "DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT": "0"}


def write_probe(package: Path) -> None:
    """Add assets that tell the CPU time of their process.

    Args:
        package: The copy.
    """
    folder = package / "defs" / "probe" / "py"
    folder.mkdir(parents=True)
    for each in (folder, folder.parent):
        (each / "__init__.py").touch()
    assets = "".join(ASSET.format(name=name) for name in STEPS)
    (folder / "assets.py").write_text(HEAD + assets + JOB)


def before_user_code(folder: Path) -> list[float]:
    """CPU seconds of each step's process when its function starts.

    Args:
        folder: That holds the copy.

    Raises:
        RuntimeError: The run failed.
    """
    told, home = folder / "seconds", folder / "home"
    home.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        **PRODUCTION,
        "PYTHONPATH": str(folder),
        "DAGSTER_HOME": str(home),
        PROBE: str(told),
    }
    command = [
        sys.executable,
        "-P",
        "-m",
        "dagster",
        "job",
        "execute",
        "-m",
        MODULE,
        "-a",
        "defs",
        "-j",
        "probe_job",
    ]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode != 0 or not told.exists():
        raise RuntimeError(f"The run of the probe failed:\n{done.stderr[-2_000:]}")
    return [float(line) for line in told.read_text().splitlines()]


def measure() -> list[Ratio]:
    """A step's process until user code starts ÷ importing Dagster."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(PACKAGE, folder / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
        for beside in ("dagster_open_platform_dbt", "pyproject.toml"):
            (folder / beside).symlink_to(PACKAGE.parent / beside)
        write_probe(folder / PACKAGE.name)
        steps = before_user_code(folder)
        floor = statistics.median(cpu_seconds(FLOOR) for _ in range(ROUNDS))
        forked_from = cpu_seconds(f"import {PACKAGE.name}.preloaded", folder)
    step = statistics.median(steps)
    return [
        Ratio(
            name="a step's process until user code starts ÷ import dagster (CPU time)",
            value=step / floor,
            limit=LIMIT,
            higher_is_better=False,
            detail=(
                f"{step:.2f} s ÷ {floor:.2f} s, medians of {len(steps)} steps and {ROUNDS} imports; the process that they are"
                f" forked from takes {forked_from:.2f} s, once a run"
            ),
        )
    ]
