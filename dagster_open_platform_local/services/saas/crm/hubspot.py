"""HubSpot's CRM API, to read records.

What belongs here: paths, bodies and errors. What does not: records (`records.py`), writing: the one who writes is in the same process.

Sources: https://developers.hubspot.com/docs/api-reference/crm-companies-v3/guide and …/crm-contacts-v3/guide (one object by id or, with
`idProperty`, by another value; `properties` chooses; every value is text), …/error-handling (`status`, `message`, `correlationId`,
`category`), …/search/guide (here one filter, of equality).
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.services.saas.crm.http import AnswerError, Body, endpoint
from dagster_open_platform_local.services.saas.crm.objects import HUBSPOT, OBJECTS, CrmObject
from dagster_open_platform_local.services.saas.crm.records import Crm
from dagster_open_platform_local.services.saas.tokens import ApiToken

_PREFIX = "property_"
_DEFAULT = {
    "companies": ("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    "contacts": ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
}
"""What an object shows that nobody asked for more of: the guides named above."""
_UNIQUE = {"companies": (), "contacts": ("email",)}
_MOST_FOUND = 100


def hubspot_app(crm: Crm, token: ApiToken) -> Starlette:
    """The application that answers below the vendor's mount.

    Args:
        crm: The records.
        token: The accepted access token of a private app.
    """
    message = "Authentication credentials not found. This API supports OAuth 2.0 authentication"

    unauthorized = _error("INVALID_AUTHENTICATION", message)

    def read(request: Request, _content: bytes) -> Body:
        return _read(crm, request)

    def search(request: Request, content: bytes) -> Body:
        return _search(crm, request, content)

    objects = "/crm/v3/objects/{object}"
    return Starlette(
        routes=[
            Route(f"{objects}/search", endpoint(token, unauthorized, search), methods=["POST"]),
            Route(f"{objects}/{{id}}", endpoint(token, unauthorized, read)),
        ],
        exception_handlers={404: _no_such_path},
    )


def _read(crm: Crm, request: Request) -> Body:
    """GET /crm/v3/objects/{objectType}/{objectId}."""
    thing = _object(request)
    record = _record_id(crm, thing, request)
    given = [name for each in request.query_params.getlist("properties") for name in each.split(",") if name]
    return _shown(crm, thing, record, given)


def _search(crm: Crm, request: Request, content: bytes) -> Body:
    """POST /crm/v3/objects/{objectType}/search."""
    thing = _object(request)
    try:
        body = json.loads(content)
        ((filter_,),) = (group["filters"] for group in body["filterGroups"])
        name, operator, value = (str(filter_[each]) for each in ("propertyName", "operator", "value"))
        wanted = [str(each) for each in body.get("properties", ())]
    except (ValueError, KeyError, TypeError) as error:
        raise _invalid("Invalid input JSON: expected one filter group with one filter") from error
    known = {each.name for each in layouts(HUBSPOT)[thing.table].columns}
    if operator != "EQ" or _PREFIX + name not in known:
        raise _invalid(f"There was a problem with the filter {operator} of {name}")
    records = crm.found_by(thing, _PREFIX + name).get(value, ())
    found = [_shown(crm, thing, record, wanted) for record in records[:_MOST_FOUND]]
    return {"total": len(records), "results": found}


def _shown(crm: Crm, thing: CrmObject, record: str, wanted: Sequence[str]) -> Mapping[str, Any]:
    """An object with its usual properties and those that are wanted; one that there is not is left out, without an error."""
    values = crm.record(thing, record)
    if values is None:
        raise _not_found()
    names = dict.fromkeys([*_DEFAULT[thing.name], *wanted])
    properties = {name: _text(values[_PREFIX + name]) for name in names if _PREFIX + name in values}
    return {
        "id": record,
        "properties": properties,
        "createdAt": _text(values[thing.created]),
        "updatedAt": _text(values[thing.modified[0]]),
        "archived": False,
    }


def _record_id(crm: Crm, thing: CrmObject, request: Request) -> str:
    given, by = request.path_params["id"], request.query_params.get("idProperty")
    if by is None:
        return given
    if by not in _UNIQUE[thing.name]:
        raise _invalid(f"{by} is not a unique property")
    records = crm.found_by(thing, _PREFIX + by).get(given, ())
    if not records:
        raise _not_found()
    return records[0]


def _object(request: Request) -> CrmObject:
    for thing in OBJECTS:
        if thing.vendor == HUBSPOT and thing.name == request.path_params["object"]:
            return thing
    raise _not_found()


def _text(value: Any) -> str | None:
    """Every value is text; moments are ISO 8601 with milliseconds and `Z`."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    return value.isoformat() if isinstance(value, date) else f"{value:.15g}"


def _invalid(message: str) -> AnswerError:
    return AnswerError(400, _error("VALIDATION_ERROR", message))


def _not_found() -> AnswerError:
    return AnswerError(404, _error("OBJECT_NOT_FOUND", "resource not found"))


def _error(category: str, message: str) -> Mapping[str, Any]:
    return {
        "status": "error",
        "message": message,
        "correlationId": str(uuid.uuid4()),
        "category": category,
    }


async def _no_such_path(_request: Request, _failure: Exception) -> Response:
    return JSONResponse(_error("OBJECT_NOT_FOUND", "resource not found"), 404)
