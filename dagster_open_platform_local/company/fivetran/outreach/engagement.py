"""Who was put into which sequence, and which steps have come.

What belongs here: these facts, in numpy arrays. What does not: what became of mailings (`mailings.py`), tables.

A prospect is put into at most two sequences, one after the other. A sequence ends with its last step, or as soon as the prospect
replies, opts out, or cannot be reached; 2 % are paused by hand and stay so.
"""

from dataclasses import dataclass, replace

import numpy as np

from dagster_open_platform_local.company.commercial.staff import Ownership
from dagster_open_platform_local.company.fivetran.outreach.catalogue import (
    EMAIL,
    KINDS,
    MANUAL_EMAIL,
    MOST_STEPS,
    SEQUENCES,
    STATES,
    step_matrix,
)
from dagster_open_platform_local.company.fivetran.salesforce.records import Crm
from dagster_open_platform_local.company.hashing import thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, Mask

_DAY = DAY_SECONDS
_COUNTS, _COUNT_WEIGHTS = np.array([0, 1, 2]), thresholds([30, 52, 18])
_OUTCOMES = ("none", "replied", "opted_out", "bounced", "paused")
_OUTCOME_WEIGHTS = thresholds([85, 9, 1.5, 2.5, 2])
_STATE_OF_OUTCOME = tuple(
    STATES.index(each) for each in ("finished", "finished", "opted_out", "bounced", "paused")
)
_REPLIED, _BOUNCED = _OUTCOMES.index("replied"), _OUTCOMES.index("bounced")
_FINISH_AFTER = 3 * _DAY
_SEATS = 4


@dataclass(frozen=True)
class States:
    """Prospects in sequences.

    Args:
        ids: Of each state.
        prospect: Index into the prospects.
        sequence: Index into `SEQUENCES`.
        user: Number of the person who put it there.
        created: When, in Unix seconds.
        ended: When it ended; `NEVER` if it has not.
        replied: When the prospect replied; `NEVER` if it has not.
        state: Index into `STATES`.
    """

    ids: Integers
    prospect: Integers
    sequence: Integers
    user: Integers
    created: Integers
    ended: Integers
    replied: Integers
    state: Integers


@dataclass(frozen=True)
class Steps:
    """Steps that have come, by state and place.

    Args:
        ids: Of each one's mailing, or call, or task.
        state: Index into the states.
        place: In the sequence, from 0.
        kind: Index into `KINDS`.
        moment: When it came, in Unix seconds.
        is_last: Whether none has come after it in its state.
    """

    ids: Integers
    state: Integers
    place: Integers
    kind: Integers
    moment: Integers
    is_last: Mask

    def of(self, *kinds: str) -> Integers:
        """Indices of the steps of some kinds."""
        return np.flatnonzero(np.isin(self.kind, [KINDS.index(each) for each in kinds]))


