"""What a click costs, and how many views it takes.

What belongs here: the numbers. What does not: what follows from them on a day (`performance.py`).
"""

from dataclasses import dataclass

from dagster_open_platform_local.company.commercial.campaigns import Campaign


@dataclass(frozen=True)
class Rates:
    """How a campaign performs on average.

    Args:
        click_cents: What a click costs, in hundredths of the campaign's currency.
        views_a_click: Views for each click.
        weekend_per_mille: What is spent on a day of the weekend, of a working day's thousand.
    """

    click_cents: int
    views_a_click: int
    weekend_per_mille: int


_BRAND = Rates(110, 6, 500)
_RATES = {
    ("google", "search"): Rates(420, 24, 450),
    ("google", "performance_max"): Rates(190, 80, 700),
    ("google", "display"): Rates(65, 260, 900),
    ("google", "video"): Rates(55, 170, 1000),
    ("linkedin", "social"): Rates(880, 165, 350),
    ("reddit", "social"): Rates(105, 290, 1050),
    ("bing", "search"): Rates(260, 34, 400),
    ("bing", "display"): Rates(50, 310, 800),
}


def is_brand(campaign: Campaign) -> bool:
    """Whether a campaign answers searches for the company's own name."""
    return "brand" in campaign.utm_campaign


def rates_of(campaign: Campaign) -> Rates:
    """The rates of a campaign of an advertising channel."""
    return _BRAND if is_brand(campaign) else _RATES[campaign.channel, campaign.kind]
