"""Building a company and moving it on in time.

What belongs here: which files a company consists of, in which order they are written, and how the clock moves. What
does not: what is in the files (a module a table).

    company.json                                the clock (`clock.py`)
    pypi/file_downloads/day=YYYY-MM-DD.parquet  one file a complete day; written once
    as_of=YYYY-MM-DD/...                        what changes in place, as it stands at the company's today: the
                                                tables of github/, organizations, users

company.json is written first (a company without days) and again at the end. A build that is killed in between leaves
the company as it was, with files of days that have not come yet; the next build goes on from there.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from dagster_open_platform_local.company.clock import (
    CLOCK_FILE,
    CompanyClock,
    check_settings,
    read_clock,
    wall_clock_date,
    write_clock,
)
from dagster_open_platform_local.company.errors import ClockError
from dagster_open_platform_local.company.files import remove_leftovers, write_parquet
from dagster_open_platform_local.company.github_state import github_tables
from dagster_open_platform_local.company.organizations import organizations_table
from dagster_open_platform_local.company.pypi import day_file, downloads_of_day
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.users import users_table

_SNAPSHOT = "as_of="


def build(directory: Path, settings: CompanySettings, today: date | None = None) -> dict[str, int]:
    """Build a company, or bring an existing one to a date; only what is missing is made.

    Args:
        directory: Where the company lies or will lie.
        settings: What it is made from; must be those of the company that is there.
        today: The date it shall be in the company (UTC). If not given: the wall clock's, so that every day that is over
            has data; but a company that was put into the past, or has run ahead, keeps its date.

    Returns:
        Rows written in this call, a table. Downloads of days that were there already are not among them.

    Raises:
        SettingsMismatchError: The directory holds a company of other settings.
        ClockError: `today` is before the company's today, before its epoch or after the wall clock's date (UTC).
    """
    if (directory / CLOCK_FILE).exists():
        clock = read_clock(directory)
        check_settings(clock.settings, settings, directory)
    else:
        # If the first build is killed, the next one goes on with it.
        clock = CompanyClock(settings, settings.epoch, follows_calendar=True)
        write_clock(directory, clock)
    if today is None:
        today = max(clock.today, wall_clock_date()) if clock.follows_calendar else clock.today
    else:
        _check_target(clock, today)
    return _write(directory, clock.settings, today)


def advance(directory: Path) -> date:
    """Move the company one day on, also beyond the wall clock's date: it then lives a day that is not over here.

    Returns:
        The date it is now in the company.

    Raises:
        CompanyNotBuiltError: There is no company in the directory.
    """
    clock = read_clock(directory)
    tomorrow = clock.today + timedelta(days=1)
    _write(directory, clock.settings, tomorrow)
    return tomorrow


def catch_up(directory: Path, until: date) -> date:
    """Move the company to a date; does nothing if it is there already.

    Args:
        directory: Where the company lies.
        until: The date it shall be (UTC).

    Returns:
        The date it is now in the company.

    Raises:
        CompanyNotBuiltError: There is no company in the directory.
        ClockError: `until` is before the company's today or after the wall clock's date (UTC).
    """
    clock = read_clock(directory)
    _check_target(clock, until)
    if until > clock.today:
        _write(directory, clock.settings, until)
    return until


def _check_target(clock: CompanyClock, target: date) -> None:
    if target < clock.today:
        raise ClockError(f"It is {clock.today} in the company already; time does not go back to {target}")
    if target > wall_clock_date():
        raise ClockError(
            f"It is {clock.today} in the company and {wall_clock_date()} (UTC) outside: the company cannot move to "
            f"{target}, whose days before it are not all over"
        )


def _write(directory: Path, settings: CompanySettings, today: date) -> dict[str, int]:
    """Write what is missing, then the clock, then remove what is no longer of use."""
    rows = {"file_downloads": 0}
    for day in _days(settings.epoch, today):
        path = day_file(directory, day)
        if not path.exists():
            table = downloads_of_day(settings, day)
            write_parquet(path, table)
            rows["file_downloads"] += table.num_rows
    snapshot = directory / f"{_SNAPSHOT}{today.isoformat()}"
    for name, table in _snapshot_tables(settings, today):
        write_parquet(snapshot / f"{name}.parquet", table)
        rows[name] = table.num_rows
    write_clock(directory, CompanyClock(settings, today, follows_calendar=today >= wall_clock_date()))
    for old in directory.glob(f"{_SNAPSHOT}*"):
        if old != snapshot:
            shutil.rmtree(old, ignore_errors=True)
    remove_leftovers(directory)
    return rows


def _snapshot_tables(settings: CompanySettings, today: date) -> Iterator[tuple[str, pa.Table]]:
    for name, table in github_tables(settings, today).items():
        yield f"github/{name}", table
    makers: dict[str, Callable[[CompanySettings, date], pa.Table]] = {
        "organizations": organizations_table,
        "users": users_table,
    }
    for name, make in makers.items():
        yield name, make(settings, today)


def _days(start: date, end: date) -> Iterator[date]:
    for offset in range((end - start).days):
        yield start + timedelta(days=offset)
