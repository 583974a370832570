"""Zoom's rows: shape, references, and that they agree with HubSpot and with those who work for the company."""

import itertools
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

import pyarrow as pa
import pytest

from dagster_open_platform_local.company.commercial.campaigns import campaigns_before
from dagster_open_platform_local.company.commercial.contacts import crm_contacts
from dagster_open_platform_local.company.commercial.staff import sales_people
from dagster_open_platform_local.company.fivetran.hubspot.tables import rows as hubspot_rows
from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.fivetran.zoom.tables import rows
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.unit.company_fivetran.sources import (
    Row,
    assert_not_later,
    assert_references,
    assert_shape,
    by_key,
    midnight,
)

COMPANY = CompanySettings(seed=13, scale=0.5)
YESTERDAY, TODAY = date(2026, 11, 19), date(2026, 11, 20)
Tables = Mapping[str, pa.Table]
REFERENCES = (
    "meeting_participant.meeting_uuid -> meeting.uuid",
    "meeting_report.uuid -> meeting.uuid",
    "meeting_report_tracking.meeting_report_uuid -> meeting_report.uuid",
    "user_group.user_id -> users.id",
    "user_custom_attribute.user_id -> users.id",
    "webinar_registrant.webinar_uuid -> webinar.uuid",
    "webinar_registrant_custom_question.user_id -> webinar_registrant.user_id",
    "webinar_participant.webinar_uuid -> webinar.uuid",
    "webinar_participant.registrant_id -> webinar_registrant.user_id",
    "webinar_absentee.registrant_id -> webinar_registrant.user_id",
    "webinar_panelist.webinar_uuid -> webinar.uuid",
    "webinar_poll.webinar_uuid -> webinar.uuid",
    "webinar_poll_question.webinar_poll_id -> webinar_poll.id",
    "webinar_poll_question_answer.webinar_poll_id -> webinar_poll.id",
    "webinar_question_and_answer.webinar_uuid -> webinar.uuid",
    "webinar_question_and_answer_question.webinar_question_and_answer_id -> webinar_question_and_answer.id",
    "webinar_question_and_answer_question_detail.webinar_question_and_answer_id -> webinar_question_and_answer.id",
    "webinar_report.uuid -> webinar.uuid",
    "webinar_tracking_source.webinar_uuid -> webinar.uuid",
)


@pytest.fixture(scope="module")
def zoom() -> Tables:
    """All rows of today."""
    return rows(COMPANY, TODAY)


def test_all_tables_have_rows_of_the_layout_and_their_references_hold(zoom: Tables) -> None:
    assert zoom.keys() == layouts("zoom").keys()
    assert all(table.num_rows for table in zoom.values())
    assert_shape("zoom", zoom)
    assert_references(zoom, REFERENCES)


def test_nothing_is_of_today_or_later(zoom: Tables) -> None:
    assert_not_later(zoom, TODAY)


def test_users_are_those_of_sales_who_are_still_there(zoom: Tables) -> None:
    there = {each.email for each in sales_people(COMPANY, TODAY) if each.left >= NEVER}
    assert set(zoom["users"]["email"].to_pylist()) == there
    hosts = set(zoom["meeting"]["host_id"].to_pylist()) | set(zoom["webinar"]["host_id"].to_pylist())
    assert hosts & set(zoom["users"]["id"].to_pylist())


def test_webinars_are_held_on_the_last_day_of_their_campaigns(zoom: Tables) -> None:
    planned = [each for each in campaigns_before(COMPANY, TODAY) if each.channel == "webinar"]
    held = sorted(zoom["webinar"].to_pylist(), key=lambda row: row["start_time"])
    assert [(row["start_time"].date(), row["topic"]) for row in held] == sorted(
        (each.end, each.name.partition(": ")[2]) for each in planned if each.end
    )


def test_a_registrant_came_or_cancelled_or_is_absent(zoom: Tables) -> None:
    over = {row["uuid"] for row in zoom["webinar_report"].to_pylist()}
    came = set(zoom["webinar_participant"]["registrant_id"].to_pylist())
    absent = set(zoom["webinar_absentee"]["registrant_id"].to_pylist())
    assert not came & absent
    for row in zoom["webinar_registrant"].to_pylist():
        states = (row["user_id"] in came) + (row["user_id"] in absent) + (row["status"] == "denied")
        assert states == (1 if row["webinar_uuid"] in over or row["status"] == "denied" else 0)


