"""What is delivered when, and that nothing is lost, doubled or early, whatever happens on the way."""

import errno
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from dagster_open_platform.lib.aws.buckets import BUCKETS, EVENTS
from dagster_open_platform_local.company.clock import CompanyClock, write_clock
from dagster_open_platform_local.company.errors import CompanyNotBuiltError
from dagster_open_platform_local.company.exports.catalogue import EXPORTS, Export
from dagster_open_platform_local.company.exports.objects import Objects, StoredObject
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.exports.deliverer import Deliverer
from dagster_open_platform_local.services.exports.errors import ExportsError, ForeignBucketsError
from dagster_open_platform_local.services.exports.ledger import LEDGER_FILE
from dagster_open_platform_local.services.s3.store import ObjectStore
from dagster_open_platform_tests.unit.exports.buckets import expected, held, no_objects

COMPANY = CompanySettings(seed=4, scale=0.05)
EPOCH = COMPANY.epoch
TODAY = date(2026, 7, 8)
PATIENCE_SECONDS = 60.0


def deliverer(directory: Path, exports: tuple[Export, ...] = EXPORTS) -> Deliverer:
    return Deliverer(directory / "company", ObjectStore(directory / "s3"), lambda: None, exports)


def daily(settings: CompanySettings, day: date) -> Objects:
    """Three objects a day."""
    for number in range(3):
        yield StoredObject(EVENTS, f"{day}/{number}", f"{settings.seed} {day} {number}".encode())


def interrupted(at: date, number: int, error: BaseException) -> Callable[[CompanySettings, date], Objects]:
    """As `daily`, but for an error instead of one object, the first time that it is asked for."""
    left = [error]

    def objects(settings: CompanySettings, day: date) -> Objects:
        for i, found in enumerate(daily(settings, day)):
            if left and (day, i) == (at, number):
                raise left.pop()
            yield found

    return objects


def dates(directory: Path) -> list[str]:
    return sorted({key[:10] for _, key in held(directory / "s3")})


def test_everything_is_there_in_its_final_state(tmp_path: Path) -> None:
    deliverer(tmp_path).deliver(COMPANY, TODAY)
    assert held(tmp_path / "s3") == expected(COMPANY, TODAY)
    assert {path.name for path in (tmp_path / "s3").iterdir() if not path.name.startswith(".")} == {*BUCKETS}


def test_day_by_day_it_is_what_it_is_at_once(tmp_path: Path) -> None:
    found = deliverer(tmp_path)
    for days in range((TODAY - EPOCH).days - 9, (TODAY - EPOCH).days + 1):
        found.deliver(COMPANY, EPOCH + timedelta(days=days))
        # Each by another process.
        found = deliverer(tmp_path)
    assert held(tmp_path / "s3") == expected(COMPANY, TODAY)


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    deliverer(tmp_path).deliver(COMPANY, TODAY)
    paths = [path for path in (tmp_path / "s3").rglob("*") if path.is_file()]
    before = {path: path.stat().st_mtime_ns for path in paths}
    deliverer(tmp_path).deliver(COMPANY, TODAY)
    assert {path: path.stat().st_mtime_ns for path in paths} == before


def test_others_objects_stay(tmp_path: Path) -> None:
    """The platform writes into a bucket too."""
    store = ObjectStore(tmp_path / "s3")
    store.create_buckets([EVENTS])
    store.put(EVENTS, "staging/rows.jsonl.gz", b"the platform's")
    deliverer(tmp_path, (Export("daily", daily),)).deliver(COMPANY, EPOCH + timedelta(days=2))
    assert held(tmp_path / "s3")[EVENTS, "staging/rows.jsonl.gz"] == b"the platform's"


