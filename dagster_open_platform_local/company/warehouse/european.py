"""The product's directory of the EU, as the EU's own warehouse has it.

What belongs here: which tables that are. What does not: their rows (`company/product/`).
"""

from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings

TABLES = ("organizations", "users", "users_organizations", "deployments")


def european_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The tables as of 00:00 UTC of a date; the same rows and columns as in the database `xregion`."""
    return product_tables(settings, "xregion", today, TABLES)
