"""What must hold of the Claude tables at any time.

What belongs here: the checks, and what their answers mean. What does not: SQL (`sql/`), the arithmetic of costs (`charges.py`), what only
a run of the loader knows (`loader.py`).
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import dagster as dg

from dagster_open_platform.defs.claude.py.assets import key_of
from dagster_open_platform.defs.claude.py.charges import Comparison, compare
from dagster_open_platform.defs.claude.py.loader import table_of
from dagster_open_platform.defs.claude.py.pricing import Prices
from dagster_open_platform.defs.claude.py.statements import statement
from dagster_open_platform.lib.presentation import markdown_table
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WarehouseResource

ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
RECENT_DAYS = 7
"""Who left before the list was first loaded is in no list, but has used it before."""
IDLE_DAYS = 60
WEEKS, LEAST_WEEKS, TIMES, LEAST_CENTS = 4, 3, 2.5, 2_000.0
"""A day's costs are suspicious from so many times the median of the same weekday in the weeks before, and from so many cents on."""
JUDGED_DAYS = 14


@dataclass(frozen=True)
class Look:
    """What a check looks at.

    Args:
        connection: The warehouse.
        tables: The five tables by name.
        days: Materialized days of both usage and cost.
    """

    connection: WarehouseConnection
    tables: Mapping[str, TableRef]
    days: frozenset[dt.date]

    def rows(self, name: str, parameters: tuple[Any, ...] = ()) -> Any:
        """The rows that a statement finds, as an Arrow table."""
        return self.connection.query(statement(self.connection, name, **self.tables), parameters)


@dataclass(frozen=True)
class Check:
    """A check.

    Args:
        table: That it stands on.
        name: Its name.
        reads: The tables that it reads.
        severity: Of a failure.
        description: What holds.
        judge: Makes it: whether it passed, what was found in words, and metadata.
    """

    table: str
    name: str
    reads: tuple[str, ...]
    severity: dg.AssetCheckSeverity
    description: str
    judge: Callable[[Look], tuple[bool, str, dict[str, Any]]]


def none_found(
    name: str, what: str, days: int | None = None, **tables: str
) -> Callable[[Look], tuple[bool, str, dict[str, Any]]]:
    """A check that a statement finds nothing.

    Args:
        name: Of the statement.
        what: What it finds, in the plural.
        days: Of how many last days of usage; they are the statement's only value. None: it has none.
        tables: Other names of tables in the statement, by name.
    """

    def judge(look: Look) -> tuple[bool, str, dict[str, Any]]:
        named = {each: look.tables[table] for each, table in tables.items()}
        since = () if days is None else (last_day(look) - dt.timedelta(days=days - 1),)
        found = look.connection.query(statement(look.connection, name, **{**look.tables, **named}), since)
        sample = {"sample": markdown_table(found)} if found.num_rows else {}
        return (
            not found.num_rows,
            f"{found.num_rows or 'No'} {what}.",
            {"violations": found.num_rows, **sample},
        )

    return judge


def last_day(look: Look) -> dt.date:
    """The last day of which there is usage; a day before all others if there is none."""
    return look.rows("last_day")["last_day"][0].as_py() or dt.date(1970, 1, 1)


def _cost_matches_usage(look: Look) -> tuple[bool, str, dict[str, Any]]:
    found = compare(
        look.rows("usage_by_model").to_pylist(),
        look.rows("cost_by_model").to_pylist(),
        Prices.of_file(),
        look.days,
    )
    metadata = {
        "days_compared": found.days,
        "expected_cents": round(float(found.expected), 2),
        "charged_cents": round(float(found.charged), 2),
        "without_a_price": found.unpriced,
        "not_in_usage_cents": {kind: round(float(cents), 2) for kind, cents in found.not_compared.items()},
        **_sample(found),
    }
    return found.passed, _said(found), metadata


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


def _spend_is_usual(look: Look) -> tuple[bool, str, dict[str, Any]]:
    cents = {row["usage_date"]: row["cents"] for row in look.rows("cost_by_day").to_pylist()}
    high = unusual_days(cents, JUDGED_DAYS)
    return not high, "; ".join(high) or f"None of the last {JUDGED_DAYS} days is unusual.", {"unusual": high}


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


def _active_keys_are_used(look: Look) -> tuple[bool, str, dict[str, Any]]:
    import pyarrow as pa

    last = last_day(look)
    since = last - dt.timedelta(days=IDLE_DAYS)
    idle: pa.Table = look.rows("idle_keys", (dt.datetime.combine(since, dt.time(), dt.UTC), since))
    sample = {"sample": markdown_table(idle)} if idle.num_rows else {}
    text = f"{idle.num_rows or 'No'} keys work that nobody has used for {IDLE_DAYS} days before {last}: archive them."
    return not idle.num_rows, text, {"violations": idle.num_rows, **sample}


