"""What the company uses at AWS on each day, what it costs, and when AWS knows.

What belongs here: the rows, as of a day. What does not: files (`billing.py`).

4 % of the rows are known one to five days after the day of use. 3 % get another amount, and so another cost, one to five days
after it. `line_item_resource_id` is null for what belongs to no resource, `resource_tags_user_team` where nobody tagged it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.exports.objects import day_ids
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    choice,
    joined,
    local_moments,
)
from dagster_open_platform_local.company.settings import CompanySettings

MOST_DAYS_LATER = 5
_PER_DAY = 150
_GROWTH_PER_MILLE_A_DAY = 1
_LATE, _CORRECTED = 0.04, 0.03
_ACCOUNTS = ("111122223333", "222233334444", "333344445555")
"""Production, development, data platform: the numbers that AWS's documentation uses."""
_ACCOUNT_WEIGHTS = thresholds([60, 18, 22])
_REGIONS, _REGION_CODES = ("us-west-2", "us-east-1", "eu-central-1"), ("USW2", "USE1", "EUC1")
_REGION_WEIGHTS = thresholds([70, 12, 18])
_TEAMS = ("cloud-infrastructure", "data-platform", "product", "observability", "devrel")
_TEAM_WEIGHTS = thresholds([42, 22, 20, 11, 5])
_RESOURCES = 60
_SAVINGS_PLAN_PER_MILLE, _DISCOUNT_PER_MILLE = 720, 940


@dataclass(frozen=True)
class Use:
    """A kind of use.

    Args:
        product: AWS's code of the product.
        usage_type: AWS's code of what is measured, without that of the region before it.
        operation: AWS's code of what was done.
        weight: How many rows are of this kind, relative to the others.
        amounts: Quantiles of the amount in an hour or a day, in thousandths of the unit.
        price: Of a unit, in millionths of a dollar.
        resource: How the id of a resource begins; None: it belongs to none.
        is_covered: Whether the savings plan covers it.
    """

    product: str
    usage_type: str
    operation: str
    weight: int
    amounts: tuple[int, ...]
    price: int
    resource: str | None
    is_covered: bool = False


USES = (
    Use(
        "AmazonEC2",
        "BoxUsage:m6i.xlarge",
        "RunInstances",
        26,
        (1_000, 24_000, 24_000),
        192_000,
        "i-",
        True,
    ),
    Use("AmazonEC2", "EBS:VolumeUsage.gp3", "CreateVolume-Gp3", 14, (100, 3_000, 20_000), 80_000, "vol-"),
    Use("AmazonEC2", "DataTransfer-Out-Bytes", "RunInstances", 8, (10, 900, 30_000), 90_000, None),
    Use(
        "AmazonECS",
        "Fargate-vCPU-Hours:perCPU",
        "FargateTask",
        16,
        (250, 4_000, 48_000),
        40_480,
        "task/",
        True,
    ),
    Use(
        "AmazonRDS",
        "InstanceUsage:db.r6g.large",
        "CreateDBInstance:0014",
        7,
        (24_000, 24_000),
        225_000,
        "db:",
    ),
    Use("AmazonS3", "TimedStorage-ByteHrs", "StandardStorage", 9, (50, 4_000, 90_000), 23_000, "bucket/"),
    Use("AmazonS3", "Requests-Tier1", "PutObject", 6, (1_000, 90_000, 4_000_000), 5, "bucket/"),
    Use("AWSLambda", "Lambda-GB-Second", "Invoke", 5, (100, 40_000, 900_000), 17, "function:", True),
    Use(
        "AmazonCloudWatch",
        "DataProcessing-Bytes",
        "PutLogEvents",
        5,
        (10, 800, 9_000),
        500_000,
        "log-group:",
    ),
    Use(
        "AmazonEKS",
        "AmazonEKS-Hours:perCluster",
        "CreateOperation",
        2,
        (24_000, 24_000),
        100_000,
        "cluster/",
    ),
    Use("AWSSecretsManager", "AWSSecretsManager-Secrets", "Secrets", 2, (10, 400), 13_333, "secret:"),
)
_USE_WEIGHTS = thresholds([use.weight for use in USES])


