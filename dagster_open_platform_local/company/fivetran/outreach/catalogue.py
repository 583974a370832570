"""What was set up in Outreach: sequences and their steps, stages, dispositions.

What belongs here: that, as data. What does not: who was put into a sequence, and what happened then.
"""

from dataclasses import dataclass

import numpy as np

EMAIL, MANUAL_EMAIL, CALL, TASK = "auto_email", "manual_email", "call", "task"
KINDS = (EMAIL, MANUAL_EMAIL, CALL, TASK)
"""Of steps, as Outreach's API calls them."""
MOST_STEPS = 8


@dataclass(frozen=True)
class Step:
    """A step.

    Args:
        kind: One of four.
        day: Days after somebody is put into the sequence.
        subject: Of its mailing.
    """

    kind: str
    day: int
    subject: str = ""


@dataclass(frozen=True)
class Sequence:
    """A sequence.

    Args:
        name: What it is called.
        tag: How it is tagged.
        for_users: Whether it is for those who use the product, or else for leads.
        since: Days after the epoch on which it was made; negative before it.
        until: Days after the epoch on which it was disabled; None: it is in use.
        steps: In their order.
    """

    name: str
    tag: str
    for_users: bool
    since: int
    until: int | None
    steps: tuple[Step, ...]


SEQUENCES = (
    Sequence(
        "Inbound - demo request", "inbound", False, -540, None,
        (Step(EMAIL, 0, "Your Dagster+ demo"), Step(CALL, 1), Step(EMAIL, 3, "Re: Your Dagster+ demo"), Step(EMAIL, 8, "Still interested?")),
    ),
    Sequence(
        "Outbound - data platform leads", "outbound", False, -540, 60,
        (Step(EMAIL, 0, "Orchestration at {{company}}"), Step(EMAIL, 3, "Re: Orchestration at {{company}}"), Step(CALL, 5),
         Step(EMAIL, 9, "How others do it"), Step(TASK, 12), Step(EMAIL, 16, "Closing the loop")),
    ),
    Sequence(
        "Outbound - data platform leads v2", "outbound", False, 55, None,
        (Step(EMAIL, 0, "{{first_name}}, your pipelines"), Step(CALL, 2), Step(MANUAL_EMAIL, 4, "A thought on {{company}}'s data"),
         Step(EMAIL, 9, "Benchmarks"), Step(EMAIL, 15, "Should I close your file?")),
    ),
    Sequence(
        "Webinar follow-up", "event", False, -500, None,
        (Step(EMAIL, 0, "The recording you asked for"), Step(EMAIL, 4, "Questions after the webinar?"), Step(CALL, 6)),
    ),
    Sequence(
        "Conference follow-up", "event", False, -420, None,
        (Step(MANUAL_EMAIL, 0, "Good to meet you"), Step(CALL, 3), Step(EMAIL, 7, "Next steps")),
    ),
    Sequence(
        "Trial - activation", "plg", True, -540, None,
        (Step(EMAIL, 1, "Your first deployment"), Step(EMAIL, 4, "Getting more out of your trial"), Step(CALL, 7),
         Step(EMAIL, 12, "Your trial")),
    ),
    Sequence(
        "Expansion - usage growth", "expansion", True, -300, None,
        (Step(EMAIL, 0, "Your usage is growing"), Step(CALL, 3), Step(TASK, 6), Step(EMAIL, 10, "Plans that fit")),
    ),
    Sequence(
        "Win back", "expansion", True, -200, 90,
        (Step(EMAIL, 0, "What has changed since you left"), Step(EMAIL, 10, "A last note")),
    ),
)  # fmt: skip
STAGES = (
    "New",
    "Approaching",
    "Replied",
    "Interested",
    "Not Interested",
    "Unresponsive",
    "Do Not Contact",
    "Bad Contact Info",
)
"""Of prospects, in their order."""
STATES = ("active", "finished", "paused", "bounced", "opted_out")
"""Of prospects in sequences."""
DISPOSITIONS = (
    ("Connected", "Answered"),
    ("No Answer", "Not Answered"),
    ("Left Voicemail", "Not Answered"),
    ("Meeting Booked", "Answered"),
    ("Wrong Number", "Not Answered"),
)
"""Name and outcome."""
PURPOSES = ("Prospecting", "Follow-up", "Renewal")
PERSONAS = ("Data Engineer", "Data Leader", "Executive", "Other")
PRIORITIES = (("High", 75), ("Normal", 50), ("Low", 25))
"""Name and weight."""


def step_matrix() -> tuple[np.ndarray, np.ndarray]:
    """The day and the kind (index into `KINDS`, -1: no such step) of each step, a row a sequence."""
    days = np.zeros((len(SEQUENCES), MOST_STEPS), dtype=np.int64)
    kinds = np.full((len(SEQUENCES), MOST_STEPS), -1, dtype=np.int64)
    for row, sequence in enumerate(SEQUENCES):
        for place, step in enumerate(sequence.steps):
            days[row, place], kinds[row, place] = step.day, KINDS.index(step.kind)
    return days, kinds


def step_ids(sequence: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Ids of steps, of their templates and of what ties the two together, by sequence (index) and place in it."""
    return (sequence + 1) * 100 + place + 1
