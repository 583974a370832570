"""Who and what is registered at Anthropic: workspaces, users, API keys.

What belongs here: them as of a date. What does not: what they are used for (`usage.py`).

Users are the colleagues of `fivetran/linear/colleagues.py`; who leaves the company is removed, and the API lists nobody who was. A key of
Claude Code belongs to its user and is archived with them, but for a few that were forgotten.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from dagster_open_platform_local.company.anthropic.calendar import STARTED_DAYS
from dagster_open_platform_local.company.fivetran.linear.colleagues import (
    DATA,
    ENGINEERING,
    MARKETING,
    SUCCESS,
    Colleague,
    colleagues,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ID_LETTERS = 22
_HAS_ACCOUNT = {ENGINEERING: 1.0, DATA: 0.9, SUCCESS: 0.5, MARKETING: 0.5}
_WRITES_CODE = {ENGINEERING: 1.0, DATA: 0.85, SUCCESS: 0.25, MARKETING: 0.1}
_ROLES = {ENGINEERING: "developer", DATA: "developer", SUCCESS: "user", MARKETING: "user"}
_PILOTS, _ROLLOUT_DAYS, _FORGOTTEN = 3, 75, 0.3
CLAUDE_CODE, SUPPORT, DOCS, REVIEW = "Claude Code", "Support assistant", "Docs search", "Code review"
WORKSPACES = (CLAUDE_CODE, SUPPORT, DOCS, REVIEW)
"""Besides the default one, which has no id."""


@dataclass(frozen=True)
class ClaudeUser:
    """A colleague with an account.

    Args:
        id: Anthropic's.
        colleague: Who it is.
        role: `admin`, `billing`, `developer` or `user`.
        added: Unix seconds.
        removed: Unix seconds; `NEVER` if they are still there.
        writes_code: Whether they use Claude Code.
    """

    id: str
    colleague: Colleague
    role: str
    added: int
    removed: int
    writes_code: bool


@dataclass(frozen=True)
class ApiKey:
    """An API key.

    Args:
        id: Anthropic's.
        name: The company's.
        hint: What Anthropic shows of the key itself.
        workspace: One of `WORKSPACES`; None: the default one.
        owner: Index of the user who made it.
        created: Unix seconds.
        disabled: Unix seconds from which it is inactive; `NEVER` if it is not.
        archived: Unix seconds from which it is archived; `NEVER` if it is not.
    """

    id: str
    name: str
    hint: str
    workspace: str | None
    owner: int
    created: int
    disabled: int
    archived: int

    def status(self, now: int) -> str:
        """`active`, `inactive` or `archived` at a moment in Unix seconds."""
        return "archived" if self.archived <= now else "inactive" if self.disabled <= now else "active"


@dataclass(frozen=True)
class Organization:
    """The organization as of a date.

    Args:
        id: Anthropic's, a UUID.
        users: Everybody who ever was in it, by the time they came.
        keys: All of them: first the services', then one for each user who writes code.
        service_keys: How many are services'.
    """

    id: str
    users: tuple[ClaudeUser, ...]
    keys: tuple[ApiKey, ...]
    service_keys: int


@dataclass(frozen=True)
class _ServiceKey:
    name: str
    workspace: str | None
    since: int
    disabled: int | None = None
    archived: int | None = None


CI_KEY = "claude-code-ci"
"""With which continuous integration uses Claude Code."""
SERVICE_KEYS = (
    _ServiceKey("support-assistant", SUPPORT, 0),
    _ServiceKey("docs-search", DOCS, 0, disabled=92, archived=119),
    _ServiceKey("docs-search-2", DOCS, 88),
    _ServiceKey("code-review", REVIEW, 4),
    _ServiceKey("feedback-classifier", None, 9),
    _ServiceKey(CI_KEY, CLAUDE_CODE, 12),
    _ServiceKey("prototype", None, 1, disabled=40),
)
"""With the days after the organization was made on which they came and went."""


def identifier(prefix: str, seed: int, *parts: object) -> str:
    """An id as Anthropic makes them: a prefix, `_01`, and letters."""
    text = "\x1f".join(map(str, (prefix, seed, *parts)))
    number = int.from_bytes(blake2b(text.encode(), digest_size=20).digest(), "big")
    letters = ""
    for _ in range(_ID_LETTERS):
        number, letter = divmod(number, len(_LETTERS))
        letters += _LETTERS[letter]
    return f"{prefix}_01{letters}"


def workspace_id(settings: CompanySettings, name: str) -> str:
    """The id of a workspace that is not the default one."""
    return identifier("wrkspc", settings.seed, name)


def started(settings: CompanySettings) -> int:
    """When the organization was made, in Unix seconds."""
    return unix_seconds(settings.epoch + timedelta(days=STARTED_DAYS))


@lru_cache(maxsize=4)
def organization(settings: CompanySettings, today: date) -> Organization:
    """The organization as of 00:00 UTC of a date, with those who are gone from it.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    now = unix_seconds(today)
    users = tuple(sorted(_users(settings, today), key=lambda user: user.added))
    services = [key for key in _service_keys(settings) if key.created < now]
    personal = [key for key in _personal_keys(settings, users) if key.created < now]
    digest = blake2b(f"organization\x1f{settings.seed}".encode(), digest_size=16).hexdigest()
    uuid = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]))
    return Organization(uuid, users, (*services, *personal), len(services))


