"""How many calls are allowed.

What belongs here: the limits of https://fivetran.com/docs/rest-api/getting-started/rate-limiting, which hold for a rolling time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dagster_open_platform_local.services.saas.fivetran.errors import too_many_requests
from dagster_open_platform_local.services.saas.rate_window import RateWindow

_MINUTE, _HOUR = 60.0, 3600.0


@dataclass(frozen=True)
class Limits:
    """The limits of an account; the defaults are those of a paying one.

    Args:
        requests_an_hour: All calls.
        source_requests_a_minute: Calls for which Fivetran asks the source: setup tests, columns, reloading a schema.
        source_requests_an_hour: Likewise.
    """

    requests_an_hour: int = 20_000
    source_requests_a_minute: int = 500
    source_requests_an_hour: int = 5_000


class _Window(RateWindow):
    """Calls of one kind."""

    def __init__(self, limit: int, seconds: float, name: str) -> None:
        super().__init__(limit, seconds)
        self._name = name

    def count(self, now: float) -> None:
        """Count a call, or refuse it."""
        seconds = self.take(now)
        if seconds is not None:
            raise too_many_requests(f"No more than {self.limit} {self._name} are allowed", seconds)


class RateLimiter:
    """Counts the calls of an account.

    Args:
        limits: What is allowed.
        clock: Wall-clock time in Unix seconds.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._all = _Window(limits.requests_an_hour, _HOUR, "requests per hour")
        self._source = (
            _Window(limits.source_requests_a_minute, _MINUTE, "source interaction requests per minute"),
            _Window(limits.source_requests_an_hour, _HOUR, "source interaction requests per hour"),
        )

    def take(self) -> None:
        """Count a call.

        Raises:
            ApiError: 429: it is one too many.
        """
        self._all.count(self._clock())

    def take_source(self) -> None:
        """Count a call for which the source is asked.

        Raises:
            ApiError: 429: it is one too many.
        """
        for window in self._source:
            window.count(self._clock())

    def headers(self) -> dict[str, str]:
        """What every answer says of the limit on all calls."""
        return {
            "X-Rate-Limit": str(self._all.limit),
            "X-Rate-Limit-Remaining": str(self._all.remaining(self._clock())),
        }
