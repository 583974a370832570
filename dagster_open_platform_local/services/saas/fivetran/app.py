"""Fivetran's REST API over HTTP.

What belongs here: paths, envelopes, authentication. Sources: https://fivetran.com/docs/rest-api/api-reference (paths; each is served
under `connections` and under its older name `connectors`), https://fivetran.com/docs/rest-api/getting-started (HTTP Basic, versions).

What only Fivetran's staff or the outside can cause is caused by an endpoint of the emulator's own, which needs no key::

    PUT /_control/connections/{id} {"setup_state": "broken"}

    paused, deleted, schedule_type       as Fivetran knows them; a deleted connection comes back with false
    setup_state                          connected, broken or incomplete
    has_schema_config                    false: the source was never looked at, so its schema config is 404
    setup_tests                          [{title, status, message}]: results from now on; null: what follows from the setup
    rescheduled_seconds                  put off from now on for so long; 0 ends it
    next_sync_rescheduled_seconds        the next sync begins, and is then put off for so long
    historical_seconds                   a historical sync begins now and takes at least so long
    sync_seconds                         every sync takes at least so long
    next_sync_fails                      the reason for which the next sync fails; null: it does not
"""

import json
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dagster_open_platform_local.services.saas.fivetran import responses
from dagster_open_platform_local.services.saas.fivetran.account import FivetranAccount
from dagster_open_platform_local.services.saas.fivetran.credentials import FivetranCredentials
from dagster_open_platform_local.services.saas.fivetran.errors import ApiError, invalid_input, not_found
from dagster_open_platform_local.services.saas.fivetran.limits import Limits, RateLimiter
from dagster_open_platform_local.services.saas.fivetran.paging import page

Json: TypeAlias = dict[str, Any]
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
_NO_BODY: Json = {}


