"""The tables `charges` and `balance_transactions`.

What belongs here: their rows. What does not: amounts and moments (`balance.py`).
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    choice,
    dates,
    either,
    joined,
    only,
)
from dagster_open_platform_local.company.stripe.balance import Kind
from dagster_open_platform_local.company.stripe.billing import Billing
from dagster_open_platform_local.company.stripe.columns import made_ids, text, times
from dagster_open_platform_local.company.stripe.contracts import CURRENCIES
from dagster_open_platform_local.company.stripe.tables_customers import customer_ids

_BRANDS = ("Visa", "MasterCard", "American Express")
_DECLINES = (
    ("card_declined", "Your card was declined."),
    ("insufficient_funds", "Your card has insufficient funds."),
    ("expired_card", "Your card has expired."),
)
_BANKS = ("us_bank_account", "sepa_debit", "bacs_debit")
"""By currency."""
_TYPES = ("charge", "payment", "refund", "payment_refund", "adjustment", "adjustment", "stripe_fee", "payout")
_CATEGORIES = ("charge", "charge", "refund", "refund", "dispute", "dispute_reversal", "fee", "payout")
"""By kind of transaction (https://docs.stripe.com/reports/reporting-categories)."""


def charge_ids(made: Billing, charge: Integers) -> pa.Array:
    """Ids of charges by index; those that take money from a bank account are called payments."""
    number = made.charges.number[charge]
    card, bank = (made_ids(made.customers, "charges", number, prefix) for prefix in ("ch_", "py_"))
    return either(made.charges.is_card[charge], card, bank)


def charges_table(made: Billing) -> Columns:
    """A row an attempt to take money, declined ones included."""
    found, known = made.charges, made.customers
    every = np.arange(found.number.size)
    draws, cards = known.found.draws("stripe_charges", found.number), known.draws("stripe_cards")
    declined = draws.below("decline", len(_DECLINES))
    is_over = found.refunded < NEVER
    bank = choice(_BANKS, known.currency[found.customer])
    expired = ~found.succeeded & found.is_card
    last4 = pa.array(
        [f"{each:04d}" for each in cards.below("last4", 10_000)[found.customer].tolist()], pa.string()
    )
    return {
        "id": charge_ids(made, every),
        "amount": pa.array(found.amount),
        "amount_refunded": pa.array(found.amount_refunded),
        "balance_transaction_id": only(
            transaction_ids(made, 1 - found.is_card.astype(np.int64), found.number), found.succeeded
        ),
        "captured_at": times(np.where(found.succeeded, found.created, NEVER)),
        "card_brand": only(
            choice(_BRANDS, cards.below("brand", len(_BRANDS))[found.customer]), found.is_card
        ),
        "card_country": only(
            known.rows["tax_country"].combine_chunks().take(pa.array(found.customer)), found.is_card
        ),
        "card_funding": only(
            choice(("credit", "debit"), cards.below("funding", 2)[found.customer]), found.is_card
        ),
        "card_last4": only(last4, found.is_card),
        "created": times(found.created),
        "currency": choice(CURRENCIES, known.currency[found.customer]),
        "customer_id": customer_ids(known, found.customer),
        "description": text(every.size, "Payment for Invoice"),
        "dispute_id": only(made_ids(known, "disputes", found.number, "dp_"), found.disputed < NEVER),
        "failure_code": only(choice([code for code, _ in _DECLINES], declined), expired),
        "failure_message": only(choice([said for _, said in _DECLINES], declined), expired),
        "invoice_id": made_ids(known, "invoices", made.invoices.number[found.invoice], "in_"),
        "outcome_network_status": choice(
            ("declined_by_network", "approved_by_network"), found.succeeded.astype(np.int64)
        ),
        "outcome_risk_level": only(text(every.size, "normal"), found.is_card),
        "outcome_type": choice(("issuer_declined", "authorized"), found.succeeded.astype(np.int64)),
        "paid": pa.array(found.succeeded),
        "payment_intent": made_ids(known, "payment_intents", made.invoices.number[found.invoice], "pi_"),
        "payment_method_type": either(found.is_card, text(every.size, "card"), bank),
        "refunded": pa.array(is_over & (found.amount_refunded == found.amount)),
        "statement_descriptor": text(every.size, "DAGSTER LABS"),
        "status": choice(("failed", "succeeded"), found.succeeded.astype(np.int64)),
    }


def transaction_ids(made: Billing, kind: Integers, number: Integers) -> pa.Array:
    """Ids of balance transactions by kind and the number of their source."""
    return made_ids(made.customers, "balance_transactions", number * len(Kind) + kind, "txn_")


def balance_transactions_table(made: Billing) -> Columns:
    """A row for everything that moved the balance."""
    found = made.transactions
    is_out = found.kind == Kind.PAYOUT
    return {
        "id": transaction_ids(made, found.kind, found.number),
        "amount": pa.array(found.amount),
        "automatic_transfer_id": made_ids(made.customers, "payouts", found.payout, "po_"),
        "available_on": times(found.available),
        "created": times(found.created),
        "currency": choice(CURRENCIES, found.currency),
        "description": _descriptions(made),
        "exchange_rate": pa.array([None] * found.kind.size, pa.float64()),
        "fee": pa.array(found.fee),
        "net": pa.array(found.net),
        "reporting_category": choice(_CATEGORIES, found.kind),
        "source_id": _sources(made),
        "status": choice(("pending", "available"), ((found.available < made.now) | is_out).astype(np.int64)),
        "type": choice(_TYPES, found.kind),
    }


def _sources(made: Billing) -> pa.Array:
    """What each transaction is of: a charge, refund, dispute or payout; a fee of Stripe's own has none."""
    found, known = made.transactions, made.customers
    sources = text(found.kind.size, None)
    for kinds, table, prefix in (
        ((Kind.CHARGE,), "charges", "ch_"),
        ((Kind.PAYMENT,), "charges", "py_"),
        ((Kind.REFUND,), "refunds", "re_"),
        ((Kind.PAYMENT_REFUND,), "refunds", "pyr_"),
        ((Kind.DISPUTE, Kind.DISPUTE_REVERSAL), "disputes", "dp_"),
        ((Kind.PAYOUT,), "payouts", "po_"),
    ):
        sources = either(np.isin(found.kind, kinds), made_ids(known, table, found.number, prefix), sources)
    return sources


def _descriptions(made: Billing) -> pa.Array:
    found = made.transactions
    said = (
        "Payment for Invoice",
        "Payment for Invoice",
        "REFUND FOR CHARGE (Payment for Invoice)",
        "REFUND FOR PAYMENT (Payment for Invoice)",
        "Chargeback withdrawal",
        "Chargeback reversal",
        "Billing - Usage Fee",
        "STRIPE PAYOUT",
    )
    # Fees are of the month before.
    day = dates(np.maximum(found.created - 86_400, 0))
    plain = choice(said, found.kind)
    return either(found.kind == Kind.FEE, joined(plain, " (until ", day, ")"), plain)
