"""What Segment loads into the company's warehouse.

What belongs here: the database as a whole. What does not: its tables (`company/segment`), and when a delivery is due
(`services/saas/deliveries.py`).

Segment loads each hour; a file is delivered once a date of the company, with the loads of all hours before it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.segment.tables import segment_tables
from dagster_open_platform_local.services.warehouse_file import Schemas

DATABASE = "segment"


@dataclass(frozen=True)
class SegmentDelivery:
    """The database `segment`: a schema a source."""

    database: str = DATABASE
    every: timedelta | None = None

    def schemas(self, clock: CompanyClock, now: datetime) -> Schemas:
        """All that is there (see `Delivery`); nothing of it depends on `now`."""
        return segment_tables(clock.settings, clock.today)
