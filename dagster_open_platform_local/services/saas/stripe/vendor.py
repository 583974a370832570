"""Stripe among the company's vendors.

Stripe's Data Pipeline shares a database with the company's Snowflake account and brings most tables up to date every three hours
(https://docs.stripe.com/stripe-data/available-data). Each row says in `batch_timestamp` when it was delivered.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.stripe.tables import stripe_tables
from dagster_open_platform_local.services.saas.vendor import Mounted, NoCredentials, Premises, Vendor
from dagster_open_platform_local.services.warehouse_file import Schemas


@dataclass(frozen=True)
class StripeDelivery:
    """The database that Stripe shares.

    Args:
        database: Its name.
        every: Between two deliveries.
    """

    database: str = "stripe"
    every: timedelta | None = timedelta(hours=3)

    def schemas(self, clock: CompanyClock, now: datetime) -> Schemas:
        """All tables; one schema.

        Args:
            clock: The company's.
            now: When the delivery is made; aware, in UTC.
        """
        return {"stripe": stripe_tables(clock.settings, clock.today, now)}


def _mounted(_premises: Premises) -> Mounted:
    return Mounted(app=None, deliveries=(StripeDelivery(),))


STRIPE = Vendor("stripe", NoCredentials, _mounted)
