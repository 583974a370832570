"""The Dagster resource that runs dbt; its resource key is ``dbt``.

What belongs here: how dbt is called, whatever it is called for. What does not: what a build yields (``runner.py``).
"""

import importlib.metadata
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from dagster_dbt import DbtCliResource
from packaging.version import Version

from dagster_open_platform.lib.dbt.executable import dbt_executable
from dagster_open_platform.lib.dbt.targets import engine_of
from dagster_open_platform.lib.dbt.variables import region_variables
from dagster_open_platform.utils.regions import REGIONS, US, Region
from dagster_open_platform_dbt import PROJECT_DIR


class PlatformDbtResource(DbtCliResource):
    """dagster-dbt's resource for a region, without what it does before every call and nobody here needs.

    Both overrides save time and nothing else: should a later dagster-dbt no longer ask, calls are slower and still right.
    """

    region: str = US.name
    """Whose data the project is about: `us` or `eu`."""

    @property
    def variables(self) -> Mapping[str, str]:
        """The dbt variables that every call of a build is given."""
        (region,) = (each for each in REGIONS if each.name == self.region)
        return region_variables(region)

    @cached_property
    def _cli_version(self) -> Version:
        # Upstream runs `dbt --version`, which imports every adapter: as long as a small build (2.5 s of CPU). The
        # executable is of this environment, so the distribution knows.
        return Version(importlib.metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        # Upstream makes an adapter of its own for fetch_row_counts() and the like (1.2 s), which would hold the DuckDB
        # file open; row counts and columns are read through the warehouse seam instead (evidence.py).
        return None


def dbt_resource(target: str, region: Region = US) -> PlatformDbtResource:
    """Return the resource for a target of ``profiles.yml``. Runs nothing.

    Args:
        target: Of ``profiles.yml``.
        region: Whose data the project is about.

    Raises:
        UnknownTarget: There is no such target.
        DbtExecutableMissing: dbt is not installed.
    """
    engine_of(target)
    dbt_executable()  # to say so now if dbt is not installed
    return PlatformDbtResource(
        project_dir=str(PROJECT_DIR),
        profiles_dir=str(PROJECT_DIR),
        target=target,
        region=region.name,
        # dbt with the project parsed ahead: dagster-dbt starts what it takes for the executable, then come the flags.
        # -P: no module is taken from the project's folder, in which it runs.
        dbt_executable=sys.executable,
        # The debug log would be deleted with the run's scratch directory, and costs a tenth of a small build. Fast edges from tests to
        # what waits for them say the same with a quarter of the edges, all of which every build walks along.
        global_config_flags=[
            *("-P", "-m", "dagster_open_platform.lib.dbt.program"),
            *("--log-level-file", "none", "--use-fast-test-edges"),
        ],
    )
