"""The twelve tables that Stripe's Data Pipeline delivers.

What belongs here: which they are. What does not: their rows.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime

import pyarrow as pa

from dagster_open_platform_local.company.product.columns import Columns
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.stripe.billing import Billing, billing
from dagster_open_platform_local.company.stripe.columns import delivered
from dagster_open_platform_local.company.stripe.tables_balance import (
    balance_transactions_table,
    charges_table,
)
from dagster_open_platform_local.company.stripe.tables_customers import (
    coupons_table,
    customers_table,
    plans_table,
)
from dagster_open_platform_local.company.stripe.tables_invoices import (
    invoice_line_items_table,
    invoices_table,
)
from dagster_open_platform_local.company.stripe.tables_subscriptions import (
    subscription_items_table,
    subscription_schedule_phases_table,
    subscription_schedules_table,
    subscriptions_metadata_table,
    subscriptions_table,
)

TABLES: Mapping[str, Callable[[Billing], Columns]] = {
    "balance_transactions": balance_transactions_table,
    "charges": charges_table,
    "coupons": coupons_table,
    "customers": customers_table,
    "invoice_line_items": invoice_line_items_table,
    "invoices": invoices_table,
    "plans": plans_table,
    "subscription_items": subscription_items_table,
    "subscription_schedule_phases": subscription_schedule_phases_table,
    "subscription_schedules": subscription_schedules_table,
    "subscriptions": subscriptions_table,
    "subscriptions_metadata": subscriptions_metadata_table,
}
"""By name."""


def stripe_tables(settings: CompanySettings, today: date, batch: datetime) -> dict[str, pa.Table]:
    """Every table as of 00:00 UTC of a date.

    Args:
        settings: The company's.
        today: The date.
        batch: When they are delivered, by the wall clock; aware, in UTC.
    """
    made = billing(settings, today)
    return {name: delivered(rows(made), batch) for name, rows in TABLES.items()}
