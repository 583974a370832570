"""What a Dagster instance is left with.

What belongs here: what is told of it. What does not: looking (`look.py`), for which Dagster is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Remains:
    """What is there when nobody works any more.

    Args:
        runs: How many runs there are, by status.
        stuck: Runs that have not ended, and runs that wait for a slot.
        slots: Slots of pools that somebody still holds, or waits for.
        failures: How many steps failed, by type of failure.
        untyped: Failures that are neither permanent nor retryable: the run, the step and the error.
    """

    runs: Mapping[str, int] = field(default_factory=dict)
    stuck: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    failures: Mapping[str, int] = field(default_factory=dict)
    untyped: tuple[str, ...] = ()
