"""What usage should have cost, beside what was charged."""

import copy
import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.defs.claude.py.charges import compare
from dagster_open_platform.defs.claude.py.pricing import KINDS, InvalidPrices, Prices

DAY = dt.date(2026, 7, 1)
PRICE = {"input": "2", "cache_write_5m": "2.50", "cache_write_1h": "4", "cache_read": "0.20", "output": "10"}
DOCUMENT: dict[str, Any] = {
    "models": {
        "one": [
            {"from": dt.date(2026, 6, 1), "until": dt.date(2026, 7, 2), **PRICE},
            {"from": dt.date(2026, 7, 2), **PRICE, "output": "20"},
        ],
        "two": [
            {"from": dt.date(2026, 6, 1), **PRICE, "long": dict.fromkeys(PRICE, "22.5")},
        ],
    },
    "service_tiers": {"standard": "1", "batch": "0.5", "priority": "0"},
    "web_search": [{"from": dt.date(2026, 6, 1), "price": "10"}],
}
PRICES = Prices(DOCUMENT)
COUNTS = st.integers(0, 10**12)


def usage(day: dt.date = DAY, model: str | None = "one", **changes: Any) -> dict[str, Any]:
    row = {
        "usage_date": day,
        "model": model,
        "service_tier": "standard",
        "context_window": "0-200k",
        **dict.fromkeys(KINDS, 0),
        "web_search_requests": 0,
    }
    return {**row, **changes}


def cost(
    cents: str | Decimal, day: dt.date = DAY, model: str | None = "one", **changes: Any
) -> dict[str, Any]:
    row = {"usage_date": day, "cost_type": "tokens", "model": model, "currency": "USD"}
    return {**row, "amount_cents": Decimal(cents), **changes}


@given(
    st.fixed_dictionaries(dict.fromkeys(KINDS, COUNTS)),
    st.sampled_from([("standard", 1), ("batch", Fraction(1, 2)), ("priority", 0)]),
    st.booleans(),
)
def test_prices_are_applied_exactly(counts: dict[str, int], tier: tuple[str, Any], is_long: bool) -> None:
    window = "200k-1M" if is_long else "0-200k"
    row = {**usage(model="two", service_tier=tier[0], context_window=window), **counts}
    each = {column: Fraction("22.5") if is_long else Fraction(PRICE[kind]) for column, kind in KINDS.items()}
    dollars = sum(counts[column] * each[column] for column in KINDS) * tier[1] / 1_000_000
    found = PRICES.cents(row)
    assert found is not None
    assert abs(Fraction(found) - dollars * 100) <= abs(dollars) / 10**20


def test_the_price_is_that_of_the_day() -> None:
    tokens = {"output_tokens": 1_000_000}
    days = (dt.date(2026, 5, 31), DAY, dt.date(2026, 7, 2))
    assert [PRICES.cents({**usage(day), **tokens}) for day in days] == [None, 1000, 2000]
    assert PRICES.search_cents(DAY, 1000) == 1000
    assert PRICES.search_cents(dt.date(2026, 5, 31), 1) is None


def test_equal_days_pass_and_say_how_much() -> None:
    used = [usage(output_tokens=1_000_000, web_search_requests=5), usage(model="two", output_tokens=500_000)]
    charged = [cost("1000"), cost("500", model="two"), cost("5", model=None, cost_type="web_search")]
    found = compare(used, charged, PRICES, {DAY, DAY + dt.timedelta(days=1)})
    assert found.passed
    assert (found.days, found.expected, found.charged) == (2, 1505, 1505)


@pytest.mark.parametrize(
    ("charged", "passes"), [("999", True), ("1001", True), ("1001.02", False), ("998.9", False)]
)
def test_the_tolerance_is_a_cent_for_a_small_day(charged: str, passes: bool) -> None:
    found = compare([usage(output_tokens=1_000_000)], [cost(charged)], PRICES, {DAY})
    assert found.passed == passes
    for difference in found.differences:
        assert (difference["day"], difference["differs_most"]) == ("2026-07-01", "one")
        assert (difference["expected_cents"], difference["charged_cents"]) == (1000.0, float(charged))


def test_the_tolerance_is_a_share_of_a_large_day() -> None:
    used = [usage(output_tokens=1_000_000_000)]
    assert compare(used, [cost("1000999")], PRICES, {DAY}).passed
    assert not compare(used, [cost("1001100")], PRICES, {DAY}).passed


def test_a_model_that_cost_too_much_does_not_hide_behind_one_that_cost_too_little() -> None:
    used = [usage(output_tokens=1_000_000), usage(model="two", output_tokens=1_000_000)]
    found = compare(used, [cost("1100"), cost("1300", model="two")], PRICES, {DAY})
    assert found.differences[0]["differs_most"] == "two"


@pytest.mark.parametrize("side", ["usage", "cost"])
def test_what_only_one_report_has_is_a_difference(side: str) -> None:
    used = [usage(output_tokens=1_000_000)] if side == "usage" else []
    assert not compare(used, [] if used else [cost("1000")], PRICES, {DAY}).passed


def test_models_and_tiers_without_a_price_are_named_once_with_their_first_day() -> None:
    later = DAY + dt.timedelta(days=1)
    used = [
        usage(later, "claude-next", output_tokens=5),
        usage(DAY, "claude-next", output_tokens=5),
        usage(DAY, "one", service_tier="flex", output_tokens=5),
        usage(DAY, None, output_tokens=5),
    ]
    found = compare(used, [], PRICES, {DAY, later})
    assert not found.passed
    assert found.unpriced == [
        "claude-next (standard, 0-200k) since 2026-07-01",
        "one (flex, 0-200k) since 2026-07-01",
        "usage without a model (standard, 0-200k) since 2026-07-01",
    ]


def test_what_cannot_be_compared_is_told_apart() -> None:
    used = [usage(service_tier="priority", output_tokens=10**9)]
    charged = [cost("7", model=None, cost_type="code_execution"), cost("3", DAY + dt.timedelta(days=1))]
    found = compare(used, charged, PRICES, {DAY})
    assert found.passed
    assert found.not_compared == {"code_execution": 7}
    found = compare([], [cost("5", currency="EUR")], PRICES, {DAY})
    assert not found.passed
    assert found.foreign == ["EUR"]


def test_the_list_of_the_platform_is_one() -> None:
    prices = Prices.of_file()
    assert prices.cents(usage(DAY, "claude-haiku-4-5-20251001", output_tokens=1_000_000)) == 500


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"output": None}, r"models.two\[0\].output"),
        ({"output": 5.0}, r"in quotes"),
        ({"output": "-1"}, "output"),
        ({"output": "much"}, "output"),
        ({"outptu": "1"}, "unknown"),
        ({"from": "2026"}, "`from` must be a day"),
        ({"long": {"input": "1"}}, r"long.cache_write_5m"),
    ],
)
def test_a_wrong_list_is_refused_with_its_place(change: dict[str, Any], told: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["models"]["two"][0].update(change)
    with pytest.raises(InvalidPrices, match=told):
        Prices(document)


def test_two_prices_on_one_day_are_refused() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["models"]["one"][0]["until"] = dt.date(2026, 7, 3)
    with pytest.raises(InvalidPrices, match="two prices hold on 2026-07-02"):
        Prices(document)
