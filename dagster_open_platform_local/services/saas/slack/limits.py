"""How often the emulated Slack may be called.

What belongs here: limits and counting. What does not: what a refused call gets (`app.py`).
Source: https://docs.slack.dev/apis/web-api/rate-limits: tiers by method and minute, one message a second and channel. Slack calls them minimums
and lets bursts pass; so does the emulator, by default up to fifteen times as many, so that a laptop's demo does not wait for minutes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dagster_open_platform_local.services.saas.rate_window import RateWindow
from dagster_open_platform_local.services.saas.slack.errors import SlackError

_TIERS = {
    "users.list": 20,
    "conversations.list": 20,
    "admin.analytics.getFile": 20,
    "conversations.history": 50,
    "conversations.replies": 50,
    "chat.update": 50,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
    "files.info": 100,
    "auth.test": 100,
    "chat.getPermalink": 100,
}
_MINUTE = 60.0


@dataclass(frozen=True)
class Limits:
    """Limits.

    Args:
        bursts: By how much a method's tier may be exceeded.
        messages_a_minute: In each channel.
    """

    bursts: float = 15.0
    messages_a_minute: int = 60


class SlackLimiter:
    """Counts calls.

    Args:
        limits: The limits.
        clock: Unix seconds.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._windows: dict[str, RateWindow] = {}

    def take(self, method: str) -> None:
        """Count a call of a method.

        Raises:
            SlackError: It is one too many.
        """
        if method in _TIERS:
            self._take(method, int(_TIERS[method] * self._limits.bursts))

    def take_message(self, channel: str) -> None:
        """Count a message in a channel.

        Raises:
            SlackError: It is one too many.
        """
        self._take(f"chat.postMessage {channel}", self._limits.messages_a_minute)

    def _take(self, what: str, limit: int) -> None:
        wait = self._windows.setdefault(what, RateWindow(limit, _MINUTE)).take(self._clock())
        if wait is not None:
            raise SlackError("ratelimited", status=429, headers={"Retry-After": str(wait)})
