"""What callers may change of a connection, as JSON bodies.

What belongs here: reading and checking the bodies of `PATCH /v1/connections/{id}`, of schema configs, of re-syncs, and of the control
endpoint. What does not: carrying them out.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dagster_open_platform_local.company.fivetran.layouts import DELETED, SYNCED
from dagster_open_platform_local.services.saas.fivetran.errors import ApiError, invalid_input, not_found
from dagster_open_platform_local.services.saas.fivetran.sources import Source
from dagster_open_platform_local.services.saas.fivetran.state import ConnectionState, text_of

Json = dict[str, Any]
Change = Callable[[ConnectionState], ConnectionState]

FREQUENCIES = (1, 5, 15, 30, 60, 120, 180, 360, 480, 720, 1440)
"""Minutes (https://fivetran.com/docs/rest-api/api-reference/connections/modify-connection)."""
_HANDLING = ("ALLOW_ALL", "ALLOW_COLUMNS", "BLOCK_ALL")
_SETUP_STATES = ("connected", "broken", "incomplete")
_TEST_STATES = ("PASSED", "WARNING", "SKIPPED", "FAILED", "JOB_FAILED")


def connection_change(body: Json) -> Change:
    """What `PATCH /v1/connections/{id}` asks for.

    Fields that Fivetran documents and that are not kept here, such as `config`, are refused as well: nothing is lost unnoticed.

    Raises:
        ApiError: 400: a field is unknown, or its value is not allowed.
    """
    checks: dict[str, Callable[[object], bool]] = {
        "paused": _is_bool,
        "is_historical_sync": _is_bool,
        "schedule_type": lambda value: value in ("auto", "manual"),
        "sync_frequency": lambda value: _is_number(value) and value in FREQUENCIES,
        "daily_sync_time": lambda value: isinstance(value, str) and _is_hour(value),
    }
    passing = dict.fromkeys(("run_setup_tests", "trust_certificates", "trust_fingerprints"), _is_bool)
    _check(body, {**checks, **passing})
    fields = {name: value for name, value in body.items() if name in checks}
    return lambda state: replace(state, **fields)


def control_change(body: Json, now: datetime) -> Change:
    """What `PUT /_control/connections/{id}` asks for; see `app.py`.

    Args:
        body: Of the call.
        now: From when on seconds count.

    Raises:
        ApiError: 400: a field is unknown, or its value is not allowed.
    """
    checks: dict[str, Callable[[object], bool]] = {
        "paused": _is_bool,
        "deleted": _is_bool,
        "has_schema_config": _is_bool,
        "setup_state": lambda value: value in _SETUP_STATES,
        "schedule_type": lambda value: value in ("auto", "manual"),
        "rescheduled_seconds": _is_number,
        "historical_seconds": _is_number,
        "sync_seconds": _is_number,
        "next_sync_rescheduled_seconds": lambda value: value is None or _is_number(value),
        "next_sync_fails": lambda value: value is None or isinstance(value, str),
        "setup_tests": lambda value: value is None or _are_tests(value),
    }
    _check(body, checks)
    fields = {
        name: value
        for name, value in body.items()
        if name not in ("rescheduled_seconds", "historical_seconds")
    }
    if "rescheduled_seconds" in body:
        fields["rescheduled_for"] = text_of(now + timedelta(seconds=body["rescheduled_seconds"]))
    return lambda state: replace(state, **fields)


def schema_change(body: Json, source: Source) -> Change:
    """What `PATCH /v1/connections/{id}/schemas` asks for.

    Raises:
        ApiError: 400: a value is not allowed; 404: there is no such schema, table or column.
    """
    _check(body, {"schema_change_handling": _HANDLING.__contains__, "schemas": _is_object})
    tables: dict[str, bool] = {}
    columns: dict[str, dict[str, bool]] = {}
    for schema, content in body.get("schemas", {}).items():
        if schema != source.connector.schema:
            raise not_found("Schema", schema)
        _check(content, {"tables": _is_object}, {"enabled"})
        for table, wanted in content.get("tables", {}).items():
            _check(wanted, {"enabled": _is_bool, "columns": _is_object})
            if table not in source.layouts:
                raise not_found("Table", table)
            if "enabled" in wanted:
                tables[table] = wanted["enabled"]
            columns[table] = _columns(source, table, wanted.get("columns", {}))
    handling = {name: body[name] for name in ("schema_change_handling",) if name in body}

    def change(state: ConnectionState) -> ConnectionState:
        merged = {**state.columns}
        for table, chosen in columns.items():
            merged[table] = {**merged.get(table, {}), **chosen}
        return replace(
            state,
            tables={**state.tables, **tables},
            columns={table: chosen for table, chosen in merged.items() if chosen},
            **handling,
        )

    return change


def resync_scope(scope: object, source: Source) -> tuple[str, ...]:
    """The tables that a re-sync asks for.

    Args:
        scope: Lists of tables by schema.
        source: Of the connection.

    Raises:
        ApiError: 400: it is no such thing; 404: there is no such schema or table.
    """
    if not isinstance(scope, dict) or not scope:
        raise invalid_input("The scope must name the tables of each schema")
    found: list[str] = []
    for schema, tables in scope.items():
        if schema != source.connector.schema:
            raise not_found("Schema", str(schema))
        if not isinstance(tables, list) or not tables:
            raise invalid_input(f"The scope must list tables of the schema '{schema}'")
        found += [str(table) for table in tables]
    for table in found:
        if table not in source.layouts:
            raise not_found("Table", table)
    return tuple(found)


def _columns(source: Source, table: str, wanted: Json) -> dict[str, bool]:
    layout = source.layouts[table]
    known = {*layout.schema.names}
    found: dict[str, bool] = {}
    for name, content in wanted.items():
        # Hashing is not emulated: no connection of the company uses it.
        _check(content, {"enabled": _is_bool})
        if name not in known - {SYNCED, DELETED}:
            raise not_found("Column", name)
        if name in layout.primary_key and not content.get("enabled", True):
            raise invalid_input(f"The column '{name}' does not support exclusion as it is a Primary Key")
        found[name] = content.get("enabled", True)
    return found


def _check(
    body: object,
    checks: Mapping[str, Callable[[Any], bool]],
    ignored: frozenset[str] | set[str] = frozenset(),
) -> None:
    if not isinstance(body, dict):
        raise invalid_input(f"Expected an object, found {type(body).__name__}")
    unknown = sorted({*body} - {*checks} - ignored)
    if unknown:
        raise _unrecognized(unknown, {*checks} | ignored)
    for name, is_right in checks.items():
        if name in body and not is_right(body[name]):
            raise invalid_input(f"Invalid value of '{name}': {body[name]!r}")


def _unrecognized(names: list[str], known: set[str]) -> ApiError:
    return invalid_input(f"Unrecognized fields: {', '.join(names)}; known are {', '.join(sorted(known))}")


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    )


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_hour(value: str) -> bool:
    hour, _, minute = value.partition(":")
    return hour in {f"{each:02}" for each in range(24)} and minute == "00"


def _are_tests(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, dict)
        and {*each} == {"title", "status", "message"}
        and each["status"] in _TEST_STATES
        for each in value
    )
