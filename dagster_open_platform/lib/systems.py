"""What is known of a system outside the platform, for whoever connects it: what it needs, where it is, whether it answers.

What belongs here: the shape of that knowledge. What does not: any system's own (``lib/<integration>/system.py``), and telling it to
people (``operations/doctor``).

A variable is one of these, and never two:

    needed    by the system whatever is declared, such as a token: stands in `System.needed`
    declared  by an instance, such as the id of a sync: stands in its ``requirements.env`` and in no `System.needed`
    optional  has a default, such as an API's address: stands in `System.optional`
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Variable:
    """An environment variable.

    Args:
        name: Its name.
        what: What it holds and where one gets it, as the end of "Set NAME: …".
        instead: Other variables, of which one suffices in its place.
        is_secret: Whether its value must not be shown.
    """

    name: str
    what: str
    instead: tuple[str, ...] = ()
    is_secret: bool = True

    @property
    def is_set(self) -> bool:
        """Whether it, or one in its place, is set now."""
        return any(os.environ.get(name, "").strip() for name in (self.name, *self.instead))


@dataclass(frozen=True)
class Declared:
    """What the YAML instances of a system's folder say.

    Args:
        variables: Those that they require and no system needs by itself, sorted.
        documents: The documents.
    """

    variables: tuple[str, ...] = ()
    documents: tuple[Mapping[str, Any], ...] = ()


NOTHING_DECLARED = Declared()
Resources = Mapping[str, Any]
"""Resource keys to what stands behind them."""


@dataclass(frozen=True)
class System:
    """A system.

    Args:
        name: As it is typed.
        title: As it calls itself.
        use: What the platform does with it, in a few words.
        folder: Where its assets are declared, below ``defs/``.
        resource: The resource key through which it is reached.
        needed: What must be set, in the order in which one sets it.
        optional: What may be set.
        probe: Asks the system something cheap and says what it saw. Raises what the system's client raises.
        points_to: Addresses (URLs or paths) of where it is as the variables stand; empty: where the vendor is.
        declared_as: What a variable is that an instance declares, as the end of "Set NAME: …".
        beside_duckdb: What one must know who connects the real one while the warehouse is DuckDB files.
        in_warehouse: Whether it has no variables of its own, because it is reached through the warehouse, as dbt is.
    """

    name: str
    title: str
    use: str
    folder: str
    resource: str
    probe: Callable[[Resources, Declared], str]
    needed: tuple[Variable, ...] = ()
    optional: tuple[Variable, ...] = ()
    points_to: Callable[[Declared], Sequence[str]] = field(default=lambda _declared: ())
    declared_as: str = "see the instance that requires it"
    beside_duckdb: str = ""
    in_warehouse: bool = False

    def variables(self, declared: Declared = NOTHING_DECLARED) -> tuple[Variable, ...]:
        """What must be set, with what instances declare.

        Args:
            declared: In the system's folder.
        """
        # What an instance declares is an id or a URL with a password: it is not shown, whichever it is.
        return (*self.needed, *(Variable(name, self.declared_as) for name in declared.variables))


def address_in(*names: str) -> Callable[[Declared], Sequence[str]]:
    """Say that a system is where the first of these variables that is set says.

    Args:
        names: Variables that hold an address.
    """

    def points_to(_declared: Declared) -> Sequence[str]:
        found = [value for name in names if (value := os.environ.get(name, "").strip())]
        return found[:1]

    return points_to


def is_this_machine(address: str) -> bool:
    """Whether a URL, a host or a path leads to this machine.

    Args:
        address: A path is on this machine. What is none of these is not.
    """
    if address.startswith(("/", ".", "~")):
        return True
    try:
        return urlsplit(address if "://" in address else f"//{address}").hostname in LOOPBACK
    except ValueError:
        return False


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    Args:
        number: How many.
        one: The noun of one.
        many: Of several; default: with an s.
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