@pytest.mark.parametrize("number", range(3))
def test_it_goes_on_where_it_broke_off(tmp_path: Path, number: int) -> None:
    day, today = EPOCH + timedelta(days=4), EPOCH + timedelta(days=7)
    broken = Export("daily", interrupted(day, number, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        deliverer(tmp_path, (broken,)).deliver(COMPANY, today)
    # The days before are complete, the day itself is not, later ones have not begun.
    assert dates(tmp_path)[:4] == [str(EPOCH + timedelta(days=days)) for days in range(4)]
    assert len(held(tmp_path / "s3")) == 4 * 3 + number
    deliverer(tmp_path, (Export("daily", daily),)).deliver(COMPANY, today)
    assert held(tmp_path / "s3") == {
        (each.bucket, each.key): each.body
        for days in range(7)
        for each in daily(COMPANY, EPOCH + timedelta(days=days))
    }


def test_a_new_export_begins_with_the_epoch(tmp_path: Path) -> None:
    today = EPOCH + timedelta(days=5)
    deliverer(tmp_path, (Export("nothing", no_objects),)).deliver(COMPANY, today)
    assert held(tmp_path / "s3") == {}
    deliverer(tmp_path, (Export("nothing", no_objects), Export("daily", daily))).deliver(COMPANY, today)
    assert len(dates(tmp_path)) == 5


@pytest.mark.parametrize(
    ("settings", "today", "said"),
    [
        (CompanySettings(seed=5, scale=0.05), TODAY, "seed is 4 there and 5 in the company"),
        (CompanySettings(seed=4, scale=0.1), TODAY, "scale is 0.05 there and 0.1 in the company"),
        (CompanySettings(4, 0.05, date(2026, 6, 8)), TODAY, "epoch is 2026-06-01 there and 2026-06-08"),
        (COMPANY, TODAY - timedelta(days=1), "It is 2026-07-08 in the buckets"),
    ],
)
def test_another_companys_buckets_are_refused(
    tmp_path: Path, settings: CompanySettings, today: date, said: str
) -> None:
    exports = (Export("daily", daily),)
    deliverer(tmp_path, exports).deliver(COMPANY, TODAY)
    before = held(tmp_path / "s3")
    with pytest.raises(ForeignBucketsError, match=said) as caught:
        deliverer(tmp_path, exports).deliver(settings, today)
    assert "just reset" in str(caught.value)
    assert held(tmp_path / "s3") == before


@pytest.mark.parametrize("content", ["", "{}", '{"seed": 4}', "[]", '{"seed": "x"}'])
def test_a_damaged_ledger_is_refused(tmp_path: Path, content: str) -> None:
    found = deliverer(tmp_path)
    (tmp_path / "s3" / LEDGER_FILE).write_text(content)
    with pytest.raises(ExportsError, match="is damaged: `just reset`"):
        found.deliver(COMPANY, TODAY)


def test_the_thread_follows_the_clock_and_waits_out_a_full_disk(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    day = EPOCH + timedelta(days=2)
    broken = interrupted(day, 1, full)
    found = deliverer(tmp_path, (Export("daily", broken),))
    with pytest.raises(CompanyNotBuiltError):
        found.behind()
    write_clock(tmp_path / "company", CompanyClock(COMPANY, EPOCH + timedelta(days=2)))
    assert "It is 2026-06-03 in the company" in str(found.behind())
    found.start()
    try:
        until(lambda: found.behind() is None)
        assert len(dates(tmp_path)) == 2
        write_clock(tmp_path / "company", CompanyClock(COMPANY, EPOCH + timedelta(days=3)))
        until(lambda: "No space left on device" in str(found.behind()))
        until(lambda: found.behind() is None)
        assert len(held(tmp_path / "s3")) == 9
    finally:
        found.stop()
    assert found.failure is None


def test_the_thread_says_why_it_ends(tmp_path: Path) -> None:
    ended: list[bool] = []
    write_clock(tmp_path / "company", CompanyClock(COMPANY, TODAY))
    store = ObjectStore(tmp_path / "s3")
    deliverer(tmp_path, (Export("daily", daily),)).deliver(CompanySettings(seed=9), EPOCH + timedelta(days=1))
    found = Deliverer(tmp_path / "company", store, lambda: ended.append(True), (Export("daily", daily),))
    found.start()
    until(lambda: bool(ended))
    assert "seed is 9 there and 4 in the company" in str(found.failure)


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, at most a minute."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
