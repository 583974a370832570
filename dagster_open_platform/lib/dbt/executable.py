"""Where the ``dbt`` command is.

What belongs here: finding the executable. What does not: running it (``manifest.py``, ``runner.py``).
"""

import shutil
import sysconfig
from pathlib import Path

from dagster_open_platform.lib.dbt.errors import DbtExecutableMissing


def dbt_executable() -> str:
    """Return the path of the ``dbt`` of this Python environment, or else of PATH.

    A process that was started by the path of its interpreter (`.venv/bin/python …`) has its environment's scripts not on
    PATH, and may have another dbt there.

    Raises:
        DbtExecutableMissing: There is neither.
    """
    name = "dbt.exe" if sysconfig.get_platform().startswith("win") else "dbt"
    beside = Path(sysconfig.get_path("scripts")) / name
    found = str(beside) if beside.is_file() else shutil.which("dbt")
    if found is None:
        raise DbtExecutableMissing(
            f"There is no dbt command, neither {beside} nor on PATH. Install the project's dependencies (`just sync`)."
        )
    return found
