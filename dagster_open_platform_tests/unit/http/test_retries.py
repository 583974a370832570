"""Waiting: how long a server asks for, and how long a client waits between attempts."""

import datetime as dt
import email.utils

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.http.retries import RetryLimits, retry_after_seconds, with_retries
from dagster_open_platform.utils.failures import RetryableFailure

NOW = 1_800_000_000.0


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=10**6))
def test_retry_after_in_seconds(seconds: int) -> None:
    assert retry_after_seconds({"retry-after": f" {seconds} "}, NOW) == seconds


@settings(deadline=None)
@given(st.integers(min_value=-(10**6), max_value=10**6))
def test_retry_after_as_a_date_is_the_time_until_then_and_never_negative(seconds: int) -> None:
    date = email.utils.format_datetime(dt.datetime.fromtimestamp(NOW + seconds, dt.UTC), usegmt=True)

    assert retry_after_seconds({"retry-after": date}, NOW) == max(0, seconds)


@settings(deadline=None)
@given(st.integers(min_value=-100, max_value=4000))
def test_without_retry_after_the_reset_of_a_used_up_limit_counts(seconds: int) -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + seconds)}

    assert retry_after_seconds(headers, NOW) == max(0, seconds)
    assert retry_after_seconds({**headers, "x-ratelimit-remaining": "12"}, NOW) is None
    assert retry_after_seconds({**headers, "retry-after": "7"}, NOW) == 7


@pytest.mark.parametrize("value", ["soon", "-1", "1.5", "", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_what_cannot_be_read_says_nothing(value: str) -> None:
    assert retry_after_seconds({"retry-after": value}, NOW) is None


@settings(deadline=None)
@given(
    attempts=st.integers(min_value=1, max_value=8),
    asked=st.one_of(st.none(), st.floats(min_value=0, max_value=60)),
    luck=st.floats(min_value=0, max_value=1),
)
def test_waits_are_bounded_and_never_shorter_than_asked(
    attempts: int, asked: float | None, luck: float
) -> None:
    limits = RetryLimits(
        attempts=attempts, base_seconds=0.5, max_backoff_seconds=10, max_retry_after_seconds=60
    )
    calls: list[int] = []
    waits: list[float] = []
    told: list[float] = []

    def fail(attempt: int) -> None:
        calls.append(attempt)
        raise RetryableFailure(f"attempt {attempt}", retry_after=asked)

    with pytest.raises(RetryableFailure, match=f"attempt {attempts}$"):
        with_retries(
            fail,
            limits,
            sleep=waits.append,
            on_retry=lambda _failure, seconds: told.append(seconds),
            uniform=lambda low, high: low + luck * (high - low),
        )

    assert calls == list(range(1, attempts + 1))
    assert waits == told
    # Full jitter: anywhere between nothing and the exponential bound, on top of what the server asks for.
    bounds = [min(10, 0.5 * 2**retry) for retry in range(attempts - 1)]
    assert waits == pytest.approx([(asked or 0) + luck * bound for bound in bounds])
