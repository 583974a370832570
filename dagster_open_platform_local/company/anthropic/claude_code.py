"""What people do with Claude Code.

What belongs here: who works with it in which hours, with which model and how much, and what comes of it on a day. What does not: the
company's other usage (`usage.py`).

Actors are the users of `organization.py` by their index; one more, behind the last, is continuous integration, which runs without a
terminal and starts some days after the others. All of them are paid for by usage of the API: nobody has a subscription.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.anthropic.calendar import business, days_of
from dagster_open_platform_local.company.anthropic.organization import CI_KEY, Organization, organization
from dagster_open_platform_local.company.anthropic.prices import HAIKU, OPUS, SONNET_5, SONNET_46
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.settings import CompanySettings

CODE_MODELS = (SONNET_46, SONNET_5, OPUS, HAIKU)
TERMINALS = ("vscode", "iTerm.app", "tmux", "Apple_Terminal", "non-interactive")
TOOLS = ("edit_tool", "multi_edit_tool", "write_tool", "notebook_edit_tool")
_HOUR = 3600
_NEW_MODEL_DAYS = 36
"""Days after the first on which people go over to the model that is new then."""
_TOKENS = ((140, 5200, 92_000, 1900), (60, 700, 4000, 180))
"""Usual for a tenth of an hour's work with the main model and with the one for small things: uncached, written, read, answered."""


@dataclass(frozen=True)
class CodeHours:
    """Usage of Claude Code, a row for an hour, an actor, a terminal and a model.

    Args:
        hour: Unix seconds of its beginning.
        actor: Index of the user, or their number for continuous integration.
        terminal: Index into `terminals`.
        model: Index into `models`.
        uncached: Tokens.
        written: Tokens written to the cache for 5 minutes.
        read: Tokens read from the cache.
        answered: Tokens.
    """

    hour: Integers
    actor: Integers
    terminal: Integers
    model: Integers
    uncached: Integers
    written: Integers
    read: Integers
    answered: Integers
    models: tuple[str, ...] = CODE_MODELS
    terminals: tuple[str, ...] = TERMINALS


