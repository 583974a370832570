"""HubSpot's e-mails, forms, lists and events: that they agree with one another, with Zoom and with the campaigns."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

import pyarrow as pa
import pytest

from dagster_open_platform_local.company.commercial.campaigns import campaigns_before
from dagster_open_platform_local.company.commercial.contacts import crm_contacts
from dagster_open_platform_local.company.fivetran.hubspot.tables import rows
from dagster_open_platform_local.company.fivetran.zoom.tables import rows as zoom_rows
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_fivetran.sources import Row, midnight

COMPANY = CompanySettings(seed=12, scale=0.6)
TODAY = date(2026, 11, 20)
SINCE = midnight(COMPANY.epoch - timedelta(days=30))
Tables = Mapping[str, pa.Table]
DETAILS = {
    "SENT": "sent", "DELIVERED": "delivered", "DEFERRED": "deferred", "BOUNCE": "bounce", "DROPPED": "dropped", "OPEN": "open",
    "CLICK": "click", "SPAMREPORT": "spam_report", "FORWARD": "forward", "PRINT": "print", "STATUSCHANGE": "status_change",
}  # fmt: skip


@pytest.fixture(scope="module")
def hubspot() -> Tables:
    """All rows of today."""
    return rows(COMPANY, TODAY)


@pytest.fixture(scope="module")
def events(hubspot: Tables) -> list[Row]:
    """E-mail events."""
    return hubspot["email_event"].to_pylist()


def test_details_of_events_are_in_the_table_of_their_type(hubspot: Tables, events: list[Row]) -> None:
    for type_, name in DETAILS.items():
        ids = [each["id"] for each in events if each["type"] == type_]
        assert Counter(ids) == Counter(hubspot[f"email_event_{name}"]["id"].to_pylist()), type_


def test_events_follow_the_sending_of_their_message(events: list[Row]) -> None:
    by_id = {each["id"]: each for each in events}
    order = Counter()
    for each in events:
        assert each["created"] >= SINCE
        sent = by_id.get(each["sent_by_id"])
        if each["type"] in ("SENT", "STATUSCHANGE", "DROPPED"):
            assert sent is None
            continue
        assert sent is not None
        assert sent["type"] == "SENT"
        assert sent["created"] == each["sent_by_created"] < each["created"]
        assert (sent["recipient"], sent["email_campaign_id"]) == (
            each["recipient"],
            each["email_campaign_id"],
        )
        order[each["type"]] += 1
        if each["obsoleted_by_id"]:
            later = by_id[each["obsoleted_by_id"]]
            assert (each["type"], later["type"]) == ("DEFERRED", "DELIVERED")
            assert later["created"] > each["created"]
            assert later["sent_by_id"] == each["sent_by_id"]
    assert order["DELIVERED"] > order["OPEN"] > order["CLICK"] > 0 < order["BOUNCE"]


def test_each_message_is_delivered_or_bounced_at_most_once(events: list[Row]) -> None:
    fates = Counter(each["sent_by_id"] for each in events if each["type"] in ("DELIVERED", "BOUNCE"))
    assert max(fates.values()) == 1
    sent = {each["id"] for each in events if each["type"] == "SENT"}
    # Of the last minutes before midnight the fate may not be known.
    assert fates.keys() <= sent
    assert len(sent) - len(fates) <= 5


def test_who_unsubscribed_gets_nothing_any_more_but_what_is_dropped(
    hubspot: Tables, events: list[Row]
) -> None:
    gone = {each["recipient"]: each["created"] for each in events if each["type"] == "STATUSCHANGE"}
    assert gone
    later = Counter(
        each["type"]
        for each in events
        if each["created"] > gone.get(each["recipient"], midnight(TODAY)) and not each["sent_by_id"]
    )
    assert later.keys() <= {"DROPPED"}
    out = {row["property_email"] for row in hubspot["contact"].to_pylist() if row["property_hs_email_optout"]}
    assert gone.keys() <= out
    reasons = {row["id"]: row["drop_reason"] for row in hubspot["email_event_dropped"].to_pylist()}
    dropped = [
        each["recipient"] for each in events if reasons.get(each["id"]) == "PREVIOUSLY_UNSUBSCRIBED_MESSAGE"
    ]
    assert dropped
    assert set(dropped) <= out
    changes = Counter(row["recipient"] for row in hubspot["email_subscription_change"].to_pylist())
    assert changes == dict.fromkeys(gone, hubspot["email_subscription"].num_rows)


def test_contacts_count_their_events(hubspot: Tables, events: list[Row]) -> None:
    """Openings by machines are not counted."""
    machine = {
        row["id"]
        for row in hubspot["email_event_open"].to_pylist()
        if row["duration"] == 0 and row["location"] is None
    }
    for type_, column in (
        ("DELIVERED", "delivered"),
        ("CLICK", "click"),
        ("BOUNCE", "bounce"),
        ("OPEN", "open"),
    ):
        counts = Counter(
            each["recipient"] for each in events if each["type"] == type_ and each["id"] not in machine
        )
        for row in hubspot["contact"].to_pylist():
            assert (row[f"property_hs_email_{column}"] or 0) == counts[row["property_email"]], column


def test_campaigns_are_those_of_the_company(hubspot: Tables) -> None:
    known = {each.utm_campaign: each for each in campaigns_before(COMPANY, TODAY)}
    found = {row["property_hs_utm"]: row for row in hubspot["marketing_campaign"].to_pylist()}
    assert found.keys() == known.keys()
    for slug, row in found.items():
        assert row["property_hs_name"] == known[slug].name_on(TODAY)
        assert (row["property_hs_start_date"], row["property_hs_end_date"]) == (
            known[slug].start,
            known[slug].end,
        )
    sent = {row["content_id"]: row["num_included"] for row in hubspot["email_campaign"].to_pylist()}
    assert sent.keys() <= set(hubspot["marketing_email"]["id"].to_pylist())
    assert (
        sum(sent.values()) == hubspot["email_event_sent"].num_rows + hubspot["email_event_dropped"].num_rows
    )


def test_events_count_who_registered_with_zoom_under_a_known_address(hubspot: Tables) -> None:
    zoom = zoom_rows(COMPANY, TODAY)
    webinars = {row["uuid"]: str(row["id"]) for row in zoom["webinar"].to_pylist()}
    contacts = {row["property_email"]: row["id"] for row in hubspot["contact"].to_pylist()}
    wanted: set[tuple[str, int]] = set()
    for row in zoom["webinar_registrant"].to_pylist():
        if (contact := contacts.get(row["email"].lower())) is not None:
            wanted.add((webinars[row["webinar_uuid"]], contact))
    events = {row["id"]: row for row in hubspot["marketing_event"].to_pylist()}
    participants = hubspot["marketing_event_participant"].to_pylist()
    found = {
        (events[row["marketing_event_id"]]["external_event_id"], row["contact_id"]) for row in participants
    }
    assert len(found) == len(participants)
    # Of contacts that are gone the address is not known any more.
    assert {each for each in found if each[1] in contacts.values()} == wanted
    counts = Counter(row["marketing_event_id"] for row in participants)
    came = Counter(
        row["marketing_event_id"] for row in participants if row["properties_attendance_state"] == "ATTENDED"
    )
    for key, row in events.items():
        if row["event_type"] == "WEBINAR":
            assert (row["registrants"], row["attendees"]) == (counts[key], came[key])
            assert row["event_completed"] == (row["end_date_time"] < midnight(TODAY))


def test_every_lead_filled_in_a_form(hubspot: Tables) -> None:
    crm = crm_contacts(COMPANY, TODAY)
    leads = {
        email.lower()
        for email, is_lead in zip(crm.email.to_pylist(), crm.is_lead.tolist(), strict=True)
        if is_lead
    }
    counts: Counter[int] = Counter(hubspot["contact_form_submission"]["contact_id"].to_pylist())
    kinds: Counter[int] = Counter()
    for contact, _ in {
        (row["contact_id"], row["form_id"]) for row in hubspot["contact_form_submission"].to_pylist()
    }:
        kinds[contact] += 1
    silent = 0
    for row in hubspot["contact"].to_pylist():
        assert row["property_num_conversion_events"] == counts[row["id"]]
        assert row["property_num_unique_conversion_events"] == kinds[row["id"]]
        # Of who registered for a webinar with a private address the form is not known.
        silent += row["property_email"] in leads and not counts[row["id"]]
    assert silent <= len(leads) * 0.02


def test_first_and_last_form_are_those_of_the_submissions(hubspot: Tables) -> None:
    by_contact: dict[int, list[Row]] = {}
    for row in sorted(hubspot["contact_form_submission"].to_pylist(), key=lambda each: each["timestamp"]):
        by_contact.setdefault(row["contact_id"], []).append(row)
    for row in hubspot["contact"].to_pylist():
        sent = by_contact.get(row["id"])
        assert row["property_first_conversion_date"] == (sent and sent[0]["timestamp"])
        assert row["property_recent_conversion_date"] == (sent and sent[-1]["timestamp"])


def test_lists_hold_who_matches(hubspot: Tables) -> None:
    lists = {row["name"]: row["id"] for row in hubspot["contact_list"].to_pylist()}
    members: dict[int, set[int]] = {}
    for row in hubspot["contact_list_member"].to_pylist():
        members.setdefault(row["contact_list_id"], set()).add(row["contact_id"])
    contacts = {row["id"]: row for row in hubspot["contact"].to_pylist()}
    by_stage = Counter(row["property_lifecyclestage"] for row in contacts.values())
    assert len(members[lists["Customers"]]) == by_stage["customer"]
    assert len(members[lists["Marketing qualified"]]) == by_stage["marketingqualifiedlead"]
    out = {key for key, row in contacts.items() if row["property_hs_email_optout"]}
    assert members[lists["Unsubscribed"]] == out
    assert members[lists["Newsletter subscribers"]]
    assert not members[lists["Newsletter subscribers"]] & out
