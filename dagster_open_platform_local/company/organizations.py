"""Organizations: the accounts of the company's product, as of a date.

What belongs here: the table `organizations`. What does not: who works there (`users.py`).

A row is an organization that signed up, whether it still pays or not. The dirt in it:

- the same company signed up twice: another id, the same name and domain;
- country and employee count are what somebody typed at sign-up, and null where nobody did;
- internal test organizations (`is_internal`) sit among the real ones;
- a cancelled organization keeps its plan; `canceled_at` says since when it does not count.

Times are UTC. `id` grows with `created_at`; an id once given stays.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import (
    DAY_SECONDS,
    NEVER,
    TIMESTAMP,
    timestamps,
    unix_seconds,
)
from dagster_open_platform_local.company.names import ORGANIZATION_SUFFIXES, people_names
from dagster_open_platform_local.company.settings import CompanySettings

_BEFORE_DAYS = 1000
_PER_MILLE_BEFORE, _PER_MILLE_SINCE = 420, 1500

PLANS = ("SOLO", "STARTER", "PRO", "ENTERPRISE")
_PLAN_WEIGHTS = thresholds([38, 34, 18, 10])
_COUNTRIES = ("US", "GB", "DE", "FR", "NL", "CA", "AU", "IN", "BR", "SE", "ES", "IL", "SG", "JP", "PL", "CH")
_COUNTRY_WEIGHTS = thresholds([44, 9, 9, 5, 4, 5, 4, 5, 3, 2, 2, 2, 2, 2, 1, 1])
_TOP_LEVEL_DOMAINS = ("com", "io", "ai", "co", "dev")
_DAYS = DAY_SECONDS
_PLAN_CHANGE_GAPS = (_DAYS, 20 * _DAYS, 60 * _DAYS, 200 * _DAYS, 700 * _DAYS)
_CANCEL_GAPS = (14 * _DAYS, 30 * _DAYS, 120 * _DAYS, 365 * _DAYS, 900 * _DAYS)

ORGANIZATIONS = pa.schema(
    [
        ("id", pa.int64()),
        ("public_id", pa.string()),
        ("name", pa.string()),
        ("domain", pa.string()),
        ("plan", pa.string()),  # SOLO | STARTER | PRO | ENTERPRISE
        ("region", pa.string()),  # us | eu: where its data plane is
        ("country", pa.string()),  # ISO 3166-1 alpha-2, null where not given
        ("employee_count", pa.int64()),
        ("is_internal", pa.bool_()),
        ("created_at", TIMESTAMP),
        ("updated_at", TIMESTAMP),
        ("canceled_at", TIMESTAMP),
    ]
)


@dataclass(frozen=True)
class SignUps:
    """Organizations in the order of their sign-up.

    Args:
        ids: 1, 2, 3, ...
        created: Unix seconds.
    """

    ids: NDArray[np.int64]
    created: NDArray[np.int64]


def sign_ups(settings: CompanySettings, today: date) -> SignUps:
    """Every organization that signed up before `today`."""
    days = np.arange(_BEFORE_DAYS + (today - settings.epoch).days, dtype=np.int64)
    draws = Draws(settings.seed, "organization_days", days)
    per_mille = np.where(days < _BEFORE_DAYS, _PER_MILLE_BEFORE, _PER_MILLE_SINCE)
    expected = (per_mille * settings.scale).astype(np.int64) * (500 + draws.below("noise", 1000)) // 1000
    counts = (expected + draws.below("rounding", 1000)) // 1000
    day = np.repeat(days, counts)
    seconds = Draws(settings.seed, "organizations", np.arange(1, day.size + 1)).below("second", DAY_SECONDS)
    # Sorted within the day, so that ids grow with time; a day's seconds depend on that day's ids alone.
    order = np.lexsort((seconds, day))
    start = unix_seconds(settings.epoch) - _BEFORE_DAYS * DAY_SECONDS
    return SignUps(np.arange(1, day.size + 1, dtype=np.int64), start + day * DAY_SECONDS + seconds[order])


def organizations_table(settings: CompanySettings, today: date) -> pa.Table:
    """The table `organizations` as of 00:00 UTC of a date, ordered by id."""
    found, now = sign_ups(settings, today), unix_seconds(today)
    draws = Draws(settings.seed, "organizations", found.ids)
    names, domains = _names(settings, found.ids)
    country = draws.pick("country", _COUNTRY_WEIGHTS)
    plan, changed = plans(draws, found.created, now)
    canceled = np.where(
        draws.chance("canceled", 0.22), found.created + draws.quantile("canceled_gap", _CANCEL_GAPS), NEVER
    )
    canceled = np.where(canceled < now, canceled, NEVER)
    updated = np.maximum(changed, np.where(canceled < now, canceled, 0))
    european = np.isin(
        country, [_COUNTRIES.index(each) for each in ("GB", "DE", "FR", "NL", "SE", "ES", "PL", "CH")]
    )
    columns = {
        "id": pa.array(found.ids),
        "public_id": pa.array([f"org_{bits:016x}" for bits in draws.bits("public_id").tolist()], pa.string()),
        "name": pa.array(names, pa.string()),
        "domain": pa.array(domains, pa.string()),
        "plan": pa.array(PLANS).take(pa.array(plan)),
        "region": pa.array(np.where(european & draws.chance("eu", 0.7), "eu", "us"), pa.string()),
        "country": pa.array(_COUNTRIES).take(pa.array(country, mask=draws.chance("no_country", 0.06))),
        "employee_count": pa.array(
            draws.quantile("employees", (2, 8, 25, 60, 150, 400, 1200, 9000)),
            mask=draws.chance("no_employees", 0.15),
        ),
        "is_internal": pa.array(draws.chance("internal", 0.01)),
        "created_at": timestamps(found.created),
        "updated_at": timestamps(updated),
        "canceled_at": timestamps(canceled),
    }
    return pa.table([columns[name] for name in ORGANIZATIONS.names], schema=ORGANIZATIONS)


def plans(
    draws: Draws, created: NDArray[np.int64], now: int | NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The plan of each organization at a moment, and when it got it.

    Args:
        draws: Of the table `organizations`.
        created: When each signed up, in Unix seconds.
        now: The moment in Unix seconds, one for all or one for each.

    Returns:
        Indices into `PLANS`, and Unix seconds.
    """
    first = draws.pick("plan", _PLAN_WEIGHTS)
    change = created + draws.quantile("plan_gap", _PLAN_CHANGE_GAPS)
    changed = draws.chance("plan_changes", 0.3) & (change < now)
    later = np.clip(first + np.where(draws.chance("upgrade", 0.8), 1, -1), 0, len(PLANS) - 1)
    return np.where(changed, later, first), np.where(changed, change, created)