@lru_cache(maxsize=2)
def code_hours(settings: CompanySettings, today: date) -> CodeHours:
    """All usage of Claude Code before 00:00 UTC of a date.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    known, days = organization(settings, today), days_of(settings, today)
    since, until = _presence(known)
    midnights = np.array([unix_seconds(day) for day in days], dtype=np.int64)
    day, actor, hour = (
        part.ravel()
        for part in np.meshgrid(np.arange(len(days)), np.arange(len(since)), np.arange(24), indexing="ij")
    )
    moment = midnights[day] + hour * _HOUR if days else day
    works = _works(settings, known, days, day, actor, hour)
    chosen = np.flatnonzero(works & (moment >= since[actor]) & (moment + _HOUR <= until[actor]))
    moment, actor = moment[chosen], actor[chosen]
    draws = Draws(settings.seed, "claude_code_hours", moment // _HOUR << 12 | _person(known)[actor])
    model = _model(settings, known, actor, moment, midnights)
    terminal = _terminal(settings, known, actor, moment)
    tenths = 1 + draws.below("tenths", 10)
    small = np.flatnonzero(draws.chance("small_things", 0.55) & (model != CODE_MODELS.index(HAIKU)))
    both = np.concatenate((np.arange(moment.size), small))
    kind = np.repeat((0, 1), (moment.size, small.size))
    each = np.array(_TOKENS, dtype=np.int64)[kind]
    own = Draws(settings.seed, "claude_code_tokens", draws.ids[both] << 1 | kind)
    uncached, written, read, answered = (
        tenths[both] * each[:, column] * (60 + own.below(name, 81)) // 100
        for column, name in enumerate(("uncached", "written", "read", "answered"))
    )
    used = np.where(kind == 0, model[both], CODE_MODELS.index(HAIKU))
    return CodeHours(moment[both], actor[both], terminal[both], used, uncached, written, read, answered)


@dataclass(frozen=True)
class CodeDays:
    """What came of a day, a row for a day, an actor and a terminal.

    Args:
        day: Unix seconds of its beginning.
        actor: As in `CodeHours`.
        terminal: As in `CodeHours`.
        sessions: Begun.
        added: Lines of code.
        removed: Lines of code.
        commits: Made.
        pull_requests: Opened.
        accepted: Proposals, a column for each of `TOOLS`.
        rejected: Likewise.
    """

    day: Integers
    actor: Integers
    terminal: Integers
    sessions: Integers
    added: Integers
    removed: Integers
    commits: Integers
    pull_requests: Integers
    accepted: Integers
    rejected: Integers


@lru_cache(maxsize=2)
def code_days(settings: CompanySettings, today: date) -> CodeDays:
    """What came of Claude Code on each day before a date."""
    hours, known = code_hours(settings, today), organization(settings, today)
    key = (hours.hour // DAY_SECONDS << 20) | hours.actor << 4 | hours.terminal
    found, seat = np.unique(key, return_inverse=True)
    busy = np.bincount(seat, minlength=found.size).astype(np.int64)
    actor = found >> 4 & 0xFFFF
    draws = Draws(
        settings.seed, "claude_code_days", (found >> 20) << 16 | _person(known)[actor] << 4 | found & 15
    )
    proposals = np.stack(
        [
            busy * share * (50 + draws.below(tool, 101)) // 1000
            for tool, share in zip(TOOLS, (40, 9, 14, 2), strict=True)
        ],
        axis=1,
    )
    rejected = np.stack(
        [proposals[:, n] * draws.below(f"{tool}_rejected", 30) // 100 for n, tool in enumerate(TOOLS)], axis=1
    )
    commits = busy * draws.below("commits", 90) // 100
    return CodeDays(
        day=(found >> 20) * DAY_SECONDS,
        actor=actor,
        terminal=found & 15,
        sessions=1 + busy * draws.below("sessions", 80) // 100,
        added=busy * draws.quantile("added", (2, 20, 60, 140, 600)),
        removed=busy * draws.quantile("removed", (0, 6, 20, 60, 320)),
        commits=commits,
        pull_requests=np.minimum(commits, draws.below("pull_requests", 4)),
        accepted=proposals - rejected,
        rejected=rejected,
    )


def _presence(known: Organization) -> tuple[Integers, Integers]:
    """From when and until when each actor may use Claude Code, in Unix seconds; never: from `NEVER` on."""
    since = [int(NEVER)] * (len(known.users) + 1)
    until = [int(NEVER)] * (len(known.users) + 1)
    for key in known.keys[known.service_keys :]:
        since[key.owner] = key.created // _HOUR * _HOUR + _HOUR
        until[key.owner] = known.users[key.owner].removed
    for key in known.keys[: known.service_keys]:
        if key.name == CI_KEY:
            since[-1] = key.created // _HOUR * _HOUR + _HOUR
    return np.array(since, dtype=np.int64), np.array(until, dtype=np.int64)


def _person(known: Organization) -> Integers:
    """A number of each actor that is theirs on every date."""
    keys = [user.colleague.key >> 32 << 10 | user.colleague.key & 0x3FF for user in known.users]
    return np.array([*keys, 0xFFF], dtype=np.int64)


def _works(
    settings: CompanySettings,
    known: Organization,
    days: list[date],
    day: Integers,
    actor: Integers,
    hour: Integers,
) -> Mask:
    """In which hours each actor works with Claude Code."""
    if not days:
        return np.zeros(0, dtype=np.bool_)
    person, robot = _person(known)[actor], len(known.users)
    number = np.array([each.toordinal() for each in days], dtype=np.int64)[day]
    daily = Draws(settings.seed, "claude_code_presence", number << 12 | person)
    hourly = Draws(settings.seed, "claude_code_work", (number * 24 + hour) << 12 | person)
    is_there = daily.below("is_there", 100) < business(days)[day] * 72 // 100
    first = 13 + daily.below("first_hour", 5)
    last = first + 3 + daily.below("hours", 6)
    at_work = is_there & (hour >= first) & (hour < last) & hourly.chance("works", 0.55)
    pipeline = (business(days)[day] > 0) & (hour >= 13) & (hour < 23) & hourly.chance("pipeline", 0.5)
    return np.where(actor == robot, pipeline, at_work)


def _model(
    settings: CompanySettings, known: Organization, actor: Integers, moment: Integers, midnights: Integers
) -> Integers:
    """Index of the model that each works with."""
    taste = Draws(settings.seed, "claude_code_taste", _person(known)[actor])
    is_new = moment >= (midnights[0] if midnights.size else 0) + _NEW_MODEL_DAYS * DAY_SECONDS
    usual = np.where(is_new, CODE_MODELS.index(SONNET_5), CODE_MODELS.index(SONNET_46))
    return np.where(taste.chance("prefers_the_largest", 0.3), CODE_MODELS.index(OPUS), usual)


def _terminal(settings: CompanySettings, known: Organization, actor: Integers, moment: Integers) -> Integers:
    """Index of the terminal: mostly the one that somebody likes, on some days another one besides."""
    person = _person(known)[actor]
    liked = Draws(settings.seed, "claude_code_taste", person).below("terminal", 4)
    hourly = Draws(settings.seed, "claude_code_terminal", moment // _HOUR << 12 | person)
    other = np.where(hourly.chance("elsewhere", 0.06), (liked + 1) % 4, liked)
    return np.where(actor == len(known.users), TERMINALS.index("non-interactive"), other)
