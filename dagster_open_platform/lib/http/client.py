"""The HTTP client that every vendor's client is built on.

What belongs here: sending one request well. What does not: which requests (``lib/<vendor>/client.py``).
"""

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from dagster_open_platform.lib.http.addresses import validated
from dagster_open_platform.lib.http.errors import (
    ConnectionDropped,
    InvalidRequest,
    MalformedResponse,
    RateLimited,
    TimedOut,
    Unauthorized,
    failure_of,
)
from dagster_open_platform.lib.http.retries import RetryLimits, retry_after_seconds, with_retries
from dagster_open_platform.lib.http.secrets import Secrets
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform.utils.outside import left_alone

_LOG = logging.getLogger(__name__)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, 9.2.1
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})  # RFC 9110, 9.2.2
_EXCERPT = 300
USER_AGENT = "dagster-open-platform"
DEFAULT_TIMEOUT = httpx.Timeout(60.0, connect=10.0)


@dataclass(frozen=True)
class HttpAnswer:
    """A successful answer.

    Args:
        status: HTTP status, 2xx.
        headers: Names in lower case.
        body: The JSON document, or what the request's reader made of it; None when the body is empty.
        retry_after: Seconds that the server asks to wait, if it does so even in a successful answer.
    """

    status: int
    headers: Mapping[str, str]
    body: Any
    retry_after: float | None = None


@dataclass
class HttpStatistics:
    """What a client has done so far: for metadata."""

    requests: int = 0
    retries: int = 0
    seconds_waited: float = 0.0


Reader = Callable[[bytes], Any]
"""Makes something of a body that is not JSON. Raises ValueError, which says nothing of the body, if it is not what it should be."""

Params = Mapping[str, str | int | Sequence[str]]
"""A query string, by name."""

Judge = Callable[[HttpAnswer], PermanentFailure | RetryableFailure | None]
"""Says which failure a vendor has hidden in a successful answer, or None."""


