"""Where the warehouses are kept as a demo left them, and how they are put back.

What belongs here: files. What does not: what else a world is (`world.py`).
"""

import shutil
from pathlib import Path

from dagster_open_platform_local.state import LocalState


def snapshot_of(state: LocalState) -> Path:
    """Where they are kept: a directory for each."""
    return state.root / "conformance_snapshot"


def put_back(kept: Path, place: Path) -> None:
    """Make a directory what it was; files that nobody has written to stay as they are.

    Args:
        kept: What it was.
        place: What it is.
    """
    for file in place.iterdir():
        if not (kept / file.name).exists():
            file.unlink()
    for file in kept.iterdir():
        found, wanted = place / file.name, file.stat()
        if found.exists():
            has = found.stat()
            if (has.st_size, has.st_mtime_ns) == (wanted.st_size, wanted.st_mtime_ns):
                continue
        shutil.copy2(file, found)
