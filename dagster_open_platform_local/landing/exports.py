"""What assets read out of object storage and write into tables: events of the product, and AWS's costs.

What belongs here: that. What does not: what external tables show of object storage (`external.py`), and the objects (`company/exports/`).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from dagster_open_platform.defs.aws.py.cost_tables import COLUMNS as COST_COLUMNS
from dagster_open_platform.lib.columns import arrow_schema
from dagster_open_platform.lib.events.parsing import parse_batch
from dagster_open_platform.lib.events.table import ARRIVAL_DATE, LOADED_AT, PRECEDENCE
from dagster_open_platform.lib.events.table import COLUMNS as EVENT_COLUMNS
from dagster_open_platform_local.company.exports import billing, stream
from dagster_open_platform_local.company.exports.billing_rows import MOST_DAYS_LATER
from dagster_open_platform_local.landing.source import Company, Source, Tables, of_tables, put

_EPOCH = date(1970, 1, 1)
_COSTS, _EVENTS = "aws.aws_cost_report", "events.streaming_events"
# The query of the dynamic table.
_DAILY_COSTS = f"""
    CREATE OR REPLACE TABLE aws.daily_costs AS
    SELECT CAST(line_item_usage_start_date AS DATE) AS day, line_item_product_code AS product_code,
        coalesce(resource_tags_user_team, 'untagged') AS team, line_item_currency_code AS currency_code,
        sum(line_item_unblended_cost) AS unblended_cost, count(*) AS line_items
    FROM {_COSTS} GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - our own name


def _aws(connection: duckdb.DuckDBPyConnection, company: Company | None) -> None:
    days = [] if company is None else company.days
    months = (
        []
        if company is None
        else [_month(company, first) for first in sorted({day.replace(day=1) for day in days})]
    )
    known = _without_zones(arrow_schema(COST_COLUMNS))
    if months:
        # AWS adds columns with time, and the table has those that its files have.
        billed = pa.concat_tables(months, promote_options="default")
        costs = billed.cast(pa.schema([known.field(name) for name in billed.column_names]))
    else:
        costs = known.empty_table()
    put(connection, {_COSTS: costs})
    connection.execute(_DAILY_COSTS)


def _month(company: Company, first: date) -> pa.Table:
    """A month as its files are at the end of the last day that writes them."""
    closed = (first + timedelta(days=32)).replace(day=MOST_DAYS_LATER)
    return billing.month_rows(company.settings, first, min(closed, company.today - timedelta(days=1)))


def _without_zones(schema: pa.Schema) -> pa.Schema:
    """As Parquet has the moments, in UTC without a zone."""
    return pa.schema(
        [
            field.with_type(pa.timestamp("us")) if pa.types.is_timestamp(field.type) else field
            for field in schema
        ]
    )


def _stream(company: Company) -> Tables:
    """One row an event, of the first day that brought it."""
    found: dict[str, dict[str, Any]] = {}
    for day in reversed(company.days):
        found |= {row["event_id"]: row for row in _of_day(company, day)}
    return {_EVENTS: pa.Table.from_pylist([*found.values()], schema=arrow_schema(EVENT_COLUMNS))}


def _of_day(company: Company, day: date) -> Iterator[dict[str, Any]]:
    arrival = {ARRIVAL_DATE: day, PRECEDENCE: -(day - _EPOCH).days, LOADED_AT: company.now}
    for each in sorted(stream.objects_of_day(company.settings, day), key=lambda found: found.key):
        for row in parse_batch(each.body, each.key):
            yield {**row, **arrival, "_file": each.key}


AWS = Source("purina", _aws)
EVENTS = of_tables("purina", _stream, lambda: {_EVENTS: arrow_schema(EVENT_COLUMNS).empty_table()})
