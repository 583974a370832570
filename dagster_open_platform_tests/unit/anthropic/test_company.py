"""The company's organization at Anthropic: the same day looks the same on every date, and its parts agree with one another."""

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest

from dagster_open_platform.defs.claude.py.charges import compare
from dagster_open_platform.defs.claude.py.pricing import Prices
from dagster_open_platform_local.company.anthropic.calendar import is_holiday
from dagster_open_platform_local.company.anthropic.costs import cost_items
from dagster_open_platform_local.company.anthropic.organization import organization
from dagster_open_platform_local.company.anthropic.prices import MODELS, TIERS, UNIT, WINDOWS, token_prices
from dagster_open_platform_local.company.anthropic.usage import (
    ACTOR,
    DIMENSIONS,
    SEARCHES,
    TOKENS,
    usage_table,
)
from dagster_open_platform_local.company.moments import unix_seconds
from dagster_open_platform_local.services.saas.anthropic.account import account_of
from dagster_open_platform_tests.fixtures.anthropic import EMPTY_DAY, SETTINGS, TODAY

COLUMNS = dict(
    zip(
        TOKENS,
        (
            "uncached_input_tokens",
            "cache_write_5m_tokens",
            "cache_write_1h_tokens",
            "cache_read_tokens",
            "output_tokens",
        ),
        strict=True,
    )
)


def day_of(moment: int) -> dt.date:
    return dt.datetime.fromtimestamp(moment, dt.UTC).date()


@pytest.mark.parametrize("earlier", [dt.date(2026, 6, 5), dt.date(2026, 7, 6)])
def test_what_has_happened_does_not_change(earlier: dt.date) -> None:
    before = unix_seconds(earlier)
    then, now = (usage_table(SETTINGS, date).to_pylist() for date in (earlier, TODAY))
    assert then
    assert Counter(map(repr, then)) == Counter(repr(row) for row in now if row["hour"] < before)
    charged = [item for item in cost_items(SETTINGS, TODAY) if item.day < before]
    assert Counter(cost_items(SETTINGS, earlier)) == Counter(charged)
    records = {day: rows for day, rows in account_of(SETTINGS, TODAY).code.items() if day < before}
    assert account_of(SETTINGS, earlier).code == records
    assert organization(SETTINGS, TODAY).users[: len(organization(SETTINGS, earlier).users)] == (
        organization(SETTINGS, earlier).users
    )


def test_each_combination_stands_once_an_hour() -> None:
    keys = [
        (row["hour"], *(row[name] for name in DIMENSIONS), row[ACTOR], row["terminal"])
        for row in usage_table(SETTINGS, TODAY).to_pylist()
    ]
    assert len(set(keys)) == len(keys) > 1000


def test_keys_are_used_while_they_work_and_by_whom_they_belong_to() -> None:
    known = organization(SETTINGS, TODAY)
    keys = {key.id: key for key in known.keys}
    for row in usage_table(SETTINGS, TODAY).to_pylist():
        key = keys.get(row["api_key_id"])
        if key is None:
            assert row["api_key_id"] is None
            continue
        assert key.created <= row["hour"] < min(key.disabled, key.archived), row
        if row[ACTOR] and row[ACTOR] != key.name:
            assert row[ACTOR] == known.users[key.owner].colleague.email


def test_days_without_usage_are_those_before_it_began_and_the_one_out_of_credit() -> None:
    used = {day_of(row["hour"]) for row in usage_table(SETTINGS, TODAY).to_pylist()}
    every = {SETTINGS.epoch + dt.timedelta(days=number) for number in range((TODAY - SETTINGS.epoch).days)}
    empty = {dt.date(2026, 6, 1), dt.date(2026, 6, 2), dt.date.fromisoformat(EMPTY_DAY)}
    assert every - used == empty
    assert {day_of(item.day) for item in cost_items(SETTINGS, TODAY)} == used
    coded = {day_of(day) for day in account_of(SETTINGS, TODAY).code}
    assert not {day for day in coded if is_holiday(day)}
    assert {day for day in every if is_holiday(day)} >= {dt.date(2026, 6, 19), dt.date(2026, 7, 3)}


def test_claude_code_reports_what_its_keys_used() -> None:
    reported, used = Counter(), Counter()
    for day, records in account_of(SETTINGS, TODAY).code.items():
        for record in records:
            for model in record["model_breakdown"]:
                reported[day_of(day), model["model"]] += sum(model["tokens"].values())
    for row in usage_table(SETTINGS, TODAY).to_pylist():
        if row[ACTOR]:
            used[day_of(row["hour"]), row["model"]] += sum(row[name] for name in TOKENS)
    assert reported == used
    assert len(reported) > 50


def test_the_bill_is_that_of_the_price_list_of_the_platform() -> None:
    usage = [
        {
            "usage_date": day_of(row["hour"]),
            **{name: row[name] for name in DIMENSIONS},
            **{ours: row[theirs] for theirs, ours in COLUMNS.items()},
            "web_search_requests": row[SEARCHES],
        }
        for row in usage_table(SETTINGS, TODAY).to_pylist()
    ]
    costs = [
        {
            "usage_date": day_of(item.day),
            "cost_type": item.cost_type,
            "model": item.model,
            "currency": "USD",
            "amount_cents": item.units * UNIT,
        }
        for item in cost_items(SETTINGS, TODAY)
    ]
    days = {row["usage_date"] for row in usage}
    found = compare(usage, costs, Prices.of_file(), days)
    assert found.passed
    assert found.expected == found.charged > 0
    assert found.not_compared["code_execution"] > 0


def test_prices_are_exact() -> None:
    for model in MODELS:
        for tier in TIERS:
            for window in WINDOWS:
                prices = token_prices(model, tier, window)
                assert prices.uncached_input_tokens * 5 == prices.cache_creation_ephemeral_5m_input_tokens * 4
                assert prices.uncached_input_tokens == prices.cache_read_input_tokens * 10
    # 2.50 dollars for a million tokens, half of it for a batch.
    assert token_prices("claude-sonnet-5", "batch", "0-200k")[1] * UNIT == Decimal("0.000125")
