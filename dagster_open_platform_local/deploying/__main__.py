"""``python -m dagster_open_platform_local.deploying pex DIRECTORY | open-source``: `just pex` and `just open-source`.

What belongs here: the command line. What does not: what it does.
"""

import argparse
import sys
from pathlib import Path

from dagster_open_platform_local.deploying.errors import DeploymentError
from dagster_open_platform_local.deploying.pex import build, unpacked
from dagster_open_platform_local.deploying.source import prepare
from dagster_open_platform_local.deploying.verify import verify
from dagster_open_platform_local.stack.errors import StackError


def main() -> int:
    """Do what the arguments say; 1 if it does not work."""
    parser = argparse.ArgumentParser(prog="just", description="Build and try deployments.")
    commands = parser.add_subparsers(dest="command", required=True)
    pex = commands.add_parser(
        "pex", help="build the PEX of Dagster+ Serverless and compare it with this checkout"
    )
    pex.add_argument("directory", nargs="?", type=Path, default=Path("dist", "pex"), help="default: dist/pex")
    arguments = parser.parse_args()
    try:
        build_and_verify(arguments.directory.resolve())
    except (DeploymentError, StackError) as error:
        _tell(str(error))
        return 1
    return 0


def build_and_verify(directory: Path) -> None:
    """Build the PEX and try it.

    Args:
        directory: For `source`, what is built from, `pex`, both files, and `venvs`, both unpacked, with logs.
    """
    source = prepare(directory / "source")
    _tell(f"{source}: what is deployed, with its pins and the dbt manifest")
    pex = build(source, directory / "pex")
    for path in (pex.source, pex.dependencies):
        _tell(f"{path}: {path.stat().st_size / 1e6:,.1f} MB")
    _tell(f"built in {pex.seconds:.0f} s")
    venvs = directory / "venvs"
    venvs.mkdir(exist_ok=True)
    for held in verify(unpacked(pex, venvs), venvs / "logs"):
        _tell(held)


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command line


if __name__ == "__main__":
    sys.exit(main())
