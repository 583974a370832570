"""Counting calls in a rolling time.

What belongs here: the count. What does not: how many a vendor allows, and what it answers to one too many.
"""

import math
from collections import deque


class RateWindow:
    """Counts what happened in the last seconds.

    Args:
        limit: How much may happen.
        seconds: In which time.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._moments: deque[float] = deque()

    def remaining(self, now: float) -> int:
        """How much more may happen.

        Args:
            now: Unix seconds; never less than before.
        """
        while self._moments and self._moments[0] <= now - self.seconds:
            self._moments.popleft()
        return self.limit - len(self._moments)

    def take(self, now: float) -> int | None:
        """Count one.

        Args:
            now: Unix seconds.

        Returns:
            None; or, if it is one too many and so was not counted, the whole seconds until the next may happen, at least 1.
        """
        if self.remaining(now) > 0:
            self._moments.append(now)
            return None
        left = self._moments[0] + self.seconds - now if self._moments else self.seconds
        return max(1, math.ceil(left))
