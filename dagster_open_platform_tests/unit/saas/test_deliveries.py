"""What vendors put into the warehouse by themselves: when, whole, and what happens if it cannot be written."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from dagster_open_platform_local.company.clock import CompanyClock, write_clock
from dagster_open_platform_local.company.errors import CompanyError, CompanyNotBuiltError
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.saas.deliveries import Deliveries, Delivery
from dagster_open_platform_local.services.warehouse_file import Schemas, ensure_database, read_stamp

CLOCK = CompanyClock(CompanySettings(scale=0.05), date(2026, 6, 20))
NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
HOURLY = timedelta(hours=1)


@dataclass(frozen=True)
class Told:
    """Delivers one row: the company's date, and when it was delivered."""

    database: str
    every: timedelta | None = None

    def schemas(self, clock: CompanyClock, now: datetime) -> Schemas:
        return {"told": {"row": pa.table({"today": [clock.today], "delivered_at": [now]})}}


@dataclass(frozen=True)
class Unwritable(Told):
    """Delivers what a file cannot be written from, or a disk has no room for."""

    error: type[Exception] = OSError

    def schemas(self, clock: CompanyClock, now: datetime) -> Schemas:
        raise self.error("no space left")


class Site:
    """A company and a warehouse, with a wall clock that is set by hand."""

    def __init__(self, directory: Path) -> None:
        self.company, self.warehouse = directory / "company", directory / "warehouse"
        self.company.mkdir()
        self.warehouse.mkdir()
        self.now = NOW
        self.today(CLOCK.today)

    def today(self, day: date) -> None:
        write_clock(self.company, replace(CLOCK, today=day))

    def deliveries(self, *deliveries: Delivery) -> Deliveries:
        return Deliveries(self.company, self.warehouse, deliveries, lambda: self.now)

    def rows(self, database: str) -> Sequence[tuple[object, ...]]:
        with duckdb.connect(str(self.warehouse / f"{database}.duckdb"), read_only=True) as connection:
            return connection.execute("SELECT today, epoch_ms(delivered_at) FROM told.row").fetchall()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def test_what_is_there_is_not_delivered_again(site: Site) -> None:
    deliveries = site.deliveries(Told("segment"), Told("stripe", HOURLY))
    assert deliveries.behind() == "It is 2026-06-20 in the company; segment is not delivered yet"
    assert deliveries.deliver_due() == ["segment", "stripe"]
    assert deliveries.behind() is None
    site.now += HOURLY - timedelta(seconds=1)
    assert deliveries.deliver_due() == []
    assert site.rows("stripe") == [(CLOCK.today, _millis(NOW))]


def test_a_vendor_with_a_pace_delivers_again_on_the_same_date(site: Site) -> None:
    deliveries = site.deliveries(Told("segment"), Told("stripe", HOURLY))
    deliveries.deliver_due()
    site.now += HOURLY
    assert deliveries.deliver_due() == ["stripe"]
    assert site.rows("stripe") == [(CLOCK.today, _millis(NOW + HOURLY))]
    assert site.rows("segment") == [(CLOCK.today, _millis(NOW))]


def test_everything_is_delivered_when_the_date_moves(site: Site) -> None:
    deliveries = site.deliveries(Told("segment"), Told("stripe", HOURLY))
    deliveries.deliver_due()
    site.today(date(2026, 6, 21))
    assert deliveries.behind() == "It is 2026-06-21 in the company; segment is not delivered yet"
    assert deliveries.deliver_due() == ["segment", "stripe"]
    assert deliveries.behind() is None
    assert site.rows("segment")[0][0] == date(2026, 6, 21)


def test_a_process_that_starts_anew_knows_what_is_there(site: Site) -> None:
    site.deliveries(Told("stripe", HOURLY)).deliver_due()
    again = site.deliveries(Told("stripe", HOURLY))
    assert (again.behind(), again.deliver_due()) == (None, [])


def test_a_file_of_another_company_an_empty_and_a_damaged_one_are_replaced(site: Site) -> None:
    site.deliveries(Told("segment")).deliver_due()
    write_clock(site.company, replace(CLOCK, settings=CompanySettings(seed=8, scale=0.05)))
    ensure_database(site.warehouse, "stripe")
    (site.warehouse / "fivetran.duckdb").write_bytes(b"no database")
    deliveries = site.deliveries(Told("segment"), Told("stripe"), Told("fivetran"))
    assert deliveries.deliver_due() == ["segment", "stripe", "fivetran"]
    assert deliveries.behind() is None


def test_who_reads_a_file_goes_on_reading_it_while_another_is_delivered(site: Site) -> None:
    deliveries = site.deliveries(Told("stripe", HOURLY))
    deliveries.deliver_due()
    with duckdb.connect(str(site.warehouse / "stripe.duckdb"), read_only=True) as reader:
        site.today(date(2026, 6, 21))
        assert deliveries.deliver_due() == ["stripe"]
        assert reader.execute("SELECT today FROM told.row").fetchall() == [(CLOCK.today,)]
    assert site.rows("stripe")[0][0] == date(2026, 6, 21)


def test_a_draft_that_was_left_behind_harms_nothing_and_goes(site: Site) -> None:
    draft = site.warehouse / ".stripe.duckdb.1.tmp"
    draft.write_bytes(b"half a file")
    (site.warehouse / ".stripe.duckdb.1.tmp.wal").write_bytes(b"its log")
    site.deliveries(Told("stripe")).deliver_due()
    assert sorted(path.name for path in site.warehouse.iterdir()) == ["stripe.duckdb"]


@pytest.mark.parametrize("error", [OSError, duckdb.IOException])
def test_one_that_cannot_be_written_keeps_no_other_back_and_leaves_what_was_there(
    site: Site, error: type[Exception]
) -> None:
    site.deliveries(Told("segment")).deliver_due()
    before = read_stamp(site.warehouse / "segment.duckdb")
    site.today(date(2026, 6, 21))
    deliveries = site.deliveries(Unwritable("segment", error=error), Told("stripe"))
    with pytest.raises(CompanyError, match="segment: no space left"):
        deliveries.deliver_due()
    assert site.rows("stripe")[0][0] == date(2026, 6, 21)
    assert read_stamp(site.warehouse / "segment.duckdb") == before


def test_without_a_company_there_is_nothing_to_deliver(site: Site) -> None:
    (site.company / "company.json").unlink()
    with pytest.raises(CompanyNotBuiltError):
        site.deliveries(Told("stripe")).deliver_due()


def test_a_stopped_one_delivers_no_more(site: Site) -> None:
    deliveries = site.deliveries(Told("stripe"))
    deliveries.stop()
    assert deliveries.deliver_due() == []


def test_the_thread_delivers_and_ends(site: Site) -> None:
    asked = threading.Event()

    class Noted(Told):
        """Says that it was asked."""

        def schemas(self, clock: CompanyClock, now: datetime) -> Schemas:
            asked.set()
            return super().schemas(clock, now)

    deliveries = site.deliveries(Noted("stripe"))
    deliveries.start()
    assert asked.wait(20)
    deliveries.stop(20)
    assert deliveries.behind() is None
