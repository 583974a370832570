"""Freshness, redaction, and the chart."""

import datetime as dt
import io

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dagster_open_platform.lib.drawing import axis_top
from dagster_open_platform.lib.health.chart import (
    FAILED,
    HEIGHT,
    SUCCEEDED,
    WIDTH,
    chart_of,
    duration,
)
from dagster_open_platform.lib.health.failures import CHARACTERS, first_lines
from dagster_open_platform.lib.health.freshness import Freshness, freshness_of, last_tick
from dagster_open_platform.lib.health.links import Links
from dagster_open_platform.lib.health.model import Health, HourOfRuns
from dagster_open_platform.lib.health.redaction import redacted
from dagster_open_platform.lib.health.steps import SlowStep

NOW = dt.datetime(2026, 6, 10, 7, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@given(age=st.integers(0, 5000), warn=st.integers(1, 2000), more=st.integers(1, 2000))
def test_a_window_is_judged_by_age(age: int, warn: int, more: int) -> None:
    policy = dg.FreshnessPolicy.time_window(fail_window=(warn + more) * MINUTE, warn_window=warn * MINUTE)
    expected = Freshness.PASS if age <= warn else Freshness.WARN if age <= warn + more else Freshness.FAIL
    assert freshness_of(policy, NOW - age * MINUTE, NOW) is expected
    assert freshness_of(policy, None, NOW) is Freshness.UNKNOWN


@given(hour=st.integers(0, 23), minute=st.integers(0, 59), passed=st.integers(0, 100_000))
def test_the_last_tick_of_a_daily_schedule(hour: int, minute: int, passed: int) -> None:
    now = NOW + passed * MINUTE
    today = now.replace(hour=hour, minute=minute)
    expected = today if today <= now else today - dt.timedelta(days=1)
    assert last_tick(f"{minute} {hour} * * *", "UTC", now) == expected


def test_a_deadline_is_judged_by_the_last_one_that_passed() -> None:
    policy = dg.FreshnessPolicy.cron("0 6 * * *", dt.timedelta(hours=2))
    six = NOW.replace(hour=6)
    assert freshness_of(policy, six - 119 * MINUTE, NOW) is Freshness.PASS
    assert freshness_of(policy, six - 121 * MINUTE, NOW) is Freshness.FAIL
    assert freshness_of(policy, NOW - MINUTE, NOW) is Freshness.PASS


WORD = st.from_regex(r"[A-Za-z0-9]{24,40}", fullmatch=True)


@given(
    secret=WORD,
    form=st.sampled_from(
        [
            "xoxb-{}",
            "sk-ant-{}",
            "ghp_{}",
            "Authorization: Bearer {}",
            "Basic {}",
            "postgresql://user:{}@host/db",
            "password={}",
            '"client_secret": "{}"',
            "https://host/path?X-Amz-Signature={}&a=b",
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
            "eyJhbGciOi.{}.abc",
        ]
    ),
    around=st.sampled_from([("", ""), ("could not log in with ", " today"), ("(", ")"), ("'", "'")]),
)
def test_no_form_of_a_secret_is_left(secret: str, form: str, around: tuple[str, str]) -> None:
    shown = redacted(f"{around[0]}{form.format(secret)}{around[1]}", {})
    assert secret not in shown
    assert "[secret]" in shown


def test_values_of_secret_variables_are_blanked_and_paths_are_not() -> None:
    environ = {
        "WAREHOUSE_PASSWORD": "correct horse",
        "SNOWFLAKE_PRIVATE_KEY_PATH": "/etc/key.p8",
        "HOME": "somebody",
    }
    assert redacted("no correct horse at /etc/key.p8 of somebody", environ) == (
        "no [secret] at /etc/key.p8 of somebody"
    )


@given(st.lists(st.sampled_from(["table", "orders", "has", "3", "rows,", "not", "token", "key"]), min_size=1))
def test_what_is_no_secret_stays(words: list[str]) -> None:
    assert redacted(" ".join(words), {}) == " ".join(words)


@given(st.text(max_size=3000))
def test_few_lines_are_shown(message: str) -> None:
    shown = first_lines(message)
    assert len(shown) <= CHARACTERS + 1
    assert len(shown.splitlines()) <= 3


@given(st.integers(0, 10**7))
def test_an_axis_ends_at_a_round_number_not_far_above(most: int) -> None:
    top = axis_top(most)
    assert top >= most
    assert top % 4 == 0
    assert top <= max(4, 2 * most)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0.0 s"), (9.94, "9.9 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (3660, "1 h 1 min")],
)
def test_durations_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def colored(failed: int, succeeded: int = 50) -> dict[str, int]:
    hours = tuple(
        HourOfRuns(NOW + (n - 24) * 60 * MINUTE, succeeded=succeeded, failed=failed if n == 3 else 0)
        for n in range(24)
    )
    slow = (SlowStep((dg.AssetKey(["a" * 90, "ü→"]),), 12.0, "r"),)
    health = Health(NOW - dt.timedelta(days=1), NOW, hours, 0, (), 0, slow, (), 0, 0, (), 0, 0, ())
    image = Image.open(io.BytesIO(chart_of(health)))
    assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
    counts = image.convert("RGB").crop((0, 110, WIDTH, HEIGHT)).getcolors(WIDTH * HEIGHT) or []
    return {f"#{r:02x}{g:02x}{b:02x}": number for number, (r, g, b) in counts}  # pyright: ignore[reportGeneralTypeIssues]  # RGB has three


def test_the_chart_shows_failures_as_large_as_they_are() -> None:
    none, one, many = (colored(failed) for failed in (0, 1, 40))
    assert FAILED not in none
    assert none[SUCCEEDED] > 10_000
    assert 0 < one[FAILED] < many[FAILED]
    assert colored(0, succeeded=0).get(SUCCEEDED) is None


def test_links_lead_to_dagsters_pages_or_are_names() -> None:
    linked, plain = Links("http://127.0.0.1:3000/"), Links.from_environment({})
    assert linked.asset(dg.AssetKey(["a b", "c"])).source == "<http://127.0.0.1:3000/assets/a%20b/c|a b/c>"
    assert "runs/123456789" in linked.run("123456789").source
    assert plain.run("123456789").source == "`12345678`"
    assert Links.from_environment({"DAGSTER_UI_URL": "http://x"}).run("1").source == "<http://x/runs/1|1>"