def _users(settings: CompanySettings, today: date) -> list[ClaudeUser]:
    people = colleagues(settings, today)
    draws = Draws(settings.seed, "claude_users", np.array([each.key for each in people], dtype=np.int64))
    chance, codes = (draws.below(column, 100).tolist() for column in ("has_account", "writes_code"))
    wait = draws.below("rollout", _ROLLOUT_DAYS * DAY_SECONDS).tolist()
    desk = draws.below("added_at", 6 * 3600).tolist()
    now, start, found = unix_seconds(today), started(settings), list[ClaudeUser]()
    for index, each in enumerate(people):
        is_pilot = index < _PILOTS
        if not is_pilot and chance[index] >= 100 * _HAS_ACCOUNT[each.department]:
            continue
        day = max(start + (0 if is_pilot else wait[index]), each.hired + DAY_SECONDS) // DAY_SECONDS
        added = day * DAY_SECONDS + 14 * 3600 + (0 if is_pilot else desk[index])
        if added >= min(now, each.left):
            continue
        role = "admin" if index == 0 else "billing" if index == 1 else _ROLES[each.department]
        writes = is_pilot or codes[index] < 100 * _WRITES_CODE[each.department]
        name = identifier("user", settings.seed, each.key)
        found.append(ClaudeUser(name, each, role, added, each.left, writes))
    return found


def _service_keys(settings: CompanySettings) -> list[ApiKey]:
    start, never = started(settings), int(NEVER)
    return [
        ApiKey(
            identifier("apikey", settings.seed, each.name),
            each.name,
            _hint(settings, each.name),
            each.workspace,
            # The administrator made them, who was the first.
            0,
            start + each.since * DAY_SECONDS + 15 * 3600 + 600 * number,
            never if each.disabled is None else start + each.disabled * DAY_SECONDS,
            never if each.archived is None else start + each.archived * DAY_SECONDS,
        )
        for number, each in enumerate(SERVICE_KEYS)
    ]


def _personal_keys(settings: CompanySettings, users: tuple[ClaudeUser, ...]) -> list[ApiKey]:
    people = np.array([user.colleague.key for user in users], dtype=np.int64)
    draws = Draws(settings.seed, "claude_code_keys", people)
    forgotten, minutes = draws.chance("forgotten", _FORGOTTEN), draws.below("created", 300).tolist()
    found: list[ApiKey] = []
    for index, user in enumerate(users):
        if not user.writes_code:
            continue
        name = f"claude_code_key_{user.colleague.email.partition('@')[0]}_{user.id[-4:].lower()}"
        archived = int(NEVER) if forgotten[index] else user.removed
        key = identifier("apikey", settings.seed, name)
        created = user.added + 60 * minutes[index]
        hint = _hint(settings, name)
        found.append(
            ApiKey(key, name, hint, CLAUDE_CODE, index, created, int(NEVER), min(archived, int(NEVER)))
        )
    return found


def _hint(settings: CompanySettings, name: str) -> str:
    letters = identifier("hint", settings.seed, name)
    return f"sk-ant-api03-{letters[-7:-4]}...{letters[-4:]}"
