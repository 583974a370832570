"""Slack over HTTP: `/api/<method>`, `/upload/v1/<key>`, and the page that shows what was posted.

What belongs here: authentication, scopes, arguments, envelopes. What does not: what methods do (`methods.py`).
Source: https://docs.slack.dev/apis/web-api: a token in the header, arguments in the query, a form or a JSON object; a failed call is
`{"ok": false, "error": …}` with status 200.

    GET /              the channels with their messages, as a person sees them; for a browser, without a token
    GET /archives/...  a message's permalink: the same page at that message
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.errors import CompanyError
from dagster_open_platform_local.services.saas.slack.credentials import SlackCredentials
from dagster_open_platform_local.services.saas.slack.errors import SlackError
from dagster_open_platform_local.services.saas.slack.limits import Limits, SlackLimiter
from dagster_open_platform_local.services.saas.slack.methods import Method, SlackMethods, success
from dagster_open_platform_local.services.saas.slack.page import anchor, page_of
from dagster_open_platform_local.services.saas.slack.store import SlackStore
from dagster_open_platform_local.services.saas.slack.workspace import Workspace

_MESSAGES_ON_PAGE = 1000
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
}


class SlackApi:
    """The API of one workspace for one app.

    Args:
        store: Messages and files.
        company: Gives the company's date; asked at every call.
        credentials: The accepted tokens.
        limits: How often it may be called.
        workspace: Members and channels. None: the company's.
    """

    def __init__(
        self,
        store: SlackStore,
        company: Callable[[], CompanyClock],
        credentials: SlackCredentials,
        limits: Limits | None = None,
        workspace: Workspace | None = None,
    ) -> None:
        self.store = store
        self._workspace = workspace or Workspace(company)
        self._credentials = credentials
        self._limiter = SlackLimiter(limits or Limits(), store.clock)
        self._methods = SlackMethods(self._workspace, store, self._limiter).by_name()

    def routes(self) -> list[Route]:
        """All paths."""
        return [
            Route("/", self._page),
            Route("/archives/{channel}/p{ts}", self._permalink),
            Route("/files/{file}", self._image),
            Route("/api/{method}", self._call, methods=["GET", "POST"]),
            Route("/upload/v1/{key}", self._upload, methods=["POST"]),
        ]

    async def _call(self, request: Request) -> Response:
        try:
            name = request.path_params["method"]
            method = self._methods.get(name)
            if method is None:
                raise SlackError("unknown_method", req_method=name)
            self._check_token(request, method)
            self._limiter.take(name)
            return success(method.answer(await _arguments(request, method), _address(request)))
        except SlackError as error:
            return error.answer()
        except CompanyError as error:
            return SlackError("service_unavailable", status=503, detail=str(error)).answer()

    def _check_token(self, request: Request, method: Method) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise SlackError("not_authed")
        scopes = self._credentials.scopes_of(token.strip())
        if scopes is None:
            raise SlackError("invalid_auth")
        if not method.scope or method.scope in scopes:
            return
        if method.scope.startswith("admin.") != token.startswith("xoxp-"):
            raise SlackError("not_allowed_token_type")
        raise SlackError("missing_scope", needed=method.scope, provided=",".join(sorted(scopes)))

    async def _upload(self, request: Request) -> Response:
        # Slack takes the bytes as they are, or as a form of several parts; this one only as they are.
        content = await request.body()
        if not self.store.put_file(request.path_params["key"], content):
            return PlainTextResponse("There is no upload of this length under this address", 404)
        return PlainTextResponse(f"OK - {len(content)}")

    async def _page(self, _request: Request) -> Response:
        try:
            channels = self._workspace.now().channels
        except CompanyError as error:
            return PlainTextResponse(str(error), 503)
        messages = self.store.newest(_MESSAGES_ON_PAGE)
        return HTMLResponse(page_of(channels, messages), headers=_PAGE_HEADERS)

    async def _permalink(self, request: Request) -> Response:
        digits = request.path_params["ts"]
        ts = f"{digits[:-6]}.{digits[-6:]}"
        if self.store.message(request.path_params["channel"], ts) is None:
            return PlainTextResponse("There is no such message", 404)
        return RedirectResponse(f"{_address(request)}#{anchor(request.path_params['channel'], ts)}", 302)

    async def _image(self, request: Request) -> Response:
        file = self.store.file(request.path_params["file"])
        if file is None or file.content is None or not file.content.startswith(b"\x89PNG"):
            return PlainTextResponse("There is no such image", 404)
        return Response(file.content, media_type="image/png", headers={"X-Content-Type-Options": "nosniff"})


def slack_app(api: SlackApi) -> Starlette:
    """The application that answers below the vendor's mount."""
    return Starlette(routes=api.routes())


def _address(request: Request) -> str:
    """Where the vendor is, with a slash at its end; `base_url` would be that of all vendors."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}/"


async def _arguments(request: Request, method: Method) -> dict[str, Any]:
    found: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    body = await request.body()
    if not body:
        return found
    if kind == "application/x-www-form-urlencoded":
        return {**found, **dict(parse_qsl(body.decode(errors="replace")))}
    if kind != "application/json":
        raise SlackError("invalid_post_type")
    if not method.takes_json:
        # Slack reads no JSON here and so finds no arguments.
        return found
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise SlackError("invalid_json") from error
    if not isinstance(parsed, dict):
        raise SlackError("json_not_object")
    return {**found, **parsed}
