"""Moments in every form in which Anthropic has written them."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.anthropic.errors import UnexpectedAnswer
from dagster_open_platform.lib.anthropic.moments import moment, moments
from dagster_open_platform_local.services.saas.anthropic.stamps import FORMS

SECONDS = st.integers(int(dt.datetime(2001, 1, 1, tzinfo=dt.UTC).timestamp()), 4_000_000_000)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@given(SECONDS, st.sampled_from(sorted(FORMS)))
def test_all_forms_say_the_same(seconds: int, form: str) -> None:
    assert moment(FORMS[form](seconds), "added_at") == EPOCH + dt.timedelta(seconds=seconds)


@given(SECONDS)
def test_milliseconds_are_told_by_their_size(seconds: int) -> None:
    expected = EPOCH + dt.timedelta(seconds=seconds)
    for value in (seconds * 1000, str(seconds * 1000), float(seconds), f"{seconds}.0"):
        assert moment(value, "added_at") == expected


@given(st.lists(st.tuples(SECONDS, st.sampled_from(sorted(FORMS)))), st.booleans())
def test_many_are_read_as_one_is(each: list[tuple[int, str]], mixed: bool) -> None:
    values = [None, *(FORMS[form if mixed else "iso"](seconds) for seconds, form in each)]
    assert moments(values, "added_at").to_pylist() == [
        None if value is None else moment(value, "added_at") for value in values
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-10-30T23:58:27.427722Z", dt.datetime(2024, 10, 30, 23, 58, 27, 427722, dt.UTC)),
        ("2024-10-30T23:58:27+02:00", dt.datetime(2024, 10, 30, 21, 58, 27, tzinfo=dt.UTC)),
        ("2024-10-30T23:58:27", dt.datetime(2024, 10, 30, 23, 58, 27, tzinfo=dt.UTC)),
        ("2024-10-30", dt.datetime(2024, 10, 30, tzinfo=dt.UTC)),
    ],
)
def test_iso_8601_in_its_variants(text: str, expected: dt.datetime) -> None:
    found = moment(text, "added_at")
    assert found == expected
    assert found.utcoffset() == dt.timedelta(0)
    assert moments([text], "added_at").to_pylist() == [expected]


@pytest.mark.parametrize("value", [None, True, "", "soon", "-5", [], {}, float("nan"), 10**30, "9" * 16])
def test_what_is_no_moment_is_an_error_that_does_not_show_it(value: Any) -> None:
    if value is not None:
        with pytest.raises(UnexpectedAnswer, match="'added_at'"):
            moments([value], "added_at")
    with pytest.raises(UnexpectedAnswer, match="'added_at'") as caught:
        moment(value, "added_at")
    assert not value or str(value) not in str(caught.value.description)
