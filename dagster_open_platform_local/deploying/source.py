"""The directory that a deployment is built from: this checkout's files without what is not deployed, the pins, and dbt's manifest.

What belongs here: making it. What does not: what is made of it (`pex.py`, `Dockerfile`).

Built from a directory of its own because `dagster-cloud` packs whatever lies in the one that it is given: a virtual environment's
settings, a `.env`, the state of a stack with its secrets.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_local.deploying.errors import DeploymentError

IGNORED = ".dockerignore"
"""Says what is not deployed, for the image and for the PEX."""
REQUIREMENTS = "requirements.txt"
"""Where `dagster-cloud` looks for versions: of pyproject.toml it reads only the ranges."""
MANIFEST = "dagster_open_platform.lib.dbt.manifest"


def prepare(directory: Path, root: Path = REPOSITORY_ROOT) -> Path:
    """Make the directory anew.

    Args:
        directory: Replaced if it is there.
        root: The checkout.

    Returns:
        The directory.

    Raises:
        DeploymentError: A step failed; with what it said.
    """
    copy_deployed(directory, root)
    (directory / REQUIREMENTS).write_text(pins(root), encoding="utf-8")
    # In the directory itself, whose package comes first, since the manifest lies beside the dbt project that it is of.
    run([sys.executable, "-m", MANIFEST, "--target", "prod"], directory, {"PYTHONPATH": str(directory)})
    return directory


def copy_deployed(directory: Path, root: Path = REPOSITORY_ROOT) -> None:
    """Copy the files of the checkout that are deployed, and no others.

    Args:
        directory: Replaced if it is there.
        root: The checkout.
    """
    shutil.rmtree(directory, ignore_errors=True)
    for path in deployed_files(root):
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, target)


def deployed_files(root: Path = REPOSITORY_ROOT) -> list[Path]:
    """The files of the checkout, as they are now, that are deployed; relative to it.

    What git ignores is none of them, and what is new and not yet committed is.
    """
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], root).splitlines()
    ignored = ignored_folders((root / IGNORED).read_text(encoding="utf-8"))
    return [
        path
        for path in sorted(map(Path, listed))
        if (root / path).is_file()
        and not path.name.startswith(".")
        and not any(path.is_relative_to(folder) for folder in ignored)
        and not path.parts[0].startswith(".")
    ]


def ignored_folders(text: str) -> list[Path]:
    """What `.dockerignore` leaves out by name, relative to the root.

    Args:
        text: Of the file. Names that begin with a dot, and byte code, are left out whatever it says.

    Raises:
        DeploymentError: It says something that is meant for Docker only, and would be deployed in the PEX.
    """
    lines = [line.strip() for line in text.splitlines()]
    patterns = [line for line in lines if line and not line.startswith("#")]
    unknown = [
        line for line in patterns if re.search(r"[*?!\[]", line) and line not in (".*", "**/__pycache__")
    ]
    if unknown:
        raise DeploymentError(f"{IGNORED} may only name files and folders; found {', '.join(unknown)}.")
    return [Path(line) for line in patterns if "*" not in line]


def pins(root: Path = REPOSITORY_ROOT) -> str:
    """The versions that production has, a line each, from the pins of pyproject.toml; without any address."""
    command = ["uv", "export", "--no-default-groups", "--no-emit-project"]
    exported = run([*command, "--no-hashes", "--no-header", "--no-annotate"], root)
    lines = [line for line in exported.splitlines() if line.strip() and not line.startswith("#")]
    strange = [
        line for line in lines if not re.match(r"[A-Za-z0-9][\w.-]*==[\w.!+-]+( ?;.*)?$", line.strip())
    ]
    if strange or not lines:
        raise DeploymentError(f"These are no pinned versions: {strange[:3] or 'nothing'}. Run `just lock`.")
    return "\n".join(lines) + "\n"


def run(command: list[str], directory: Path, variables: dict[str, str] | None = None) -> str:
    """Run a program to its end and give what it printed.

    Raises:
        DeploymentError: It is not there or failed; with the end of what it said.
    """
    environment = {**os.environ, **(variables or {})}
    try:
        done = subprocess.run(  # noqa: S603 - the commands are ours
            command, cwd=directory, env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise DeploymentError(f"{command[0]} is not on the PATH; run this with `uv run just …`.") from error
    if done.returncode:
        told = (done.stderr.strip() or done.stdout.strip())[-3000:]
        raise DeploymentError(f"{' '.join(command)} failed (exit code {done.returncode}):\n{told}")
    return done.stdout
