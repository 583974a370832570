"""Building: the same bytes whatever the way, and nothing lost when it is killed."""

import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.company.build import advance, build, catch_up
from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.fixtures.company import SMALL, SMALL_TODAY, digests

TINY = CompanySettings(seed=3, scale=0.01)
START = date(2026, 6, 1)


def test_the_same_settings_give_the_same_bytes(tmp_path: Path, small_company: Path) -> None:
    build(tmp_path, SMALL, SMALL_TODAY)
    assert digests(tmp_path) == digests(small_company)


def test_another_seed_is_another_company(tmp_path: Path) -> None:
    for seed in (1, 2):
        build(tmp_path / str(seed), CompanySettings(seed=seed, scale=0.01), date(2026, 6, 4))
    one, other = digests(tmp_path / "1"), digests(tmp_path / "2")
    assert one.keys() == other.keys()
    # The labels of a repository are the same in both but for their ids.
    assert not {name for name in one if one[name] == other[name]}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stops=st.sets(st.integers(0, 11), max_size=5))
def test_day_by_day_and_at_once_give_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, stops: set[int]
) -> None:
    at_once, in_steps = tmp_path_factory.mktemp("once"), tmp_path_factory.mktemp("steps")
    build(at_once, TINY, START + timedelta(days=12))
    build(in_steps, TINY, START)
    for stop in sorted(stops):
        catch_up(in_steps, START + timedelta(days=stop))
    while read_clock(in_steps).today < START + timedelta(days=12):
        advance(in_steps)
    assert digests(in_steps) == digests(at_once)


def test_only_what_is_missing_is_made(tmp_path: Path) -> None:
    first = build(tmp_path, TINY, date(2026, 6, 10))
    again = build(tmp_path, TINY, date(2026, 6, 10))
    assert first["file_downloads"] > 0
    assert again["file_downloads"] == 0
    assert {name: rows for name, rows in again.items() if name != "file_downloads"} == {
        name: rows for name, rows in first.items() if name != "file_downloads"
    }


def test_a_killed_build_goes_on_where_it_was(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    today = START + timedelta(days=150)
    code = (
        "import pathlib, datetime\n"
        "from dagster_open_platform_local.company.build import build\n"
        "from dagster_open_platform_local.company.settings import CompanySettings\n"
        f"build(pathlib.Path({str(killed)!r}), CompanySettings(seed=3, scale=0.01), datetime.date.fromisoformat('{today}'))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    files = killed / "pypi" / "file_downloads"
    while process.poll() is None and (not files.exists() or len(list(files.iterdir())) < 20):
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    # A company without days: nobody is shown a part of it.
    assert read_clock(killed).today == START
    build(killed, TINY, today)
    build(whole, TINY, today)
    assert digests(killed) == digests(whole)


def test_what_a_killed_write_leaves_is_removed(tmp_path: Path) -> None:
    build(tmp_path, TINY, date(2026, 6, 4))
    before = digests(tmp_path)
    leftover = tmp_path / "pypi" / "file_downloads" / ".day=2026-06-04.parquet.1.tmp"
    leftover.write_bytes(b"half")
    (tmp_path / "as_of=2026-06-09").mkdir()
    build(tmp_path, TINY, date(2026, 6, 4))
    assert digests(tmp_path) == before
    assert not (tmp_path / "as_of=2026-06-09").exists()
