"""Tables of meetings.

What belongs here: meeting, meeting_participant, meeting_report and its tracking fields. What does not: who met whom
(`commercial/meetings.py`).
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.contacts import crm_contacts
from dagster_open_platform_local.company.commercial.meetings import OUTCOMES, CrmMeetings, crm_meetings
from dagster_open_platform_local.company.commercial.staff import sales_people
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.fivetran.zoom.accounts import department, host_ids
from dagster_open_platform_local.company.fivetran.zoom.numbers import SCHEMA, join_urls, meeting_ids, uuids_of
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.product.columns import (
    Integers,
    choice,
    either,
    joined,
    moments,
    only,
)
from dagster_open_platform_local.company.settings import CompanySettings

_NO_SHOW = OUTCOMES.index("NO_SHOW")
_MEETING, _FIRST_USER = 2, 16_778_240
"""A scheduled meeting, and the number of the first one in it (developers.zoom.us/docs/api/meetings)."""
_WAITS = 540
"""Seconds for which a host waits in vain."""


def meeting_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module as of 00:00 UTC of a date."""
    met, crm, staff = (
        crm_meetings(settings, today),
        crm_contacts(settings, today),
        sales_people(settings, today),
    )
    uuids = pa.array(uuids_of(settings.seed, "zoom_meetings", met.number), pa.string())
    topic = joined(crm.first_name.take(pa.array(met.contact)), " / Dagster Labs")
    ids = meeting_ids(met.number)
    meeting: dict[str, Values] = {
        "uuid": uuids,
        "id": ids,
        "host_id": choice(host_ids(settings, staff), met.host),
        "topic": topic,
        "type": np.full(met.number.size, _MEETING),
        "created_at": moments(met.booked),
        "start_time": moments(met.start),
        "duration": met.minutes,
        "timezone": ["UTC"] * met.number.size,
        "join_url": join_urls(ids),
    }
    participants, report = _held(settings, today, met, uuids, topic)
    over = np.flatnonzero(met.was_held)
    tracking: dict[str, Values] = {
        "field": ["Meeting purpose"] * over.size,
        "meeting_report_uuid": uuids.take(pa.array(over)),
        "value": choice(
            ("Demo", "Renewal", "Discovery", ""),
            Draws(settings.seed, "zoom_purpose", met.number[over]).below("purpose", 4),
        ),
    }
    return {
        "meeting": assembled(SCHEMA, "meeting", meeting),
        "meeting_participant": assembled(SCHEMA, "meeting_participant", participants),
        "meeting_report": assembled(SCHEMA, "meeting_report", report),
        "meeting_report_tracking": assembled(SCHEMA, "meeting_report_tracking", tracking),
    }


def _held(
    settings: CompanySettings, today: date, met: CrmMeetings, uuids: pa.Array, topic: pa.Array
) -> tuple[dict[str, Values], dict[str, Values]]:
    """Participants and reports: the host, and the guest where one came."""
    staff, crm = sales_people(settings, today), crm_contacts(settings, today)
    hosted = np.flatnonzero(met.was_held | (met.outcome == _NO_SHOW))
    came = np.flatnonzero(met.was_held)
    meeting = np.concatenate([hosted, came])
    is_host = np.arange(meeting.size) < hosted.size
    draws = Draws(settings.seed, "zoom_participants", met.number[meeting] * 2 + is_host)
    join = met.start[meeting] + draws.below("late", 240) - 120
    planned = np.where(
        met.was_held[meeting], met.minutes[meeting] * 60 + draws.below("over", 600) - 300, _WAITS
    )
    leave = join + np.maximum(planned, 120)
    guest = pa.array(met.contact[meeting])
    names = [
        joined(crm.first_name, " ", crm.last_name).take(guest),
        joined("+1 555 01", draws.below("phone", 90) + 10),
    ]
    guest_name = either(draws.chance("by_phone", 0.05) & ~is_host, names[1], names[0])
    host = met.host[meeting]
    host_name = choice([f"{each.first_name} {each.last_name}" for each in staff], host)
    has_address = is_host | draws.chance("signed_in", 0.55)
    participants: dict[str, Values] = {
        "meeting_uuid": uuids.take(pa.array(meeting)),
        "user_id": pa.array(_FIRST_USER + 1024 * (~is_host)).cast(pa.string()),
        "participant_user_id": only(choice(host_ids(settings, staff), host), is_host),
        "name": either(is_host, host_name, guest_name),
        "user_email": only(
            either(is_host, choice([each.email for each in staff], host), crm.email.take(guest)), has_address
        ),
        "join_time": moments(join),
        "leave_time": moments(leave),
        "duration": leave - join,
        "failover": np.zeros(meeting.size, dtype=np.bool_),
        "status": ["in_meeting"] * meeting.size,
    }
    return participants, _reports(settings, today, met, uuids, topic, meeting, join, leave)


def _reports(
    settings: CompanySettings,
    today: date,
    met: CrmMeetings,
    uuids: pa.Array,
    topic: pa.Array,
    meeting: Integers,
    join: Integers,
    leave: Integers,
) -> dict[str, Values]:
    """From the first one's coming to the last one's going; minutes are counted for each of them."""
    staff = sales_people(settings, today)
    over = np.flatnonzero(met.was_held)
    size = met.number.size
    first, last, minutes = (
        np.full(size, np.iinfo(np.int64).max),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
    )
    np.minimum.at(first, meeting, join)
    np.maximum.at(last, meeting, leave)
    np.add.at(minutes, meeting, (leave - join + 59) // 60)
    host = met.host[over]
    return {
        "uuid": uuids.take(pa.array(over)),
        "meeting_id": meeting_ids(met.number[over]),
        "topic": topic.take(pa.array(over)),
        "type": pa.array(["MeetingSchedule"] * over.size, pa.string()),
        "dept": choice([department(each) for each in staff], host),
        "user_email": choice([each.email for each in staff], host),
        "user_name": choice([f"{each.first_name} {each.last_name}" for each in staff], host),
        "start_time": moments(first[over]),
        "end_time": moments(last[over]),
        "duration": (last[over] - first[over] + 59) // 60,
        "participants_count": np.bincount(meeting, minlength=size)[over],
        "total_minutes": minutes[over],
    }
