"""How much processor time a process has used.

What belongs here: that, on Linux and macOS. What does not: what it means.
"""

import os
import re
import subprocess
from pathlib import Path


def cpu_seconds(pid: int) -> float | None:
    """User and system time of a living process, in seconds; None if this machine doesn't tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _from_ps(pid)
    # Fields 14 and 15 of proc(5), counted from 1, the first two of which stand before the parenthesis.
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _from_ps(pid: int) -> float | None:
    try:
        told = subprocess.run(  # noqa: S603 - no input of anybody
            ["ps", "-o", "time=", "-p", str(pid)],  # noqa: S607 - where ps is differs
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    # [[dd-]hh:]mm:ss[.cc]
    parts = [float(part) for part in re.split("[-:]", told.stdout.strip())]
    return sum(part * weight for part, weight in zip(reversed(parts), (1, 60, 3600, 86400), strict=False))
