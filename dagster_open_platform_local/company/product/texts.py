"""What people type into the product.

What belongs here: word lists, and the texts that break whoever copies them carelessly. What does not: whose they are.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.product.columns import either, joined, only

ODDITIES = (
    "", "\\N", "NULL", "null", "None", '"', 'He said "ship it"', "it's; -- fine", "two\nlines", "carriage\r\nreturn",
    "tab\there", "back\\slash", "\\.", "🚀 launch ✅", "naïve café", "データ", "comma, semicolon; pipe |", "  spaces  ",
    "{}", "{{ jinja }} %s $1", "e\u0301", "\u200bzero width", "👩🏽‍💻", "=1+1", "\n",
)  # fmt: skip
"""Texts that are taken for null, for an end, for a quote, for a formula: each must arrive as it is."""

TEAM_NAMES = (
    "Platform", "Analytics", "Data Science", "Ingestion", "Finance Data", "Marketing Ops", "ML Infrastructure", "Growth",
    "Core", "Reporting", "Risk", "Search", "Payments", "Supply Chain", "On-call", "Admins",
)  # fmt: skip
LOCATION_NAMES = (
    "analytics", "etl", "ml_pipelines", "dbt_project", "ingestion", "reporting", "quality", "platform", "finance",
    "marketing", "customer_360", "sensors",
)  # fmt: skip
JOB_VERBS = (
    "sync",
    "build",
    "refresh",
    "train",
    "export",
    "validate",
    "backfill",
    "load",
    "publish",
    "score",
)
JOB_OBJECTS = (
    "orders", "customers", "events", "invoices", "sessions", "products", "forecasts", "payments", "leads", "tickets",
    "inventory", "features", "reports", "exchange_rates", "metrics",
)  # fmt: skip
ASSET_LAYERS = ("raw", "staging", "marts", "features", "exports")
CRONS = ("0 * * * *", "*/15 * * * *", "0 2 * * *", "30 6 * * 1-5", "0 0 1 * *", "@daily")
PYTHON_VERSIONS = ("3.9.21", "3.10.16", "3.11.11", "3.12.9", "3.13.2")
USER_AGENTS = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/139.0", "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Firefox/142.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/139.0", "dagster-cloud-cli/1.13", "python-requests/2.32.4",
)  # fmt: skip


def typed(draws: Draws, column: str, ordinary: pa.Array, odd: float = 0.03, absent: float = 0.0) -> pa.Array:
    """What was meant, save where somebody typed an oddity or nothing.

    Args:
        draws: Of the rows.
        column: Name of the column.
        ordinary: The texts without oddities.
        odd: Share of the oddities.
        absent: Share of the nulls.
    """
    oddities = pa.array(ODDITIES).take(pa.array(draws.below(f"{column}_oddity", len(ODDITIES))))
    found = either(draws.chance(f"{column}_odd", odd), oddities, ordinary)
    return only(found, ~draws.chance(f"{column}_absent", absent))


def job_names(draws: Draws) -> pa.Array:
    """Names such as `refresh_orders`."""
    verb = pa.array(JOB_VERBS).take(pa.array(draws.below("verb", len(JOB_VERBS))))
    thing = pa.array(JOB_OBJECTS).take(pa.array(draws.below("object", len(JOB_OBJECTS))))
    return joined(verb, "_", thing)


def asset_keys(layer: NDArray[np.int64], thing: NDArray[np.int64]) -> pa.Array:
    """Asset keys as the product keeps them, for example `["raw", "orders"]`.

    Args:
        layer: Index into `ASSET_LAYERS`, a row.
        thing: Index into `JOB_OBJECTS`, a row.
    """
    every = [f'["{each}", "{other}"]' for each in ASSET_LAYERS for other in JOB_OBJECTS]
    return pa.array(every).take(pa.array(layer * len(JOB_OBJECTS) + thing))
