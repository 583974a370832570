"""What usage should have cost, by a list of prices with their times (`prices.yaml`).

What belongs here: reading the list, and exact arithmetic with it. What does not: comparing with what was charged (`charges.py`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

from dagster_open_platform.utils.failures import PermanentFailure

LONG_CONTEXT = "200k-1M"
KINDS = {
    "uncached_input_tokens": "input",
    "cache_write_5m_tokens": "cache_write_5m",
    "cache_write_1h_tokens": "cache_write_1h",
    "cache_read_tokens": "cache_read",
    "output_tokens": "output",
}
"""Names in the list by columns of the usage table."""
_CENTS_A_TOKEN = Decimal(100) / 1_000_000
_CENTS_A_SEARCH = Decimal(100) / 1_000


class InvalidPrices(PermanentFailure):
    """The list of prices is not one; the message says where."""


@dataclass(frozen=True)
class _Price:
    """A price and its time.

    Args:
        first: Its first day.
        until: The first day without it; None: it holds.
        dollars: By kind of tokens; searches: under `price`.
        long: Likewise for long prompts.
    """

    first: dt.date
    until: dt.date | None
    dollars: Mapping[str, Decimal]
    long: Mapping[str, Decimal]


class Prices:
    """A list of prices.

    Args:
        document: As it stands in the YAML file.

    Raises:
        InvalidPrices: A field is missing, unknown, or no price; or two prices hold on one day.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._models = {
            model: _prices(found, f"models.{model}", tuple(KINDS.values()))
            for model, found in document["models"].items()
        }
        self._tiers = {
            tier: _amount(share, f"service_tiers.{tier}") for tier, share in document["service_tiers"].items()
        }
        self._searches = _prices(document["web_search"], "web_search", ("price",))

    @classmethod
    def of_file(cls) -> "Prices":
        """The list of this integration."""
        text = (files("dagster_open_platform.defs.claude.py") / "prices.yaml").read_text(encoding="utf-8")
        return cls(yaml.safe_load(text))

    def cents(self, row: Mapping[str, Any]) -> Decimal | None:
        """What a row of `usage_by_model.sql` costs, searches left out.

        Returns:
            None: there is no price for its model on its day, or for its service tier.
        """
        price = _on(self._models.get(row["model"], ()), row["usage_date"])
        share = self._tiers.get(row["service_tier"])
        if price is None or share is None:
            return None
        dollars = price.long if row["context_window"] == LONG_CONTEXT else price.dollars
        total = sum((row[column] * dollars[kind] for column, kind in KINDS.items()), Decimal(0))
        return total * share * _CENTS_A_TOKEN

    def search_cents(self, day: dt.date, searches: int) -> Decimal | None:
        """What web searches of a day cost; None: there is no price."""
        price = _on(self._searches, day)
        return None if price is None else searches * price.dollars["price"] * _CENTS_A_SEARCH


def _on(prices: Sequence[_Price], day: dt.date) -> _Price | None:
    return next(
        (each for each in prices if each.first <= day and (each.until is None or day < each.until)), None
    )


def _prices(found: Sequence[Mapping[str, Any]], where: str, kinds: Sequence[str]) -> list[_Price]:
    prices: list[_Price] = []
    for number, entry in enumerate(found):
        place = f"{where}[{number}]"
        unknown = set(entry) - {"from", "until", "long", *kinds}
        if unknown or not isinstance(entry.get("from"), dt.date):
            raise InvalidPrices(
                f"prices.yaml, {place}: "
                + (f"unknown {sorted(unknown)}" if unknown else "`from` must be a day")
            )
        dollars = {kind: _amount(entry.get(kind), f"{place}.{kind}") for kind in kinds}
        long = entry.get("long")
        more = {kind: _amount(long.get(kind), f"{place}.long.{kind}") for kind in kinds} if long else dollars
        prices.append(_Price(entry["from"], entry.get("until"), dollars, more))
    prices.sort(key=lambda price: price.first)
    for one, following in pairwise(prices):
        if one.until is None or one.until > following.first:
            raise InvalidPrices(
                f"prices.yaml, {where}: two prices hold on {following.first}; end one with `until`"
            )
    return prices


def _amount(value: Any, where: str) -> Decimal:
    try:
        found = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or found < 0:
        raise InvalidPrices(
            f'prices.yaml, {where}: expected an amount in quotes, such as "1.25", not {value!r}'
        )
    return found
