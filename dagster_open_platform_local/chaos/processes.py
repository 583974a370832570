"""Finding and killing processes.

What belongs here: that. What does not: which are killed when (`strikes.py`).
"""

import contextlib
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import psutil


def descendants(pid: int, name: str = "") -> list[int]:
    """The processes that a process has started, and those that they have.

    Args:
        pid: Of the process.
        name: How the name of the program begins; empty: all.
    """
    try:
        found = psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []
    return [each.pid for each in found if not name or _program(each).startswith(name)]


def _program(process: psutil.Process) -> str:
    """The name of its program; empty if it has ended."""
    try:
        return Path((process.cmdline() or [""])[0]).name
    except psutil.Error:
        return ""


def kill(pids: Sequence[int]) -> int:
    """Kill processes, as `kill -9` does; how many of them there were."""
    count = 0
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
            count += 1
    return count


def kill_tree(pid: int) -> bool:
    """Kill a process and all that it has started; whether it was there."""
    below = descendants(pid)
    found = kill([pid])
    kill(below)
    return bool(found)
