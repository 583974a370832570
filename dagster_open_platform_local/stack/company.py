"""Brings the simulated company to a date, one writer at a time, and with it the databases that others share with it.

What belongs here: which date it shall be, and the lock. What does not: the data. What services keep at the company's date
follows by itself.
"""

from datetime import date

from dagster_open_platform_local.company.build import advance, build, catch_up
from dagster_open_platform_local.company.clock import (
    CompanyClock,
    read_clock,
    wall_clock_date,
)
from dagster_open_platform_local.company.settings import settings_from_environment
from dagster_open_platform_local.stack.lock import exclusive
from dagster_open_platform_local.stack.vendors import write_shared_databases
from dagster_open_platform_local.state import LocalState


def ensure_company(state: LocalState, today: date | None = None) -> CompanyClock:
    """Build the company, or what it lacks.

    Args:
        state: Where it is.
        today: The date it shall be there (UTC); None: as `build` says.

    Raises:
        CompanyError: It was made from other settings, or it cannot be that date.
    """
    with exclusive(state.company_lock):
        build(state.company, settings_from_environment(), today)
        clock = read_clock(state.company)
        write_shared_databases(state, clock)
        return clock


def advance_company(state: LocalState) -> date:
    """Move the company one day on; its services see it at once.

    Raises:
        CompanyError: There is none.
    """
    with exclusive(state.company_lock):
        today = advance(state.company)
        write_shared_databases(state, read_clock(state.company))
        return today


def follow_wall_clock(state: LocalState) -> date | None:
    """Bring the company to today's date (UTC); the new date, or None if it was there already.

    Raises:
        CompanyError: There is no company.
    """
    with exclusive(state.company_lock):
        before, now = read_clock(state.company).today, wall_clock_date()
        # A clock that was set back must not end the stack.
        if now <= before:
            return None
        moved = catch_up(state.company, now)
        write_shared_databases(state, read_clock(state.company))
        return moved
