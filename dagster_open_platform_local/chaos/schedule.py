"""Which faults there are on a day: a pure function of the seed.

What belongs here: kinds, targets, shares and moments. What does not: how a fault is made (`strikes.py`, `events.py`).
"""

import enum
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass


class Kind(enum.StrEnum):
    """What goes wrong (see the package)."""

    RUN = "run"
    SLING = "sling"
    SERVICE = "service"
    DAEMON = "daemon"
    DISK = "disk"
    API = "api"
    CLOCK = "clock"
    LATE = "late"
    DUPLICATE = "duplicate"
    BACKFILL = "backfill"


@dataclass(frozen=True)
class Fault:
    """One fault.

    Args:
        kind: What goes wrong.
        target: With whom: a process, a service, a vendor's API and how it answers.
        moment: When, from 0 to 1: early or late in a round.
    """

    kind: Kind
    target: str
    moment: float


@dataclass(frozen=True)
class Round:
    """What goes wrong in one round of normal operation.

    Args:
        faults: Which are begun with it.
        is_quiet: Whether it is spared from those, too, that have waited for it.
    """

    faults: tuple[Fault, ...] = ()
    is_quiet: bool = False

    def of(self, kind: Kind) -> list[Fault]:
        """Those of a kind."""
        return [fault for fault in self.faults if fault.kind is kind]


QUIET = Round(is_quiet=True)

ALL, ALONE = "with its children", "alone"
VENDORS = ("anthropic", "fivetran", "github", "hightouch", "segment", "slack")
STORES = ("s3", "bigquery")
ANSWERS = ("429", "500", "cut", "half", "no JSON", "slow")
TARGETS: Mapping[Kind, Sequence[str]] = {
    Kind.RUN: (ALL, ALONE),
    Kind.SLING: ("sling",),
    Kind.SERVICE: ("postgres", "product", "s3", "bigquery", "saas"),
    Kind.DAEMON: ("daemon",),
    Kind.DISK: ("purina",),
    # A body that is none of JSON or half of it says nothing where answers are bytes.
    Kind.API: tuple(
        f"{name}: {answer}"
        for name in (*VENDORS, *STORES)
        for answer in (ANSWERS if name in VENDORS else ("500", "cut", "slow"))
    ),
    Kind.CLOCK: ("yesterday",),
    Kind.LATE: ("product",),
    Kind.DUPLICATE: ("segment", "stripe", "exports"),
    Kind.BACKFILL: ("days",),
}
SHARES: Mapping[Kind, float] = {
    Kind.API: 0.72,
    Kind.RUN: 0.09,
    Kind.SERVICE: 0.06,
    Kind.SLING: 0.04,
    Kind.DISK: 0.02,
    Kind.DUPLICATE: 0.02,
    Kind.CLOCK: 0.015,
    Kind.BACKFILL: 0.015,
    Kind.DAEMON: 0.01,
    Kind.LATE: 0.01,
}
"""Of all faults."""
OWN_ROUND = (Kind.DISK, Kind.RUN)
"""Of these a round has one: each of them ends it, or spoils it as a whole."""
APART = (Kind.DAEMON, Kind.BACKFILL, Kind.DUPLICATE)
"""Not part of a round: before it."""


def faults_of_day(
    seed: int,
    day: int,
    wave: int,
    count: int,
    vendors: Sequence[str] = VENDORS,
    is_last: bool = False,
    kinds: Collection[Kind] = (),
) -> list[Round]:
    """The rounds of a day that have faults, in order.

    Args:
        seed: Of the whole week.
        day: From 0.
        wave: From 0; later ones make up for faults that did not take effect.
        count: How many faults there shall be, about.
        vendors: Whose APIs are asked.
        is_last: Whether no day follows, on which what is late could come.
        kinds: Of which there shall be one at least.
    """
    chance = random.Random(f"{seed}/{day}/{wave}")  # noqa: S311 - no secret
    faults = [
        Fault(kind, target, chance.randrange(10_000) / 10_000)
        for kind, number in _numbers(chance, wave, count, kinds).items()
        if not (kind is Kind.LATE and (is_last or wave))
        for target in _targets(chance, _known(kind, vendors), number, seed + day)
    ]
    return list(_rounds(chance, faults))


def _numbers(chance: random.Random, wave: int, count: int, kinds: Collection[Kind]) -> dict[Kind, int]:
    """How many of each kind; what is left of a fault is one by chance."""
    found: dict[Kind, int] = {}
    for kind, share in SHARES.items():
        whole, rest = divmod(share * count, 1)
        number = int(whole) + (chance.random() < rest)
        found[kind] = max(number, 1) if kind in kinds else number
    if any(found.values()):
        # Without it nothing would be due any more after a while, and nothing could go wrong.
        found[Kind.CLOCK] = max(found[Kind.CLOCK], 1 if wave else 0)
    found[Kind.LATE] = min(found[Kind.LATE], 1)
    return found


def _known(kind: Kind, vendors: Sequence[str]) -> list[str]:
    return [each for each in TARGETS[kind] if kind is not Kind.API or asked_of(each) in (*vendors, *STORES)]


def asked_of(target: str) -> str:
    """Whose answer is spoilt."""
    return target.partition(":")[0]


def _targets(chance: random.Random, known: list[str], number: int, turn: int) -> list[str]:
    """As many targets, each as often as the others; on another day it begins with another."""
    chance.shuffle(known)
    return [known[(turn + index) % len(known)] for index in range(number)]


def _rounds(chance: random.Random, faults: Sequence[Fault]) -> Iterator[Round]:
    """One for each fault that ends or spoils it, and one as of yesterday after some of them, upon which everything is due again."""
    enders = [fault for fault in faults if fault.kind in OWN_ROUND]
    clocks = [fault for fault in faults if fault.kind is Kind.CLOCK]
    others = [fault for fault in faults if fault not in enders and fault not in clocks]
    for each in (enders, others):
        chance.shuffle(each)
    # What is late is so from the first round on.
    others.sort(key=lambda fault: fault.kind is not Kind.LATE)
    own: list[tuple[Fault, ...]] = [(fault,) for fault in enders] or ([()] if faults else [])
    for place, clock in enumerate(clocks):
        own.insert(len(own) * (place + 1) // (len(clocks) + 1), (clock,))
    for number, ends in enumerate(own):
        yield Round((*ends, *others[number :: len(own)]))
