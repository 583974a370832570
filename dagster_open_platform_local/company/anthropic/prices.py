"""What Anthropic charges the company.

What belongs here: prices and exact arithmetic with them. Sources: https://platform.claude.com/docs/en/about-claude/pricing (tokens, half of
them for batches, more for long prompts of older models, 10 dollars for a thousand searches), the same page for code execution (5 cents an
hour of a container).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

HAIKU, SONNET_45, SONNET_46, SONNET_5, OPUS = (
    "claude-haiku-4-5-20251001",
    "claude-sonnet-4-5-20250929",
    "claude-sonnet-4-6",
    "claude-sonnet-5",
    "claude-opus-4-6",
)
MODELS = (HAIKU, SONNET_45, SONNET_46, SONNET_5, OPUS)
STANDARD, BATCH, PRIORITY = "standard", "batch", "priority"
TIERS = (STANDARD, BATCH, PRIORITY)
SHORT, LONG = "0-200k", "200k-1M"
WINDOWS = (SHORT, LONG)
UNIT = Decimal(10) ** -7
"""Cents; every price of a token is a whole number of these."""
SEARCH_UNITS = 10**7
"""Of a web search: one cent."""
CONTAINER_MINUTE_UNITS = 833_333
"""Of a minute of a container: 5 cents an hour."""


class TokenPrices(NamedTuple):
    """Units a token, by the names that the cost report has for kinds of tokens."""

    uncached_input_tokens: int
    cache_creation_ephemeral_5m_input_tokens: int
    cache_creation_ephemeral_1h_input_tokens: int
    cache_read_input_tokens: int
    output_tokens: int


_DOLLARS: Mapping[str, tuple[str, str]] = {
    HAIKU: ("1", "5"),
    SONNET_45: ("3", "15"),
    SONNET_46: ("3", "15"),
    SONNET_5: ("2", "10"),
    OPUS: ("5", "25"),
}
"""For a million tokens: of the prompt, and of the answer."""
_LONG_DOLLARS: Mapping[str, tuple[str, str]] = {SONNET_45: ("6", "22.5")}


def token_prices(model: str, tier: str, window: str) -> TokenPrices:
    """What tokens cost.

    Args:
        model: One of `MODELS`.
        tier: One of `TIERS`. The Priority Tier is paid for otherwise, so that nothing is charged here.
        window: One of `WINDOWS`.
    """
    prices = _LONG_DOLLARS if window == LONG and model in _LONG_DOLLARS else _DOLLARS
    given, answered = (Decimal(text) for text in prices[model])
    share = {STANDARD: Decimal(1), BATCH: Decimal("0.5"), PRIORITY: Decimal(0)}[tier]
    # A dollar for a million tokens is 0.0001 cents a token.
    each = (
        given,
        given * Decimal("1.25"),
        given * 2,
        given * Decimal("0.1"),
        answered,
    )
    return TokenPrices(*(int(dollars * share * 1000) for dollars in each))


def cents(units: int) -> str:
    """An amount as the API writes it: a decimal number of cents."""
    text = format(units * UNIT, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
