"""How much memory a process has had.

What belongs here: that figure, for measures that run in a process of their own. What does not: any measure.
"""

import resource
from pathlib import Path


def peak_bytes() -> int:
    """The peak of this process's resident memory, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # What `getrusage` tells on Linux begins with what the parent had when it started this process.
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
