"""Which company the buckets hold, and up to which date each export is there: a file beside the buckets.

What belongs here: reading, checking and writing it. What does not: the objects. It is written after the objects of a day, so
what it says is always so; of the day after that, some objects may be there already, and they are written once more.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dagster_open_platform_local.company.files import write_json
from dagster_open_platform_local.company.settings import FORMAT, CompanySettings
from dagster_open_platform_local.services.exports.errors import ExportsError, ForeignBucketsError

LEDGER_FILE = ".delivered.json"
"""Below the directory of the buckets, none of whose names begins with a dot."""
_ADVICE = "`just reset` throws company and buckets away together"


@dataclass(frozen=True)
class Ledger:
    """The content of the file.

    Args:
        seed: Of the company's settings; so are `scale` and `epoch`.
        scale: The company's size.
        epoch: The company's first day.
        format: Version of the generators.
        reached: Export to the date before which everything is there (UTC).
    """

    seed: int
    scale: float
    epoch: date
    format: int
    reached: dict[str, date]

    @classmethod
    def empty(cls, settings: CompanySettings, exports: Iterable[str]) -> "Ledger":
        """Nothing is there yet.

        Args:
            settings: The company's.
            exports: Names.
        """
        return cls(
            settings.seed, settings.scale, settings.epoch, FORMAT, dict.fromkeys(exports, settings.epoch)
        )

    @property
    def earliest(self) -> date:
        """The date before which every export is there."""
        return min(self.reached.values())


def read_ledger(directory: Path, settings: CompanySettings, exports: Iterable[str]) -> Ledger:
    """The ledger of a directory of buckets; one in which nothing is there yet if there is no file.

    Args:
        directory: Of the buckets.
        settings: The company's.
        exports: Names of those that there shall be; one that the file does not know begins with the epoch.

    Raises:
        ExportsError: The file is not what this version writes.
    """
    wanted = Ledger.empty(settings, exports)
    try:
        found = _parsed((directory / LEDGER_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return wanted
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ExportsError(f"{directory / LEDGER_FILE} is damaged: {_ADVICE}") from error
    reached = {name: found.reached.get(name, settings.epoch) for name in wanted.reached}
    return Ledger(found.seed, found.scale, found.epoch, found.format, reached)


def check_ledger(directory: Path, ledger: Ledger, settings: CompanySettings, today: date) -> None:
    """Refuse to put objects into the buckets of another company, or of a later date.

    Raises:
        ForeignBucketsError: They are; the message names each difference.
    """
    wanted = Ledger.empty(settings, ())
    differences = [
        f"{name} is {getattr(ledger, name)} there and {getattr(wanted, name)} in the company"
        for name in ("seed", "scale", "epoch", "format")
        if getattr(ledger, name) != getattr(wanted, name)
    ]
    if differences:
        raise ForeignBucketsError(
            f"The buckets in {directory} were filled from other settings ({'; '.join(differences)}): {_ADVICE}"
        )
    latest = max(ledger.reached.values())
    if latest > today:
        raise ForeignBucketsError(
            f"It is {latest} in the buckets in {directory} and {today} in the company, and time does not go back: {_ADVICE}"
        )


def write_ledger(directory: Path, ledger: Ledger) -> None:
    """Replace the file."""
    reached = {name: day.isoformat() for name, day in ledger.reached.items()}
    content: dict[str, Any] = {
        "format": ledger.format,
        "seed": ledger.seed,
        "scale": ledger.scale,
        "epoch": ledger.epoch.isoformat(),
        "reached": reached,
    }
    write_json(directory / LEDGER_FILE, content)


def _parsed(text: str) -> Ledger:
    content = json.loads(text)
    return Ledger(
        seed=int(content["seed"]),
        scale=float(content["scale"]),
        epoch=date.fromisoformat(content["epoch"]),
        format=int(content["format"]),
        reached={str(name): date.fromisoformat(day) for name, day in content["reached"].items()},
    )
