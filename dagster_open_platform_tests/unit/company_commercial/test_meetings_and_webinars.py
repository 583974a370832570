"""Handovers, meetings and webinars: what is known on one date is so on every later one."""

from datetime import date

import numpy as np
import pytest

from dagster_open_platform_local.company.commercial.accounts import crm_accounts
from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.commercial.contacts import crm_contacts
from dagster_open_platform_local.company.commercial.handovers import (
    account_handovers,
    contact_handovers,
    owner_at,
)
from dagster_open_platform_local.company.commercial.meetings import OUTCOMES, crm_meetings
from dagster_open_platform_local.company.commercial.staff import Ownership, sales_people
from dagster_open_platform_local.company.commercial.webinars import registrations, webinars
from dagster_open_platform_local.company.moments import NEVER, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

COMPANY = CompanySettings(seed=11, scale=0.4)
EARLIER, TODAY = date(2026, 7, 1), date(2026, 11, 20)


@pytest.mark.parametrize("what", ["contacts", "AE", "CSM"])
def test_who_has_something_now_is_whom_it_passed_to_last(what: str) -> None:
    if what == "contacts":
        owned, passed = crm_contacts(COMPANY, TODAY).owners, contact_handovers(COMPANY, TODAY)
    else:
        accounts = crm_accounts(COMPANY, TODAY)
        owned: Ownership = accounts.owners if what == "AE" else accounts.managers
        passed = account_handovers(COMPANY, TODAY, what)
    index = np.arange(owned.owner.size)
    now = np.full(index.size, unix_seconds(TODAY))
    assert (owner_at(owned.first, passed, index, now) == owned.owner).all()
    assert (owner_at(owned.first, (), index, now) == owned.first).all()
    assert [each.moment for each in passed] == sorted(each.moment for each in passed)
    if what != "CSM":
        assert any((each.owner >= 0).any() for each in passed)


def test_a_handover_is_the_same_on_every_later_date() -> None:
    before, after = contact_handovers(COMPANY, EARLIER), contact_handovers(COMPANY, TODAY)
    numbers = crm_contacts(COMPANY, EARLIER).number
    place = np.searchsorted(np.sort(crm_contacts(COMPANY, TODAY).number), numbers)
    order = np.argsort(crm_contacts(COMPANY, TODAY).number)[place]
    assert [each.moment for each in before] == [each.moment for each in after[: len(before)]]
    for one, other in zip(before, after, strict=False):
        assert (other.owner[order] == one.owner).all()


def test_meetings_are_hosted_by_who_is_there_when_they_begin() -> None:
    met, people = crm_meetings(COMPANY, TODAY), sales_people(COMPANY, TODAY)
    left = np.array([each.left for each in people])[met.host]
    assert (met.start < left).all()
    roles = {people[each].role for each in met.host.tolist()}
    assert roles == {"AE", "CSM"}
    assert (met.booked < met.start).all()
    assert (met.start % 1800 == 0).all()


def test_past_meetings_do_not_change() -> None:
    before, after = crm_meetings(COMPANY, EARLIER), crm_meetings(COMPANY, TODAY)
    size, past = before.number.size, before.start < unix_seconds(EARLIER)
    for name in ("number", "booked", "start", "minutes"):
        assert (getattr(after, name)[:size] == getattr(before, name)).all(), name
    for name in ("host", "outcome"):
        assert (getattr(after, name)[:size][past] == getattr(before, name)[past]).all(), name
    assert (before.outcome[~past] == OUTCOMES.index("SCHEDULED")).all()
    assert past.any()
    assert not past.all()


def test_registrations_are_made_while_they_are_open_and_stay() -> None:
    before, after = registrations(COMPANY, EARLIER), registrations(COMPANY, TODAY)
    held = webinars(COMPANY, TODAY)
    start = np.array([each.start for each in held])[after.webinar]
    opened = np.array([each.opened for each in held])[after.webinar]
    assert (after.registered < start).all()
    contacts = crm_contacts(COMPANY, TODAY)
    brought = (
        contacts.campaign_index[after.contact] == np.array([each.campaign for each in held])[after.webinar]
    )
    assert ((after.registered >= opened) | brought).all()
    assert (after.registered >= contacts.created[after.contact]).all()
    assert (after.number[: before.number.size] == before.number).all()
    assert len(set(after.number.tolist())) == after.number.size


def test_who_came_had_registered_and_not_cancelled() -> None:
    found = registrations(COMPANY, TODAY)
    came = found.joined < NEVER
    assert came.any()
    assert (found.registered[came] < found.joined[came]).all()
    assert (found.joined[came] < found.left[came]).all()
    assert (found.canceled[came] >= NEVER).all()
    assert ((found.left < NEVER) == came).all()
    assert (came | (found.broken >= NEVER)).all()


def test_webinars_have_campaigns_of_their_own() -> None:
    found = webinars(COMPANY, TODAY)
    every = campaigns(COMPANY)
    assert len({each.campaign for each in found}) == len(found) > 20
    assert all(every[each.campaign].number == each.number for each in found)
    # Registration opens three weeks ahead.
    day = date(2026, 11, 10)
    assert any(each.start >= unix_seconds(day) > each.opened for each in webinars(COMPANY, day))
