"""Tables of what is asked in webinars: polls by the hosts, questions by those who came.

What belongs here: those tables. What does not: who came (`webinars.py`).
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.contacts import crm_contacts
from dagster_open_platform_local.company.commercial.webinars import registrations, webinars
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.fivetran.zoom.numbers import SCHEMA, account_ids, webinar_ids
from dagster_open_platform_local.company.fivetran.zoom.webinars import webinar_uuids
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import choice, hashes, joined, moments
from dagster_open_platform_local.company.product.texts import typed
from dagster_open_platform_local.company.settings import CompanySettings

_POLL = (
    ("How large is your data team?", ("1-3", "4-10", "11-50", "more")),
    ("Would you like a demo?", ("Yes", "Later", "No")),
)
_QUESTIONS = (
    "Does this work with dbt?",
    "Will there be a recording?",
    "How is it priced?",
    "Can I migrate from Airflow step by step?",
)
_ANSWERS = ("Yes, by the integration.", "Yes, tomorrow by e-mail.", "By what you run.", "", "live answered")


def poll_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module as of 00:00 UTC of a date."""
    held = webinars(settings, today)
    uuids = webinar_uuids(settings, held)
    over = np.array([each.end < unix_seconds(today) for each in held], dtype=np.int64)
    numbers = np.array([each.number for each in held], dtype=np.int64)
    ids = pa.array(account_ids(settings.seed, "zoom_polls", numbers), pa.string())
    size = numbers.size
    poll: dict[str, Values] = {
        "id": ids,
        "webinar_uuid": uuids,
        "title": pa.array(["About you"] * size, pa.string()),
        "anonymous": np.ones(size, dtype=np.bool_),
        "poll_type": np.ones(size, dtype=np.int64),
        "status": choice(("notstart", "ended"), over),
    }
    times = len(_POLL)
    index, place = np.repeat(np.arange(size), times), np.tile(np.arange(times), size)
    question: dict[str, Values] = {
        "index": pa.array(place).cast(pa.string()),
        "webinar_poll_id": ids.take(pa.array(index)),
        "webinar_uuid": uuids.take(pa.array(index)),
        "name": choice([each for each, _ in _POLL], place),
        "type": pa.array(["single"] * place.size, pa.string()),
        "answer_required": np.zeros(place.size, dtype=np.bool_),
        "show_as_dropdown": np.zeros(place.size, dtype=np.bool_),
    }
    options = [(position, text) for position, (_, texts) in enumerate(_POLL) for text in texts]
    index, place = np.repeat(np.arange(size), len(options)), np.tile(np.arange(len(options)), size)
    answer: dict[str, Values] = {
        "_fivetran_id": hashes(
            Draws(settings.seed, "zoom_poll_answers", numbers[index] * len(options) + place), "id"
        ),
        "webinar_poll_id": ids.take(pa.array(index)),
        "webinar_poll_question_index": choice([str(position) for position, _ in options], place),
        "webinar_uuid": uuids.take(pa.array(index)),
        "answer": choice([text for _, text in options], place),
    }
    return {
        "webinar_poll": assembled(SCHEMA, "webinar_poll", poll),
        "webinar_poll_question": assembled(SCHEMA, "webinar_poll_question", question),
        "webinar_poll_question_answer": assembled(SCHEMA, "webinar_poll_question_answer", answer),
        **_questions(settings, today, uuids),
    }


def _questions(settings: CompanySettings, today: date, uuids: pa.Array) -> dict[str, pa.Table]:
    """A sixth of those who came asked something, within the hour."""
    held, found, crm = (
        webinars(settings, today),
        registrations(settings, today),
        crm_contacts(settings, today),
    )
    draws = Draws(settings.seed, "zoom_asked", found.number)
    asked = np.flatnonzero((found.joined < NEVER) & draws.chance("asks", 1 / 6))
    # By the number of the registration, since those that come later have higher places.
    asked = asked[np.lexsort((asked, found.webinar[asked]))]
    webinar = found.webinar[asked]
    place = np.arange(asked.size) - np.searchsorted(webinar, webinar)
    numbers = np.array([each.number for each in held], dtype=np.int64)
    ids, contact = webinar_ids(numbers), pa.array(found.contact[asked])
    with_questions = np.unique(webinar)
    own = Draws(settings.seed, "zoom_asked", found.number[asked])
    index, uuid = pa.array(place).cast(pa.string()), uuids.take(pa.array(webinar))
    whole: dict[str, Values] = {
        "id": ids[with_questions],
        "webinar_uuid": uuids.take(pa.array(with_questions)),
        "uuid": uuids.take(pa.array(with_questions)),
        "start_time": moments(np.array([each.start for each in held], dtype=np.int64)[with_questions]),
    }
    who: dict[str, Values] = {
        "index": index,
        "webinar_question_and_answer_id": ids[webinar],
        "webinar_uuid": uuid,
        "name": joined(crm.first_name.take(contact), " ", crm.last_name.take(contact)),
        "email": found.email.take(pa.array(asked)),
    }
    what: dict[str, Values] = {
        "_fivetran_id": hashes(own, "id"),
        "webinar_question_and_answer_id": ids[webinar],
        "webinar_question_and_answer_question_index": index,
        "webinar_uuid": uuid,
        "question": typed(own, "question", choice(_QUESTIONS, own.below("question", len(_QUESTIONS))), 0.1),
        "answer": choice(_ANSWERS, own.below("answer", len(_ANSWERS))),
    }
    name = "webinar_question_and_answer"
    return {
        name: assembled(SCHEMA, name, whole),
        f"{name}_question": assembled(SCHEMA, f"{name}_question", who),
        f"{name}_question_detail": assembled(SCHEMA, f"{name}_question_detail", what),
    }
