"""Pins the whole dependency tree inside pyproject.toml: ``just lock``.

uv's own lock file records the address of the registry that it was made from, so it is not committed. What is committed
is the same tree as ``constraint-dependencies``: exact versions with their environment markers and no address, which
``uv sync`` and ``uv run`` obey wherever they get the packages from.
"""

import argparse
import re
import subprocess
from pathlib import Path

BEGIN = "# pins: begin (the whole tree, without addresses; written by `just lock`)"
END = "# pins: end"
_BLOCK = re.compile(re.escape(BEGIN) + r"\n(.*?)" + re.escape(END), re.DOTALL)


def render(requirements: list[str]) -> str:
    """The block of pyproject.toml that pins ``requirements`` (PEP 508 lines, one version each)."""
    lines = "".join(f"  {_quoted(requirement)},\n" for requirement in sorted(requirements))
    return f"{BEGIN}\nconstraint-dependencies = [\n{lines}]\n{END}"


def _quoted(requirement: str) -> str:
    if '"' in requirement or "\\" in requirement:
        raise ValueError(f"Not a requirement that fits a TOML string: {requirement}")
    return f'"{requirement}"'


def replace(pyproject: str, requirements: list[str]) -> str:
    """``pyproject`` with its block of pins replaced.

    Raises:
        ValueError: There is no such block, or more than one.
    """
    text, count = _BLOCK.subn(lambda _: render(requirements), pyproject)
    if count != 1:
        raise ValueError(f"pyproject.toml must hold exactly one block between {BEGIN!r} and {END!r}.")
    return text


def exported(root: Path) -> list[str]:
    """The tree that uv resolved, as requirement lines for every supported platform and Python."""
    command = ["uv", "export", "--frozen", "--no-hashes", "--no-header", "--no-annotate"]
    command += ["--all-groups", "--all-extras", "--no-emit-project"]
    output = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout  # noqa: S603 - fixed words
    return [line.strip() for line in output.splitlines() if re.match(r"[A-Za-z0-9]", line)]


def main() -> None:
    """Resolves again (with ``--upgrade``: from scratch) and rewrites the block."""
    parser = argparse.ArgumentParser(description="Pin the whole dependency tree inside pyproject.toml.")
    parser.add_argument("--upgrade", action="store_true", help="forget the present pins first")
    arguments = parser.parse_args()
    path = Path(__file__).resolve().parents[1] / "pyproject.toml"
    before = path.read_text()
    try:
        if arguments.upgrade:
            path.write_text(replace(before, []))
        command = ["uv", "lock", *(["--upgrade"] if arguments.upgrade else [])]
        subprocess.run(command, cwd=path.parent, check=True)  # noqa: S603 - fixed words
        path.write_text(replace(before, exported(path.parent)))
    except BaseException:
        path.write_text(before)
        raise


if __name__ == "__main__":
    main()
