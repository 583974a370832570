"""Ids in Google Ads: numbers of ten to twelve digits.

What belongs here: those. What does not: whose they are.

Each function takes a number or an array of numbers.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dagster_open_platform_local.company.commercial.campaigns import Campaign

Number = TypeVar("Number", int, NDArray[np.int64])

MANAGER_ID = 6_048_117_700
ACCOUNT_IDS = {"USD": 6_048_117_720, "EUR": 6_048_117_735}
"""By currency, since an account has one."""


def account_id(campaign: Campaign) -> int:
    """The account that a campaign is in."""
    return ACCOUNT_IDS[campaign.currency]


def campaign_id(number: Number) -> Number:
    """Of a campaign, by its number."""
    return 20_114_000_000 + number * 104_729


def budget_id(number: Number) -> Number:
    """Of a campaign's budget, by the campaign's number."""
    return 12_870_000_000 + number * 51_511


def group_id(number: Number) -> Number:
    """Of an ad group."""
    return 151_200_000_000 + number * 15_485_863


def ad_id(number: Number) -> Number:
    """Of an ad."""
    return 661_300_000_000 + number * 2_750_159


def keyword_id(number: Number) -> Number:
    """Of a keyword as a criterion of its ad group."""
    return 296_400_000 + number * 7_919
