"""The routes of BigQuery's REST API v2 that the service answers.

What belongs here: from an HTTP request to a call of a route and back, and what comes before every route: the token.
What does not: what a route does (`queries.py`, `storage.py`).

Reference: https://cloud.google.com/bigquery/docs/reference/rest. Every other route of the API answers in Google's
form that it is not implemented.
"""

import gzip
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagster_open_platform_local.company.errors import CompanyError
from dagster_open_platform_local.services.bigquery.calls import Call
from dagster_open_platform_local.services.bigquery.credentials import is_bearer
from dagster_open_platform_local.services.bigquery.engine import Engine
from dagster_open_platform_local.services.bigquery.errors import BigQueryError, not_implemented
from dagster_open_platform_local.services.bigquery.jobs import JobStore
from dagster_open_platform_local.services.bigquery.queries import QueryRoutes
from dagster_open_platform_local.services.bigquery.storage import StorageRoutes
from dagster_open_platform_local.services.bigquery.tables import Catalog

_PROJECT = "/bigquery/v2/projects/{project}"
_GZIP_FROM_BYTES = 1024

Handler = Callable[[Call], bytes | dict[str, Any]]


def create_app(company: Path, project: str, token: str) -> Starlette:
    """The service as an ASGI application.

    Args:
        company: The company's directory.
        project: The project in which queries run.
        token: The bearer token that a client must show.
    """
    engine = Engine(Catalog(company, project))
    jobs = JobStore(engine)
    queries, storage = QueryRoutes(engine, jobs), StorageRoutes(engine, jobs)
    dataset = f"{_PROJECT}/datasets/{{dataset}}"
    table = f"{dataset}/tables/{{table}}"
    served: list[tuple[str, str, Handler]] = [
        ("POST", f"{_PROJECT}/jobs", queries.insert_job),
        ("GET", f"{_PROJECT}/jobs", queries.list_jobs),
        ("GET", f"{_PROJECT}/jobs/{{job}}", queries.get_job),
        ("POST", f"{_PROJECT}/jobs/{{job}}/cancel", queries.cancel_job),
        ("POST", f"{_PROJECT}/queries", queries.query),
        ("GET", f"{_PROJECT}/queries/{{job}}", queries.results),
        ("GET", f"{_PROJECT}/datasets", storage.list_datasets),
        ("GET", dataset, storage.get_dataset),
        ("GET", f"{dataset}/tables", storage.list_tables),
        ("GET", table, storage.get_table),
        ("GET", f"{table}/data", storage.list_rows),
    ]
    routes = [Route(path, _endpoint(handler, token), methods=[method]) for method, path, handler in served]
    everything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(routes=[*routes, Route("/{rest:path}", _endpoint(_unserved, token), methods=everything)])


def _unserved(call: Call) -> dict[str, Any]:
    raise not_implemented(f"/{call.path['rest']} with this method")


def _endpoint(handler: Handler, token: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body = await request.body()
        # DuckDB, JSON and gzip would hold up every other request.
        return await run_in_threadpool(_respond, request, body, handler, token)

    return answer


def _respond(request: Request, body: bytes, handler: Handler, token: str) -> Response:
    try:
        if not is_bearer(request.headers.get("authorization"), token):
            raise BigQueryError(
                "authError",
                "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
                "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
                location="Authorization",
            )
        call = Call(request.path_params, dict(request.query_params), _json_object(body))
        return _json_response(request, 200, handler(call))
    except BigQueryError as error:
        return _json_response(request, error.status, error.response())
    except CompanyError as error:
        # Not an error that the client tries again for minutes.
        unavailable = BigQueryError("tableUnavailable", str(error))
        return _json_response(request, unavailable.status, unavailable.response())


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body or b"{}")
    except ValueError as error:
        raise BigQueryError("invalid", "Parse Error: the body is not JSON") from error
    if not isinstance(content, dict):
        raise BigQueryError("invalid", "Parse Error: the body is not a JSON object")
    return content


def _json_response(request: Request, status: int, content: bytes | dict[str, Any]) -> Response:
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"content-type": "application/json; charset=UTF-8", "vary": "Origin, Accept-Encoding"}
    if status == 401:
        # https://www.rfc-editor.org/rfc/rfc6750#section-3
        headers["www-authenticate"] = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    if len(payload) >= _GZIP_FROM_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        # The fastest level: between two processes of one machine time matters more than size.
        payload, headers["content-encoding"] = gzip.compress(payload, 1), "gzip"
    return Response(payload, status, headers)
