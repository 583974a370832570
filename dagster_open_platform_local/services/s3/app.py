"""The service: from an HTTP request to an operation.

What belongs here: what comes before each operation: the address, the signature. What does not: which operations there are
(`routes.py`) and what they do.
"""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, unquote_to_bytes

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from dagster_open_platform_local.services.following import Follower
from dagster_open_platform_local.services.s3.account import ACCOUNT
from dagster_open_platform_local.services.s3.body import Body
from dagster_open_platform_local.services.s3.calls import Call, checked_key
from dagster_open_platform_local.services.s3.errors import S3Error
from dagster_open_platform_local.services.s3.routes import Routes
from dagster_open_platform_local.services.s3.sessions import Sessions
from dagster_open_platform_local.services.s3.signature import UNSIGNED_PAYLOAD, Head, verify
from dagster_open_platform_local.services.s3.store import ObjectStore
from dagster_open_platform_local.services.s3.sts import LONGEST_FORM, SecurityTokenService


class S3App:
    """The ASGI application: S3 and STS on one address, which a method and a path tell apart.

    Args:
        store: The objects. What interrupted uploads left in it is removed when the server starts.
        sessions: Who there is.
        follower: Fills the buckets, as long as the server runs; None: others do.
    """

    def __init__(self, store: ObjectStore, sessions: Sessions, follower: Follower | None = None) -> None:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            store.clean()
            if follower is not None:
                follower.start()
            yield
            if follower is not None:
                follower.stop()

        self._starlette = Starlette(lifespan=lifespan)
        self._sessions = sessions
        self._sts = SecurityTokenService(sessions)
        self._routes = Routes(store)
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self._starlette(scope, receive, send)
            return
        request_id = f"{next(self._numbers):016X}"
        body = _Receive(receive)
        try:
            response = await self._answer(scope, body, request_id)
        except ClientDisconnect:
            return
        response.headers["x-amz-request-id"] = request_id
        if not body.was_asked and (b"expect", b"100-continue") in scope["headers"]:
            # The client will not send the body; whatever comes next would be taken for it.
            response.headers["connection"] = "close"
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, request_id: str) -> Response:
        path = scope.get("raw_path") or scope["path"].encode()
        try:
            head = _head(scope, path.decode("latin-1"))
            if scope["method"] == "POST" and path == b"/":
                body = await Body(receive, head, UNSIGNED_PAYLOAD).read(LONGEST_FORM)
                return self._sts.respond(head, body, request_id)
            return await self._operate(head, path, receive)
        except S3Error as error:
            # The answer to HEAD has no body.
            content = b"" if scope["method"] == "HEAD" else error.response(scope["path"], request_id)
            return Response(content, error.status, media_type="application/xml")

    async def _operate(self, head: Head, path: bytes, receive: Receive) -> Response:
        bucket, key = _address(path)
        signed = verify(head, self._sessions, "s3")
        if head.header("x-amz-expected-bucket-owner") not in (None, ACCOUNT):
            raise S3Error("AccessDenied", "Access Denied")
        body = Body(receive, head, signed.content_sha256)
        call = Call(head, signed.identity, bucket, key, dict(head.query), body)
        return await self._routes.handler(call)(call)


class _Receive:
    """Tells whether anybody asked for the body."""

    def __init__(self, receive: Receive) -> None:
        self.was_asked = False
        self._receive = receive

    async def __call__(self) -> Message:
        self.was_asked = True
        return await self._receive()


def _head(scope: Scope, path: str) -> Head:
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    try:
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise S3Error("InvalidURI", "Couldn't parse the specified URI.") from error
    return Head(scope["method"], path, query, headers)


def _address(path: bytes) -> tuple[str, str]:
    """Bucket and key of a path; empty where there is none."""
    try:
        bucket, _, key = unquote_to_bytes(path).decode()[1:].partition("/")
    except UnicodeDecodeError:
        raise S3Error("InvalidURI", "Couldn't parse the specified URI.") from None
    return bucket, checked_key(key)