def usage_rows(settings: CompanySettings, days: Sequence[date], as_of: date) -> pa.Table:
    """What AWS knows in the night after a day of the use on some days.

    Args:
        settings: The company's.
        days: Of use, ascending.
        as_of: The day.

    Returns:
        Every column that a report ever has, save those of the bill; by the day of use.
    """
    ids = np.concatenate([day_ids((day - settings.epoch).days, _count(settings, day)) for day in days])
    draws = Draws(settings.seed, "aws_usage", ids)
    age = (as_of - settings.epoch).days - (ids >> 32)
    known = np.where(draws.chance("late", _LATE), 1 + draws.below("days_late", MOST_DAYS_LATER), 0) <= age
    draws, age = Draws(settings.seed, "aws_usage", ids[known]), age[known]
    return pa.table(_columns(settings, draws, draws.pick("use", _USE_WEIGHTS), age))


def _count(settings: CompanySettings, day: date) -> int:
    age = (day - settings.epoch).days
    total = int(_PER_DAY * settings.scale * 1000) * (1000 + _GROWTH_PER_MILLE_A_DAY * age) // 1000
    noise = Draws(settings.seed, "aws_usage_days", np.array([age], dtype=np.int64)).below("noise", 100)
    return max(1, total * (950 + int(noise[0])) // 1_000_000)


def _columns(settings: CompanySettings, draws: Draws, use: Integers, age: Integers) -> Columns:
    day = unix_seconds(settings.epoch) + (draws.ids >> 32) * DAY_SECONDS
    amount, cost = _amounts(draws, use, age)
    region = draws.pick("region", _REGION_WEIGHTS)
    covered = np.array([each.is_covered for each in USES])[use]
    resource = draws.below("resource", max(1, int(_RESOURCES * settings.scale)))
    return {
        "line_item_usage_account_id": choice(_ACCOUNTS, draws.pick("account", _ACCOUNT_WEIGHTS)),
        "line_item_usage_start_date": local_moments(day + draws.below("hour", 24) * 3600),
        "line_item_product_code": choice([each.product for each in USES], use),
        "line_item_usage_type": joined(
            choice(_REGION_CODES, region), "-", choice([each.usage_type for each in USES], use)
        ),
        "line_item_operation": choice([each.operation for each in USES], use),
        "line_item_resource_id": _resource_ids(settings, use, resource),
        "line_item_usage_amount": pa.array(amount / 1_000),
        "line_item_unblended_cost": pa.array(cost / 1_000_000),
        "line_item_currency_code": choice(("USD",), np.zeros_like(use)),
        "product_region": choice(_REGIONS, region),
        "resource_tags_user_team": choice(
            _TEAMS, draws.pick("team", _TEAM_WEIGHTS), draws.chance("not_tagged", 0.18)
        ),
        "savings_plan_savings_plan_effective_cost": pa.array(
            cost * _SAVINGS_PLAN_PER_MILLE // 1000 / 1_000_000, mask=~covered
        ),
        "line_item_net_unblended_cost": pa.array(cost * _DISCOUNT_PER_MILLE // 1000 / 1_000_000),
    }


def _amounts(draws: Draws, use: Integers, age: Integers) -> tuple[Integers, Integers]:
    """What was used in thousandths of its unit, and its cost in millionths of a dollar, as far as it is known."""
    amount = np.zeros(use.size, dtype=np.int64)
    for number, each in enumerate(USES):
        amount = np.where(use == number, draws.quantile("amount", each.amounts), amount)
    corrected = draws.chance("corrected", _CORRECTED) & (
        1 + draws.below("days_until", MOST_DAYS_LATER) <= age
    )
    amount = np.where(corrected, amount * (700 + draws.below("correction", 500)) // 1000, amount)
    price = np.array([each.price for each in USES], dtype=np.int64)[use]
    return amount, amount * price // 1_000


def _resource_ids(settings: CompanySettings, use: Integers, resource: Integers) -> pa.Array:
    """Ids such as `i-0a1b…`: some sixty resources of each kind of use, at scale 1."""
    names = Draws(settings.seed, "aws_resources", (use << 32) | resource).bits("id").tolist()
    text = pa.array([f"{name:016x}0"[-17:] for name in names], pa.string())
    belongs_to_none = np.array([each.resource is None for each in USES])[use]
    beginnings = choice([each.resource or "" for each in USES], use, belongs_to_none)
    return joined(beginnings, text)
