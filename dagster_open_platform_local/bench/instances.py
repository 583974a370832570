"""What a thousand instances of a component cost to load, beside one: in one file, and in a folder each.

CPU seconds of child processes that assemble a code location as ours is; what they import is not measured.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from dagster_open_platform_local.bench.ratio import Ratio

MANY = 1_000
ROUNDS = 3
LIMIT = 3.0
"""CPU seconds that many may take more than one."""
LOAD = """
import sys, time
import many
from dagster_open_platform.definitions import build_definitions
from dagster_open_platform.lib import ExecutableComponent
began = time.process_time()
build_definitions(defs_module=many)
print(time.process_time() - began)
"""
DOCUMENT = """\
type: dagster_open_platform.lib.ExecutableComponent
attributes:
  name: asset_{number}
  execute_fn: many.functions.make
  partitions_def: {{type: daily, start_date: 2026-06-01}}
  assets:
    - key: many/asset_{number}
      group_name: many
      owners: ["team:data-platform"]
      kinds: [python]
      description: One row per thing.
"""
FUNCTIONS = "def make(context):\n    return None\n"


def write(folder: Path, count: int, *, one_file: bool) -> None:
    """Write a package of instances.

    Args:
        folder: That holds the package `many`.
        count: How many.
        one_file: Whether they are documents of one file.
    """
    package = folder / "many"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "functions.py").write_text(FUNCTIONS)
    components = package / "acme" / "components"
    documents = [DOCUMENT.format(number=number) for number in range(count)]
    files = ["---\n".join(documents)] if one_file else documents
    for number, text in enumerate(files):
        path = (components if one_file else components / f"part_{number}") / "defs.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(text)


def seconds(folder: Path) -> float:
    """Median CPU seconds of loading a package of instances.

    Args:
        folder: That holds it.
    """
    path = os.pathsep.join([str(folder), *sys.path])
    environment = {**os.environ, "PYTHONPATH": path}
    command = [sys.executable, "-P", "-c", LOAD]
    found = [
        float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)  # noqa: S603 - ours
        for _ in range(ROUNDS)
    ]
    return statistics.median(found)


def measure() -> list[Ratio]:
    """What many take more than one, in seconds: the limit is an amount, not a part."""
    found = []
    for one_file, where in ((True, "in one file"), (False, "in a folder each")):
        with tempfile.TemporaryDirectory() as folder:
            took = {}
            for count in (1, MANY):
                write(Path(folder, str(count)), count, one_file=one_file)
                took[count] = seconds(Path(folder, str(count)))
        found.append(
            Ratio(
                name=f"seconds that {MANY:,} instances {where} take more than one to load (CPU time)",
                value=took[MANY] - took[1],
                limit=LIMIT,
                higher_is_better=False,
                detail=f"{took[MANY]:.2f} s - {took[1]:.2f} s, median of {ROUNDS}",
            )
        )
    return found
