"""Lists of contacts.

What belongs here: contact_list and contact_list_member. What does not: lists of companies (`companies.py`).

Some lists are filters, from which people vanish when they no longer match (the newsletter's, when they unsubscribe); one for each
webinar is kept by the connection to Zoom.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import tools_since
from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.commercial.webinars import registrations, webinars
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled, from_rows
from dagster_open_platform_local.company.fivetran.hubspot.audience import audience
from dagster_open_platform_local.company.fivetran.hubspot.forms import FORMS, submissions
from dagster_open_platform_local.company.fivetran.hubspot.numbers import (
    SCHEMA,
    contact_ids,
    moment_of,
    user_ids,
)
from dagster_open_platform_local.company.fivetran.hubspot.stages import contact_stages
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.product.columns import Integers, moments
from dagster_open_platform_local.company.settings import CompanySettings

_FILTERS = ("Newsletter subscribers", "Marketing qualified", "Customers", "Unsubscribed")
_FIRST, _FIRST_WEBINAR = 101, 1_000


def list_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module as of 00:00 UTC of a date."""
    start, by = moment_of(tools_since(settings)), str(user_ids(0))
    every = campaigns(settings)
    rows = [
        *(
            {"id": _FIRST + place, "name": name, "created_at": start, "updated_at": start, "filters_updated_at": start,
             "processing_type": "DYNAMIC", "dynamic": True}
            for place, name in enumerate(_FILTERS)
        ),
        *(
            {"id": _FIRST_WEBINAR + each.number, "name": f"Registered: {every[each.campaign].name}",
             "created_at": moment_of(each.opened), "updated_at": moment_of(each.opened), "processing_type": "MANUAL", "dynamic": False}
            for each in webinars(settings, today)
        ),
    ]  # fmt: skip
    common = {
        "created_by_id": by,
        "list_version": 1,
        "object_type_id": "0-1",
        "processing_status": "COMPLETE",
        "deleteable": True,
    }
    return {
        "contact_list": from_rows(SCHEMA, "contact_list", [{**common, **row} for row in rows]),
        "contact_list_member": _members(settings, today),
    }


def _members(settings: CompanySettings, today: date) -> pa.Table:
    people, reached = audience(settings, today), contact_stages(settings, today)
    filled = submissions(settings, today)
    subscribed = np.full(people.number.size, NEVER)
    newsletter = filled.form == FORMS.index("Newsletter")
    np.minimum.at(subscribed, filled.contact[newsletter], filled.moment[newsletter])
    added: list[Integers] = [
        np.where(people.opted_out < NEVER, NEVER, subscribed),
        # A filter for one stage: who went on is no longer in it.
        np.where(reached[2] < NEVER, NEVER, reached[1]),
        reached[3],
        people.opted_out,
    ]
    there = [np.flatnonzero((each < NEVER) & people.is_there) for each in added]
    registered = registrations(settings, today)
    numbers = np.array([each.number for each in webinars(settings, today)], dtype=np.int64)
    came = people.registered(registered)
    came = came[people.is_there[people.of_crm[registered.contact[came]]]]
    contact = people.of_crm[registered.contact[came]]
    # A lead that came again may have registered twice: the first time counts, and they are in the order of time.
    _, first = np.unique(registered.webinar[came] * max(people.number.size, 1) + contact, return_index=True)
    columns: dict[str, Values] = {
        "contact_id": contact_ids(people.number[np.concatenate([*there, contact[first]])]),
        "contact_list_id": np.concatenate(
            [
                np.repeat(_FIRST + np.arange(len(added)), [each.size for each in there]),
                _FIRST_WEBINAR + numbers[registered.webinar[came[first]]],
            ]
        ),
        "added_at": moments(
            np.concatenate(
                [
                    *(each[index] for each, index in zip(added, there, strict=True)),
                    registered.registered[came[first]],
                ]
            )
        ),
    }
    return assembled(SCHEMA, "contact_list_member", columns)
