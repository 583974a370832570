"""Which owners read which channels.

What belongs here: the rule. What does not: the channels (``defs/slack/py/routing.py``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Routing:
    """Channels by owner.

    Args:
        default: The channel for what nobody owns, for owners without a channel, and for failures of the platform itself.
        channels: Owner, such as ``team:devrel``, to channel.
    """

    default: str
    channels: Mapping[str, str]

    def channel_of(self, owners: Iterable[str]) -> str:
        """The channel of an asset: of the first of its owners that has one."""
        return next((self.channels[owner] for owner in owners if owner in self.channels), self.default)
