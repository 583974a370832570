"""The company's clock and settings."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dagster_open_platform_local.company.build import advance, build, catch_up
from dagster_open_platform_local.company.clock import (
    CLOCK_FILE,
    CompanyClock,
    read_clock,
    wall_clock_date,
    write_clock,
)
from dagster_open_platform_local.company.errors import (
    ClockError,
    CompanyError,
    CompanyNotBuiltError,
    SettingsMismatchError,
)
from dagster_open_platform_local.company.settings import CompanySettings, settings_from_environment

TINY = CompanySettings(seed=3, scale=0.01)


def test_the_clock_survives_the_disk(tmp_path: Path) -> None:
    clock = CompanyClock(TINY, date(2026, 7, 2))
    write_clock(tmp_path, clock)
    assert read_clock(tmp_path) == clock
    assert clock.now.isoformat() == "2026-07-02T00:00:00+00:00"


def test_no_company_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(CompanyNotBuiltError, match="just stack"):
        read_clock(tmp_path)
    with pytest.raises(CompanyNotBuiltError):
        advance(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 1}', '{"format": 1, "seed": "x"}'])
def test_a_broken_clock_says_reset(tmp_path: Path, content: str) -> None:
    (tmp_path / CLOCK_FILE).write_text(content)
    with pytest.raises(CompanyError, match="just reset"):
        read_clock(tmp_path)


def test_a_company_of_another_format_says_reset(tmp_path: Path) -> None:
    write_clock(tmp_path, CompanyClock(TINY, date(2026, 7, 2)))
    content = json.loads((tmp_path / CLOCK_FILE).read_text())
    (tmp_path / CLOCK_FILE).write_text(json.dumps({**content, "format": 0}))
    with pytest.raises(SettingsMismatchError, match="just reset"):
        read_clock(tmp_path)


def test_other_settings_are_refused_and_named(tmp_path: Path) -> None:
    build(tmp_path, TINY, date(2026, 6, 3))
    with pytest.raises(
        SettingsMismatchError, match=r"seed is 3 there and 4 now.*scale is 0.01 there.*just reset"
    ):
        build(tmp_path, CompanySettings(seed=4, scale=0.02), date(2026, 6, 3))
    assert read_clock(tmp_path).settings == TINY


def test_time_moves_forward_a_day_at_a_time(tmp_path: Path) -> None:
    build(tmp_path, TINY, date(2026, 6, 3))
    assert advance(tmp_path) == date(2026, 6, 4)
    assert catch_up(tmp_path, date(2026, 6, 8)) == date(2026, 6, 8)
    assert catch_up(tmp_path, date(2026, 6, 8)) == date(2026, 6, 8)
    with pytest.raises(ClockError, match="does not go back"):
        catch_up(tmp_path, date(2026, 6, 7))
    with pytest.raises(ClockError, match="outside"):
        catch_up(tmp_path, wall_clock_date() + timedelta(days=1))
    assert read_clock(tmp_path).today == date(2026, 6, 8)


def test_a_new_company_has_reached_the_calendar_and_can_run_ahead(tmp_path: Path) -> None:
    settings = CompanySettings(seed=3, scale=0.01, epoch=wall_clock_date() - timedelta(days=3))
    build(tmp_path, settings)
    assert read_clock(tmp_path).today == wall_clock_date()
    tomorrow = wall_clock_date() + timedelta(days=1)
    assert advance(tmp_path) == tomorrow
    build(tmp_path, settings)
    assert read_clock(tmp_path).today == tomorrow


def test_a_company_that_was_put_into_the_past_stays_there_until_it_is_moved(tmp_path: Path) -> None:
    settings = CompanySettings(seed=3, scale=0.01, epoch=wall_clock_date() - timedelta(days=5))
    past = settings.epoch + timedelta(days=2)
    build(tmp_path, settings, past)
    build(tmp_path, settings)
    assert read_clock(tmp_path).today == past
    assert advance(tmp_path) == past + timedelta(days=1)
    build(tmp_path, settings)
    assert read_clock(tmp_path).today == past + timedelta(days=1)


def test_a_company_that_had_reached_the_calendar_follows_it(tmp_path: Path) -> None:
    settings = CompanySettings(seed=3, scale=0.01, epoch=wall_clock_date() - timedelta(days=3))
    build(tmp_path, settings, settings.epoch + timedelta(days=1))
    # As it would have been written yesterday and the day before.
    write_clock(tmp_path, replace(read_clock(tmp_path), follows_calendar=True))
    build(tmp_path, settings)
    assert read_clock(tmp_path).today == wall_clock_date()


def test_settings_come_from_the_environment() -> None:
    assert settings_from_environment({}) == CompanySettings(seed=7, scale=1.0)
    assert settings_from_environment({"COMPANY_SEED": "5", "COMPANY_SCALE": "0.5"}) == CompanySettings(5, 0.5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COMPANY_SEED", "x"),
        ("COMPANY_SCALE", ""),
        ("COMPANY_SCALE", "0"),
        ("COMPANY_SCALE", "nan"),
        ("COMPANY_SCALE", "1e9"),
    ],
)
def test_wrong_settings_are_named(name: str, value: str) -> None:
    with pytest.raises(CompanyError, match=name):
        settings_from_environment({name: value})
