"""What the platform asks of Anthropic.

What belongs here: the narrow protocol, which the client (`client.py`) and the fake (`fake.py`) implement. What does not: HTTP, and the
tables that the answers become (`tables.py`).
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

Node = Mapping[str, Any]
"""An object of an answer, as JSON has it."""


class AdminApi(Protocol):
    """An organization at Anthropic. All operations read to the end, and raise the errors of `lib/http` and `UnexpectedAnswer`."""

    def usage(self, start: dt.date, end: dt.date) -> Sequence[Node]:
        """Hourly buckets of usage, grouped by workspace, API key, model, service tier and context window.

        Args:
            start: First day (UTC).
            end: The day after the last.
        """
        ...

    def cost(self, start: dt.date, end: dt.date) -> Sequence[Node]:
        """Daily buckets of costs, grouped by workspace and description.

        Args:
            start: First day (UTC).
            end: The day after the last.
        """
        ...

    def claude_code(self, day: dt.date) -> Iterator[Sequence[Node]]:
        """What each user and key did with Claude Code on a day (UTC), a page at a time: records are large, and soon columns."""
        ...

    def api_keys(self) -> Sequence[Node]:
        """All API keys, whatever their status."""
        ...

    def users(self) -> Sequence[Node]:
        """Everybody who is in the organization."""
        ...

    def statistics(self) -> Mapping[str, int]:
        """What it took to answer so far, for metadata; empty if it took nothing."""
        ...
