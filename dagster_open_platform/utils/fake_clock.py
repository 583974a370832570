"""A clock for tests of what waits.

What belongs here: that clock. What does not: who waits for what.
"""

import datetime as dt


class FakeClock:
    """A clock that only waiting moves.

    Args:
        now: Aware.
    """

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.waits: list[float] = []

    def __call__(self) -> float:
        """Unix seconds."""
        return self.now.timestamp()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.waits.append(seconds)
        self.now += dt.timedelta(seconds=seconds)
