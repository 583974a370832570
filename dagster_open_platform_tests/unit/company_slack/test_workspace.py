"""The workspace agrees with the company's other sources, and with itself on other dates."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.company.exports.community import activity as exported
from dagster_open_platform_local.company.moments import NEVER, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.slack.activity import activity
from dagster_open_platform_local.company.slack.channels import STAFF_CHANNELS, channels
from dagster_open_platform_local.company.slack.members import Members, members
from dagster_open_platform_local.company.users import users_table
from dagster_open_platform_local.services.saas.slack.analytics import member_file

SMALL = CompanySettings(seed=11, scale=0.1)
TODAY = dt.date(2026, 9, 24)
DAYS = st.dates(SMALL.epoch, TODAY - dt.timedelta(days=1))


@pytest.fixture(scope="module")
def found() -> Members:
    return members(SMALL, TODAY)


def test_members_are_people_that_other_sources_know(found: Members) -> None:
    known = set(users_table(SMALL, TODAY)["email"].to_pylist())
    of_users = [email for email in found.emails if email in known]
    assert len(of_users) > 50
    staff = [email for email, is_staff in zip(found.emails, found.is_staff.tolist(), strict=True) if is_staff]
    assert staff
    assert all(email.endswith("@dagsterlabs.example.com") for email in staff)
    assert len(set(found.ids)) == len(found.ids) == len(set(found.people.tolist()))
    assert all(user_id.startswith("U") and len(user_id) == 11 for user_id in found.ids)


@given(st.dates(SMALL.epoch, TODAY))
@settings(max_examples=5, deadline=None)
def test_an_earlier_look_saw_the_same_people(earlier: dt.date) -> None:
    now, before = members(SMALL, TODAY), members(SMALL, earlier)
    count = len(before.ids)
    assert list(now.ids[:count]) == list(before.ids)
    assert list(now.emails[:count]) == list(before.emails)
    assert (now.claimed[:count] == before.claimed).all()
    assert (now.claimed[count:] >= unix_seconds(earlier)).all()
    still_open = before.left == NEVER
    assert (now.left[:count][~still_open] == before.left[~still_open]).all()
    assert (now.left[:count][still_open] >= unix_seconds(earlier)).all()


@given(DAYS)
@settings(max_examples=10, deadline=None)
def test_messages_and_reactions_are_those_of_the_export(day: dt.date) -> None:
    found = members(SMALL, TODAY)
    did, rows = activity(found, day), exported(SMALL, day, edition=2)
    assert did.community_messages.sum() == sum(row["messages"] for row in rows)
    assert (did.reactions[~found.is_staff[did.members]]).sum() <= sum(row["reactions"] for row in rows)
    assert did.is_active[did.community_messages > 0].all()
    # Nobody does anything who was not there.
    start = unix_seconds(day)
    assert (found.claimed[did.members] < start + 86_400).all()
    assert (found.left[did.members] > start).all()


@given(DAYS, st.integers(1, 40))
@settings(max_examples=5, deadline=None)
def test_the_file_of_a_day_is_the_same_on_every_later_date(day: dt.date, later: int) -> None:
    soon = day + dt.timedelta(days=1)
    assert member_file(members(SMALL, soon), day) == member_file(
        members(SMALL, soon + dt.timedelta(later)), day
    )


def test_the_community_grows_and_rests_at_weekends(found: Members) -> None:
    week = [activity(found, dt.date(2026, 9, 14) + dt.timedelta(days=number)) for number in range(7)]
    active = [int(each.is_active.sum()) for each in week]
    assert min(active[:5]) > 1.5 * max(active[5:])
    assert found.present(dt.date(2026, 9, 20)).size > found.present(SMALL.epoch).size > 0
    assert (found.left < NEVER).any()


def test_channels_are_those_of_the_export(found: Members) -> None:
    for today in (SMALL.epoch, dt.date(2026, 8, 14), dt.date(2026, 8, 16), TODAY):
        opened = channels(SMALL, today)
        day = max(SMALL.epoch, today - dt.timedelta(days=1))
        expected = {
            (row["channel_id"], row["channel_name"], row["is_shared"]) for row in exported(SMALL, day)
        }
        public = {
            (each.id, each.name, each.is_shared)
            for each in opened
            if not each.is_private and not each.is_archived
        }
        assert public == expected
        assert {each.name for each in opened if each.is_private} == set(STAFF_CHANNELS)
        assert len({each.id for each in opened}) == len(opened)
        assert all(each.created <= each.updated for each in opened)
    renamed = [each for each in channels(SMALL, TODAY) if each.previous_names]
    assert [(each.name, each.previous_names) for each in renamed] == [
        ("product-feedback", ("dagster-feedback",))
    ]
    assert renamed[0].updated == unix_seconds(dt.date(2026, 8, 15))


def test_there_may_be_nobody_yet() -> None:
    tiny = CompanySettings(seed=1, scale=0.001)
    found = members(tiny, tiny.epoch)
    did = activity(found, tiny.epoch)
    assert isinstance(did.members, np.ndarray)
    assert did.members.size == found.present(tiny.epoch).size