def _names(settings: CompanySettings, ids: NDArray[np.int64]) -> tuple[list[str], list[str]]:
    """Name and domain of each organization; 1 of 60 is one that signed up before."""
    again = Draws(settings.seed, "organizations", ids)
    original = np.where(again.chance("signed_up_again", 1 / 60), 1 + again.below_each("original", ids), ids)
    draws = Draws(settings.seed, "organization_names", original)
    _, surnames = people_names(settings.seed)
    names, domains = [], []
    for surname, suffix, tld, number in zip(
        draws.below("word", len(surnames)).tolist(),
        draws.below("suffix", len(ORGANIZATION_SUFFIXES)).tolist(),
        draws.below("tld", len(_TOP_LEVEL_DOMAINS)).tolist(),
        original.tolist(),
        strict=True,
    ):
        word, kind = surnames[surname], ORGANIZATION_SUFFIXES[suffix]
        names.append(f"{word} {kind}")
        # The number keeps two companies of one name apart.
        domains.append(f"{_slug(word, kind)}{number}.example.{_TOP_LEVEL_DOMAINS[tld]}")
    return names, domains


@lru_cache(maxsize=32768)
def _slug(word: str, kind: str) -> str:
    return "".join(c for c in f"{word}{kind}".lower() if c.isascii() and c.isalnum())


def organization_domains(settings: CompanySettings, ids: NDArray[np.int64]) -> list[str]:
    """The e-mail domain of each organization."""
    return _names(settings, ids)[1]