CHECKS = (
    Check(
        *(
            "usage",
            "usage_is_unique",
            ("usage",),
            ERROR,
            "No hour of a key, model, tier and context window is there twice.",
        ),
        none_found("repeated_usage", "hours stand in the table more than once"),
    ),
    Check(
        *(
            "usage",
            "keys_are_known",
            ("usage", "api_keys"),
            WARN,
            f"Every key that was used in the last {RECENT_DAYS} days is in the list of keys.",
        ),
        none_found("unknown_keys", "keys were used that the list does not have", RECENT_DAYS),
    ),
    Check(
        *("cost", "cost_matches_usage", ("cost", "usage"), ERROR),
        "Usage times the prices of prices.yaml is what was charged, day by day; a model without a price fails by name.",
        _cost_matches_usage,
    ),
    Check(
        *("cost", "spend_is_usual", ("cost",), WARN),
        f"None of the last {JUDGED_DAYS} days costs more than {TIMES} times what its weekday usually does.",
        _spend_is_usual,
    ),
    Check(
        *("claude_code", "actors_are_users", ("claude_code", "users", "usage"), WARN),
        f"Everybody who used Claude Code in the last {RECENT_DAYS} days is or was in the list of users.",
        none_found(
            "unknown_actors", "people used Claude Code whom the list of users does not have", RECENT_DAYS
        ),
    ),
    Check(
        *("claude_code", "code_is_within_usage", ("claude_code", "usage"), WARN),
        "Claude Code reports no more tokens of a model on a day than the organization used.",
        none_found("code_beyond_usage", "days and models have more tokens of Claude Code than of usage"),
    ),
    Check(
        *("api_keys", "ids_unique", ("api_keys",), ERROR, "No id stands in the table twice."),
        none_found("repeated_ids", "ids stand in the table more than once", table="api_keys"),
    ),
    Check(
        *("api_keys", "keys_have_present_owners", ("api_keys", "users"), WARN),
        "Whoever made a key that works is still in the organization.",
        none_found("keys_of_absent_people", "keys work although whoever made them is gone: archive them"),
    ),
    Check(
        *("api_keys", "active_keys_are_used", ("api_keys", "usage"), WARN),
        f"A key that works has been used in the last {IDLE_DAYS} days, or is younger.",
        _active_keys_are_used,
    ),
    Check(
        *("users", "ids_unique", ("users",), ERROR, "No id stands in the table twice."),
        none_found("repeated_ids", "ids stand in the table more than once", table="users"),
    ),
)


@dg.multi_asset_check(
    name="claude_table_checks",
    specs=[
        dg.AssetCheckSpec(
            name=check.name,
            asset=key_of(check.table),
            description=check.description,
            additional_deps=[key_of(table) for table in check.reads if table != check.table],
        )
        for check in CHECKS
    ],
    can_subset=True,
    pool="warehouse",
)
def claude_table_checks(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource
) -> Iterator[dg.AssetCheckResult]:
    """Asks the warehouse."""
    selected = context.selected_asset_check_keys
    materialized = [
        context.instance.get_materialized_partitions(key_of(table)) for table in ("usage", "cost")
    ]
    days = frozenset(map(dt.date.fromisoformat, materialized[0] & materialized[1]))
    with warehouse.connect() as connection:
        look = Look(connection, {name: table_of(warehouse, name) for name in TABLE_NAMES}, days)
        for check in CHECKS:
            if dg.AssetCheckKey(key_of(check.table), check.name) in selected:
                yield made(check, look)


TABLE_NAMES = ("usage", "cost", "claude_code", "api_keys", "users")


def made(check: Check, look: Look) -> dg.AssetCheckResult:
    """Makes one check; it fails if a table that it reads is not there yet."""
    missing = [name for name in check.reads if look.connection.columns(look.tables[name]) is None]
    if missing:
        passed, text = (
            False,
            f"There is no table {look.tables[missing[0]]} yet: materialize claude/{missing[0]} first.",
        )
        metadata: dict[str, Any] = {}
    else:
        passed, text, metadata = check.judge(look)
    return dg.AssetCheckResult(
        asset_key=key_of(check.table),
        check_name=check.name,
        passed=passed,
        severity=check.severity,
        description=text,
        metadata=metadata,
    )