def engaged(crm: Crm, prospect: Integers, ids: Integers, added: Integers) -> tuple[States, Steps]:
    """Everything that happened in sequences.

    Args:
        crm: What Salesforce knows.
        prospect: Index into `crm.contacts` of each prospect.
        ids: Their ids.
        added: When each was added, in Unix seconds.
    """
    states, outcome = _states(crm, prospect, ids, added)
    draws = crm.draws("outreach_sequence_state", states.ids)
    days, kinds = step_matrix()
    kind = kinds[states.sequence]
    hour = np.stack([draws.below(f"hour_{place}", 8 * 3600) for place in range(MOST_STEPS)], axis=1)
    moment = (states.created[:, None] // _DAY + 1 + days[states.sequence]) * _DAY + 13 * 3600 + hour
    moment = np.where(kind >= 0, moment, NEVER)
    is_mail = np.isin(kind, (KINDS.index(EMAIL), KINDS.index(MANUAL_EMAIL)))
    answer = draws.quantile("answer", (600, 7200, _DAY, 2 * _DAY))
    stop, ended = _ends(moment, is_mail, outcome, draws.below("turn", 1 << 30), answer)
    ended = np.where(ended < crm.now, ended, NEVER)
    state = np.where(ended < NEVER, np.array(_STATE_OF_OUTCOME)[outcome], STATES.index("active"))
    replied = np.where(outcome == _REPLIED, ended, NEVER)
    row, place = np.nonzero((moment <= stop[:, None]) & (moment < crm.now))
    is_last = np.append(row[1:] != row[:-1], True)[: row.size].astype(np.bool_)
    steps = Steps(
        states.ids[row] * MOST_STEPS + place, row, place, kind[row, place], moment[row, place], is_last
    )
    return replace(states, ended=ended, replied=replied, state=state), steps


def _states(crm: Crm, prospect: Integers, ids: Integers, added: Integers) -> tuple[States, Integers]:
    """Who was put where, as if nothing had come of it yet, and what comes of it."""
    counts = _COUNTS[crm.draws("outreach_states", ids).pick("count", _COUNT_WEIGHTS)]
    index = np.repeat(np.arange(prospect.size), counts)
    seat = np.arange(index.size) - np.repeat(np.cumsum(counts) - counts, counts)
    draws = crm.draws("outreach_sequence_state", ids[index] * _SEATS + seat)
    wait = draws.quantile("wait", (3600, 12 * 3600, 3 * _DAY, 12 * _DAY))
    created = added[index] + wait + seat * (60 * _DAY + draws.below("pause", 90) * _DAY)
    kept = np.flatnonzero(created < crm.now)
    index, created, draws = index[kept], created[kept], crm.draws("outreach_sequence_state", draws.ids[kept])
    never = np.full(kept.size, NEVER)
    states = States(
        ids=draws.ids,
        prospect=index,
        sequence=_sequences(crm, prospect[index], created, draws.below("sequence", 1 << 30)),
        user=_owner_then(crm.contacts.owners, prospect[index], created),
        created=created,
        ended=never,
        replied=never,
        state=np.zeros(kept.size, dtype=np.int64),
    )
    return states, draws.pick("outcome", _OUTCOME_WEIGHTS)


def _sequences(crm: Crm, person: Integers, moment: Integers, draw: Integers) -> Integers:
    """One of the sequences that were in use then, for leads or for users."""
    epoch = unix_seconds(crm.settings.epoch)
    since = np.array([each.since for each in SEQUENCES]) * _DAY + epoch
    until = np.array([NEVER if each.until is None else each.until * _DAY + epoch for each in SEQUENCES])
    for_users = np.array([each.for_users for each in SEQUENCES])
    fits = (since[None, :] <= moment[:, None]) & (moment[:, None] < until[None, :])
    fits &= for_users[None, :] == ~crm.contacts.is_lead[person][:, None]
    rank = draw % np.maximum(fits.sum(axis=1), 1)
    return np.argmax(np.cumsum(fits, axis=1) > rank[:, None], axis=1)


def _ends(
    moment: Integers, is_mail: Mask, outcome: Integers, draw: Integers, answer: Integers
) -> tuple[Integers, Integers]:
    """The moment of the last step that comes at all, and when it is over.

    Whatever ends a sequence early follows one of its mailings, so that there always is one.
    """
    last = np.where(moment < NEVER, moment, -1).max(axis=1)
    mails = np.maximum(is_mail.sum(axis=1), 1)
    # What bounces does so at once.
    rank = np.where(outcome == _BOUNCED, 0, draw % mails)
    place = np.argmax(np.cumsum(is_mail, axis=1) > rank[:, None], axis=1)
    turning = np.take_along_axis(moment, place[:, None], axis=1)[:, 0]
    gap = np.where(outcome == _BOUNCED, 60, answer)
    ended = np.where(outcome == 0, last + _FINISH_AFTER, turning + gap)
    return np.where(outcome == 0, last, turning), ended


def _owner_then(owned: Ownership, index: Integers, moment: Integers) -> Integers:
    return np.where(moment >= owned.since[index], owned.owner[index], owned.first[index])
