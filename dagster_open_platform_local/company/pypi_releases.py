"""Packages on the index, how much each is downloaded, and when each version came out.

What belongs here: names, versions and weights. What does not: downloads (`pypi.py`).

Dagster's names, latest versions, their months and the download ranks are real (`data/`). The days of the releases and the
versions before the latest are worked out: Dagster releases every Thursday with few exceptions, and goes on doing so in
the company's future; another package got its latest version in the month that is known and the ones before it by
counting down.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from dagster_open_platform_local.company.hashing import Draws

_TRAIN_PATTERN = re.compile(r"^(1\.13|0\.29)\.\d+$")
_TRAIN_MONTH = "2026-10"
_TRAIN_SERIES = ((9, 25, 14), (10, 26, 22), (11, 27, 17), (12, 28, 23))
"""Minor version of dagster, of its libraries, number of patch releases; 1.13 and 0.29 go on without end."""
_TRAIN_START = (date(2026, 5, 28), 7)
"""A Thursday and the patch number of 1.13 that came out on it; 1.13.28 then falls on 2026-10-29, as it did."""
_NO_TRAIN_BEFORE_HOLIDAY = {(7, 2), (11, 26), (12, 24), (12, 31)}
_HORIZON = date(2036, 1, 1)
_RANK_EXPONENT = 1.7
_BEST_RANK, _LAST_RANK = 1500, 15_000
_MOST_VERSIONS = 40


@dataclass(frozen=True)
class Package:
    """A package on the index.

    Args:
        name: As on the index.
        weight: Its share of the downloads, relative to other packages.
        release_days: Ordinals (`date.toordinal`) of the days on which the versions came out, ascending.
        versions: The versions, oldest first, as many as days.
    """

    name: str
    weight: float
    release_days: tuple[int, ...]
    versions: tuple[str, ...]

    def released(self, day: date) -> int:
        """How many versions exist on a day."""
        return bisect_right(self.release_days, day.toordinal())


@lru_cache(maxsize=8)
def packages(seed: int) -> tuple[Package, ...]:
    """Every package, in the order of the data files."""
    rows = [row for name in ("dagster_packages.tsv", "other_packages.tsv") for row in _read(name)]
    draws = Draws(seed, "packages", np.arange(len(rows), dtype=np.int64))
    share = (50 + draws.below("share", 550)).tolist()
    day, pace = draws.below("day", 27).tolist(), (10 + draws.below("pace", 30)).tolist()
    found: list[Package] = []
    for i, (name, latest, month, rank) in enumerate(rows):
        place = int(rank) if rank else _LAST_RANK
        weight = (_BEST_RANK / place) ** _RANK_EXPONENT * (1.0 if rank else share[i] / 1000)
        if _TRAIN_PATTERN.match(latest) and month >= _TRAIN_MONTH:
            days, versions = _train(latest.startswith("0."))
        else:
            days, versions = _own_releases(
                latest, date.fromisoformat(f"{month}-01") + timedelta(days=day[i]), pace[i]
            )
        found.append(Package(name, weight, days, versions))
    return tuple(found)


def is_train_day(day: date) -> bool:
    """Whether Dagster releases on a day: Thursdays, save before a few holidays."""
    return day.weekday() == 3 and (day.month, day.day) not in _NO_TRAIN_BEFORE_HOLIDAY


@lru_cache(maxsize=2)
def _train(library: bool) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Days and versions of the weekly release train, of dagster itself or of its libraries."""
    start, patch = _TRAIN_START
    upcoming = [
        day
        for day in (start + timedelta(weeks=week) for week in range((_HORIZON - start).days // 7))
        if is_train_day(day)
    ]
    past = [(core, lib, number) for core, lib, patches in _TRAIN_SERIES for number in range(patches)] + [
        (13, 29, number) for number in range(patch)
    ]
    days = [start - timedelta(weeks=len(past) - i) for i in range(len(past))] + upcoming
    numbers = past + [(13, 29, patch + i) for i in range(len(upcoming))]
    versions = tuple(
        f"0.{lib}.{number}" if library else f"1.{core}.{number}" for core, lib, number in numbers
    )
    return tuple(day.toordinal() for day in days), versions


def _own_releases(latest: str, day: date, pace: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Days and versions of a package outside the train: the latest one and those that count down from it."""
    versions = [latest]
    while (before := _version_before(versions[-1])) and len(versions) < _MOST_VERSIONS:
        versions.append(before)
    # Whoever has a high patch number releases often.
    gap = max(2, 10 * pace // len(versions))
    days = [day - timedelta(days=gap * i) for i in range(len(versions))]
    return tuple(each.toordinal() for each in reversed(days)), tuple(reversed(versions))


def _version_before(version: str) -> str | None:
    """The version before, by counting the last number down; None at zero."""
    if match := re.match(r"^(.*\d)(?:\.post|rc)\d+$", version):
        return match[1]
    head, _, last = version.rpartition(".")
    return f"{head}.{int(last) - 1}" if last.isdigit() and int(last) > 0 else None


def _read(name: str) -> list[tuple[str, str, str, str]]:
    content = (files("dagster_open_platform_local.company.data") / name).read_text()
    rows = [line.split("\t") for line in content.splitlines()[1:]]
    return [(row[0], row[1], row[2], row[3] if len(row) > 3 else "") for row in rows]


@dataclass(frozen=True)
class Catalogue:
    """Every version of every package in flat arrays; file `first[p] + v` is version v of package p."""

    projects: list[str]
    versions: list[str]
    package: NDArray[np.int64]
    first: NDArray[np.int64]


@lru_cache(maxsize=8)
def catalogue(seed: int) -> Catalogue:
    """All versions, those to come included."""
    every = packages(seed)
    counts = np.array([len(package.versions) for package in every], dtype=np.int64)
    return Catalogue(
        projects=[package.name for package in every],
        versions=[version for package in every for version in package.versions],
        package=np.repeat(np.arange(len(every), dtype=np.int64), counts),
        first=np.cumsum(counts) - counts,
    )
