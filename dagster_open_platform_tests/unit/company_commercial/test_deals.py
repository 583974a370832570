"""Deals: they agree with the product's contracts, and only move forward."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest

from dagster_open_platform_local.company.commercial.accounts import crm_accounts
from dagster_open_platform_local.company.commercial.deals import LOST, STAGES, WON, Deals, deals
from dagster_open_platform_local.company.moments import NEVER, unix_seconds
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings

SETTINGS = CompanySettings()
EARLIER, TODAY = date(2026, 8, 1), date(2026, 11, 20)


@pytest.fixture(scope="module")
def found() -> Deals:
    return deals(SETTINGS, TODAY)


def _customers(day: date) -> list[dict[str, Any]]:
    return [
        row
        for database in ("main", "xregion")
        for row in product_tables(SETTINGS, database, day, ["customer_info"])["customer_info"].to_pylist()
    ]


@pytest.mark.parametrize("day", [EARLIER, TODAY, date(2027, 9, 1)])
def test_every_contract_year_has_a_won_deal(day: date) -> None:
    sold, accounts = deals(SETTINGS, day), crm_accounts(SETTINGS, day)
    won: dict[int, dict[int, int]] = defaultdict(dict)
    for i in np.flatnonzero(sold.is_won).tolist():
        won[int(accounts.organization[sold.account[i]])][int(sold.year[i])] = i
    with_contract = 0
    for row in _customers(day):
        organization = row["organization_id"]
        if row["contract_start"] is None:
            assert organization not in won
            continue
        if row["monthly_commitment"] is None or organization not in accounts.organization:
            continue
        with_contract += 1
        years = won[organization]
        last = max(years)
        begun = row["created_at"].date()
        assert row["contract_start"] == begun + timedelta(days=365 * last)
        for year, i in years.items():
            closed = datetime.fromtimestamp(int(sold.close[i]), UTC).date()
            assert closed == begun + timedelta(days=365 * year)
        amount = (row["monthly_commitment"] * 12).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert Decimal(int(sold.amount_cents[years[last]])) / 100 == amount
        assert sold.currency[years[last]].as_py() == row["currency"]
    assert with_contract > 150


def test_steps_lead_to_the_stage(found: Deals) -> None:
    deal, stage, moment = found.steps
    now = unix_seconds(TODAY)
    assert (moment < now).all()
    for i in range(found.number.size):
        mine = deal == i
        stages, moments = stage[mine].tolist(), moment[mine].tolist()
        assert stages == sorted(set(stages))
        assert moments == sorted(moments)
        assert stages[-1] == found.stage[i]
        assert moments[0] >= found.created[i]
        assert moments[-1] <= found.changed[i] < now
        assert not {WON, LOST} <= set(stages)
        assert found.is_closed[i] == (found.close[i] < now and stages[-1] in (WON, LOST))


def test_there_are_deals_of_every_kind(found: Deals) -> None:
    assert set(found.stage.tolist()) == set(range(len(STAGES)))
    assert set(found.kind.tolist()) == {0, 1}
    open_ = ~found.is_closed
    assert (found.close[open_] < unix_seconds(TODAY)).any()
    assert 0 < (~found.has_amount).sum() < found.number.size * 0.1
    lost = found.stage == LOST
    assert (lost & (found.year >= 0)).any()
    assert (open_ & (found.year >= 0)).any()
    corrected = found.corrected < NEVER
    assert corrected.any()
    assert (found.amount_cents[corrected] != found.first_amount_cents[corrected]).all()
    assert (found.amount_cents[~corrected] == found.first_amount_cents[~corrected]).all()


def test_what_happened_stays(found: Deals) -> None:
    before = deals(SETTINGS, EARLIER)
    place = {number: i for i, number in enumerate(found.number.tolist())}
    assert len(place) == found.number.size
    moment = unix_seconds(EARLIER)
    vanished = 0
    for i, number in enumerate(before.number.tolist()):
        if number not in place:
            assert not before.is_closed[i]
            vanished += 1
            continue
        k = place[number]
        assert before.created[i] == found.created[k]
        old, new = before.steps[0] == i, (found.steps[0] == k) & (found.steps[2] < moment)
        assert before.steps[1][old].tolist() == found.steps[1][new].tolist()
        assert before.steps[2][old].tolist() == found.steps[2][new].tolist()
        if before.is_closed[i]:
            assert (before.stage[i], before.close[i]) == (found.stage[k], found.close[k])
        if before.is_closed[i] and before.amount_cents[i] != found.amount_cents[k]:
            assert moment <= found.corrected[k] < NEVER
    assert vanished < 0.01 * before.number.size
    new = [i for i in range(found.number.size) if found.created[i] < moment]
    late = set(found.number[new].tolist()) - set(before.number.tolist())
    assert len(late) < 0.01 * found.number.size
