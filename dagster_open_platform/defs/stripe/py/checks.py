"""Whether Stripe's tables agree with one another to the cent, and with the product on who pays what.

What belongs here: which checks stand on which asset. What does not: the questions (`sql/`), and how two sides are compared
(`lib/stripe/ledger.py`).

Dagster's automation leaves checks of observable assets out, so that a schedule makes these with the daily observation
(`defs/schedules`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.stripe.ledger import compare, result_of
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WarehouseResource
from dagster_open_platform.utils.databases import LOGICAL_DATABASES

STRIPE = "stripe"
MODELS: Mapping[str, tuple[str, str, str]] = {
    "stg_cloud_product__organizations": ("dwh_reporting", "staging", "stg_cloud_product__organizations"),
    "customer_arr": ("dwh_reporting", "product", "customer_arr"),
}
"""What dbt makes of the product's tables, by the names that questions use."""
SQL = Path(__file__).parent / "sql"
TOLERATED = 0.01
"""Part of the customers up to which a check warns: the product's tables are loaded at another time of the day than Stripe's."""


@dataclass(frozen=True)
class LedgerCheck:
    """A check of two sides.

    Args:
        name: The check's, and of its SQL file.
        table: The table of Stripe that it stands on.
        others: Further tables of Stripe that it reads.
        description: What is equal, and what explains that it is not.
        models: Names of `MODELS` that it reads.
        tolerated: Part of the items up to which it only warns.
    """

    name: str
    table: str
    others: tuple[str, ...]
    description: str
    models: tuple[str, ...] = ()
    tolerated: float = 0.0

    @property
    def key(self) -> dg.AssetCheckKey:
        """The check's key."""
        return dg.AssetCheckKey(dg.AssetKey([STRIPE, self.table]), self.name)

    def spec(self) -> dg.AssetCheckSpec:
        """What Dagster knows of it."""
        models = [dg.AssetKey(list(MODELS[name])) for name in self.models]
        return dg.AssetCheckSpec(
            self.name,
            asset=self.key.asset_key,
            description=self.description,
            additional_deps=[*(dg.AssetKey([STRIPE, table]) for table in self.others), *models],
        )

    def tables(self, warehouse: WarehouseResource) -> dict[str, TableRef]:
        """Everything that it reads, by the names that its question uses."""
        own = {table: warehouse.table(STRIPE, STRIPE, table) for table in (self.table, *self.others)}
        return own | {name: warehouse.table(*MODELS[name]) for name in self.models}

    def question(self) -> str:
        """Its SQL."""
        return (SQL / f"{self.name}.sql").read_text(encoding="utf-8")


CHECKS = (
    LedgerCheck(
        "line_items_add_up",
        "invoice_line_items",
        ("invoices",),
        "The items of each invoice add up to its subtotal.",
    ),
    LedgerCheck(
        "totals_add_up",
        "invoices",
        ("invoice_line_items", "coupons"),
        "The subtotal of each invoice less its discount, plus tax, is its total; that less the customer's credit is what is due, and"
        " what is due is paid or remains. A coupon that was deleted explains a lower total.",
    ),
    LedgerCheck(
        "invoices_are_charged",
        "charges",
        ("invoices",),
        "What is due of each invoice was charged. Explained: drafts, open, void and uncollectible invoices, and those that were paid"
        " past Stripe; charges without an invoice.",
    ),
    LedgerCheck(
        "charges_are_in_the_balance",
        "balance_transactions",
        ("charges",),
        "Each charge brought its amount into the balance, and one that failed nothing. Explained: it was converted.",
    ),
    LedgerCheck(
        "net_is_amount_less_fee",
        "balance_transactions",
        (),
        "The net of each transaction of the balance is its amount less its fee.",
    ),
    LedgerCheck(
        "refunds_are_in_the_balance",
        "balance_transactions",
        ("charges",),
        "What charges say was refunded left the balance, in each currency.",
    ),
    LedgerCheck(
        "disputes_are_in_the_balance",
        "balance_transactions",
        ("charges",),
        "Each disputed charge left the balance. Explained: the dispute was won, so that it came back.",
    ),
    LedgerCheck(
        "payouts_add_up",
        "balance_transactions",
        (),
        "Each payout is the net of the transactions that went into it.",
    ),
    LedgerCheck(
        "customers_are_the_products",
        "customers",
        (),
        "Every customer is an organization of the product's, and every organization that owes something each month is a customer."
        " Warns up to 1 % of them, fails above.",
        models=("stg_cloud_product__organizations", "customer_arr"),
        tolerated=TOLERATED,
    ),
    LedgerCheck(
        "mrr_is_what_was_agreed",
        "subscriptions",
        ("subscription_items", "subscriptions_metadata", "plans", "customers"),
        "What subscriptions bill each organization a month is its commitment in the product, to the cent and in the same currency."
        " Warns up to 1 % of them, fails above.",
        models=("stg_cloud_product__organizations", "customer_arr"),
        tolerated=TOLERATED,
    ),
)


@dg.multi_asset_check(
    name="stripe_ledger_checks",
    specs=[check.spec() for check in CHECKS],
    can_subset=True,
    retry_policy=RETRIES,
    pool="warehouse",
)
def stripe_ledger_checks(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource
) -> Iterator[dg.AssetCheckResult]:
    """Asks the warehouse."""
    selected = [check for check in CHECKS if check.key in context.selected_asset_check_keys]
    # On a laptop a run may hold the file of a database that nobody asks about.
    with warehouse.only(databases_of(selected)).connect() as connection:
        for check in selected:
            yield checked(check, warehouse, connection)


def databases_of(checks: Iterable[LedgerCheck]) -> set[str]:
    """The databases that checks read, by their logical names: models may be views over raw data."""
    return {STRIPE, *(LOGICAL_DATABASES if any(check.models for check in checks) else ())}


def checked(
    check: LedgerCheck, warehouse: WarehouseResource, connection: WarehouseConnection
) -> dg.AssetCheckResult:
    """Makes one check.

    Args:
        check: Which.
        warehouse: Names tables.
        connection: The open warehouse.
    """
    tables = check.tables(warehouse)
    missing = next((table for table in tables.values() if connection.columns(table) is None), None)
    if missing is not None:
        return dg.AssetCheckResult(
            asset_key=check.key.asset_key,
            check_name=check.name,
            passed=False,
            description=f"There is no table {missing} yet: it is delivered by Stripe, or made by dbt.",
        )
    return result_of(check.key, compare(connection, check.question(), tables), check.tolerated)
