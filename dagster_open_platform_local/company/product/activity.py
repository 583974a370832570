"""What users do in the product: session_tokens, onboarding_checklist, audit_log in `main` and `eu`, user_events_counts on each shard.

What belongs here: their rows. What does not: what the organizations' code does (`runs.py`).
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    choice,
    dates,
    hashes,
    joined,
    json_objects,
    local_moments,
    moments,
    only,
)
from dagster_open_platform_local.company.product.directory import Directory, a_day_in, ids_after
from dagster_open_platform_local.company.product.happenings import Daily, daily, latest, pick_existing
from dagster_open_platform_local.company.product.texts import JOB_OBJECTS, USER_AGENTS, typed

_DAY = DAY_SECONDS
_LOGINS_A_DAY, _LOGINS_SINCE = 60, -35
_LIFETIME_DAYS = (1, 7, 30)
_AUDITED_A_DAY, _AUDITED_SINCE = 28, -60
_EVENTS_A_DAY = 150
_AUDITED = (
    "LOG_IN", "CREATE_USER_TOKEN", "REVOKE_USER_TOKEN", "UPDATE_SUBSCRIPTION_PLAN", "CREATE_SECRET", "UPDATE_SECRET",
    "DELETE_DEPLOYMENT", "UPDATE_ROLE", "INVITE_USER",
)  # fmt: skip
_AUDITED_WEIGHTS = thresholds([30, 12, 6, 2, 12, 12, 4, 10, 12])
_STEPS = ("CREATE_ORGANIZATION", "INVITE_TEAM", "ADD_LOCATION", "FIRST_RUN", "ADD_SCHEDULE", "SET_ALERT")
_KINDS = ("page_view", "search", "launch_run", "view_asset", "edit_policy", "open_docs")
_KIND_WEIGHTS = thresholds([45, 12, 12, 22, 2, 7])


def _by_users(
    found: Directory, database: str, table: str, per_day: int, first_day: int = 0
) -> tuple[Daily, Integers]:
    """What happened in a database's region, and the user (by index) who did it; nobody acts who is gone."""
    per_day, after = a_day_in(database, per_day), ids_after(database)
    rows = daily(found.settings, table, found.today, per_day, first_day, after)
    users = found.users_in_region_of(database)
    picked = pick_existing(found.draws(table, rows.ids), "user", found.user_created[users], rows.day_start)
    there = np.flatnonzero(picked >= 0)
    active = there[found.is_active(users[picked[there]], rows.created[there])]
    mask = np.zeros(picked.size, dtype=np.bool_)
    mask[active] = True
    return rows.where(mask), users[picked[mask]]


def session_tokens(found: Directory, database: str) -> Columns:
    """A row a login, until the token expires; then it is deleted."""
    logins, user = _by_users(found, database, "session_tokens", _LOGINS_A_DAY, _LOGINS_SINCE)
    life = np.array(_LIFETIME_DAYS)[found.draws("session_tokens", logins.ids).below("life", 3)] * _DAY
    alive = logins.created + life >= found.now
    logins, user, expires = logins.where(alive), user[alive], (logins.created + life)[alive]
    draws = found.draws("session_tokens", logins.ids)
    return {
        "id": pa.array(logins.ids),
        "user_id": pa.array(user + 1),
        "organization_id": pa.array(found.user_organization[user]),
        "token_hash": hashes(draws, "token"),
        "user_agent": choice(
            USER_AGENTS, draws.below("agent", len(USER_AGENTS)), draws.chance("no_agent", 0.1)
        ),
        "created_at": moments(logins.created),
        "expires_at": moments(expires),
    }


