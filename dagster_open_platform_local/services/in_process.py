"""Calls an ASGI application from a synchronous httpx client without a socket or an event loop.

What belongs here: the transport only. It lets unit tests put the real emulators behind the real clients.
"""

from collections.abc import Coroutine
from typing import Any

import httpx
from starlette.types import ASGIApp, Message


class InProcessTransport(httpx.BaseTransport):
    """An httpx transport whose server is an ASGI application of this process.

    The application's coroutine is driven by hand. It may await ``receive`` and ``send`` and other coroutines, but not
    timers, threads or I/O: with no event loop there is nobody to wake it up.

    Args:
        app: The ASGI application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answers one request.

        Raises:
            httpx.RemoteProtocolError: When the application leaves its answer incomplete, as a server that drops the
                connection does.
            RuntimeError: When the application awaits something that needs an event loop.
        """
        received = [{"type": "http.request", "body": request.read(), "more_body": False}]
        sent: list[Message] = []

        async def receive() -> Message:
            return received.pop() if received else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        _drive(self._app(_scope(request), receive, send))  # type: ignore[arg-type]  # ASGIApp says Awaitable
        if len(sent) < 2 or sent[-1].get("more_body", False):
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return httpx.Response(
            sent[0]["status"], headers=sent[0].get("headers", []), content=body, request=request
        )


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(key.lower(), value) for key, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 0),
        "root_path": "",
    }


def _drive(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("the application awaits something that needs an event loop; test it as a real process")
