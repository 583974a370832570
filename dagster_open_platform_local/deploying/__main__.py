"""``python -m dagster_open_platform_local.deploying pex | image | open-source``: the recipes of these names.

What belongs here: the command line. What does not: what it does.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from dagster_open_platform_local.deploying.errors import DeploymentError
from dagster_open_platform_local.deploying.image import try_image
from dagster_open_platform_local.deploying.open_source import try_open_source
from dagster_open_platform_local.deploying.pex import build, unpacked
from dagster_open_platform_local.deploying.source import prepare
from dagster_open_platform_local.deploying.verify import verify
from dagster_open_platform_local.stack.errors import StackError
from dagster_open_platform_local.stack.signals import Interrupted, interruptible

_DIRECTORIES = {
    "pex": "build the PEX of Dagster+ Serverless and compare it with this checkout",
    "image": "run the Dockerfile's steps in a directory, without Docker",
}


def main() -> int:
    """Do what the arguments say; 1 if it does not work."""
    parser = argparse.ArgumentParser(prog="just", description="Build and try deployments.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in _DIRECTORIES.items():
        command = commands.add_parser(name, help=what, description=what)
        command.add_argument(
            "directory", nargs="?", type=Path, default=Path("dist", name), help=f"default: dist/{name}"
        )
    commands.add_parser(
        "open-source", help="start the open-source deployment on PostgreSQL and run a job there"
    )
    arguments = parser.parse_args()
    try:
        with interruptible():
            for told in _done(arguments):
                print(told, flush=True)  # noqa: T201 - a command line
    except (DeploymentError, StackError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command line
        return 1
    except Interrupted as interrupted:
        return interrupted.exit_code
    return 0


def _done(arguments: argparse.Namespace) -> Iterator[str]:
    if arguments.command == "open-source":
        return try_open_source()
    directory = arguments.directory.resolve()
    return try_image(directory) if arguments.command == "image" else built_and_verified(directory)


def built_and_verified(directory: Path) -> Iterator[str]:
    """Build the PEX and try it; a sentence for each step.

    Args:
        directory: For `source`, what is built from; `pex`, both files; `venvs`, both unpacked, with logs.
    """
    source = prepare(directory / "source")
    yield f"{source}: what is deployed, with its pins and the dbt manifest"
    pex = build(source, directory / "pex")
    for path in (pex.source, pex.dependencies):
        yield f"{path}: {path.stat().st_size / 1e6:,.1f} MB"
    yield f"built in {pex.seconds:.0f} s"
    yield from verify(unpacked(pex, directory / "venvs"), directory / "logs")


if __name__ == "__main__":
    sys.exit(main())
