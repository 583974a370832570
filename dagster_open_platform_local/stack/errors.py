"""What can go wrong with the stack; every message says what to do.

What belongs here: errors of processes, ports and locks. What does not: errors of an asset or of the company.
"""


class StackError(Exception):
    """The stack cannot start or cannot go on."""


class StackLockedError(StackError):
    """Another process runs a stack on the same state directory."""


class PortTakenError(StackError):
    """Somebody else listens on a port that was asked for by number."""


class ServiceFailedError(StackError):
    """A service died or did not come up in time; carries the last lines of its log."""


class StackNotRunningError(StackError):
    """Something needs a running stack and there is none."""
