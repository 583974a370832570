"""What can go wrong with chaos itself.

What belongs here: that. What does not: what the faults do to the platform, which is reported.
"""

from dagster_open_platform_local.stack.errors import StackError


class ChaosError(StackError):
    """Chaos cannot go on; the message says why."""


class BrokenPromiseError(ChaosError):
    """The platform has not done what must be so after a fault; it is reported, and the week goes on."""


class ChaosOverdueError(ChaosError):
    """The time is up."""
