"""What the product sends.

What belongs here: its calls. What does not: tables and journeys.

The product counts what its users do (`user_events_counts`); of each user, day and kind the first is sent to Segment, unless an ad blocker
hides that user's day. Who joins an organization was invited by its founder. The EU's product sends nothing.
"""

import numpy as np

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.activity import user_events_counts
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.product.directory import Directory
from dagster_open_platform_local.company.segment.calls import MILLIS, Calls, made, together
from dagster_open_platform_local.company.segment.catalogue import PRODUCT

PAGES = ("/overview", "/runs", "/assets", "/catalog", "/automation", "/deployment", "/settings", "/insights")
HIDDEN = 0.15
_TABLES = {
    "page_view": "pages",
    "search": "search_performed",
    "launch_run": "run_launched",
    "view_asset": "asset_viewed",
    "edit_policy": "policy_edited",
    "open_docs": "docs_opened",
}
_LOG_INS = 0.4
_INVITED = 1 << 61


def product_calls(found: Directory) -> Calls:
    """All calls before a date."""
    user, day, kind, moment = _counted(found)
    key = (((day << 32) | user) << 4) | kind
    draws = found.draws("segment_product", key)
    days = found.draws("segment_product_days", key >> 4)
    sent = ~days.chance("hidden", HIDDEN)
    device = (user << 2) | (draws.below("device", 5) // 4)
    # In the order of `PRODUCT.calls`, which has other kinds between them.
    table = np.array([PRODUCT.number(name) for name in _TABLES.values()])[kind]
    page = draws.below("page", len(PAGES))
    acts = made(key << 4, table, device, moment, user=user, page=page).where(sent)
    return together([acts, *_log_ins(found, acts), _invitations(found)])


def _counted(found: Directory) -> tuple[Integers, Integers, Integers, Integers]:
    """User, day (since 1970), kind and first moment of what users did, by the product's own count."""
    parts = []
    for database in ("main", "shard1"):
        columns = user_events_counts(found, database)
        kinds = columns["event_kind"].to_pylist()
        names = list(_TABLES)
        parts.append(
            (
                columns["user_id"].to_numpy(),
                columns["day"].cast("int32").to_numpy().astype(np.int64),
                np.array([names.index(name) for name in kinds], dtype=np.int64),
                columns["created_at"].cast("int64").to_numpy() // 1000,
            )
        )
    user, day, kind, moment = (np.concatenate(column) for column in zip(*parts, strict=True))
    return user, day, kind, moment


def _log_ins(found: Directory, acts: Calls) -> list[Calls]:
    """Identify and group, on some users' first act of a day."""
    order = np.lexsort((acts.ids, acts.moment, acts.ids >> 8))
    first = acts.where(order[np.unique((acts.ids >> 8)[order], return_index=True)[1]])
    logs_in = found.draws("segment_log_ins", first.ids >> 8).chance("logs_in", _LOG_INS)
    first = first.where(logs_in)
    calls = []
    for table, after in (("identifies", -900), ("groups", -700)):
        number = PRODUCT.number(table)
        own = made(
            (first.ids >> 8 << 8) | 0xF0 | number,
            number,
            first.device,
            first.moment + after,
            user=first.user,
            page=first.page,
        )
        calls.append(own)
    return calls


def _invitations(found: Directory) -> Calls:
    """Founders invite whoever joins later."""
    joined, organization = found.user_created, found.user_organization - 1
    user = np.arange(1, joined.size + 1, dtype=np.int64)
    founder = found.founders[organization]
    draws = Draws(found.settings.seed, "segment_invitations", user)
    since = joined >= unix_seconds(found.settings.epoch) + DAY_SECONDS
    chosen = since & (founder != user) & found.is_american[organization] & ~draws.chance("hidden", HIDDEN)
    moment = (joined - 300 - draws.below("before", 3000)) * MILLIS
    number = PRODUCT.number("user_invited")
    ids = (user << 8) | _INVITED | number
    page = np.full(user.size, PAGES.index("/settings"), dtype=np.int64)
    return made(ids, number, founder << 2, moment, user=founder, page=page, detail=user).where(chosen)
