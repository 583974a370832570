"""Tables of what recipients want to get.

What belongs here: email_subscription, email_subscription_change, email_event_status_change. What does not: what they got (`emails.py`).

Who unsubscribes does so from everything.
"""

import json

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import Values, assembled, from_rows
from dagster_open_platform_local.company.fivetran.hubspot.numbers import (
    PORTAL,
    SCHEMA,
    events_since,
    moment_of,
)
from dagster_open_platform_local.company.product.columns import Integers, moments
from dagster_open_platform_local.company.settings import CompanySettings

SUBSCRIPTIONS = (
    (8_110_021, "Newsletter", "What is new, once a month", "Marketing"),
    (8_110_022, "Events and webinars", "Where to meet us", "Marketing"),
    (8_110_023, "Product onboarding", "How to begin", "Marketing"),
    (8_110_030, "One to one", "Messages of sales", "Sales"),
)


def subscription_tables(
    settings: CompanySettings, ids: pa.Array, recipients: pa.Array, moment: Integers
) -> dict[str, pa.Table]:
    """The tables of this module.

    Args:
        settings: The company's.
        ids: Of the events by which somebody unsubscribed.
        recipients: Their addresses.
        moment: When, in Unix seconds.
    """
    return {
        "email_subscription": _kinds(settings),
        "email_event_status_change": _status_changes(ids),
        "email_subscription_change": _changes(ids, recipients, moment),
    }


def _kinds(settings: CompanySettings) -> pa.Table:
    start = moment_of(events_since(settings))
    rows = [
        {
            "id": number, "active": True, "name": name, "description": text, "purpose": purpose, "portal_id": PORTAL,
            "internal": False, "communication_method": "Email", "created_at": start, "updated_at": start,
        }
        for number, name, text, purpose in SUBSCRIPTIONS
    ]  # fmt: skip
    return from_rows(SCHEMA, "email_subscription", rows)


def _status_changes(ids: pa.Array) -> pa.Table:
    every = json.dumps([{"id": number, "status": "UNSUBSCRIBED"} for number, *_ in SUBSCRIPTIONS])
    columns: dict[str, Values] = {
        "id": ids,
        "bounced": np.zeros(len(ids), dtype=np.bool_),
        "portal_subscription_status": ["UNSUBSCRIBED"] * len(ids),
        "source": ["SOURCE_RECIPIENT"] * len(ids),
        "subscriptions": [every] * len(ids),
    }
    return assembled(SCHEMA, "email_event_status_change", columns)


def _changes(ids: pa.Array, recipients: pa.Array, moment: Integers) -> pa.Table:
    times = len(SUBSCRIPTIONS)
    repeated, size = pa.array(np.repeat(np.arange(moment.size), times)), moment.size * times
    columns: dict[str, Values] = {
        "recipient": recipients.take(repeated),
        "timestamp": moments(np.repeat(moment, times)),
        "change": ["UNSUBSCRIBED"] * size,
        "change_type": ["SUBSCRIPTION_STATUS"] * size,
        "email_subscription_id": np.tile(np.array([each[0] for each in SUBSCRIPTIONS]), moment.size),
        "caused_by_event_id": ids.take(repeated),
        "portal_id": np.full(size, PORTAL),
        "source": ["SOURCE_RECIPIENT"] * size,
    }
    return assembled(SCHEMA, "email_subscription_change", columns)
