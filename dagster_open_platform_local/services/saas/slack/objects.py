"""Slack's objects: members, channels, messages and files as the API shows them.

What belongs here: their shapes. What does not: where they come from (`company/slack`, `store.py`), methods (`methods.py`).
Sources: https://docs.slack.dev/reference/objects/user-object, …/conversation-object, …/file-object;
https://docs.slack.dev/reference/events/message for messages.
"""

from typing import Any

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.slack.channels import WorkspaceChannel
from dagster_open_platform_local.company.slack.members import TEAM_ID, Members
from dagster_open_platform_local.services.saas.slack.store import StoredFile, StoredMessage

Json = dict[str, Any]
BOT_USER_ID, BOT_ID, APP_ID = "U04DAGSTERP", "B04DAGSTERP", "A04DAGSTERP"
BOT_NAME = "Dagster Platform"
_BOTS = (
    (BOT_USER_ID, "dagster_platform", BOT_NAME),
    ("U04GITHUBXX", "github", "GitHub"),
    ("U04KAPAAIXX", "ask_ai", "Ask AI"),
)
_CREATED = 1_700_000_000
_DISPLAY_NAME_SHARE = 0.4


def user_objects(found: Members) -> list[Json]:
    """All members, and the apps."""
    draws = Draws(found.settings.seed, "slack_users", found.people)
    has_display_name = draws.chance("display_name", _DISPLAY_NAME_SHARE).tolist()
    is_admin = (draws.chance("admin", 0.1) & found.is_staff).tolist()
    columns = zip(
        *(found.ids, found.emails, found.names, found.claimed.tolist(), found.left.tolist()),
        *(is_admin, found.is_guest.tolist(), found.zone.tolist(), has_display_name),
        strict=True,
    )
    people = [_person(found, *row) for row in columns]
    return [*people, *(_bot(*each) for each in _BOTS), _slackbot()]


def _person(
    found: Members,
    user_id: str,
    email: str,
    name: tuple[str, str],
    claimed: int,
    left: int,
    is_admin: bool,
    is_guest: bool,
    zone: int,
    has_display_name: bool,
) -> Json:
    real_name = " ".join(name)
    profile = {
        "real_name": real_name,
        "display_name": name[0] if has_display_name else "",
        "email": email,
        "first_name": name[0],
        "last_name": name[1],
        "title": "",
        "team": TEAM_ID,
    }
    node: Json = {
        "id": user_id,
        "team_id": TEAM_ID,
        "name": email.partition("@")[0].lower(),
        "profile": profile,
    }
    if left < NEVER:
        return {**node, "deleted": True, "is_bot": False, "is_app_user": False, "updated": left}
    zone_name, offset = found.zones[zone]
    return {
        **node,
        "deleted": False,
        "real_name": real_name,
        "tz": zone_name,
        "tz_offset": offset,
        "is_admin": is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": is_guest,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "is_email_confirmed": True,
        "updated": claimed,
    }


def _bot(user_id: str, name: str, real_name: str) -> Json:
    return {
        "id": user_id,
        "team_id": TEAM_ID,
        "name": name,
        "deleted": False,
        "real_name": real_name,
        "tz": "America/Los_Angeles",
        "profile": {"real_name": real_name, "display_name": "", "bot_id": f"B{user_id[1:]}", "team": TEAM_ID},
        "is_admin": False,
        "is_restricted": False,
        "is_bot": True,
        "is_app_user": False,
        "updated": _CREATED,
    }


def _slackbot() -> Json:
    # Slack's own bot says that it is none, and was never updated.
    return {**_bot("USLACKBOT", "slackbot", "Slackbot"), "is_bot": False, "updated": 0}


def channel_object(channel: WorkspaceChannel, member_count: int) -> Json:
    """A channel."""
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "previous_names": list(channel.previous_names),
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "announcements",
        "is_shared": channel.is_shared,
        "is_ext_shared": channel.is_shared,
        "is_org_shared": False,
        "is_member": channel.is_private,
        "created": channel.created,
        # In milliseconds, unlike all others.
        "updated": channel.updated * 1000,
        "creator": BOT_USER_ID,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": f"About {channel.name}", "creator": BOT_USER_ID, "last_set": channel.created},
        "context_team_id": TEAM_ID,
        **({} if channel.is_private else {"num_members": member_count}),
    }


def message_object(
    message: StoredMessage, with_payload: bool, replies: int = 0, latest_reply: str = ""
) -> Json:
    """A message of the bot.

    Args:
        message: The message.
        with_payload: Whether its metadata has the payload; else it only says of which type it is.
        replies: How many answer to it.
        latest_reply: `ts` of the last of them.
    """
    node: Json = {
        "type": "message",
        "user": BOT_USER_ID,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "team": TEAM_ID,
        "ts": message.ts,
        "text": message.content.get("text", ""),
        "bot_profile": {
            "id": BOT_ID,
            "app_id": APP_ID,
            "name": BOT_NAME,
            "deleted": False,
            "team_id": TEAM_ID,
        },
    }
    if message.content.get("blocks"):
        node["blocks"] = message.content["blocks"]
    metadata = message.content.get("metadata")
    if metadata:
        node["metadata"] = metadata if with_payload else {"event_type": metadata["event_type"]}
    if message.edited_ts:
        node["edited"] = {"user": BOT_USER_ID, "ts": message.edited_ts}
    if message.thread_ts:
        node |= {"thread_ts": message.thread_ts, "parent_user_id": BOT_USER_ID}
    elif replies:
        node |= {
            "thread_ts": message.ts,
            "reply_count": replies,
            "reply_users_count": 1,
            "latest_reply": latest_reply,
        }
    return node


def file_object(file: StoredFile, is_processed: bool, base_url: str) -> Json:
    """A file.

    Args:
        file: The file.
        is_processed: Whether Slack knows yet what it is.
        base_url: Of the emulator, with a slash at its end.
    """
    kind = "image/png" if file.content and file.content.startswith(b"\x89PNG") else "application/octet-stream"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.name,
        "mimetype": kind if is_processed else "",
        "filetype": kind.rpartition("/")[2] if is_processed else "",
        "user": BOT_USER_ID,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "alt_txt": file.alt_txt,
        "url_private": f"{base_url}files-pri/{file.id}/{file.name}",
    }
