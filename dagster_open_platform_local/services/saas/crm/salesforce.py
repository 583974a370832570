"""Salesforce's REST API, to read records.

What belongs here: paths, bodies and errors. What does not: records (`records.py`), writing: the one who writes is in the same process.

Sources: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/, "sObject Rows" (by id), "sObject Rows by External ID"
(300 with the records' URLs where several match), "Status Codes and Error Responses" (a list of `errorCode` and `message`).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dagster_open_platform_local.company.fivetran.layouts import DELETED, SYNCED, layouts
from dagster_open_platform_local.services.saas.crm.http import AnswerError, Body, endpoint
from dagster_open_platform_local.services.saas.crm.objects import OBJECTS, SALESFORCE, CrmObject, field_name
from dagster_open_platform_local.services.saas.crm.records import Crm
from dagster_open_platform_local.services.saas.crm.rules import RejectedError
from dagster_open_platform_local.services.saas.tokens import ApiToken

_ROOT = "/services/data/v61.0/sobjects"
_EXTERNAL_IDS = {"Account": ("organization_id_c",), "Contact": ("user_id_c",)}
_MISSING = "The requested resource does not exist"


def salesforce_app(crm: Crm, token: ApiToken) -> Starlette:
    """The application that answers below the vendor's mount.

    Args:
        crm: The records.
        token: The accepted session id or access token.
    """
    unauthorized = [_error("INVALID_SESSION_ID", "Session expired or invalid")]

    def row(request: Request, _content: bytes) -> Body:
        return _row(crm, request)

    def external(request: Request, _content: bytes) -> Body:
        return _external(crm, request)

    return Starlette(
        routes=[
            Route(f"{_ROOT}/{{object}}/{{id}}", endpoint(token, unauthorized, row)),
            Route(f"{_ROOT}/{{object}}/{{field}}/{{value}}", endpoint(token, unauthorized, external)),
        ],
        exception_handlers={404: _no_such_path},
    )


def _row(crm: Crm, request: Request) -> Body:
    """…/resources_sobject_retrieve_get.htm; `fields` chooses."""
    thing = _object(request)
    return _record(crm, thing, request.path_params["id"], request.query_params.get("fields"))


def _external(crm: Crm, request: Request) -> Body:
    """…/resources_sobject_upsert_get.htm."""
    thing = _object(request)
    names = {field_name(SALESFORCE, column).lower(): column for column in _EXTERNAL_IDS[thing.name]}
    column = names.get(request.path_params["field"].lower())
    if column is None:
        raise AnswerError(404, [_error("NOT_FOUND", "Provided external ID field does not exist")])
    records = crm.found_by(thing, column).get(request.path_params["value"], ())
    if len(records) > 1:
        raise AnswerError(300, [_attributes(thing, record)["url"] for record in records])
    if not records:
        raise AnswerError(404, [_error("NOT_FOUND", _MISSING)])
    return _record(crm, thing, records[0], request.query_params.get("fields"))


def _record(crm: Crm, thing: CrmObject, record: str, chosen: str | None) -> Body:
    try:
        values = crm.record(thing, record)
    except RejectedError as error:
        raise AnswerError(404, [_error("ENTITY_IS_DELETED", error.rejection.message)]) from error
    if values is None:
        raise AnswerError(404, [_error("NOT_FOUND", _MISSING)])
    known = {
        field_name(SALESFORCE, each.name): each.name
        for each in layouts(SALESFORCE)[thing.table].columns
        if each.name not in (SYNCED, DELETED)
    }
    names = [*known] if chosen is None else [name for name in chosen.split(",") if name]
    lower = {name.lower(): name for name in known}
    for name in names:
        if name.lower() not in lower:
            message = f"No such column '{name}' on sobject of type {thing.name}"
            raise AnswerError(400, [_error("INVALID_FIELD", message)])
    wanted = [lower[name.lower()] for name in names]
    body = {name: _value(values[known[name]]) for name in wanted}
    return {"attributes": _attributes(thing, record), **body}


def _object(request: Request) -> CrmObject:
    name = request.path_params["object"].lower()
    for thing in OBJECTS:
        if thing.vendor == SALESFORCE and thing.name.lower() == name:
            return thing
    raise AnswerError(404, [_error("NOT_FOUND", _MISSING)])


def _attributes(thing: CrmObject, record: str) -> dict[str, Any]:
    return {"type": thing.name, "url": f"{_ROOT}/{thing.name}/{record}"}


def _value(value: Any) -> Any:
    """Moments are ISO 8601 with milliseconds and `+0000`."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}+0000"
    return value.isoformat() if isinstance(value, date) else value


def _error(code: str, message: str) -> Mapping[str, Any]:
    return {"message": message, "errorCode": code}


async def _no_such_path(_request: Request, _error_: Exception) -> Response:
    return JSONResponse([_error("NOT_FOUND", _MISSING)], 404)
