"""What a company is made from: its seed, its size, its first day.

What belongs here: the settings and how they are read from the environment. What does not: the date it is in the
company (that is `clock.py`).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dagster_open_platform_local.company.errors import CompanyError

EPOCH = date(2026, 6, 1)
"""The first day with data of every company, a Monday, so that weekly partitions begin with it."""

FORMAT = 2
"""Version of the generators. A change of any generated value raises it, so that an old directory is refused."""

_MAX_SCALE = 1000.0


@dataclass(frozen=True)
class CompanySettings:
    """The settings of a company; two companies with equal settings are equal, byte for byte.

    Args:
        seed: Any integer; another seed is another company.
        scale: Size, 1.0 being a laptop's demo (about 3,000 downloads a day). Greater than 0, at most 1000.
        epoch: The first day with data (UTC).
        name: The company's name, for messages.
    """

    seed: int = 7
    scale: float = 1.0
    epoch: date = EPOCH
    name: str = "Dagster Labs (simulated)"

    def __post_init__(self) -> None:
        if not 0 < self.scale <= _MAX_SCALE:
            raise CompanyError(
                f"COMPANY_SCALE must be above 0 and at most {_MAX_SCALE:g}, not {self.scale:g}"
            )


def settings_from_environment(environ: Mapping[str, str] | None = None) -> CompanySettings:
    """Read `COMPANY_SEED` (an integer, default 7) and `COMPANY_SCALE` (a number, default 1.0).

    Args:
        environ: Where to look; the process environment if not given.

    Raises:
        CompanyError: A variable holds something that is not a number, or a scale out of range.
    """
    values = os.environ if environ is None else environ
    seed, scale = values.get("COMPANY_SEED", "7"), values.get("COMPANY_SCALE", "1.0")
    try:
        parsed_seed = int(seed)
    except ValueError as error:
        raise CompanyError(f"COMPANY_SEED must be an integer, not {seed!r}") from error
    try:
        parsed_scale = float(scale)
    except ValueError as error:
        raise CompanyError(f"COMPANY_SCALE must be a number, not {scale!r}") from error
    return CompanySettings(seed=parsed_seed, scale=parsed_scale)
