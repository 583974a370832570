"""What must hold of the Claude tables at any time.

What belongs here: the checks, and what their answers mean. What does not: SQL (`sql/`), the arithmetic of costs (`charges.py`), what only
a run of the loader knows (`loader.py`), the op (`lib/table_checks.py`).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from statistics import median
from typing import TYPE_CHECKING, Any

import dagster as dg

from dagster_open_platform.defs.claude.py.assets import key_of
from dagster_open_platform.defs.claude.py.charges import Comparison, compare
from dagster_open_platform.defs.claude.py.loader import table_of
from dagster_open_platform.defs.claude.py.pricing import Prices
from dagster_open_platform.defs.claude.py.statements import text
from dagster_open_platform.lib.presentation import markdown_table
from dagster_open_platform.lib.table_checks import Judgement, Look, TableCheck, table_checks

if TYPE_CHECKING:
    import pyarrow as pa

WARN = dg.AssetCheckSeverity.WARN
RECENT_DAYS = 7
"""Who left before the list was first loaded is in no list, but has used it before."""
IDLE_DAYS = 60
WEEKS, LEAST_WEEKS, TIMES, LEAST_CENTS = 4, 3, 2.5, 2_000.0
"""A day's costs are suspicious from so many times the median of the same weekday in the weeks before, and from so many cents on."""
JUDGED_DAYS = 14


def none_found(name: str, what: str, days: int | None = None, **tables: str) -> Callable[[Look], Judgement]:
    """A check that a statement finds nothing.

    Args:
        name: Of the statement.
        what: What it finds, in the plural.
        days: Of how many last days of usage; they are the statement's only value. None: it has none.
        tables: Other names of tables in the statement, by name.
    """

    def judge(look: Look) -> Judgement:
        named = {each: look.tables[table] for each, table in tables.items()}
        since = () if days is None else (last_day(look) - dt.timedelta(days=days - 1),)
        return _none_of(look.rows(text(name), since, **named), what)

    return judge


def _none_of(found: "pa.Table", what: str) -> Judgement:
    sample = {"sample": markdown_table(found)} if found.num_rows else {}
    said = f"{found.num_rows or 'No'} {what}."
    return Judgement(not found.num_rows, said, {"violations": found.num_rows, **sample})


def last_day(look: Look) -> dt.date:
    """The last day of which there is usage; a day before all others if there is none."""
    return look.rows(text("last_day"))["last_day"][0].as_py() or dt.date(1970, 1, 1)


def _cost_matches_usage(look: Look) -> Judgement:
    days = frozenset(map(dt.date.fromisoformat, look.partitions("usage") & look.partitions("cost")))
    found = compare(
        look.rows(text("usage_by_model")).to_pylist(),
        look.rows(text("cost_by_model")).to_pylist(),
        Prices.of_file(),
        days,
    )
    metadata = {
        "days_compared": found.days,
        "expected_cents": round(float(found.expected), 2),
        "charged_cents": round(float(found.charged), 2),
        "without_a_price": found.unpriced,
        "not_in_usage_cents": {kind: round(float(cents), 2) for kind, cents in found.not_compared.items()},
        **_sample(found),
    }
    return Judgement(found.passed, _said(found), metadata)


def _sample(found: Comparison) -> dict[str, Any]:
    import pyarrow as pa

    return (
        {"differences": markdown_table(pa.Table.from_pylist(found.differences))} if found.differences else {}
    )


def _said(found: Comparison) -> str:
    problems = []
    if found.unpriced:
        problems.append(f"No price for {', '.join(found.unpriced)}: add it to prices.yaml.")
    if found.foreign:
        problems.append(f"Costs in {', '.join(found.foreign)} cannot be compared.")
    if found.differences:
        first = found.differences[0]
        problems.append(
            f"{len(found.differences)} of {found.days} days differ, the first on {first['day']}: {first['charged_cents']:,} cents"
            f" charged, {first['expected_cents']:,} expected, most of it for {first['differs_most']}."
        )
    return (
        " ".join(problems)
        or f"On {found.days} days the costs are those of the usage, {found.charged:,.2f} cents."
    )


