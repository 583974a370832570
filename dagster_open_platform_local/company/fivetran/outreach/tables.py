"""What every table of Outreach needs: ids, counters, and tables of few rows.

What belongs here: that. What does not: the tables.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import Values, assembled, from_rows
from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.fivetran.outreach.facts import SCHEMA, SINCE_DAYS, Facts
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Columns, Integers, moments

Rows = list[dict[str, Any]]


def table(name: str, columns: Mapping[str, Values]) -> pa.Table:
    """A table of Outreach's."""
    return assembled(SCHEMA, name, columns)


def outreach_since(known: Facts) -> int:
    """When the company began with Outreach, in Unix seconds."""
    return unix_seconds(known.crm.settings.epoch) - SINCE_DAYS * DAY_SECONDS


def moment(seconds: int) -> datetime:
    """Unix seconds as a moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def user_ids(people: Integers) -> Integers:
    """Ids of users, and of their mailboxes, by the number of the person."""
    return people + 1


def few(known: Facts, name: str, kind: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """A table that somebody filled when the company began with Outreach, save where a row says otherwise.

    Args:
        known: The facts.
        name: Of the table.
        kind: Outreach's name of what it holds.
        rows: Its rows.
    """
    since = moment(outreach_since(known))
    stamps = {
        "type": kind,
        "created_at": since,
        "updated_at": since,
        "relationship_creator_id": 1,
        "relationship_updater_id": 1,
    }
    shape = layouts(SCHEMA)[name].schema.names
    kept = {column: value for column, value in stamps.items() if column in shape}
    return from_rows(SCHEMA, name, [{**kept, **row} for row in rows])


def repeated(text: str, size: int) -> pa.Array:
    """One text for each of some rows."""
    return pa.repeat(pa.scalar(text), size)


def counters(known: Facts, group: Integers, size: int) -> Columns:
    """The counters that Outreach keeps of mailings, of each of some groups.

    Args:
        known: The facts.
        group: Of each mailing, from 0; -1: none.
        size: How many groups there are.
    """
    sent = known.mailings

    def total(happened: Integers, weights: Integers | None = None) -> pa.Array:
        mask = (group >= 0) & (happened < NEVER)
        chosen = None if weights is None else weights[mask]
        return pa.array(np.bincount(group[mask], chosen, minlength=size).astype(np.int64))

    positive = known.crm.draws("outreach_reply", known.steps.ids[sent.step]).below("sentiment", 3)
    return {
        "deliver_count": total(sent.delivered),
        "bounce_count": total(sent.bounced),
        "open_count": total(sent.opened, sent.opens),
        "click_count": total(sent.clicked, sent.clicks),
        "reply_count": total(sent.replied),
        "opt_out_count": total(sent.unsubscribed),
        "schedule_count": pa.array(np.zeros(size, dtype=np.int64)),
        "failure_count": pa.array(np.zeros(size, dtype=np.int64)),
        "positive_reply_count": total(np.where(positive == 0, sent.replied, NEVER)),
        "neutral_reply_count": total(np.where(positive == 1, sent.replied, NEVER)),
        "negative_reply_count": total(np.where(positive == 2, sent.replied, NEVER)),
    }


def latest_of(size: int, *parts: tuple[Integers, Integers]) -> Integers:
    """The last moment of each of some groups; -1 where there is none.

    Args:
        size: How many groups there are.
        parts: Group and moment (`NEVER` counts as none) of some happenings.
    """
    found = np.full(size, -1, dtype=np.int64)
    for group, moment_ in parts:
        happened = moment_ < NEVER
        np.maximum.at(found, group[happened], moment_[happened])
    return found


def known_moments(seconds: Integers) -> pa.Array:
    """Unix seconds as moments; -1 as null."""
    return moments(np.where(seconds < 0, NEVER, seconds))
