"""The rows of what happened in syncs, and of what it cost.

What belongs here: those rows. What does not: how syncs went (`history.py`).

Names and payloads of events are those of https://fivetran.com/docs/logs/fivetran-platform#logevents. Until the end of July 2026 (two
months from the epoch) the contract was in credits, since then in dollars: a month is in one of the two tables. 3 % of a day's counts
of active rows are too low on the next day, and right on the one after.
"""

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import assembled, from_rows, hexadecimals
from dagster_open_platform_local.company.fivetran.fivetran_log.history import (
    RESCHEDULED,
    STATUSES,
    SUCCESSFUL,
    Changes,
    Connection,
    Syncs,
)
from dagster_open_platform_local.company.fivetran.fivetran_log.tables_account import DESTINATION_ID
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS
from dagster_open_platform_local.company.product.columns import (
    Integers,
    choice,
    dates,
    either,
    joined,
    moments,
    uuids,
)
from dagster_open_platform_local.company.settings import CompanySettings

SCHEMA = "fivetran_log"
_CREDIT_MONTHS = 2
_DOLLARS_A_MILLION, _ROWS_A_CREDIT = 500, 2_000
_REASONS = (
    "",
    "Read timed out",
    "The source refused the credentials",
    "The source's limit of requests is used up",
)
"""By the status."""
_FREE = "fivetran_log"
"""Fivetran charges nothing for its own log."""


def usage_tables(
    settings: CompanySettings, today: date, known: tuple[Connection, ...], found: Syncs, made: Changes
) -> dict[str, pa.Table]:
    """Those tables by name.

    Args:
        settings: The company's.
        today: The date.
        known: The connections.
        found: Their syncs.
        made: What those changed.
    """
    return {
        "log": _log(settings, known, found, made),
        "incremental_mar": _active_rows(known, found, made),
        **_costs(settings, known, found, made),
        "transformation_runs": _transformations(settings, today),
    }


def _log(settings: CompanySettings, known: tuple[Connection, ...], found: Syncs, made: Changes) -> pa.Table:
    """The start and the end of every sync, and between them an event for each table that it changed."""
    ids = choice([each.id for each in known], found.connection)
    sync_ids = uuids(Draws(settings.seed, "fivetran_syncs", found.keys), "sync_id")
    count = found.keys.size
    place = Draws(settings.seed, "fivetran_changes", made.keys).below("place", 900) + 50
    written = found.started[made.sync] + (found.ended - found.started)[made.sync] * place // 1000
    good = found.status == SUCCESSFUL
    status = choice(STATUSES, found.status)
    failed = joined('{"status": "', status, '", "reason": "', choice(_REASONS, found.status), '"}')
    level = np.where(good, 0, np.where(found.status == RESCHEDULED, 1, 2))
    tables = _table_names(known, made)
    schemas = choice([each.schema for each in known], made.connection)
    modified = joined(
        '{"schema": "', schemas, '", "table": "', tables, '", "operationType": "REPLACED_OR_INSERTED", "count": ', made.rows, "}"
    )  # fmt: skip
    none = pa.nulls(count, pa.string())
    sync = pa.array(made.sync)
    size = [count, made.keys.size, count]
    keys = np.concatenate([found.keys, made.keys, found.keys])
    draws = Draws(settings.seed, "fivetran_log", keys)
    kind = np.repeat(np.arange(3, dtype=np.int64), size).astype(np.uint64)
    with np.errstate(over="ignore"):
        bits = draws.bits("id") + kind * np.uint64(0x9E3779B97F4A7C15)
    table = assembled(
        SCHEMA,
        "log",
        {
            "id": hexadecimals(bits, 16),
            "time_stamp": moments(np.concatenate([found.started, written, found.ended])),
            "connection_id": pa.concat_arrays([ids, ids.take(sync), ids]),
            "event": choice(
                ("INFO", "WARNING", "SEVERE"),
                np.concatenate([np.zeros(count + made.keys.size, dtype=np.int64), level]),
            ),
            "message_event": choice(("sync_start", "records_modified", "sync_end"), kind.astype(np.int64)),
            "message_data": pa.concat_arrays(
                [none, modified, either(good, joined('{"status": "', status, '"}'), failed)]
            ),
            "sync_id": pa.concat_arrays([sync_ids, sync_ids.take(sync), sync_ids]),
        },
    )
    return table.sort_by([("time_stamp", "ascending"), ("id", "ascending")])