def _spend_is_usual(look: Look) -> Judgement:
    cents = {row["usage_date"]: row["cents"] for row in look.rows(text("cost_by_day")).to_pylist()}
    high = unusual_days(cents, JUDGED_DAYS)
    said = "; ".join(high) or f"None of the last {JUDGED_DAYS} days is unusual."
    return Judgement(not high, said, {"unusual": high})


def unusual_days(cents: Mapping[dt.date, float], judged: int) -> list[str]:
    """Days that cost far more than the same weekdays before them, in words.

    Args:
        cents: By day; days that cost nothing may be missing.
        judged: How many days, counted from the last, are judged.
    """
    last = max(cents, default=None)
    found: list[str] = []
    for day in sorted(cents):
        if last is None or (last - day).days >= judged:
            continue
        before = [
            cents[earlier]
            for week in range(1, WEEKS + 1)
            if (earlier := day - dt.timedelta(weeks=week)) in cents
        ]
        if len(before) < LEAST_WEEKS or cents[day] < LEAST_CENTS:
            continue
        usual = median(before)
        if cents[day] > TIMES * usual:
            found.append(f"{day}: {cents[day]:,.0f} cents, usually {usual:,.0f}")
    return found


def _active_keys_are_used(look: Look) -> Judgement:
    last = last_day(look)
    since = last - dt.timedelta(days=IDLE_DAYS)
    idle = look.rows(text("idle_keys"), (dt.datetime.combine(since, dt.time(), dt.UTC), since))
    return _none_of(idle, f"keys work that nobody has used for {IDLE_DAYS} days before {last}: archive them")


CHECKS = (
    TableCheck(
        "usage",
        "usage_is_unique",
        "No hour of a key, model, tier and context window is there twice.",
        none_found("repeated_usage", "hours stand in the table more than once"),
    ),
    TableCheck(
        "usage",
        "keys_are_known",
        f"Every key that was used in the last {RECENT_DAYS} days is in the list of keys.",
        none_found("unknown_keys", "keys were used that the list does not have", RECENT_DAYS),
        ("api_keys",),
        WARN,
    ),
    TableCheck(
        "cost",
        "cost_matches_usage",
        "Usage times the prices of prices.yaml is what was charged, day by day; a model without a price fails by name.",
        _cost_matches_usage,
        ("usage",),
    ),
    TableCheck(
        "cost",
        "spend_is_usual",
        f"None of the last {JUDGED_DAYS} days costs more than {TIMES} times what its weekday usually does.",
        _spend_is_usual,
        severity=WARN,
    ),
    TableCheck(
        "claude_code",
        "actors_are_users",
        f"Everybody who used Claude Code in the last {RECENT_DAYS} days is or was in the list of users.",
        none_found(
            "unknown_actors", "people used Claude Code whom the list of users does not have", RECENT_DAYS
        ),
        ("users", "usage"),
        WARN,
    ),
    TableCheck(
        "claude_code",
        "code_is_within_usage",
        "Claude Code reports no more tokens of a model on a day than the organization used.",
        none_found("code_beyond_usage", "days and models have more tokens of Claude Code than of usage"),
        ("usage",),
        WARN,
    ),
    TableCheck(
        "api_keys",
        "ids_unique",
        "No id stands in the table twice.",
        none_found("repeated_ids", "ids stand in the table more than once", table="api_keys"),
    ),
    TableCheck(
        "api_keys",
        "keys_have_present_owners",
        "Whoever made a key that works is still in the organization.",
        none_found("keys_of_absent_people", "keys work although whoever made them is gone: archive them"),
        ("users",),
        WARN,
    ),
    TableCheck(
        "api_keys",
        "active_keys_are_used",
        f"A key that works has been used in the last {IDLE_DAYS} days, or is younger.",
        _active_keys_are_used,
        ("usage",),
        WARN,
    ),
    TableCheck(
        "users",
        "ids_unique",
        "No id stands in the table twice.",
        none_found("repeated_ids", "ids stand in the table more than once", table="users"),
    ),
)

claude_table_checks = table_checks("claude_table_checks", CHECKS, key_of, table_of)
