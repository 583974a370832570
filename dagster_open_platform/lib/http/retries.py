"""When to try again, and how long to wait before it.

What belongs here: the limits of retrying, full jitter, ``Retry-After``. What does not: which failures are worth a retry;
their types say so.
"""

import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TypeVar

import tenacity

from dagster_open_platform.utils.failures import RetryableFailure

T = TypeVar("T")


@dataclass(frozen=True)
class RetryLimits:
    """How often and how long.

    Args:
        attempts: Calls in all, the first included.
        base_seconds: Before the n-th retry, a random time up to ``base_seconds * 2 ** (n - 1)`` passes (full jitter:
            https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
        max_backoff_seconds: Bound of that time.
        max_retry_after_seconds: The longest wait that a server may ask for. If it asks for more the failure is raised
            at once, with the time in it: trying earlier than a server allows only makes it angrier.
    """

    attempts: int = 5
    base_seconds: float = 0.5
    max_backoff_seconds: float = 30.0
    max_retry_after_seconds: float = 120.0


def retry_after_seconds(headers: Mapping[str, str], now: float) -> float | None:
    """How long a server asks to wait.

    Reads ``Retry-After`` as seconds or as an HTTP date (RFC 9110, 10.2.3), and failing that ``x-ratelimit-reset`` where
    ``x-ratelimit-remaining`` is 0 (Unix seconds, as GitHub sends it).

    Args:
        headers: Of the answer, names in lower case.
        now: Unix seconds.

    Returns:
        Seconds from now, at least 0; None when the server does not say, or not legibly.
    """
    asked = headers.get("retry-after", "").strip()
    if asked.isdecimal():
        return float(asked)
    if asked:
        try:
            moment = parsedate_to_datetime(asked)
        except (ValueError, OverflowError):
            return None
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
    reset = headers.get("x-ratelimit-reset", "").strip()
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(0.0, float(reset) - now)
    return None


def with_retries(
    call: Callable[[int], T],
    limits: RetryLimits,
    *,
    sleep: Callable[[float], None],
    on_retry: Callable[[RetryableFailure, float], None],
    uniform: Callable[[float, float], float] = random.uniform,
    worth: type[RetryableFailure] = RetryableFailure,
) -> T:
    """Calls until it succeeds, fails for good, or the limits are reached.

    Args:
        call: Gets the number of the attempt, from 1.
        limits: How often and how long.
        sleep: Waits so many seconds.
        on_retry: Told the failure and the wait before each retry.
        uniform: Draws a number between two.
        worth: Other failures are raised at once, too.

    Raises:
        RetryableFailure: The last one, when the limits are reached.
        PermanentFailure: At once.
    """

    def wait(state: tenacity.RetryCallState) -> float:
        backoff = min(limits.max_backoff_seconds, limits.base_seconds * 2 ** (state.attempt_number - 1))
        asked = _failure(state).retry_after or 0.0
        return asked + uniform(0.0, backoff)

    def worth_it(state: tenacity.RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if not isinstance(error, worth):
            return False
        return (error.retry_after or 0.0) <= limits.max_retry_after_seconds

    def tell(state: tenacity.RetryCallState) -> None:
        on_retry(_failure(state), state.next_action.sleep if state.next_action else 0.0)

    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(limits.attempts),
        wait=wait,
        retry=worth_it,
        sleep=sleep,
        before_sleep=tell,
        reraise=True,
    )
    attempts = itertools.count(1)
    return retrying(lambda: call(next(attempts)))


def _failure(state: tenacity.RetryCallState) -> RetryableFailure:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, RetryableFailure):
        raise AssertionError("only retryable failures get here")
    return error
