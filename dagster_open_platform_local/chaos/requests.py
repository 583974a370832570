"""What the daemon is asked to launch: files that a sensor reads.

What belongs here: writing and reading them. What does not: the sensor (`location.py`), which needs Dagster.
"""

import json
from pathlib import Path

PART_VARIABLE = "CHAOS_PART"
"""Says how much of the graph the code location has (`part.py`)."""
_FOLDER = "chaos_requests"


def ask(root: Path, day: str) -> str:
    """Ask for a day; the request's name, which is greater than those before.

    Args:
        root: Of the state.
        day: ISO 8601.
    """
    folder = root / _FOLDER
    folder.mkdir(exist_ok=True)
    name = f"request-{len(list(folder.glob('*.json'))):05}"
    draft = folder / f"{name}.new"
    draft.write_text(json.dumps(day))
    draft.rename(folder / f"{name}.json")
    return name


def read_requests(root: Path) -> list[tuple[str, str]]:
    """Name and day of each request, in order."""
    return [(file.stem, json.loads(file.read_text())) for file in sorted((root / _FOLDER).glob("*.json"))]
