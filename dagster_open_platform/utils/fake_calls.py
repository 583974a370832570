"""What vendors in memory have in common: they remember what they were asked, and fail when a test says so.

What belongs here: that. What does not: what a vendor answers (`lib/<vendor>/fake.py`).
"""

from collections import deque

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


class FakeCalls:
    """The base of a vendor in memory.

    Attributes:
        calls: The operations of the protocol that were called, in order, each with its arguments.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self._failures: dict[str, deque[PermanentFailure | RetryableFailure]] = {}

    def fail_next(self, operation: str, *failures: PermanentFailure | RetryableFailure) -> None:
        """Let the next calls of an operation of the protocol raise."""
        self._failures.setdefault(operation, deque()).extend(failures)

    def _called(self, operation: str, *arguments: object) -> None:
        """Note a call, and raise if it is to fail."""
        self.calls.append((operation, *arguments))
        if self._failures.get(operation):
            raise self._failures[operation].popleft()
