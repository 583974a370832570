"""What lies in buckets on disk, and what should.

What belongs here: reading both. What does not: delivering.
"""

from datetime import date
from pathlib import Path

from dagster_open_platform_local.company.exports.catalogue import EXPORTS
from dagster_open_platform_local.company.exports.objects import Objects
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.s3.keys import key_of
from dagster_open_platform_tests.unit.company_exports.reading import days

Buckets = dict[tuple[str, str], bytes]


def held(directory: Path) -> Buckets:
    """Every object below a directory of buckets, by bucket and key; temporary files are none."""
    found: Buckets = {}
    for bucket in directory.iterdir():
        if bucket.is_dir() and not bucket.name.startswith("."):
            for path in bucket.rglob("*"):
                if path.is_file():
                    found[bucket.name, key_of(str(path.relative_to(bucket)))] = path.read_bytes()
    return found


def expected(settings: CompanySettings, today: date) -> Buckets:
    """Every object that there shall be before a date."""
    return {
        (found.bucket, found.key): found.body
        for day in days(settings.epoch, today)
        for export in EXPORTS
        for found in export.objects_of_day(settings, day)
    }


def all_versions(settings: CompanySettings, today: date) -> dict[tuple[str, str], set[bytes]]:
    """What each object may be on any date until then: those of billing are written anew every night."""
    found: dict[tuple[str, str], set[bytes]] = {}
    for day in days(settings.epoch, today):
        for export in EXPORTS:
            for each in export.objects_of_day(settings, day):
                found.setdefault((each.bucket, each.key), set()).add(each.body)
    return found


def no_objects(_settings: CompanySettings, _day: date) -> Objects:
    """An export of nothing."""
    return iter(())
