"""Runs the steps of the Dockerfile where there is no Docker: in a directory in place of the image's, with this machine's interpreter.

What belongs here: the few instructions that our Dockerfile has. What does not: what only Docker can do (base images, layers, users), which
is left out and told; CI builds the image itself.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_local.deploying.errors import DeploymentError
from dagster_open_platform_local.deploying.source import copy_deployed, run

DOCKERFILE = "Dockerfile"
ONLY_IN_DOCKER = ("python -m pip install", "useradd")
"""Commands that would change this machine: its own uv is used, and its own user."""
_WORKDIR = "/app"
_FOREIGN = ("VIRTUAL_ENV", "PYTHONPATH", "DAGSTER_HOME")
"""What would lead from the directory to this checkout."""


@dataclass(frozen=True)
class Instruction:
    """A line of the Dockerfile: its first word and the rest."""

    name: str
    text: str


def instructions(root: Path = REPOSITORY_ROOT) -> Sequence[Instruction]:
    """The Dockerfile without its comments.

    Raises:
        DeploymentError: It has an instruction that is not known here.
    """
    lines = (root / DOCKERFILE).read_text(encoding="utf-8").splitlines()
    found = [
        Instruction(*line.split(maxsplit=1)) for line in lines if line.strip() and not line.startswith("#")
    ]
    unknown = {each.name for each in found} - {"ARG", "FROM", "RUN", "ENV", "WORKDIR", "COPY", "USER"}
    if unknown:
        raise DeploymentError(
            f"{DOCKERFILE} has instructions that are not tried: {', '.join(sorted(unknown))}."
        )
    return found


def try_image(directory: Path, root: Path = REPOSITORY_ROOT) -> Iterator[str]:
    """Run the steps; a sentence for each.

    Args:
        directory: In place of the image's `/app`; replaced if it is there.
        root: The checkout.

    Raises:
        DeploymentError: A step failed; with what it said.
    """
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    variables: dict[str, str] = {}
    for each in instructions(root):
        text = each.text.replace(_WORKDIR, str(directory))
        if each.name == "ENV":
            variables |= _variables(text, variables)
        elif each.name == "COPY" and "--from" not in text:
            _copy(text.split(), root, directory)
            yield f"COPY {text}"
        elif each.name == "RUN":
            if each.text.startswith(ONLY_IN_DOCKER):
                yield f"left out, only in Docker: {each.text}"
            else:
                alone = f"unset {' '.join(_FOREIGN)}; {text}"
                run(["/bin/sh", "-c", alone], directory, variables)
                yield f"RUN {each.text}"


def _variables(text: str, before: dict[str, str]) -> dict[str, str]:
    path = before.get("PATH", os.environ.get("PATH", ""))
    return dict(pair.replace("$PATH", path).split("=", 1) for pair in text.split())


def _copy(words: Sequence[str], root: Path, directory: Path) -> None:
    """What a COPY from the context does, of which `.dockerignore` has taken out what is not deployed."""
    *files, _ = words
    if files == ["."]:
        context = directory.with_name(f"{directory.name}.context")
        copy_deployed(context, root)
        shutil.copytree(context, directory, dirs_exist_ok=True)
        shutil.rmtree(context)
    else:
        for file in files:
            shutil.copy2(root / file, directory)