class FivetranApi:
    """The API of one account for one key.

    Args:
        account: The account.
        credentials: The accepted key.
        limits: How many calls it may make.
        clock: Wall-clock time in Unix seconds, for the limits.
    """

    def __init__(
        self,
        account: FivetranAccount,
        credentials: FivetranCredentials,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.account = account
        self._credentials = credentials
        self._limiter = RateLimiter(limits or Limits(), clock)

    def routes(self) -> list[Route]:
        """All paths."""
        named = [
            Route("/v1/account/info", self._call(self._account_info)),
            Route("/v1/groups", self._call(self._groups)),
            Route("/v1/groups/{group}", self._call(self._group)),
            Route("/v1/destinations", self._call(self._destinations)),
            Route("/v1/destinations/{group}", self._call(self._destination)),
            Route("/_control/connections/{id}", self._control, methods=["PUT"]),
        ]
        return [
            *named,
            *(route for name in ("connections", "connectors") for route in self._connection_routes(name)),
        ]

    def _connection_routes(self, name: str) -> list[Route]:
        one = f"/v1/{name}/{{id}}"
        table = f"{one}/schemas/{{schema}}/tables/{{table}}"
        return [
            Route(f"/v1/groups/{{group}}/{name}", self._call(self._connections)),
            Route(f"/v1/{name}", self._call(self._connections)),
            Route(one, self._call(self._details), methods=["GET"]),
            Route(one, self._call(self._modify), methods=["PATCH"]),
            Route(one, self._call(self._delete), methods=["DELETE"]),
            Route(f"{one}/sync", self._call(self._sync), methods=["POST"]),
            Route(f"{one}/force", self._call(self._sync), methods=["POST"]),
            Route(f"{one}/resync", self._call(self._resync), methods=["POST"]),
            Route(f"{one}/test", self._call(self._test), methods=["POST"]),
            Route(f"{one}/schemas", self._call(self._schemas), methods=["GET"]),
            Route(f"{one}/schemas", self._call(self._modify_schemas), methods=["PATCH"]),
            Route(f"{one}/schemas/reload", self._call(self._reload), methods=["POST"]),
            Route(f"{one}/schemas/tables/resync", self._call(self._resync_tables), methods=["POST"]),
            Route(table, self._call(self._modify_table), methods=["PATCH"]),
            Route(f"{table}/columns", self._call(self._columns), methods=["GET"]),
        ]

    def _call(self, answer: Callable[[Request, Json], Response]) -> Endpoint:
        """An endpoint: who may call it, what its body is, and what an error looks like."""

        @wraps(answer)
        async def endpoint(request: Request) -> Response:
            try:
                self._credentials.check(request.headers.get("authorization"))
                self._limiter.take()
                _check_accepted(request)
                found = answer(request, _body(request, await request.body()))
            except ApiError as error:
                found = _failure(error)
            found.headers.update(self._limiter.headers())
            return found

        return endpoint

    async def _control(self, request: Request) -> Response:
        try:
            self.account.control(request.path_params["id"], _body(request, await request.body()))
        except ApiError as error:
            return _failure(error)
        return _success("The connection has been changed")

    def _account_info(self, _request: Request, _body: Json) -> Response:
        return _success(data=responses.account())

    def _groups(self, request: Request, _body: Json) -> Response:
        return _success(data=page([responses.group()], request.query_params))

    def _group(self, request: Request, _body: Json) -> Response:
        _check_group(request, "Group")
        return _success(data=responses.group())

    def _destinations(self, request: Request, _body: Json) -> Response:
        return _success(data=page([responses.destination()], request.query_params))

    def _destination(self, request: Request, _body: Json) -> Response:
        _check_group(request, "Destination")
        return _success(data=responses.destination())

    def _connections(self, request: Request, _body: Json) -> Response:
        if "group" in request.path_params:
            _check_group(request, "Group")
        now = self.account.now()
        items = [
            responses.listed_connection(source, state, now) for source, state in self.account.connections()
        ]
        return _success(data=page(items, request.query_params))

    def _details(self, request: Request, _body: Json) -> Response:
        return _success(data=responses.connection(*self._found(request), self.account.now()))

    def _modify(self, request: Request, body: Json) -> Response:
        self.account.change(request.path_params["id"], body)
        source, state = self._found(request)
        if body.get("run_setup_tests", True):
            self._limiter.take_source()
            data = responses.tested_connection(source, state, self.account.now())
        else:
            data = responses.connection(source, state, self.account.now())
        return _success("Connection has been updated", data)

    def _delete(self, request: Request, _body: Json) -> Response:
        self.account.delete(request.path_params["id"])
        return _success(f"Connection with id '{request.path_params['id']}' has been deleted")

    def _sync(self, request: Request, body: Json) -> Response:
        force = body.get("force", False)
        if not isinstance(force, bool):
            raise invalid_input(f"Invalid value of 'force': {force!r}")
        connection_id = request.path_params["id"]
        self.account.sync(connection_id, force=force)
        return _success(f"Sync has been successfully triggered for connection with id '{connection_id}'")

    def _resync(self, request: Request, body: Json) -> Response:
        self.account.resync(request.path_params["id"], body.get("scope"))
        return _success("Re-sync has been triggered successfully")

    def _resync_tables(self, request: Request, body: Json) -> Response:
        self.account.resync(request.path_params["id"], body)
        return _success("Re-sync has been triggered successfully")

    def _test(self, request: Request, _body: Json) -> Response:
        self._limiter.take_source()
        data = responses.tested_connection(*self._found(request), self.account.now())
        return _success("Setup tests were completed", data)

    def _schemas(self, request: Request, _body: Json) -> Response:
        source, state = self._found(request)
        if not state.has_schema_config:
            raise ApiError(
                404,
                "NotFound_SchemaConfig",
                f"Connection with id '{source.connector.id}' doesn't have schema config",
            )
        return _success(data=responses.schema_config(source, state))

    def _reload(self, request: Request, _body: Json) -> Response:
        self._limiter.take_source()
        self.account.reload_schema(request.path_params["id"])
        return self._schemas(request, _NO_BODY)

    def _modify_schemas(self, request: Request, body: Json) -> Response:
        self.account.change_schema(request.path_params["id"], body)
        return self._schemas(request, _NO_BODY)

    def _modify_table(self, request: Request, body: Json) -> Response:
        schema, table = request.path_params["schema"], request.path_params["table"]
        return self._modify_schemas(request, {"schemas": {schema: {"tables": {table: body}}}})

    def _columns(self, request: Request, _body: Json) -> Response:
        self._limiter.take_source()
        source, state = self._found(request)
        schema, table = request.path_params["schema"], request.path_params["table"]
        if schema != source.connector.schema:
            raise not_found("Schema", schema)
        if table not in source.layouts:
            raise not_found("Table", table)
        return _success(data=responses.columns_config(source.layouts[table], state))

    def _found(self, request: Request) -> tuple[Any, Any]:
        return self.account.connection(request.path_params["id"])


def fivetran_app(api: FivetranApi) -> Starlette:
    """The application that answers below the vendor's mount."""
    return Starlette(routes=api.routes(), exception_handlers={404: _no_such_path, 405: _no_such_method})


def _check_group(request: Request, kind: str) -> None:
    if request.path_params["group"] != responses.GROUP_ID:
        raise not_found(kind, request.path_params["group"])


def _check_accepted(request: Request) -> None:
    accepted = request.headers.get("accept", "*/*")
    kinds = {each.partition(";")[0].strip() for each in accepted.split(",")}
    if not kinds & {"*/*", "application/*", "application/json"}:
        raise ApiError(406, "NotAcceptable", f"The API cannot answer with {accepted}")


def _body(request: Request, content: bytes) -> Json:
    if not content.strip():
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        raise ApiError(
            415, "UnsupportedMediaType", f"The content type must be application/json, not {kind!r}"
        )
    try:
        found = json.loads(content)
    except ValueError as error:
        raise invalid_input("The body is not JSON") from error
    if not isinstance(found, dict):
        raise invalid_input("The body must be a JSON object")
    return found


def _success(message: str | None = None, data: Json | None = None) -> Response:
    body: Json = {"code": "Success"}
    if message is not None:
        body["message"] = message
    if data is not None:
        body["data"] = data
    return JSONResponse(body)


def _failure(error: ApiError) -> Response:
    return JSONResponse({"code": error.code, "message": error.message}, error.status, error.headers)


async def _no_such_path(_request: Request, _error: Exception) -> Response:
    return _failure(ApiError(404, "NotFound", "There is no such endpoint"))


async def _no_such_method(_request: Request, _error: Exception) -> Response:
    return _failure(ApiError(405, "MethodNotAllowed", "The endpoint does not support this method"))