def onboarding_checklist(found: Directory, database: str) -> Columns:
    """Six steps an organization, written at sign-up in one transaction and ticked off one after the other."""
    organization = np.repeat(np.flatnonzero(found.in_region_of(database)), len(_STEPS))
    step = np.tile(np.arange(len(_STEPS), dtype=np.int64), organization.size // len(_STEPS))
    ids = organization * len(_STEPS) + step + 1
    draws = found.draws("onboarding_checklist", ids)
    gap = draws.quantile("gap", (120, 3600, _DAY, 12 * _DAY)).reshape(-1, len(_STEPS)).cumsum(axis=1)
    goes_on = draws.chance("goes_on", 0.82).reshape(-1, len(_STEPS)).cumprod(axis=1) > 0
    created = found.created[organization]
    done = np.where(goes_on.ravel(), created + gap.ravel(), NEVER)
    done = np.where((done < found.now) & (done < found.canceled[organization]), done, NEVER)
    return {
        "id": pa.array(ids),
        "organization_id": pa.array(organization + 1),
        "step": choice(_STEPS, step),
        "is_completed": pa.array(done < NEVER),
        "completed_by": pa.array(found.founders[organization], mask=done >= NEVER),
        "completed_at": local_moments(done),
        "created_at": moments(created),
        "updated_at": moments(latest(found.now, created, done)),
    }


def audit_log(found: Directory, database: str) -> Columns:
    """A row whenever a user did something that an administrator may ask about."""
    rows, user = _by_users(found, database, "audit_log", _AUDITED_A_DAY, _AUDITED_SINCE)
    draws = found.draws("audit_log", rows.ids)
    system = draws.chance("system", 0.08)
    target = choice(JOB_OBJECTS, draws.below("target", len(JOB_OBJECTS)))
    address = joined("198.51.100.", draws.below("address", 254) + 1)
    return {
        "id": pa.array(rows.ids),
        "organization_id": pa.array(found.user_organization[user]),
        "user_id": pa.array(user + 1, mask=system),
        "event_type": choice(_AUDITED, draws.pick("event_type", _AUDITED_WEIGHTS)),
        "target": typed(draws, "target", target, 0.02, 0.3),
        "metadata": json_objects(
            request=draws.below("request", 10**9),
            source=choice(("ui", "cli", "api"), draws.below("source", 3)),
            mfa=draws.chance("mfa", 0.2),
        ),
        # The addresses of RFC 5737 belong to nobody.
        "ip_address": only(address, ~system),
        "created_at": moments(rows.created),
    }


def user_events_counts(found: Directory, database: str) -> Columns:
    """How often each user did what on each day; 3 % are counted again a day or two after the day."""
    rows, user = _by_users(found, database, "user_events", _EVENTS_A_DAY)
    here = found.runs_in(database)[found.user_organization[user] - 1]
    rows, user = rows.where(here), user[here]
    draws = found.draws("user_events", rows.ids)
    kind = draws.pick("kind", _KIND_WEIGHTS)
    times = 1 + draws.quantile("times", (0, 0, 1, 3, 8, 40))
    key = (rows.day << 36) | (user << 4) | kind
    order = np.lexsort((rows.created, key))
    unique, first = np.unique(key[order], return_index=True)
    last = np.append(first, order.size)[1:] - 1
    begun, ended = rows.created[order][first], rows.created[order][last]
    count = np.add.reduceat(times[order], first) if first.size else first
    found_user = user[order][first]
    recount = Draws(found.settings.seed, "user_events_counts", unique)
    midnight = rows.day_start[order][first] + _DAY
    again = np.where(recount.chance("again", 0.03), midnight + recount.below("moment", 2 * _DAY), NEVER)
    count = count + np.where(again < found.now, 1 + recount.below("more", 5), 0)
    return {
        "user_id": pa.array(found_user + 1),
        "day": dates(midnight - _DAY),
        "event_kind": choice(_KINDS, unique & 15),
        "organization_id": pa.array(found.user_organization[found_user]),
        "count": pa.array(count.astype(np.int32)),
        "created_at": moments(begun),
        "updated_at": moments(latest(found.now, ended, again)),
    }
