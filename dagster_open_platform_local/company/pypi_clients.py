"""Who downloads: installers, Python versions, operating systems, countries.

What belongs here: the lists and their shares, as they change with time. What does not: what is downloaded
(`pypi_releases.py`) and how rows are put together (`pypi.py`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_open_platform_local.company.hashing import thresholds

HALF_YEAR = 182


@dataclass(frozen=True)
class Installer:
    """A program that downloads files.

    Args:
        name: As in `details.installer.name`; None where the user agent was not understood.
        share: Relative share on the epoch.
        share_later: Relative share half a year on; linear between, and beyond.
        versions: Its versions in use.
        tells: Whether its user agent tells about Python and the system.
    """

    name: str | None
    share: float
    share_later: float
    versions: tuple[str, ...]
    tells: bool


INSTALLERS = (
    Installer("pip", 50.0, 43.0, ("25.3", "25.2", "25.0.1", "24.0", "23.2.1"), True),
    Installer("uv", 30.0, 38.0, ("0.9.12", "0.9.5", "0.8.22", "0.7.3"), True),
    Installer("poetry", 5.5, 4.8, ("2.2.1", "2.1.4", "1.8.5"), True),
    Installer(None, 4.0, 4.0, ("",), False),
    Installer("bandersnatch", 2.6, 2.4, ("6.5.0",), False),
    Installer("requests", 2.2, 2.2, ("2.32.5",), False),
    Installer("Browser", 1.6, 1.4, ("",), False),
    Installer("Nexus", 1.2, 1.2, ("3.77.0",), False),
    Installer("Artifactory", 1.1, 1.1, ("7.98.7",), False),
    Installer("pdm", 0.9, 0.9, ("2.25.9",), True),
    Installer("pex", 0.6, 0.6, ("2.33.7",), True),
    Installer("conda", 0.3, 0.3, ("",), False),
)
CRAWLER = 5
"""Index of the installer to which an outlier day's extra downloads belong."""

_PYTHON_SERIES = (
    # series, share on the epoch, share half a year on, patch releases in use
    ("3.8", 1.6, 1.2, (10, 20)),
    ("3.9", 5.5, 4.0, (7, 18, 23)),
    ("3.10", 17.0, 14.0, (4, 12, 18, 19)),
    ("3.11", 26.0, 23.0, (2, 9, 13, 14)),
    ("3.12", 30.0, 30.0, (3, 7, 11, 12)),
    ("3.13", 15.0, 19.0, (1, 5, 7, 9)),
    ("3.14", 3.0, 8.0, (0, 2)),
)
PYTHONS = tuple(f"{series}.{patch}" for series, _, _, patches in _PYTHON_SERIES for patch in patches)

SYSTEMS = (
    # system name, release, distro name, version, id, libc, libc version, cpu, share
    ("Linux", "6.8.0-1031-aws", "Debian GNU/Linux", "12", "bookworm", "glibc", "2.36", "x86_64", 34),
    ("Linux", "6.1.0-37-cloud-amd64", "Ubuntu", "22.04", "jammy", "glibc", "2.35", "x86_64", 17),
    ("Linux", "6.11.0-1018-azure", "Ubuntu", "24.04", "noble", "glibc", "2.39", "x86_64", 16),
    ("Linux", "5.10.236-228", "Amazon Linux", "2023", None, "glibc", "2.34", "aarch64", 7),
    ("Linux", "6.6.87", "Alpine Linux", "3.21.3", None, "musl", "1.2.5", "x86_64", 6),
    ("Darwin", "24.6.0", "macOS", "15.6", None, None, None, "arm64", 11),
    ("Windows", "11", None, None, None, None, None, "AMD64", 9),
)
SYSTEM_WEIGHTS = thresholds([system[-1] for system in SYSTEMS])

COUNTRIES = (
    "US",
    "DE",
    "GB",
    "FR",
    "NL",
    "IE",
    "IN",
    "CA",
    "BR",
    "AU",
    "SG",
    "JP",
    "SE",
    "PL",
    "ES",
    "IL",
    None,
)
COUNTRY_WEIGHTS = thresholds([47, 8, 6, 5, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 2, 1, 1])
OPENSSL = ("OpenSSL 3.0.17 1 Jul 2025", "OpenSSL 3.5.1 1 Jul 2025", "OpenSSL 1.1.1w  11 Sep 2023")
SETUPTOOLS = ("80.9.0", "75.8.0", "65.5.1", None)


def installer_weights(day: int) -> NDArray[np.int64]:
    """Thresholds over `INSTALLERS` so many days after the epoch."""
    return thresholds([_between(each.share, each.share_later, day) for each in INSTALLERS])


def python_weights(day: int) -> NDArray[np.int64]:
    """Thresholds over `PYTHONS` so many days after the epoch; newer patch releases are used more."""
    return thresholds(
        [
            _between(share, later, day) * (1 + position) / len(patches)
            for _, share, later, patches in _PYTHON_SERIES
            for position in range(len(patches))
        ]
    )


def _between(share: float, later: float, day: int) -> float:
    """Linear, but never less than a tenth of where it began."""
    return max(share / 10, share + (later - share) * day / HALF_YEAR)
