"""What the documentation sends.

What belongs here: its calls. What does not: tables and journeys.
"""

import numpy as np

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.product.directory import Directory
from dagster_open_platform_local.company.product.happenings import daily, pick_existing
from dagster_open_platform_local.company.segment.calls import MILLIS, Calls, together
from dagster_open_platform_local.company.segment.catalogue import DOCS
from dagster_open_platform_local.company.segment.visits import Visits, identified, on_pages, pages

PAGES = (
    *(
        "/getting-started/quickstart",
        "/guides/build/assets",
        "/guides/automate/schedules",
        "/guides/test/asset-checks",
    ),
    *("/guides/build/components", "/integrations/dbt", "/integrations/snowflake", "/integrations/airbyte"),
    *(
        "/api/dagster/assets",
        "/api/dagster/config",
        "/deployment/oss",
        "/dagster-plus/hybrid",
        "/migration/airflow",
    ),
)
_POPULARITY = (20, 16, 9, 5, 12, 9, 6, 3, 9, 4, 5, 5, 4)
_A_DAY = 52
_DEPTHS = (36, 24, 16, 12, 9, 3)
_SIGNED_IN, _BOTS, _IDENTIFIES = 0.32, 0.04, 0.8
_EVENTS = (
    ("search_performed", 0.12),
    ("feedback_submitted", 0.035),
    ("code_copied", 0.2),
    ("version_switched", 0.02),
)


def docs_calls(found: Directory) -> Calls:
    """All calls before a date."""
    seed, visits = found.settings.seed, _visits(found)
    views = pages(seed, DOCS, visits, _DEPTHS, _POPULARITY)
    events = [on_pages(seed, DOCS, views, table, share) for table, share in _EVENTS]
    # A visit's first page is the first with its number.
    is_first = np.append(True, views.detail[1:] != views.detail[:-1])[: views.ids.size]
    tells = Draws(seed, "segment_docs_identifies", views.ids).chance("tells", _IDENTIFIES)
    return together([views, *events, identified(DOCS, views, is_first & tells & (views.user > 0))])


def _visits(found: Directory) -> Visits:
    rows = daily(found.settings, "segment_docs", found.today, _A_DAY)
    draws = found.draws("segment_docs_visits", rows.ids)
    picked = pick_existing(draws, "user", found.user_created, rows.day_start)
    is_known = (picked >= 0) & draws.chance("signed_in", _SIGNED_IN)
    is_known &= found.is_active(np.maximum(picked, 0), rows.created) if found.user_created.size else False
    user = np.where(is_known, picked + 1, 0)
    pool = max(int(900 * found.settings.scale), 20)
    anonymous = (1 << 40) + np.where(
        draws.chance("returns", 0.5), draws.below("device", pool), rows.ids << 16
    )
    return Visits(
        ids=rows.ids,
        device=np.where(is_known, user << 2, anonymous),
        user=user,
        start=rows.created * MILLIS,
        campaign=np.full(rows.ids.size, -1, dtype=np.int64),
        bot=draws.chance("bot", _BOTS) & ~is_known,
    )
