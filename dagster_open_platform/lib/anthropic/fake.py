"""An organization at Anthropic in memory.

What belongs here: the protocol without HTTP, for tests of what is done with answers. Nodes are as JSON has them.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dagster_open_platform.lib.anthropic.moments import moment
from dagster_open_platform.lib.anthropic.protocol import Node


@dataclass
class FakeAnthropic:
    """Answers from what it was given; tests change that between two questions.

    Args:
        usage_buckets: Hourly, of any days.
        cost_buckets: Daily, of any days.
        code: Records by day.
        listed_keys: API keys.
        listed_users: Users.
    """

    usage_buckets: list[Node] = field(default_factory=list)
    cost_buckets: list[Node] = field(default_factory=list)
    code: Mapping[dt.date, Sequence[Node]] = field(default_factory=dict)
    listed_keys: list[Node] = field(default_factory=list)
    listed_users: list[Node] = field(default_factory=list)

    def usage(self, start: dt.date, end: dt.date) -> Sequence[Node]:
        """Hourly buckets of usage (see the protocol)."""
        return _within(self.usage_buckets, start, end)

    def cost(self, start: dt.date, end: dt.date) -> Sequence[Node]:
        """Daily buckets of costs (see the protocol)."""
        return _within(self.cost_buckets, start, end)

    def claude_code(self, day: dt.date) -> Iterator[Sequence[Node]]:
        """Records of a day, all in one page (see the protocol)."""
        yield list(self.code.get(day, ()))

    def api_keys(self) -> Sequence[Node]:
        """All API keys (see the protocol)."""
        return list(self.listed_keys)

    def users(self) -> Sequence[Node]:
        """Everybody (see the protocol)."""
        return list(self.listed_users)

    def statistics(self) -> Mapping[str, int]:
        """Nothing: nobody was called."""
        return {}


def _within(buckets: Sequence[Node], start: dt.date, end: dt.date) -> list[Node]:
    return [
        bucket for bucket in buckets if start <= moment(bucket["starting_at"], "starting_at").date() < end
    ]
