"""The tables of the directory: organizations, users, users_organizations, customer_info.

What belongs here: their rows, in `main` for organizations in the US and in `xregion` for those in the EU. What does not: what
is known of them elsewhere in the company (`organizations.py` and `users.py` there; ids and shared columns are the same).
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.organizations import PLANS
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    Mask,
    choice,
    dates,
    decimals,
    either,
    joined,
    json_objects,
    local_moments,
    moments,
    uuids,
)
from dagster_open_platform_local.company.product.directory import Directory
from dagster_open_platform_local.company.product.happenings import happens, latest, pick_existing
from dagster_open_platform_local.company.product.texts import typed

MFA_SINCE = 42
"""Days after the epoch on which users could first enroll in two-factor authentication."""

_HOUR, _DAY = 3600, DAY_SECONDS
YEAR = 365 * DAY_SECONDS
"""Between two renewals, in seconds."""
_TIME_ZONES = ("UTC", "America/New_York", "Europe/Berlin")
_CURRENCIES = ("USD", "EUR", "GBP")
_PAYMENT_TERMS = (0, 15, 30, 45, 60)
_LEAST_COMMITMENT, _MOST_COMMITMENT = (0, 100, 1_000, 5_000), (0, 1_000, 5_000, 40_000)
"""Dollars a month by plan, in the order of `PLANS`."""
MOST_RENEWALS = 6
"""After these the price stays."""


def account_tables(found: Directory, database: str) -> dict[str, Columns]:
    """The four tables of the directory of `main` or `xregion`."""
    mask = found.registered_in(database)
    return {
        "organizations": _organizations(found, mask),
        "users": _users(found, mask),
        "users_organizations": _memberships(found, mask),
        "customer_info": _customers(found, mask),
    }


def _kept(table: pa.Table, names: Sequence[str], mask: Mask) -> Columns:
    chosen = table.filter(pa.array(mask))
    return {name: chosen[name].combine_chunks() for name in names}


def _organizations(found: Directory, mask: Mask) -> Columns:
    ids = np.flatnonzero(mask) + 1
    draws = found.draws("product_organizations", ids)
    shared = ("id", "public_id", "name", "domain", "plan", "region", "country", "is_internal")
    return {
        **_kept(found.organizations, (*shared, "created_at", "updated_at", "canceled_at"), mask),
        "employee_count": found.organizations.filter(pa.array(mask))["employee_count"].cast(pa.int32()),
        "settings": json_objects(
            sso_enabled=draws.chance("sso", 0.2),
            run_retention_days=draws.below("retention", 4) * 30 + 30,
            timezone=time_zones(found, ids - 1),
        ),
    }


def time_zones(found: Directory, organization: Integers) -> pa.Array:
    """The time zone that each of some organizations (by index) has chosen."""
    draws = found.draws("product_organizations", organization + 1)
    return choice(_TIME_ZONES, draws.below("timezone", len(_TIME_ZONES)))


def _users(found: Directory, mask: Mask) -> Columns:
    present = mask[found.user_organization - 1]
    ids = np.flatnonzero(present) + 1
    draws = found.draws("product_users", ids)
    created, left = found.user_created[ids - 1], found.user_left[ids - 1]
    launch = unix_seconds(found.settings.epoch) + MFA_SINCE * _DAY
    verified = happens(draws, "verified", 0.93, created, (30, 120, 600, _DAY, 9 * _DAY))
    enrolled = happens(
        draws, "mfa", 0.35, np.maximum(created, launch), (_HOUR, 9 * _DAY, 60 * _DAY, 300 * _DAY)
    )
    enrolled = np.where(enrolled < left, enrolled, NEVER)
    shared = ("id", "email", "first_name", "last_name", "github_login", "created_at", "deactivated_at")
    kept = _kept(found.users, shared, present)
    return {
        **kept,
        "public_id": uuids(draws, "public_id"),
        "display_name": typed(
            draws, "display_name", joined(kept["first_name"], " ", kept["last_name"]), 0.02, 0.25
        ),
        "is_active": pa.array(left >= NEVER),
        "email_verified_at": local_moments(_past(verified, found.now)),
        "mfa_enrolled_at": moments(_past(enrolled, found.now)),
        "updated_at": moments(latest(found.now, created, verified, enrolled, left)),
    }


def _past(moment: Integers, now: int) -> Integers:
    return np.where(moment < now, moment, NEVER)


def _memberships(found: Directory, mask: Mask) -> Columns:
    """Everybody in their own organization (id `2 u - 1`), and 3 % as guests in another one (id `2 u`)."""
    present = mask[found.user_organization - 1]
    users = np.flatnonzero(present)
    draws = found.draws("product_guests", users + 1)
    hosts = np.flatnonzero(mask)
    host = pick_existing(draws, "host", found.created[hosts], found.user_created[users])
    organization = hosts[np.maximum(host, 0)] + 1 if hosts.size else np.zeros(users.size, dtype=np.int64)
    joined_at = happens(draws, "guest", 0.03, found.user_created[users], (_DAY, 20 * _DAY, 200 * _DAY))
    guest = (host >= 0) & (organization != found.user_organization[users]) & (joined_at < found.now)
    user = np.concatenate([users, users[guest]])
    is_guest = np.concatenate([np.zeros(users.size, np.bool_), np.ones(int(guest.sum()), np.bool_)])
    created = np.concatenate([found.user_created[users], joined_at[guest]])
    order = np.lexsort((is_guest, user))
    user, is_guest, created = user[order], is_guest[order], created[order]
    left = np.where(found.user_left[user] > created, found.user_left[user], NEVER)
    roles = found.users["role"].combine_chunks().take(pa.array(user))
    viewers = pa.array(["VIEWER"] * user.size, pa.string())
    return {
        "id": pa.array(2 * user + 1 + is_guest),
        "user_id": pa.array(user + 1),
        "organization_id": pa.array(
            np.concatenate([found.user_organization[users], organization[guest]])[order], pa.int64()
        ),
        "role": either(is_guest, viewers, roles),
        "is_guest": pa.array(is_guest),
        "created_at": moments(created),
        "updated_at": moments(latest(found.now, created, left)),
    }


def _customers(found: Directory, mask: Mask) -> Columns:
    """Who gave a billing address. The contract renews each year and costs 7 % more then."""
    begun = billing_begun(found)
    index = np.flatnonzero(mask & (begun < NEVER))
    draws, created = found.draws("customer_info", index + 1), begun[index]
    until = np.minimum(found.canceled[index], found.now) - 1
    renewals = np.clip((until - created) // YEAR, 0, MOST_RENEWALS)
    plan = found.organizations["plan"].combine_chunks().take(pa.array(index))
    level = np.array([PLANS.index(each) for each in plan.to_pylist()], dtype=np.int64)
    contact = pa.array([f"Accounts payable, {name}" for name in _names(found, index)], pa.string())
    return {
        "organization_id": pa.array(index + 1),
        "billing_contact": typed(draws, "contact", contact, 0.02, 0.2),
        "billing_email": joined(
            "billing@", found.organizations["domain"].combine_chunks().take(pa.array(index))
        ),
        "plan": plan,
        "tax_country": found.organizations["country"].combine_chunks().take(pa.array(index)),
        "tax_id": typed(draws, "tax", joined("TX-", draws.below("tax_id", 10**9)), 0.02, 0.4),
        "currency": currencies(draws),
        "monthly_commitment": decimals(commitments(draws, level, renewals), level == 0),
        "contract_start": dates(created + renewals * YEAR, lacks_contract(draws)),
        "payment_terms_days": pa.array(
            np.array(_PAYMENT_TERMS)[draws.below("terms", 5)].astype(np.int16),
            mask=draws.chance("no_terms", 0.08),
        ),
        "notes": typed(draws, "notes", pa.array(["Pays by invoice"] * index.size, pa.string()), 0.15, 0.6),
        "created_at": moments(created),
        "updated_at": moments(latest(found.now, created, found.changed[index], created + renewals * YEAR)),
    }


def billing_due(found: Directory) -> Integers:
    """When each organization will give, or gave, a billing address if it does not cancel first, in Unix seconds; or `NEVER`."""
    draws = found.draws("customer_info", np.arange(1, found.created.size + 1))
    return happens(draws, "billing", 0.8, found.created, (_HOUR, _DAY, 7 * _DAY, 40 * _DAY))


def billing_begun(found: Directory) -> Integers:
    """When each organization gave a billing address, in Unix seconds; `NEVER` if it has not."""
    due = billing_due(found)
    return np.where((due < found.now) & (due < found.canceled), due, NEVER)


def lacks_contract(draws: Draws) -> Mask:
    """Who pays from month to month.

    Args:
        draws: Of the table `customer_info`.
    """
    return draws.chance("no_contract", 0.1)


def currencies(draws: Draws) -> pa.Array:
    """What each customer pays in.

    Args:
        draws: Of the table `customer_info`.
    """
    return choice(_CURRENCIES, np.minimum(draws.below("currency", 6), 2))


def _names(found: Directory, index: Integers) -> list[str]:
    return found.organizations["name"].combine_chunks().take(pa.array(index)).to_pylist()


def commitments(draws: Draws, level: Integers, renewals: Integers) -> Integers:
    """What a contract costs, in millionths of the currency a month.

    Args:
        draws: Of the table `customer_info`.
        level: Index of the plan in `PLANS`; nothing is owed for the first.
        renewals: How often the contract was renewed.
    """
    least, most = np.array(_LEAST_COMMITMENT)[level], np.array(_MOST_COMMITMENT)[level]
    amount = (least + draws.below_each("commitment", most - least + 1)) * 1_000_000
    amount = amount + draws.below("commitment_millionths", 1_000_000)
    for year in range(MOST_RENEWALS):
        amount = np.where(year < renewals, amount * 107 // 100, amount)
    return amount