class HttpClient:
    """Sends JSON requests to one server over kept connections. Close it, or use it as a context manager.

    Args:
        base_url: ``https://host[:port][/path]``; plain http only for this machine.
        service: The server's name in messages, such as ``GitHub``.
        secrets: Headers with credentials.
        credentials_hint: Where the credentials come from, for the message of a 401, such as ``GITHUB_TOKEN``.
        headers: Further headers.
        may_change: Whether requests that change something there are sent; if not, they are refused.
        timeout: Of every call; for each of connecting, sending, and every wait for a part of the answer.
        limits: Of retrying.
        transport: Replaces the network, for tests.
        sleep: Waits so many seconds.
        clock: Wall-clock time in Unix seconds.
        uniform: Draws a number between two, for jitter.

    Raises:
        InvalidRequest: The base URL is not one of these, or carries credentials.
    """

    def __init__(
        self,
        base_url: str,
        *,
        service: str,
        secrets: Secrets | None = None,
        credentials_hint: str = "its credentials",
        headers: Mapping[str, str] | None = None,
        may_change: bool = True,
        timeout: httpx.Timeout = DEFAULT_TIMEOUT,
        limits: RetryLimits | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._secrets = secrets or Secrets({})
        self.base_url = validated(base_url, service, self._secrets)
        self.service = service
        self.statistics = HttpStatistics()
        self._credentials_hint = credentials_hint
        self._may_change = may_change
        self._limits = limits or RetryLimits()
        self._sleep = sleep
        self._clock = clock
        self._uniform = uniform
        # Redirects are not followed: they would carry the credentials to wherever they point.
        self._client = httpx.Client(
            headers={"User-Agent": USER_AGENT, **(headers or {}), **self._secrets.headers},
            timeout=timeout,
            transport=transport,
            follow_redirects=False,
        )

    def __repr__(self) -> str:
        return f"HttpClient({self.service}, {self.base_url})"

    def __enter__(self) -> "HttpClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def redacted(self, text: str) -> str:
        """The text without the client's secrets."""
        return self._secrets.redacted(text)

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        params: Params | None = None,
        changes: bool | None = None,
        safe_to_repeat: bool | None = None,
        repeat_when_limited: bool = False,
        reader: Reader | None = None,
        judge: Judge | None = None,
    ) -> HttpAnswer:
        """Sends a request, again after failures that may pass, and reads the answer.

        Args:
            method: HTTP method.
            path: Below the base URL, with a leading slash.
            json: Body; None: no body.
            content: Body that is not JSON.
            params: Query string; a list stands for a name that is repeated. Never a secret.
            changes: Whether it changes something at the server. Default: what HTTP says of the method.
            safe_to_repeat: Whether doing it twice does no harm. Default: what HTTP says of the method. A request that
                is not is never sent again.
            repeat_when_limited: Whether a request that is not safe to repeat is sent again after the server said that there were too many:
                it has done nothing then.
            reader: Reads the answer's body. None: it is JSON.
            judge: Looks for failures in successful answers.

        Raises:
            OutsideLeftAlone: It changes something, and the client may not.
            PermanentFailure: One of ``errors.py`` or of the judge; not retried.
            RetryableFailure: One of ``errors.py`` or of the judge, when the limits of retrying are reached.
        """
        method = method.upper()
        if not self._may_change and (method not in _READING if changes is None else changes):
            raise left_alone(f"{method} {path} was not sent to {self.service}")
        if self._secrets.are_in(path) or any(
            self._secrets.are_in(str(value)) for value in (params or {}).values()
        ):
            raise InvalidRequest(
                f"A secret would have become part of a {self.service} URL: send it in a header."
            )
        repeatable = method in _IDEMPOTENT if safe_to_repeat is None else safe_to_repeat
        again = repeatable or repeat_when_limited
        attempts = self._limits.attempts if again else 1
        call = _Call(method, path, json, content, params, reader, judge, attempts)
        if not again:
            return self._attempt(call, 1)
        return with_retries(
            lambda attempt: self._attempt(call, attempt),
            self._limits,
            worth=RetryableFailure if repeatable else RateLimited,
            sleep=self._sleep,
            on_retry=self._note_retry,
            uniform=self._uniform,
        )

    def _note_retry(self, failure: RetryableFailure, seconds: float) -> None:
        self.statistics.retries += 1
        self.statistics.seconds_waited += seconds
        _LOG.warning("%s Trying again in %.1f s.", failure.description, seconds)

    def _attempt(self, call: "_Call", attempt: int) -> HttpAnswer:
        self.statistics.requests += 1
        where = f"{call.method} {self.base_url}{call.path} (attempt {attempt} of {call.attempts})"
        answer = self._answer(self._send(call, where), where, call.reader)
        failure = call.judge(answer) if call.judge else None
        if failure is not None:
            raise failure
        return answer

    def _send(self, call: "_Call", where: str) -> httpx.Response:
        try:
            return self._client.request(
                call.method,
                f"{self.base_url}{call.path}",
                json=call.json,
                content=call.content,
                params=call.params,
            )
        except httpx.TimeoutException as error:
            failure = TimedOut(self._told(where, f"did not answer in time ({type(error).__name__})."))
        except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ProxyError) as error:
            failure = ConnectionDropped(self._told(where, f"dropped or refused the connection ({error})."))
        except httpx.DecodingError as error:
            failure = MalformedResponse(self._told(where, f"sent a body that cannot be decoded ({error})."))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failure = InvalidRequest(self._told(where, f"cannot be called this way ({error})."))
        # Without the cause: it holds the request, and with it the credentials.
        raise failure from None

    def _answer(self, response: httpx.Response, where: str, reader: Reader | None) -> HttpAnswer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        retry_after = retry_after_seconds(headers, self._clock())
        if not response.is_success:
            said = f"answered {response.status_code}: {_excerpt(response, self._secrets)}."
            if response.status_code == 401:
                raise Unauthorized(self._told(where, f"{said} Check {self._credentials_hint}."))
            if retry_after is not None:
                said += f" It asks to wait {retry_after:.0f} s."
            raise failure_of(response.status_code, headers, self._told(where, said), retry_after)
        body, fault = _parsed(response.content, reader or orjson.loads)
        if fault is not None:
            size, wanted = len(response.content), "what they should be" if reader else "JSON"
            raise MalformedResponse(self._told(where, f"sent {size} bytes that are not {wanted} ({fault})."))
        return HttpAnswer(response.status_code, headers, body, retry_after)

    def _told(self, where: str, what: str) -> str:
        return self._secrets.redacted(f"{self.service} {what} The call: {where}.")


@dataclass(frozen=True)
class _Call:
    """A request to send, possibly several times."""

    method: str
    path: str
    json: Any
    content: bytes | None
    params: Params | None
    reader: Reader | None
    judge: Judge | None
    attempts: int


def _excerpt(response: httpx.Response, secrets: Secrets) -> str:
    """What an unsuccessful answer says, shortened to one line."""
    body, _ = _parsed(response.content, orjson.loads)
    message = body.get("message") if isinstance(body, dict) else None
    text = message if isinstance(message, str) else response.text
    # Blanked out before it is cut: half a secret would not be recognized.
    line = secrets.redacted(" ".join(text.split()))
    return line[:_EXCERPT].rstrip(".") if line else response.reason_phrase or "no text"


def _parsed(content: bytes, reader: Reader) -> tuple[Any, str | None]:
    """What is in a body, or else what is wrong with it.

    The exception itself is not passed on: it holds the document, and who knows what a broken server puts there.
    """
    try:
        return reader(content) if content else None, None
    except ValueError as error:
        return None, str(error)
