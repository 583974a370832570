"""The tables of all sources, as Segment's warehouse destination fills them.

What belongs here: putting them together. What does not: calls and columns.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import unix_seconds
from dagster_open_platform_local.company.product.columns import Columns, choice, only
from dagster_open_platform_local.company.product.directory import Directory, directory
from dagster_open_platform_local.company.segment.calls import DAY, MILLIS, Calls, Journeys, journeys
from dagster_open_platform_local.company.segment.catalogue import (
    DOCS,
    PRODUCT,
    SOURCES,
    TRACKS,
    UNIVERSITY,
    USERS,
    WEBSITE,
    Fields,
    Source,
    Table,
)
from dagster_open_platform_local.company.segment.docs import docs_calls
from dagster_open_platform_local.company.segment.product import product_calls
from dagster_open_platform_local.company.segment.rows import common, exists, own
from dagster_open_platform_local.company.segment.university import university_calls
from dagster_open_platform_local.company.segment.website import website_calls
from dagster_open_platform_local.company.settings import CompanySettings

_CALLS: Mapping[str, Callable[[Directory], Calls]] = {
    WEBSITE.slug: website_calls,
    PRODUCT.slug: product_calls,
    DOCS.slug: docs_calls,
    UNIVERSITY.slug: university_calls,
}
REFUSED = {("product", "run_launched"): 0.02, ("docs", "feedback_submitted"): 0.05}
"""How many calls of an event violate the tracking plan."""


@lru_cache(maxsize=8)
def trips(settings: CompanySettings, today: date, slug: str) -> Journeys:
    """All calls of a source that Segment has received before a date, the refused ones among them, and those not yet loaded."""
    source = next(each for each in SOURCES if each.slug == slug)
    calls = _CALLS[slug](directory(settings, today))
    start = unix_seconds(settings.epoch) * MILLIS
    calls = calls.where((calls.moment >= start) & (calls.moment < unix_seconds(today) * MILLIS))
    refused = np.zeros(calls.ids.size, dtype=np.bool_)
    for number, table in enumerate(source.calls):
        share = REFUSED.get((slug, table.name), 0.0)
        draws = Draws(settings.seed, f"segment_{slug}_refused", calls.ids)
        refused |= (calls.table == number) & draws.chance("refused", share)
    return journeys(settings, today, source, calls, refused)


def delivered(settings: CompanySettings, today: date, slug: str) -> Journeys:
    """The calls of a source that are in the warehouse before a date."""
    found = trips(settings, today, slug)
    return found.where(~found.refused & (found.loaded < unix_seconds(today) * MILLIS))


def source_tables(settings: CompanySettings, today: date, source: Source) -> dict[str, pa.Table]:
    """The tables of a source as of 00:00 UTC of a date, each by the time of the load."""
    found, rows = directory(settings, today), delivered(settings, today, source.slug)
    shared = common(found, source, rows)
    is_track = np.array([table.kind == "track" for table in source.calls])[rows.calls.table]
    events = {
        "event": choice([table.name for table in source.calls], rows.calls.table),
        "event_text": choice([table.text for table in source.calls], rows.calls.table),
    }
    whole = pa.table({**shared, **{name: only(values, is_track) for name, values in events.items()}})
    tables: dict[str, pa.Table] = {}
    for number, table in enumerate(source.calls):
        place = np.flatnonzero(rows.calls.table == number)
        columns = whole.take(pa.array(place))
        added = own(found, source, table, rows.calls.where(place))
        if table.since is not None:
            added = _from_day(settings, table, added, rows.calls.moment[place])
        fields = table.fields if exists(found, table) else table.fields[:-1]
        tables[table.name] = _shaped(fields, {name: columns[name] for name in columns.column_names} | added)
    tracks = whole.filter(pa.array(is_track))
    tables["tracks"] = _shaped(TRACKS, {name: tracks[name] for name in tracks.column_names})
    tables["users"] = _users(tables["identifies"])
    return tables


def segment_tables(settings: CompanySettings, today: date) -> dict[str, dict[str, pa.Table]]:
    """Source to table to rows: all that Segment has delivered before a date."""
    return {source.slug: source_tables(settings, today, source) for source in SOURCES}


def _from_day(settings: CompanySettings, table: Table, columns: Columns, moment: np.ndarray) -> Columns:
    """The last column is empty in calls from before the day from which it is sent."""
    name = table.properties[-1][0]
    start = unix_seconds(settings.epoch) * MILLIS + (table.since or 0) * DAY
    return {**columns, name: only(columns[name], moment >= start)}


def _shaped(fields: Fields, columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> pa.Table:
    return pa.table([columns[name] for name, _ in fields], schema=pa.schema(fields))


def _users(identifies: pa.Table) -> pa.Table:
    """The last traits of every user; Segment updates the row with each identify call."""
    users, received = identifies["user_id"].to_numpy(), identifies["received_at"].cast("int64").to_numpy()
    number = np.array([int(user) for user in users], dtype=np.int64)
    order = np.lexsort((received, number))
    last = order[np.append(number[order][1:] != number[order][:-1], True)[: order.size]]
    chosen = identifies.take(pa.array(last))
    return pa.table(
        [chosen["user_id" if name == "id" else name] for name, _ in USERS], schema=pa.schema(USERS)
    )
