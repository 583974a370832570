"""Makes a served API misbehave on purpose: the fault plan and the ASGI middleware that carries it out.

What belongs here: what can go wrong between any client and any service (status codes, delays, dropped connections,
malformed bodies), and the control endpoint that sets it. What does not: errors that only one vendor has (a rate limit
in that vendor's form is part of its emulator).

The plan is set over HTTP, so that a test of a real process needs no access to its memory::

    PUT /_faults [{"path": "^/github/graphql$", "calls": [2], "status": 502}]
    GET /_faults      the rules, how many calls each has matched and how often it fired
    DELETE /_faults   no more faults
    GET /_health      {"status": "ok"}; never faulted
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class InvalidFaultError(ValueError):
    """A fault plan that cannot be carried out; the text names the field and what was expected."""


@dataclass(frozen=True)
class Fault:
    """One rule of the fault plan. Only the first rule that fires for a call is carried out.

    Args:
        path: Regular expression searched for in the path of the request (without the query string).
        calls: The calls that fail, counted from 1 among those that match ``path`` and ``body``; empty: every one.
        body: Regular expression searched for in the request's body; None: any body.
        status: Answer with this status instead of asking the service.
        headers: Headers of the faulted answer.
        payload: Body of the faulted answer. Without ``status`` it is sent with 200.
        delay_seconds: Wait before anything else; alone it only slows the call down.
        drop: Ask the service, send half of its answer, close the connection.
        malformed: Ask the service and send only half of its body, as if that were all of it.
    """

    path: str
    calls: tuple[int, ...] = ()
    body: str | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    payload: str | None = None
    delay_seconds: float = 0.0
    drop: bool = False
    malformed: bool = False

    def __post_init__(self) -> None:
        for name in ("path", "body"):
            pattern = getattr(self, name)
            try:
                re.compile(pattern or "")
            except (re.error, TypeError) as error:
                raise InvalidFaultError(
                    f"{name}: {pattern!r} is not a regular expression: {error}"
                ) from error
        if any(not isinstance(call, int) or call < 1 for call in self.calls):
            raise InvalidFaultError(f"calls: {list(self.calls)!r} must be numbers from 1 on")
        if self.status is not None and not 200 <= self.status <= 599:
            raise InvalidFaultError(f"status: {self.status!r} must be between 200 and 599")
        if self.delay_seconds < 0:
            raise InvalidFaultError(f"delay_seconds: {self.delay_seconds!r} must not be negative")

    @classmethod
    def from_json(cls, value: object) -> "Fault":
        """Reads one rule of a JSON plan.

        Args:
            value: A JSON object with the fields of this class.

        Raises:
            InvalidFaultError: When it is no object, or a field is unknown, missing or of the wrong type.
        """
        known = [each.name for each in fields(cls)]
        if not isinstance(value, dict):
            raise InvalidFaultError(f"expected an object with some of {known}, found {value!r}")
        unknown = sorted(set(value) - set(known))
        if unknown:
            raise InvalidFaultError(f"unknown fields {unknown}; known are {known}")
        try:
            return cls(**{**value, "calls": tuple(value.get("calls", ()))})
        except TypeError as error:
            raise InvalidFaultError(str(error)) from error


@dataclass
class _Rule:
    """A fault with its counters."""

    fault: Fault
    matched: int = 0
    fired: int = 0

    def fires(self, path: str, body: str) -> bool:
        """Counts the call if it matches; says whether the fault is due."""
        if not re.search(self.fault.path, path) or not re.search(self.fault.body or "", body):
            return False
        self.matched += 1
        return not self.fault.calls or self.matched in self.fault.calls


class FaultInjector:
    """ASGI middleware that carries out a fault plan and answers ``/_faults`` and ``/_health``.

    Args:
        app: The service.
        faults: The plan at the start.
        sleep: Waits a number of seconds; tests pass one that only takes notes.
    """

    def __init__(
        self,
        app: ASGIApp,
        faults: Iterable[Fault] = (),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._app = app
        self._sleep = sleep
        self._rules = [_Rule(fault) for fault in faults]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        path = scope["path"]
        if path == "/_health":
            await JSONResponse({"status": "ok"})(scope, receive, send)
        elif path == "/_faults":
            await self._control(request.method, await request.body())(scope, receive, send)
        else:
            await self._serve(scope, request, send, receive)

    def _control(self, method: str, body: bytes) -> Response:
        if method == "PUT":
            try:
                plan = json.loads(body)
                if not isinstance(plan, list):
                    raise InvalidFaultError(f"expected a list of rules, found {plan!r}")
                self._rules = [_Rule(Fault.from_json(value)) for value in plan]
            except ValueError as error:  # InvalidFaultError and JSONDecodeError both are
                return JSONResponse({"message": str(error)}, status_code=400)
        elif method == "DELETE":
            self._rules = []
        elif method != "GET":
            return JSONResponse({"message": "GET, PUT or DELETE"}, status_code=405)
        return JSONResponse(
            [{**asdict(rule.fault), "matched": rule.matched, "fired": rule.fired} for rule in self._rules]
        )

    def _looks_into(self, path: str) -> bool:
        """Whether a rule asks for the body of a call. It is left alone otherwise: it may be longer than memory."""
        return any(rule.fault.body is not None and re.search(rule.fault.path, path) for rule in self._rules)

    def _due(self, path: str, body: bytes) -> Fault | None:
        text = body.decode("utf-8", errors="replace")
        due = [
            rule for rule in self._rules if rule.fires(path, text)
        ]  # every rule counts, the first one acts
        if not due:
            return None
        due[0].fired += 1
        return due[0].fault

    async def _serve(self, scope: Scope, request: Request, send: Send, receive: Receive) -> None:
        body = await request.body() if self._looks_into(scope["path"]) else None
        fault = self._due(scope["path"], body or b"")
        replayed = receive if body is None else _replay(body, receive)
        if fault is not None and fault.delay_seconds:
            await self._sleep(fault.delay_seconds)
        if fault is None or not (fault.drop or fault.malformed or fault.status or fault.payload is not None):
            await self._app(scope, replayed, send)
        elif fault.drop or fault.malformed:
            start, answer = await _answer_of(self._app, scope, replayed)
            await _send_half(start, answer, send, closes=fault.drop)
        else:
            # A client that is still sending would not hear the answer.
            async for _ in request.stream():
                pass
            text = fault.payload if fault.payload is not None else json.dumps({"message": "injected fault"})
            headers = {"content-type": "application/json", **fault.headers}
            await Response(text, fault.status or 200, headers)(scope, replayed, send)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that hands out the body that was read already, then whatever the connection says."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


async def _answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """Runs the service and keeps its answer: the start message and the whole body."""
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages[0], b"".join(message.get("body", b"") for message in messages[1:])


async def _send_half(start: Message, body: bytes, send: Send, *, closes: bool) -> None:
    """Sends the first half of a body, either as all there is or, with ``closes``, as a part never completed."""
    half = body[: len(body) // 2]
    announced = len(body) if closes else len(half)
    headers: list[tuple[Any, Any]] = [
        each for each in start["headers"] if each[0].lower() != b"content-length"
    ]
    await send({**start, "headers": [*headers, (b"content-length", str(announced).encode())]})
    # An ASGI server closes the connection of an application that returns without completing its answer.
    await send({"type": "http.response.body", "body": half, "more_body": closes})