def test_registrants_are_contacts_but_for_private_addresses(zoom: Tables) -> None:
    known = {email.lower() for email in crm_contacts(COMPANY, TODAY).email.to_pylist()}
    addresses = [row["email"].lower() for row in zoom["webinar_registrant"].to_pylist()]
    unknown = [each for each in addresses if each not in known]
    assert 0 < len(unknown) < len(addresses) * 0.1
    assert all(each.startswith("p+") for each in unknown)


def test_reports_count_participants(zoom: Tables) -> None:
    for report, participant, link in (
        ("webinar_report", "webinar_participant", "webinar_uuid"),
        ("meeting_report", "meeting_participant", "meeting_uuid"),
    ):
        stays: dict[str, list[Row]] = {}
        for row in zoom[participant].to_pylist():
            assert row["leave_time"] - row["join_time"] == timedelta(seconds=row["duration"]) > timedelta(0)
            stays.setdefault(row[link], []).append(row)
        for row in zoom[report].to_pylist():
            there = stays.get(row["uuid"], [])
            assert row["participants_count"] == len(there)
            assert row["total_minutes"] == sum(-(-each["duration"] // 60) for each in there)
            assert all(
                row["start_time"] <= each["join_time"] and each["leave_time"] <= row["end_time"]
                for each in there
            )
            assert row["end_time"] < midnight(TODAY)


def test_who_lost_the_connection_is_there_twice_and_never_at_once(zoom: Tables) -> None:
    times: dict[str, list[Row]] = {}
    for row in sorted(zoom["webinar_participant"].to_pylist(), key=lambda each: each["join_time"]):
        times.setdefault(row["registrant_id"], []).append(row)
    assert any(len(each) == 2 for each in times.values())
    for each in times.values():
        assert len(each) <= 2
        assert all(first["leave_time"] < then["join_time"] for first, then in itertools.pairwise(each))
    registered = {row["user_id"]: row["create_time"] for row in zoom["webinar_registrant"].to_pylist()}
    assert all(registered[key] <= each[0]["join_time"] for key, each in times.items())


def test_links_of_registration_count_every_registration(zoom: Tables) -> None:
    counts: Counter[str] = Counter()
    for row in zoom["webinar_tracking_source"].to_pylist():
        counts[row["webinar_uuid"]] += row["registrationr_count"]
        assert row["visitor_count"] >= row["registrationr_count"]
    assert +counts == Counter(zoom["webinar_registrant"]["webinar_uuid"].to_pylist())


def test_meetings_are_those_that_hubspot_knows(zoom: Tables) -> None:
    engagements = {
        row["property_hs_meeting_external_url"]: row
        for row in hubspot_rows(COMPANY, TODAY)["engagement_meeting"].to_pylist()
    }
    meetings = {row["join_url"]: row for row in zoom["meeting"].to_pylist()}
    assert engagements.keys() == meetings.keys()
    reported = set(zoom["meeting_report"]["uuid"].to_pylist())
    for link, row in meetings.items():
        assert row["start_time"] == engagements[link]["property_hs_meeting_start_time"]
        outcome = engagements[link]["property_hs_meeting_outcome"]
        assert outcome is None or (outcome == "COMPLETED") == (row["uuid"] in reported)
    assert any(row["start_time"] >= midnight(TODAY) for row in meetings.values())
    assert all(row["start_time"].weekday() < 5 for row in meetings.values())


def test_what_was_is_still_so_a_day_later(zoom: Tables) -> None:
    before = rows(COMPANY, YESTERDAY)
    for name, table in zoom.items():
        old, new = by_key("zoom", name, before[name]), by_key("zoom", name, table)
        if name not in ("users", "user_group", "user_custom_attribute"):
            assert old.keys() <= new.keys(), name
        if name in (
            "meeting",
            "meeting_participant",
            "meeting_report",
            "webinar_participant",
            "webinar_report",
        ):
            assert all(new[key] == row for key, row in old.items()), name
