"""HubSpot's ids, and moments as history mode writes them.

What belongs here: which number a thing of the company has in HubSpot. What does not: the things.

HubSpot numbers objects of each kind on their own, with gaps. Kinds of associations and their numbers: HubSpot's page "CRM API:
Associations v4" (developers.hubspot.com/docs/api-reference/crm-associations-v4/guide).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER, TIMESTAMP, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, choice, moments, uuids
from dagster_open_platform_local.company.settings import CompanySettings

Number = TypeVar("Number", int, Integers)

SCHEMA = "hubspot"
PORTAL = 4_187_203
DEFINED_BY_HUBSPOT, DEFINED_BY_USER = "HUBSPOT_DEFINED", "USER_DEFINED"
CONTACT_TO_COMPANY, CONTACT_TO_PRIMARY_COMPANY = 279, 1
DEAL_TO_COMPANY, DEAL_TO_PRIMARY_COMPANY, DEAL_TO_CONTACT = 341, 5, 3
CONSULTANT = 11
"""The company's own kind of link between a contact and a company."""
ENGAGEMENT_TO_CONTACT = {"CALL": 194, "EMAIL": 198, "MEETING": 200, "NOTE": 202, "TASK": 204}
ENGAGEMENT_TO_COMPANY = {"CALL": 182, "EMAIL": 186, "MEETING": 188, "NOTE": 190, "TASK": 192}
ENGAGEMENT_TO_DEAL = {"CALL": 206, "EMAIL": 210, "MEETING": 212, "NOTE": 214, "TASK": 216}
EVENTS_SINCE_DAYS = 30
"""Days before the epoch since which e-mail events are there."""
_END_OF_TIME = 253_402_300_799_999_000
"""9999-12-31T23:59:59.999Z in microseconds: the end of a row that is active."""


def contact_ids(number: Number) -> Number:
    """Of contacts, by their number in the audience."""
    return 51 + 50 * number


def company_ids(number: Number) -> Number:
    """Of companies, by the number of their account."""
    return 6_100_000_000 + 13 * number


def deal_ids(number: Number) -> Number:
    """Of deals."""
    return 9_200_000_000 + 7 * number


def owner_ids(number: Number) -> Number:
    """Of the people of sales, as owners."""
    return 71_500_000 + 1_301 * number


def user_ids(number: Number) -> Number:
    """Of the same people, as users."""
    return 5_300_000 + 977 * number


def events_since(settings: CompanySettings) -> int:
    """When the connection was made, in Unix seconds."""
    return unix_seconds(settings.epoch) - EVENTS_SINCE_DAYS * 86_400


@dataclass(frozen=True)
class Changes:
    """One way in which a property changes: at most once for each of some objects.

    Args:
        name: Of the property.
        moment: When it got the value, in Unix seconds, an object; `NEVER` if it did not.
        value: That, an object, or one for all.
        source: Who changed it: FORM, INTEGRATION, CRM_UI and so on.
        index: Of the objects; None: all of them, in their order.
    """

    name: str
    moment: Integers
    value: pa.Array | str
    source: str
    index: Integers | None = None


def history(table: str, key: str, ids: Integers, changes: Sequence[Changes]) -> pa.Table:
    """A table of history mode: what each property of each object was, and from when to when.

    Args:
        table: Its name.
        key: The column of the object's id.
        ids: Of all objects.
        changes: Of two values of one property at one moment, the one of the later entry counts.
    """
    names = list(dict.fromkeys(each.name for each in changes))
    there = [np.flatnonzero(each.moment < NEVER) for each in changes]
    run = np.repeat(np.arange(len(changes)), [index.size for index in there])
    objects, moment = (
        np.concatenate([of(each, index) for each, index in zip(changes, there, strict=True)])
        for of in (
            lambda each, index: ids[index if each.index is None else each.index[index]],
            lambda each, index: each.moment[index],
        )
    )
    code = np.array([names.index(each.name) for each in changes])[run]
    order = np.lexsort((run, moment, code, objects))
    last = _last_of_each(objects[order], code[order], moment[order])
    order = order[last]
    objects, code, moment = objects[order], code[order], moment[order]
    followed = np.flatnonzero((objects[1:] == objects[:-1]) & (code[1:] == code[:-1]))
    ends = np.full(objects.size, _END_OF_TIME)
    ends[followed] = moment[followed + 1] * 1_000_000 - 1_000
    values = pa.concat_arrays(
        [
            pa.array([each.value] * index.size, pa.string())
            if isinstance(each.value, str)
            else each.value.take(pa.array(index))
            for each, index in zip(changes, there, strict=True)
        ]
    )
    columns: dict[str, Values] = {
        key: objects,
        "name": choice(names, code),
        "_fivetran_start": moments(moment),
        "_fivetran_end": pa.array(ends).cast(TIMESTAMP),
        "_fivetran_active": ends == _END_OF_TIME,
        "source": choice([each.source for each in changes], run[order]),
        "timestamp": moments(moment),
        "value": values.take(pa.array(order)),
    }
    return assembled(SCHEMA, table, columns)


def _last_of_each(*columns: Integers) -> Integers:
    """Index of the last of each run of rows that are equal in all columns."""
    size = columns[0].size
    differs = np.ones(size, dtype=np.bool_)
    if size:
        differs[:-1] = np.any([each[1:] != each[:-1] for each in columns], axis=0)
    return np.flatnonzero(differs)


def links(
    table: str, columns: dict[str, Values], type_id: Integers | int, category: str | None = None
) -> pa.Table:
    """A table of associations.

    Args:
        table: Its name.
        columns: The ids of both sides, by the names of their columns.
        type_id: What each link means.
        category: Who defined these meanings; by default the company its own ones, and HubSpot the others.
    """
    size = len(next(iter(columns.values())))
    types = np.broadcast_to(np.asarray(type_id, dtype=np.int64), (size,))
    categories = (DEFINED_BY_HUBSPOT, DEFINED_BY_USER)
    owner = (
        np.where(types == CONSULTANT, 1, 0) if category is None else np.full(size, categories.index(category))
    )
    return assembled(SCHEMA, table, {**columns, "type_id": types, "category": choice(categories, owner)})


def uuid_of(settings: CompanySettings, table: str, number: int) -> str:
    """The UUID of one thing of a kind."""
    return uuids(Draws(settings.seed, table, np.array([number], dtype=np.int64)), "id")[0].as_py()


def moment_of(seconds: int) -> datetime | None:
    """Unix seconds as a moment in UTC; `NEVER` as None."""
    return None if seconds >= NEVER else datetime.fromtimestamp(seconds, UTC)
