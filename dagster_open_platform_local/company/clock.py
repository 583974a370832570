"""What date it is in the company, and which company it is.

What belongs here: company.json. What does not: making data (that is `build.py`, which moves the clock once the data of
a day is complete).

`today` means: every day before it is complete and has data; nothing of `today` itself has happened yet. Days are UTC.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from dagster_open_platform_local.company.errors import (
    CompanyError,
    CompanyNotBuiltError,
    SettingsMismatchError,
)
from dagster_open_platform_local.company.files import write_json
from dagster_open_platform_local.company.settings import FORMAT, CompanySettings

CLOCK_FILE = "company.json"


@dataclass(frozen=True)
class CompanyClock:
    """The content of company.json.

    Args:
        settings: What the company was made from.
        today: The date it is in the company (UTC); every earlier day from the epoch on has data.
        follows_calendar: Whether it had reached the wall clock's date when it was written. One that was put into the
            past stays there until it is moved.
    """

    settings: CompanySettings
    today: date
    follows_calendar: bool = False

    @property
    def now(self) -> datetime:
        """The moment at which the company stands: 00:00 UTC of its today."""
        return datetime(self.today.year, self.today.month, self.today.day, tzinfo=UTC)


def wall_clock_date() -> date:
    """The UTC date outside the company."""
    return datetime.now(UTC).date()


def read_clock(directory: Path) -> CompanyClock:
    """Read company.json.

    Raises:
        CompanyNotBuiltError: There is no company in the directory.
        CompanyError: The file is not what this version writes.
    """
    path = directory / CLOCK_FILE
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise CompanyNotBuiltError(f"There is no company in {directory}: `just stack` builds one") from error
    except json.JSONDecodeError as error:
        raise CompanyError(f"{path} is not readable JSON: `just reset` and build the company anew") from error
    try:
        if content["format"] != FORMAT:
            raise SettingsMismatchError(
                f"{path} was written by another version of the generators (format {content['format']}, this one is "
                f"{FORMAT}): `just reset` and build the company anew"
            )
        settings = CompanySettings(
            seed=int(content["seed"]),
            scale=float(content["scale"]),
            epoch=date.fromisoformat(content["epoch"]),
            name=str(content["name"]),
        )
        return CompanyClock(settings, date.fromisoformat(content["today"]), bool(content["follows_calendar"]))
    except (KeyError, TypeError, ValueError) as error:
        raise CompanyError(f"{path} lacks a field or holds a wrong value: `just reset`") from error


def write_clock(directory: Path, clock: CompanyClock) -> None:
    """Write company.json atomically."""
    settings = clock.settings
    write_json(
        directory / CLOCK_FILE,
        {
            "format": FORMAT,
            "name": settings.name,
            "seed": settings.seed,
            "scale": settings.scale,
            "epoch": settings.epoch.isoformat(),
            "today": clock.today.isoformat(),
            "follows_calendar": clock.follows_calendar,
        },
    )


def check_settings(found: CompanySettings, wanted: CompanySettings, directory: Path) -> None:
    """Refuse to mix two companies in one directory.

    Raises:
        SettingsMismatchError: Seed, scale or epoch differ; the message names each with both values.
    """
    differences = [
        f"{name} is {getattr(found, name)} there and {getattr(wanted, name)} now"
        for name in ("seed", "scale", "epoch")
        if getattr(found, name) != getattr(wanted, name)
    ]
    if differences:
        raise SettingsMismatchError(
            f"The company in {directory} was made from other settings ({'; '.join(differences)}). "
            "Run `just reset` to throw it away, or set COMPANY_SEED and COMPANY_SCALE back"
        )
