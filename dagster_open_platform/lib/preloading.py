"""A code location that is loaded once in a process, and steps in processes of their own that find it loaded.

What belongs here: how. What does not: what a code location is made of (``definitions.py``).

A step in a process of its own loads the code location before it does anything, which takes several seconds of CPU. So the processes of
a run's steps are forked from one that has loaded it, once a run (Dagster's start method `forkserver`). Definitions hold no connection
and no credential, which are read when they are used, so that a fork has nothing of another step's.

If a component's state is managed by Dagster (`defs_state`), the process that is forked from reads the newest one, not the one that the run
began with; ours are files that are deployed with the code.
"""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg

from dagster_open_platform.utils.environment_helpers import Environment, get_environment

MODULE = "preloaded"
"""The module of a code location's package that loads it when it is imported."""


class Preloadable:
    """A code location that is loaded once in a process for each environment.

    A code server and `dg check defs` ask for it twice before they serve anything: to see that it can be loaded, and to make a repository
    of it. It was a second of CPU each time.

    Args:
        build: Loads it.
    """

    def __init__(self, build: Callable[[], dg.Definitions]) -> None:
        self._build = build
        self._kept: dict[Environment, dg.Definitions] = {}

    def load(self) -> dg.Definitions:
        """The definitions; the same ones whenever they are asked for in the same environment."""
        # Dagster itself makes objects of the definitions afterwards, with parameters that it then calls beta, once for each process.
        warnings.filterwarnings("ignore", category=dg.BetaWarning)
        environment = get_environment()
        if environment not in self._kept:
            self._kept[environment] = self._build()
        return self._kept[environment]


def forking_executor(package: str) -> dg.ExecutorDefinition:
    """Dagster's executor of steps in processes, or in one process; a run's config says so, and may say `start_method` otherwise.

    Args:
        package: Of the code location. If it has no module `preloaded`, steps are forked from a process that has nothing loaded.
    """
    executor = dg.multi_or_in_process_executor

    def forked(config: Mapping[str, Any]) -> Mapping[str, Any]:
        if "in_process" in config:
            return config
        method = {"forkserver": {"preload_modules": [f"{package}.{MODULE}"]}}
        return {"multiprocess": {"start_method": method, **config.get("multiprocess", {})}}

    return executor.configured(forked, name=executor.name, config_schema=executor.config_schema.as_field())
