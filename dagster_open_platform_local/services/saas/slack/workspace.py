"""The workspace as of the company's date.

What belongs here: members and channels as objects, made once a date. What does not: messages (`store.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.slack.channels import channels
from dagster_open_platform_local.company.slack.members import Members, members
from dagster_open_platform_local.services.saas.slack.analytics import member_file
from dagster_open_platform_local.services.saas.slack.errors import SlackError
from dagster_open_platform_local.services.saas.slack.objects import channel_object, user_objects


@dataclass(frozen=True)
class View:
    """The workspace on a date.

    Args:
        settings: The company's.
        today: The date.
        members: Who joined before it.
        users: As objects, by id.
        channels: As objects, by id.
    """

    settings: CompanySettings
    today: date
    members: Members
    users: Sequence[dict[str, Any]]
    channels: Mapping[str, dict[str, Any]]

    def channel(self, name_or_id: str) -> dict[str, Any]:
        """A channel.

        Raises:
            SlackError: There is none.
        """
        if name_or_id in self.channels:
            return self.channels[name_or_id]
        for channel in self.channels.values():
            if channel["name"] == name_or_id.removeprefix("#"):
                return channel
        raise SlackError("channel_not_found")


class Workspace:
    """The workspace.

    Args:
        clock: Gives the company's date; asked at every call.
    """

    def __init__(self, clock: Callable[[], CompanyClock]) -> None:
        self._clock = clock
        self._view: View | None = None

    def now(self) -> View:
        """The workspace on the company's date.

        Raises:
            CompanyError: There is no company yet.
        """
        clock = self._clock()
        if self._view is None or (self._view.settings, self._view.today) != (clock.settings, clock.today):
            self._view = _view(clock.settings, clock.today)
        return self._view

    def analytics(self, day: date) -> bytes:
        """The file of a day.

        Raises:
            SlackError: The day is not over, or it is before there was any data.
        """
        view = self.now()
        if day < view.settings.epoch:
            raise SlackError("file_not_found")
        if day >= view.today:
            raise SlackError("file_not_yet_available")
        return member_file(view.members, day)


def _view(settings: CompanySettings, today: date) -> View:
    found = members(settings, today)
    opened = channels(settings, today)
    shares = (
        Draws(settings.seed, "slack_channels", np.arange(len(opened), dtype=np.int64))
        .below("members", 900)
        .tolist()
    )
    size = len(found.ids)
    objects = {
        each.id: channel_object(each, size if each.name == "announcements" else size * share // 1000)
        for each, share in zip(opened, shares, strict=True)
    }
    return View(settings, today, found, user_objects(found), objects)
