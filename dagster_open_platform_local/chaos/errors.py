"""What can go wrong with chaos itself.

What belongs here: that. What does not: what the faults do to the platform, which is reported.
"""

from dagster_open_platform_local.stack.errors import StackError


class ChaosError(StackError):
    """Chaos cannot go on; the message says why."""


class ChaosOverdueError(ChaosError):
    """The time is up."""
