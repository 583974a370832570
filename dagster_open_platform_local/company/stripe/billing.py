"""All that Stripe knows of the company as of a date, before it is written as tables.

What belongs here: the parts together, made once a date. What does not: how tables show them.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dagster_open_platform_local.company.product.directory import directory
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.stripe.balance import Charges, Transactions, charges, transactions
from dagster_open_platform_local.company.stripe.collection import Collected, collected
from dagster_open_platform_local.company.stripe.contracts import Customers, Terms, customers, terms
from dagster_open_platform_local.company.stripe.invoices import Invoices, invoices


@dataclass(frozen=True)
class Billing:
    """The company's billing; each part says what it is."""

    customers: Customers
    terms: Terms
    invoices: Invoices
    collected: Collected
    charges: Charges
    transactions: Transactions

    @property
    def now(self) -> int:
        """The moment of it, in Unix seconds."""
        return self.customers.found.now


@lru_cache(maxsize=2)
def billing(settings: CompanySettings, today: date) -> Billing:
    """The billing as of 00:00 UTC of a date.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    known = customers(directory(settings, today))
    found = invoices(known)
    outcome = collected(known, found)
    made = charges(known, found, outcome)
    return Billing(known, terms(known, known.found.now), found, outcome, made, transactions(known, made))
