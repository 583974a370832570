"""Slack's file of what members did on a day.

What belongs here: its lines. What does not: what members did (`company/slack/activity.py`).
Source: https://docs.slack.dev/reference/methods/admin.analytics.getFile: gzip of an object a line, a file a day (UTC).
An app that acts in a user's name is in the file like a person.
"""

import gzip
from datetime import date

import numpy as np

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.slack.activity import activity
from dagster_open_platform_local.company.slack.members import ENTERPRISE_ID, TEAM_ID, Members
from dagster_open_platform_local.services.saas.slack.objects import BOT_USER_ID

_IPHONE, _ANDROID, _DESKTOP = 0.2, 0.2, 0.85
# Filled in like this since a day is asked for 180 times: a serializer takes ten times as long.
_LINE = (
    '{{"enterprise_id":"{enterprise}","team_id":"{team}","date":"{day}","user_id":"{id}","email_address":"{email}",'
    '"is_guest":{guest},"is_billable_seat":{billable},"is_active":{active},"is_active_ios":{ios},"is_active_android":{android},'
    '"is_active_desktop":{desktop},"reactions_added_count":{reactions},"messages_posted_count":{messages},'
    '"channel_messages_posted_count":{channel_messages},"files_added_count":{files},"is_active_apps":false,'
    '"is_active_workflows":false,"is_active_slack_connect":false,"total_calls_count":{calls},"slack_calls_count":0,'
    '"slack_huddles_count":{huddles},"search_count":{searches},"date_claimed":{claimed}}}'
)
_BOOL = ("false", "true")


def member_file(found: Members, day: date) -> bytes:
    """The file.

    Args:
        found: As of a later date.
        day: In UTC.
    """
    return gzip.compress(
        "\n".join([*_lines(found, day), _app(day)]).encode() + b"\n", compresslevel=1, mtime=0
    )


def _lines(found: Members, day: date) -> list[str]:
    did = activity(found, day)
    who = did.members
    draws = Draws(found.settings.seed, "slack_devices", found.people[who])
    channel_messages = did.community_messages + did.staff_messages
    numbers = {
        "guest": found.is_guest[who],
        "billable": ~found.is_guest[who],
        "active": did.is_active,
        "ios": did.is_active & draws.chance("ios", _IPHONE),
        "android": did.is_active & draws.chance("android", _ANDROID),
        "desktop": did.is_active & draws.chance("desktop", _DESKTOP),
        "reactions": did.reactions,
        "messages": channel_messages + did.direct_messages,
        "channel_messages": channel_messages,
        "files": did.files,
        "calls": did.huddles,
        "huddles": did.huddles,
        "searches": did.searches,
        "claimed": found.claimed[who],
    }
    columns = [
        [_BOOL[each] for each in values.tolist()] if values.dtype == np.bool_ else values.tolist()
        for values in numbers.values()
    ]
    line = _line(day)
    rows = zip(who.tolist(), *columns, strict=True)
    return [line % (found.ids[place], found.emails[place], *row) for place, *row in rows]


def _line(day: date) -> str:
    """The line of a day, with a place for each value in the order of `_lines`."""
    order = "id email guest billable active ios android desktop reactions messages channel_messages files calls huddles searches claimed"
    places = dict.fromkeys(order.split(), "%s")
    return _LINE.format(enterprise=ENTERPRISE_ID, team=TEAM_ID, day=day.isoformat(), **places)


def _app(day: date) -> str:
    values = dict.fromkeys(
        ["reactions", "messages", "channel_messages", "files", "calls", "huddles", "searches"], 0
    )
    flags = dict.fromkeys(["guest", "billable", "ios", "android", "desktop"], "false")
    return _LINE.format(
        enterprise=ENTERPRISE_ID,
        team=TEAM_ID,
        day=day.isoformat(),
        id=BOT_USER_ID,
        email="",
        active="true",
        claimed=1_700_000_000,
        **flags,
        **values,
    )
