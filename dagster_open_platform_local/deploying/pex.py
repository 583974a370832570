"""The PEX of Dagster+ Serverless: built as `dagster-cloud` builds it, and unpacked and started as Serverless does.

What belongs here: the two files and the environment of a process that runs from them. What does not: what is asked of such a process
(`serving.py`, `bench/pex.py`).

Serverless never runs a PEX as a zip: it unpacks both into virtual environments once (``pex-tools … venv``), puts their packages on the
PYTHONPATH, source first, and starts ``pex -m dagster api grpc`` in the copy of the source that the package `working_directory` holds
(`dagster_cloud.pex.grpc.server`). So a start costs what it costs from a checkout.
"""

import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dagster_open_platform_local.deploying.errors import DeploymentError
from dagster_open_platform_local.deploying.source import run

PYTHON = "3.11"
"""The interpreter of deployments; it must be on the PATH to build for it."""
NO_ACCOUNT = {f"DAGSTER_CLOUD_{name}": "none" for name in ("API_TOKEN", "ORGANIZATION", "DEPLOYMENT")}
"""`dagster-cloud` asks for them before it builds, and uses none of them to build."""


@dataclass(frozen=True)
class Pex:
    """A build.

    Args:
        source: The file with the project.
        dependencies: The file with everything else.
        seconds: How long both took.
    """

    source: Path
    dependencies: Path
    seconds: float


@dataclass(frozen=True)
class Unpacked:
    """A PEX as it lies on a Serverless agent.

    Args:
        entry: The program.
        root: The copy of the project's directory, where the program is started.
        packages: What is on the PYTHONPATH, in order.
        programs: What is on the PATH before everything else.
    """

    entry: Path
    root: Path
    packages: tuple[Path, ...]
    programs: tuple[Path, ...]

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Of a process that runs from it: nothing of this shell's but where programs and the home are.

        Args:
            variables: Of the deployment.
        """
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        path = os.pathsep.join([*map(str, self.programs), os.environ.get("PATH", "")])
        return {**kept, "PATH": path, "PYTHONPATH": os.pathsep.join(map(str, self.packages)), **variables}


def build(source: Path, directory: Path) -> Pex:
    """Build both files, with nothing but the package index.

    Args:
        source: Prepared by `source.prepare`.
        directory: For the files; replaced if it is there.

    Raises:
        DeploymentError: It failed; with what it said.
    """
    command = ["dagster-cloud", "serverless", "build-python-executable", str(source), str(directory)]
    options = ["--python-version", PYTHON, "--build-method", "local"]
    shutil.rmtree(directory, ignore_errors=True)
    began = time.monotonic()
    run([*command, *options], source, NO_ACCOUNT)
    seconds = time.monotonic() - began
    return Pex(_only(directory, "source-*.pex"), _only(directory, "deps-*.pex"), seconds)


def _only(directory: Path, pattern: str) -> Path:
    found = list(directory.glob(pattern))
    if len(found) != 1:
        raise DeploymentError(
            f"dagster-cloud left {len(found)} files {pattern} in {directory}, expected one."
        )
    return found[0]


def unpack(pex: Path, directory: Path) -> Path:
    """Unpack a file into a virtual environment and give the directory of its packages."""
    options = ["--collisions-ok", "--non-hermetic-scripts"]
    # Kept beside the environments: its default is a cache in the home, which grows with each build.
    cache = {"PEX_ROOT": str(directory.with_name("cache"))}
    run(["pex-tools", str(pex), "venv", *options, str(directory)], directory.parent, cache)
    return directory / "lib" / f"python{PYTHON}" / "site-packages"


def unpacked(pex: Pex, directory: Path) -> Unpacked:
    """Unpack a build.

    Args:
        pex: The build.
        directory: For the virtual environments; replaced if it is there.
    """
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    source, dependencies = directory / "source", directory / "dependencies"
    packages = (unpack(pex.source, source), unpack(pex.dependencies, dependencies))
    return Unpacked(
        entry=source / "pex",
        root=packages[0] / "working_directory" / "root",
        packages=packages,
        programs=(source / "bin", dependencies / "bin"),
    )
