"""What is true of every export: the same bytes whoever asks when, nothing from the future, sizes that grow."""

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from hashlib import sha256

import pytest

from dagster_open_platform.lib.aws.buckets import EXPORTS as EXPORT_BUCKETS
from dagster_open_platform_local.company.exports.catalogue import EXPORTS, Export
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_exports.reading import bucket, days

COMPANY = CompanySettings(seed=12, scale=0.1)
DAYS = (date(2026, 6, 1), date(2026, 7, 1), date(2026, 7, 2), date(2026, 9, 14), date(2026, 10, 5))
by_name = pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
DIGESTS = """
import sys
from datetime import date
from hashlib import sha256
from dagster_open_platform_local.company.exports.catalogue import EXPORTS
from dagster_open_platform_local.company.settings import CompanySettings
for text in sys.argv[1:]:
    for export in EXPORTS:
        for found in export.objects_of_day(CompanySettings(seed=12, scale=0.1), date.fromisoformat(text)):
            print(export.name, found.key, sha256(found.body).hexdigest())
"""


def digests(day: date) -> list[str]:
    return [
        f"{export.name} {found.key} {sha256(found.body).hexdigest()}"
        for export in EXPORTS
        for found in export.objects_of_day(COMPANY, day)
    ]


def test_another_process_that_asks_in_another_order_gets_the_same_bytes() -> None:
    backwards = [day.isoformat() for day in reversed(DAYS)]
    told = subprocess.run(
        [sys.executable, "-c", DIGESTS, *backwards], capture_output=True, text=True, check=True, timeout=120
    )
    assert sorted(told.stdout.splitlines()) == sorted(line for day in DAYS for line in digests(day))


def test_each_bucket_has_one_export() -> None:
    found = {
        export.name: {each.bucket for day in DAYS for each in export.objects_of_day(COMPANY, day)}
        for export in EXPORTS
    }
    assert Counter(bucket for buckets in found.values() for bucket in buckets) == Counter(EXPORT_BUCKETS)


@by_name
def test_an_object_is_written_once_save_those_of_billing(export: Export) -> None:
    first, end = date(2026, 7, 1), date(2026, 7, 25)
    keys = Counter(found.key for day in days(first, end) for found in export.objects_of_day(COMPANY, day))
    assert keys
    assert (max(keys.values()) > 1) == (export.name == "billing")
    assert all(not export.is_superseded(day, end) for day in days(first, end)) == (export.name != "billing")


@by_name
def test_what_is_left_out_is_written_later(export: Export) -> None:
    end = date(2026, 7, 12)
    written = [
        day for day in days(COMPANY.epoch, end) if not export.is_superseded(day, end - timedelta(days=1))
    ]
    quick = {found.key: found.body for day in written for found in export.objects_of_day(COMPANY, day)}
    assert quick == bucket(export.objects_of_day, COMPANY, COMPANY.epoch, end)


@by_name
def test_a_larger_company_has_more(export: Export) -> None:
    def size(scale: float) -> int:
        company = CompanySettings(seed=12, scale=scale)
        return sum(len(found.body) for found in export.objects_of_day(company, date(2026, 9, 30)))

    sizes = [size(scale) for scale in (0.05, 0.5, 3.0)]
    assert sizes == sorted(sizes)
    if export.name != "community":
        # Its lines are as many, with larger numbers.
        assert sizes[-1] > 5 * sizes[0]


@by_name
def test_another_seed_is_another_company(export: Export) -> None:
    day = date(2026, 9, 30)
    one = {found.body for found in export.objects_of_day(COMPANY, day)}
    other = {found.body for found in export.objects_of_day(CompanySettings(seed=13, scale=0.1), day)}
    assert not one & other
