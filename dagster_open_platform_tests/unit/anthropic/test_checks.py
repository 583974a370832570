"""The checks of the tables: each finds what it is there for, and no statement means something else on Snowflake."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlglot

from dagster_open_platform.defs.claude.py import statements
from dagster_open_platform.defs.claude.py.assets import key_of
from dagster_open_platform.defs.claude.py.checks import CHECKS, unusual_days
from dagster_open_platform.defs.claude.py.loader import SCHEMA, table_of
from dagster_open_platform.lib.anthropic.columns import TABLES
from dagster_open_platform.lib.columns import arrow_schema
from dagster_open_platform.lib.table_checks import Look, TableCheck, result_of
from dagster_open_platform.lib.warehouse import WarehouseConnection, WarehouseResource
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb

FOLDER = Path(statements.__file__).parent / "sql"

DAY = dt.date(2026, 7, 15)
MODEL = "claude-haiku-4-5-20251001"
BY_NAME = {f"{check.table}/{check.name}": check for check in CHECKS}
Rows = dict[str, list[dict[str, Any]]]


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def usage(key: str | None = "apikey_1", day: dt.date = DAY, hour: int = 0) -> dict[str, Any]:
    return {
        "usage_date": day,
        "bucket_start": at(day) + dt.timedelta(hours=hour),
        "api_key_id": key,
        "model": MODEL,
        "service_tier": "standard",
        "context_window": "0-200k",
        "uncached_input_tokens": 1_000_000,
        "cache_write_5m_tokens": 0,
        "cache_write_1h_tokens": 0,
        "cache_read_tokens": 0,
        "output_tokens": 1_000_000,
        "web_search_requests": 2,
    }


def cost(cents: str = "600", **changes: Any) -> dict[str, Any]:
    row = {
        "usage_date": DAY,
        "cost_type": "tokens",
        "model": MODEL,
        "amount_cents": Decimal(cents),
        "currency": "USD",
    }
    return {**row, **changes}


def code(
    tokens: int = 1_000_000, actor: str = "one@x.example.com", kind: str = "user_actor"
) -> dict[str, Any]:
    counts = dict.fromkeys(("output_tokens", "cache_read_tokens", "cache_creation_tokens"), 0)
    row = {"usage_date": DAY, "actor_type": kind, "actor": actor, "customer_type": "api", "model": MODEL}
    return {**row, "input_tokens": tokens, **counts}


def key(name: str = "apikey_1", owner: str | None = "user_1", **changes: Any) -> dict[str, Any]:
    row = {
        "id": name,
        "name": name,
        "status": "active",
        "created_by_id": owner,
        "created_at": at(dt.date(2026, 1, 1)),
    }
    return {**row, **changes}


def user(number: int = 1, removed: dt.date | None = None, email: str = "One@x.example.com") -> dict[str, Any]:
    row = {
        "id": f"user_{number}",
        "email": email,
        "name": "N",
        "role": "user",
        "added_at": at(dt.date(2026, 1, 1)),
    }
    return {**row, "removed_at": at(removed) if removed else None}


GOOD: Rows = {
    "usage": [usage(), usage(None), usage(hour=1)],
    "cost": [
        cost("1800"),
        cost("6", cost_type="web_search", model=None),
        cost("9", cost_type="code_execution", model=None),
    ],
    "claude_code": [code(), code(actor="ci", kind="api_actor")],
    "api_keys": [
        key(),
        key("apikey_2", owner=None, created_at=at(DAY)),
        key("apikey_3", "user_2", status="archived"),
    ],
    "users": [user(), user(2, removed=DAY, email="two@x.example.com")],
}
BAD: dict[str, tuple[Rows, str]] = {
    "usage/usage_is_unique": ({"usage": [usage(), usage(), usage(None), usage(None)]}, "2 hours"),
    "usage/keys_are_known": (
        {"usage": [usage("apikey_9"), usage("apikey_8", DAY - dt.timedelta(days=9))]},
        "1 keys",
    ),
    "cost/cost_matches_usage": (
        {"cost": [cost("1806.01"), cost("5", cost_type="web_search", model=None)]},
        "charged",
    ),
    "claude_code/actors_are_users": ({"claude_code": [code(actor="nobody@x.example.com")]}, "1 people"),
    "claude_code/code_is_within_usage": ({"claude_code": [code(6_000_000), code(1)]}, "1 days"),
    "api_keys/ids_unique": ({"api_keys": [key(), key()]}, "1 ids"),
    "api_keys/keys_have_present_owners": (
        {"api_keys": [key(), key("apikey_2", "user_2"), key("x", "user_9")]},
        "2 keys",
    ),
    "api_keys/active_keys_are_used": ({"api_keys": [key(), key("apikey_5")]}, "1 keys"),
    "users/ids_unique": ({"users": [user(), user()]}, "1 ids"),
}
WITH_TABLES = [name for name in BY_NAME if name != "cost/spend_is_usual"]


def write(resource: WarehouseResource, rows: Rows) -> None:
    with resource.connect() as connection:
        for name, found in rows.items():
            schema = arrow_schema(TABLES[name])
            full = [{field: row.get(field) for field in schema.names} for row in found]
            connection.replace_table(table_of(resource, name), pa.Table.from_pylist(full, schema=schema))


@pytest.fixture(scope="module")
def resource(tmp_path_factory: pytest.TempPathFactory) -> WarehouseResource:
    return local_duckdb(tmp_path_factory.mktemp("warehouse"))


def look(resource: WarehouseResource, connection: WarehouseConnection, *days: dt.date) -> Look:
    """At all tables, of which some days are materialized."""
    tables = {name: table_of(resource, name) for name in TABLES}
    return Look(connection, tables, lambda _table: {day.isoformat() for day in days})


def look_at(resource: WarehouseResource, *names: str) -> dict[str, str]:
    """What the failing ones of some checks say."""
    with resource.connect() as connection:
        found = look(resource, connection, DAY)
        results = {name: result_of(BY_NAME[name], found, key_of) for name in names}
    return {name: str(found.description) for name, found in results.items() if not found.passed}


def test_each_check_finds_what_it_is_there_for(resource: WarehouseResource) -> None:
    assert sorted(BAD) == sorted(WITH_TABLES)
    missing = look_at(resource, *BY_NAME)
    assert [*missing] == [*BY_NAME]
    assert all("materialize" in text for text in missing.values())
    write(resource, GOOD)
    assert look_at(resource, *BY_NAME) == {}
    for name, (rows, told) in BAD.items():
        write(resource, rows)
        assert told in look_at(resource, name)[name]
        write(resource, {table: GOOD[table] for table in rows})


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.sql")), ids=lambda path: path.stem)
def test_statements_mean_the_same_on_both_engines(path: Path) -> None:
    text = re.sub(r"\{(\w+)\}", r"purina.claude.\1", path.read_text())
    trees = [sqlglot.parse_one(text, read=engine) for engine in ("snowflake", "duckdb")]
    assert trees[0].sql("snowflake", comments=False) == trees[1].sql("snowflake", comments=False)
    assert path.read_text().startswith("-- ")


def test_empty_tables_pass(tmp_path: Path) -> None:
    own = local_duckdb(tmp_path)
    write(own, {name: [] for name in TABLES})
    with own.connect() as connection:
        found = look(own, connection)
        assert [check.name for check in CHECKS if not result_of(check, found, key_of).passed] == []
    assert SCHEMA == "claude"


def test_a_model_without_a_price_fails_by_name(tmp_path: Path) -> None:
    own = local_duckdb(tmp_path)
    write(own, {**GOOD, "usage": [{**usage(), "model": "claude-of-tomorrow"}]})
    check: TableCheck = BY_NAME["cost/cost_matches_usage"]
    with own.connect() as connection:
        found = result_of(check, look(own, connection, DAY), key_of)
    assert not found.passed
    assert "claude-of-tomorrow (standard, 0-200k) since 2026-07-15" in str(found.description)


@pytest.mark.parametrize(("last", "count"), [(5_100.0, 1), (4_900.0, 0)])
def test_a_day_is_compared_with_its_weekday(last: float, count: int) -> None:
    start = dt.date(2026, 6, 1)
    cents = {start + dt.timedelta(days=n): 100.0 if (n % 7) > 4 else 2_000.0 for n in range(40)}
    monday = start + dt.timedelta(days=35)
    assert len(unusual_days({**cents, monday: last}, 14)) == count
    # Cheap days are not worth a look, nor is one without a history.
    saturday = start + dt.timedelta(days=33)
    assert unusual_days({**cents, saturday: 1_900.0}, 14) == []
    assert unusual_days({start: 10**6}, 14) == []
    assert unusual_days({}, 14) == []
