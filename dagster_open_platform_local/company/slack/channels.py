"""The workspace's channels.

What belongs here: which there are, since when. What does not: who is in them, Slack's objects (`services/saas/slack/objects.py`).
The community's channels are those of the export to S3 (`exports/community.py`), under the same ids and names.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dagster_open_platform_local.company.exports.community import CHANNELS, RENAMED_SINCE, activity
from dagster_open_platform_local.company.moments import unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.slack.members import OPENED_DAYS_BEFORE

STAFF_CHANNELS = (
    "data-platform",
    "analytics-data",
    "devrel-data",
    "finance-data",
    "marketing-data",
    "people-data",
    "product-data",
    "revenue-operations-data",
    "sales-data",
    "support-data",
)
"""Private; the platform's bot is in each of them."""
_ARCHIVED = ("hacktoberfest", "dagster-day")
_DAY = 86_400


@dataclass(frozen=True)
class WorkspaceChannel:
    """A channel.

    Args:
        id: Slack's.
        name: Without `#`.
        is_private: Only its members see it.
        is_shared: Members of another organization are in it.
        is_archived: Nobody can write in it any more.
        created: Unix seconds.
        updated: Unix seconds.
        previous_names: It had.
    """

    id: str
    name: str
    is_private: bool
    is_shared: bool
    is_archived: bool
    created: int
    updated: int
    previous_names: tuple[str, ...] = ()


def channels(settings: CompanySettings, today: date) -> list[WorkspaceChannel]:
    """All channels that were opened before a date."""
    start = unix_seconds(settings.epoch)
    opened = start - OPENED_DAYS_BEFORE * _DAY
    yesterday = max(today - timedelta(days=1), settings.epoch)
    since = {channel.name: channel.since for channel in CHANNELS}
    found: list[WorkspaceChannel] = []
    for number, row in enumerate(activity(settings, yesterday)):
        original = CHANNELS[number].name if number < len(CHANNELS) else row["channel_name"]
        created = start + since[original] * _DAY if since.get(original) else opened + number * _DAY
        renamed = row["channel_name"] != original
        previous = (original,) if renamed else ()
        changed = start + RENAMED_SINCE * _DAY if renamed else created
        found.append(
            WorkspaceChannel(
                row["channel_id"],
                row["channel_name"],
                False,
                row["is_shared"],
                False,
                created,
                changed,
                previous,
            )
        )
    for number, name in enumerate(_ARCHIVED):
        moment = opened + (100 + number) * _DAY
        found.append(
            WorkspaceChannel(_id(8000, number), name, False, False, True, moment, moment + 40 * _DAY)
        )
    for number, name in enumerate(STAFF_CHANNELS):
        moment = opened + number * 3600
        found.append(WorkspaceChannel(_id(9000, number), name, True, False, False, moment, moment))
    return found


def _id(block: int, number: int) -> str:
    return f"C{4_200_000_000 + 7919 * (block + number):010X}"
