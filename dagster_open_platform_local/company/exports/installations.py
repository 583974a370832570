"""Open-source installations of Dagster: whose events telemetry brings.

What belongs here: which there are and what each is like, as of a moment. What does not: what they report (`telemetry.py`).

An installation is as many days behind the newest release as it always was, so it upgrades as releases come.
"""

from dataclasses import dataclass

import numpy as np

from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, choice, hashes, uuids
from dagster_open_platform_local.company.product.texts import PYTHON_VERSIONS
from dagster_open_platform_local.company.product.versions import versions_at
from dagster_open_platform_local.company.settings import CompanySettings

_AT_EPOCH, _NEW_A_DAY = 320, 6
_LAGS = (0, 4, 20, 70, 220, 600)
_PYTHON_WEIGHTS = thresholds([8, 24, 33, 27, 8])
_SYSTEMS = (
    "Linux-5.15.0-1084-aws-x86_64-with-glibc2.35",
    "Linux-6.1.115-126.197.amzn2023.x86_64-x86_64-with-glibc2.36",
    "Linux-6.8.0-48-generic-x86_64-with-glibc2.39",
    "Linux-5.10.226-214.880.amzn2.aarch64-aarch64-with-glibc2.36",
    "macOS-15.1-arm64-arm-64bit",
    "macOS-14.6.1-arm64-arm-64bit",
    "Windows-11-10.0.26100-SP0",
)
_SYSTEM_WEIGHTS = thresholds([22, 20, 21, 9, 15, 7, 6])


@dataclass(frozen=True)
class Installations:
    """Installations, a row an event.

    Args:
        ids: UUIDs.
        sessions: UUIDs of their daemons.
        storages: UUIDs of their run storages; None where it is not told.
        dagster_versions: As of the event.
        python_versions: Three numbers.
        systems: As Python describes the operating system.
        counts: Pipelines, schedules, sensors, assets of their repository.
        repositories: Hashes of its name.
    """

    ids: list[str]
    sessions: list[str]
    storages: list[str | None]
    dagster_versions: list[str]
    python_versions: list[str]
    systems: list[str]
    counts: list[tuple[int, ...]]
    repositories: list[str]


def installations_of(settings: CompanySettings, events: Draws, micros: Integers) -> Installations:
    """An installation for each event; the older ones report more.

    Args:
        settings: The company's.
        events: Of the events.
        micros: When each happened (Unix microseconds).
    """
    seconds = micros // 1_000_000
    age = np.maximum(seconds - unix_seconds(settings.epoch), 0) // DAY_SECONDS
    known = np.maximum(((_AT_EPOCH + _NEW_A_DAY * age) * settings.scale).astype(np.int64), 1)
    number = np.minimum(events.below_each("installation", known), events.below_each("or_installation", known))
    draws = Draws(settings.seed, "installations", number)
    nowhere = np.zeros(number.size, dtype=np.bool_)
    storages = uuids(draws, "storage").to_pylist()
    told = draws.chance("tells_storage", 0.8).tolist()
    counts = (
        draws.quantile("pipelines", (1, 2, 5, 14, 60)),
        draws.quantile("schedules", (0, 0, 2, 8, 40)),
        draws.quantile("sensors", (0, 0, 1, 4, 25)),
        draws.quantile("assets", (0, 4, 25, 110, 2400)),
    )
    return Installations(
        ids=uuids(draws, "instance").to_pylist(),
        sessions=uuids(draws, "session").to_pylist(),
        storages=[storage if tells else None for storage, tells in zip(storages, told, strict=True)],
        dagster_versions=versions_at(
            settings.seed, seconds, nowhere, draws.quantile("lag", _LAGS)
        ).to_pylist(),
        python_versions=choice(PYTHON_VERSIONS, draws.pick("python", _PYTHON_WEIGHTS)).to_pylist(),
        systems=choice(_SYSTEMS, draws.pick("system", _SYSTEM_WEIGHTS)).to_pylist(),
        counts=list(zip(*(each.tolist() for each in counts), strict=True)),
        repositories=hashes(draws, "repository").to_pylist(),
    )
