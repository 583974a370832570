"""What the company uses Claude for, hour by hour.

What belongs here: tokens and searches of each key, model, service tier and context window in each hour, as of a date; a day is the same on
every later date. What does not: prices (`costs.py`), what Claude Code did besides (`claude_code.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.anthropic.calendar import HOUR_WEIGHTS, business, days_of
from dagster_open_platform_local.company.anthropic.claude_code import code_hours
from dagster_open_platform_local.company.anthropic.organization import (
    CI_KEY,
    CLAUDE_CODE,
    Organization,
    organization,
    started,
    workspace_id,
)
from dagster_open_platform_local.company.anthropic.prices import (
    BATCH,
    HAIKU,
    LONG,
    OPUS,
    PRIORITY,
    SHORT,
    SONNET_5,
    SONNET_45,
    SONNET_46,
    STANDARD,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.settings import CompanySettings

DIMENSIONS = ("workspace_id", "api_key_id", "model", "service_tier", "context_window")
TOKENS = (
    "uncached_input_tokens",
    "cache_creation_ephemeral_5m_input_tokens",
    "cache_creation_ephemeral_1h_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
)
SEARCHES = "web_search_requests"
ACTOR, TERMINAL = "actor", "terminal"
"""Of Claude Code: the address of the user or the name of the key, and where it ran; null elsewhere."""
_HOUR = 3600


@dataclass(frozen=True)
class _Stream:
    """One kind of call that a service makes.

    Args:
        key: Its key's name; None: of the Console.
        model: By name.
        days: First day, and the one after the last, counted from when the organization was made.
        busy: Calls in a busy hour of a company of scale 1.
        tokens: For a call: uncached, written to the cache for 5 minutes, for an hour, read from it, answered.
        tier: Service tier.
        window: Context window.
        searches: Web searches for a hundred calls.
        people: Whether it runs when people work, and not when customers ask.
        night: Whether it runs from 2 to 4 UTC only.
    """

    key: str | None
    model: str
    days: tuple[int, int]
    busy: int
    tokens: tuple[int, int, int, int, int]
    tier: str = STANDARD
    window: str = SHORT
    searches: int = 0
    people: bool = False
    night: bool = False


_EVER = 1 << 20
_STREAMS = (
    _Stream("support-assistant", SONNET_46, (0, 34), 26, (900, 160, 60, 5200, 420), searches=18),
    _Stream("support-assistant", SONNET_5, (34, _EVER), 27, (900, 160, 60, 5200, 430), searches=18),
    _Stream("support-assistant", SONNET_5, (70, _EVER), 6, (900, 160, 60, 5200, 430), tier=PRIORITY),
    _Stream("docs-search", HAIKU, (0, 92), 110, (260, 0, 35, 7400, 210)),
    _Stream("docs-search-2", HAIKU, (88, _EVER), 120, (260, 0, 35, 7400, 210)),
    _Stream("code-review", SONNET_45, (4, 38), 5, (9000, 2200, 0, 21000, 1600), people=True),
    _Stream("code-review", SONNET_45, (4, 38), 1, (198000, 24000, 0, 31000, 2600), window=LONG, people=True),
    _Stream("code-review", OPUS, (38, _EVER), 5, (8500, 2100, 0, 26000, 1500), people=True),
    _Stream("code-review", OPUS, (38, _EVER), 1, (188000, 24000, 0, 44000, 2400), window=LONG, people=True),
    _Stream("feedback-classifier", HAIKU, (9, _EVER), 220, (700, 0, 0, 0, 60), tier=BATCH, night=True),
    _Stream("prototype", SONNET_46, (1, 40), 3, (1400, 0, 0, 0, 500), searches=40, people=True),
    _Stream(None, SONNET_46, (0, 60), 1, (1100, 0, 0, 0, 600), people=True),
    _Stream(None, SONNET_5, (60, _EVER), 1, (1100, 0, 0, 0, 600), searches=25, people=True),
)


@lru_cache(maxsize=2)
def usage_table(settings: CompanySettings, today: date) -> pa.Table:
    """All usage before 00:00 UTC of a date, by hour.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.

    Returns:
        `hour` (Unix seconds of its beginning), `DIMENSIONS` (null: the default workspace, no key), `TOKENS` and `SEARCHES`, `ACTOR` and
        `TERMINAL`. There is no row for what was not used, and one row for each combination.
    """
    found = [*_service_usage(settings, today), *_code_usage(settings, today)]
    if not found:
        return _schema().empty_table()
    table = pa.concat_tables(found)
    return table.sort_by([(name, "ascending") for name in ("hour", *DIMENSIONS, ACTOR, TERMINAL)])


def _schema() -> pa.Schema:
    texts = [*DIMENSIONS, ACTOR, TERMINAL]
    fields = [("hour", pa.int64()), *((name, pa.string()) for name in texts)]
    return pa.schema([*fields, *((name, pa.int64()) for name in (*TOKENS, SEARCHES))])


def _service_usage(settings: CompanySettings, today: date) -> Iterator[pa.Table]:
    known, days = organization(settings, today), days_of(settings, today)
    if not days:
        return
    midnights = np.array([unix_seconds(day) for day in days], dtype=np.int64)
    age = (midnights - started(settings)) // DAY_SECONDS
    hours = np.repeat(midnights, 24) + np.tile(np.arange(24, dtype=np.int64) * _HOUR, len(days))
    people = np.repeat(business(days), 24)
    # Customers ask on weekends and holidays too, though less.
    customers = np.repeat(np.where(people[::24] == 100, 100, 45), 24)
    for number, stream in enumerate(_STREAMS):
        key = next((each for each in known.keys if each.name == stream.key), None)
        if stream.key is not None and key is None:
            continue
        runs = np.repeat((age >= stream.days[0]) & (age < stream.days[1]), 24)
        runs &= hours >= (key.created if key else 0) // _HOUR * _HOUR + _HOUR
        calls = _calls(settings, stream, number, hours, people if stream.people else customers, age)
        chosen = np.flatnonzero(runs & (calls > 0))
        draws = Draws(settings.seed, "claude_calls", hours[chosen] // _HOUR << 8 | number)
        rows = [
            _spread(draws, name, calls[chosen] * each)
            for name, each in zip(TOKENS, stream.tokens, strict=True)
        ]
        searches = (calls[chosen] * stream.searches + draws.below("searches", 100)) // 100
        workspace = workspace_id(settings, key.workspace) if key and key.workspace else None
        names = (workspace, key.id if key else None, stream.model, stream.tier, stream.window, None, None)
        yield _table(hours[chosen], names, [*rows, searches if stream.searches else searches * 0])


def _calls(
    settings: CompanySettings, stream: _Stream, number: int, hours: Integers, busy: Integers, age: Integers
) -> Integers:
    """How many calls there were in each hour."""
    draws = Draws(settings.seed, "claude_streams", hours // _HOUR << 8 | number)
    hour = hours // _HOUR % 24
    weight = np.where((hour >= 2) & (hour < 4), 100, 0) if stream.night else HOUR_WEIGHTS[hour]
    if stream.people:
        weight = np.where((hour >= 13) & (hour < 23), HOUR_WEIGHTS[hour], 0)
    growth = 100 + np.repeat(age, 24) // 3
    # Ten thousandths of a call, between 60 and 140 percent of what is usual.
    usual = int(stream.busy * settings.scale * 10_000) * weight // 100 * busy // 100 * growth // 100
    drawn = usual * (60 + draws.below("noise", 81)) // 100
    return (drawn + draws.below("rounding", 10_000)) // 10_000


def _spread(draws: Draws, column: str, usual: Integers) -> Integers:
    """Between 75 and 125 percent of what is usual."""
    return usual * (75 + draws.below(column, 51)) // 100


def _table(hours: Integers, names: tuple[str | None, ...], numbers: list[Integers]) -> pa.Table:
    texts = [pa.repeat(pa.scalar(name, pa.string()), len(hours)) for name in names]
    return pa.table([pa.array(hours), *texts, *map(pa.array, numbers)], schema=_schema())


def _code_usage(settings: CompanySettings, today: date) -> Iterator[pa.Table]:
    """Of Claude Code: what its users did, and what runs in continuous integration."""
    known = organization(settings, today)
    found = code_hours(settings, today)
    if not found.hour.size:
        return
    keys = _keys_of(known)
    actors = [user.colleague.email for user in known.users] + [CI_KEY]
    tokens = [found.uncached, found.written, found.written * 0, found.read, found.answered]
    yield pa.table(
        [
            pa.array(found.hour),
            pa.repeat(pa.scalar(workspace_id(settings, CLAUDE_CODE)), found.hour.size),
            pa.array(keys, pa.string()).take(pa.array(found.actor)),
            pa.array(found.models, pa.string()).take(pa.array(found.model)),
            pa.repeat(pa.scalar(STANDARD), found.hour.size),
            pa.repeat(pa.scalar(SHORT), found.hour.size),
            pa.array(actors, pa.string()).take(pa.array(found.actor)),
            pa.array(found.terminals, pa.string()).take(pa.array(found.terminal)),
            *map(pa.array, tokens),
            pa.array(found.hour * 0),
        ],
        schema=_schema(),
    )


def _keys_of(known: Organization) -> list[str | None]:
    """The key of each actor of Claude Code: of every user who has one, then that of continuous integration."""
    own = {key.owner: key.id for key in known.keys[known.service_keys :]}
    robot = next((key.id for key in known.keys if key.name == CI_KEY), None)
    return [*(own.get(index) for index in range(len(known.users))), robot]