def _table_names(known: tuple[Connection, ...], made: Changes) -> pa.Array:
    begin = np.cumsum([0, *(len(each.tables) for each in known)])
    names = [table for each in known for table in each.tables]
    return choice(names, begin[made.connection] + made.table)


def _is_free(known: tuple[Connection, ...], connection: Integers) -> np.ndarray:
    return np.array([each.service == _FREE for each in known], dtype=np.bool_)[connection]


def _active_rows(known: tuple[Connection, ...], found: Syncs, made: Changes) -> pa.Table:
    table = assembled(
        SCHEMA,
        "incremental_mar",
        {
            "measured_date": dates(found.day[made.sync] * DAY_SECONDS),
            "destination_id": [DESTINATION_ID] * made.keys.size,
            "connection_name": choice([each.name for each in known], made.connection),
            "schema_name": choice([each.schema for each in known], made.connection),
            "table_name": _table_names(known, made),
            "sync_type": ["INCREMENTAL"] * made.keys.size,
            "free_type": choice(
                ("PAID", "FREE_CONNECTOR"), _is_free(known, made.connection).astype(np.int64)
            ),
            "incremental_rows": made.fresh,
            "updated_at": moments(found.ended[made.sync] + 5_400),
        },
    )
    return table.filter(pa.array(made.fresh > 0))


def _costs(
    settings: CompanySettings, known: tuple[Connection, ...], found: Syncs, made: Changes
) -> dict[str, pa.Table]:
    """By month, from what was charged; the month that is not over grows."""
    paid = ~_is_free(known, made.connection) if known else np.zeros(0, dtype=np.bool_)
    month = found.day[made.sync][paid].astype("datetime64[D]").astype("datetime64[M]")
    months, index = np.unique(month, return_inverse=True)
    total = np.bincount(index, weights=made.fresh[paid], minlength=months.size).astype(np.int64)
    first = np.datetime64(settings.epoch, "M")
    credits_used: list[dict[str, object]] = []
    costs: list[dict[str, object]] = []
    for each, rows in zip(months, total.tolist(), strict=True):
        own: dict[str, object] = {"measured_month": str(each), "destination_id": DESTINATION_ID}
        if (each - first).astype(int) < _CREDIT_MONTHS:
            credits_used.append({**own, "credits_consumed": rows // _ROWS_A_CREDIT})
        else:
            costs.append({**own, "amount": Decimal(rows * _DOLLARS_A_MILLION // 10_000) / 100})
    return {
        "credits_used": from_rows(SCHEMA, "credits_used", credits_used),
        "usage_cost": from_rows(SCHEMA, "usage_cost", costs),
    }


def _transformations(settings: CompanySettings, today: date) -> pa.Table:
    """One job of Fivetran's own models a day, which the company gave up after seventy days for dbt in its platform."""
    days = np.arange(min(max((today - settings.epoch).days, 0), 70), dtype=np.int64)
    first = np.datetime64(settings.epoch, "D").astype(np.int64)
    return assembled(
        SCHEMA,
        "transformation_runs",
        {
            "measured_date": dates((first + days) * DAY_SECONDS),
            "destination_id": [DESTINATION_ID] * days.size,
            "job_id": ["patient_ladle"] * days.size,
            "project_type": ["QUICKSTART"] * days.size,
            "free_type": ["PAID"] * days.size,
            "job_name": ["Fivetran Platform"] * days.size,
            "model_runs": np.full(days.size, 19, dtype=np.int64),
            "updated_at": moments((first + days) * DAY_SECONDS + 7 * 3_600),
        },
    )
