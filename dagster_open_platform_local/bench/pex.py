"""What it costs to load the code location from the PEX of Dagster+ Serverless, beside loading it from the checkout.

The PEX is built and unpacked as Serverless does it. CPU seconds (user and system) of whole processes in production's environment, run
alternately, and their medians compared. Byte code is compiled once beforehand on both sides: `dagster-cloud` packs none, so that the first
start of a container compiles, which is told beside.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_local.bench.load import LOAD
from dagster_open_platform_local.bench.ratio import Ratio
from dagster_open_platform_local.deploying.pex import Pex, build, unpacked
from dagster_open_platform_local.deploying.serving import inherited
from dagster_open_platform_local.deploying.source import prepare
from dagster_open_platform_local.deploying.verify import DEPLOYMENTS

ROUNDS = 7
LIMIT = 1.1


def measure() -> list[Ratio]:
    """Loading from the PEX ÷ from the checkout."""
    with tempfile.TemporaryDirectory(prefix="bench-pex-") as name:
        directory = Path(name)
        built = build(prepare(directory / "source"), directory / "pex")
        deployed = unpacked(built, directory / "venvs")
        here = {**inherited(), **DEPLOYMENTS["prod"]}
        sides = {
            "pex": (
                [str(deployed.entry), "-c", LOAD],
                deployed.environment(DEPLOYMENTS["prod"]),
                deployed.root,
            ),
            "checkout": ([sys.executable, "-c", LOAD], here, REPOSITORY_ROOT),
        }
        seconds: dict[str, list[float]] = {side: [] for side in sides}
        for _ in range(ROUNDS + 1):
            for side, (command, environment, folder) in sides.items():
                seconds[side].append(cpu_seconds(command, environment, folder))
        return [ratio(built, seconds)]


def ratio(built: Pex, seconds: Mapping[str, Sequence[float]]) -> Ratio:
    """The quotient of what was measured.

    Args:
        built: For its sizes and how long it took.
        seconds: Of each side, the first one with the compilation of byte code.
    """
    pex, checkout = (statistics.median(seconds[side][1:]) for side in ("pex", "checkout"))
    source, dependencies = (path.stat().st_size / 1e6 for path in (built.source, built.dependencies))
    return Ratio(
        name="load the definitions from the PEX ÷ from the checkout (CPU time)",
        value=pex / checkout,
        limit=LIMIT,
        higher_is_better=False,
        detail=(
            f"{pex:.2f} s ÷ {checkout:.2f} s, median of {ROUNDS}; the first time, with byte code to compile, {seconds['pex'][0]:.1f} s;"
            f" the PEX has {source:.1f} MB of source and {dependencies:.0f} MB of packages, built in {built.seconds:.0f} s"
        ),
    )


def cpu_seconds(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> float:
    """CPU seconds of a process, with those of its children.

    Raises:
        RuntimeError: It failed.
    """
    written = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    child = subprocess.Popen(command, env=written, cwd=folder)  # noqa: S603 - ours
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise RuntimeError(f"Measured code failed with status {status}: {command}")
    return usage.ru_utime + usage.ru_stime
