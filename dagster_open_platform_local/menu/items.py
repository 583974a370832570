"""What the menu offers.

What belongs here: each item's name, words, arguments, and whether it asks first. What does not: choosing and running.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LOCAL = ("-m", "dagster_open_platform_local")


@dataclass(frozen=True)
class Question:
    """Something that an item must be told.

    Args:
        text: The question.
        name: What the answer is called on a command line.
    """

    text: str
    name: str


@dataclass(frozen=True)
class Item:
    """Something that can be done.

    Args:
        name: As it is typed.
        what: What it will do, as a sentence.
        words: Arguments of this project's local command line.
        typed: The same, as `just` has it.
        questions: What is asked for, in order; on a command line the arguments stand in that order.
        changes: What can't be undone, as the end of "It …"; empty: nothing, or the verb asks by itself.
    """

    name: str
    what: str
    words: tuple[str, ...]
    typed: str
    questions: tuple[Question, ...] = ()
    changes: str = ""


_PULL_REQUEST = (Question("Number of the pull request", "NUMBER"),)

ITEMS: Sequence[Item] = (
    Item("status", "Says what is there: state, company, and whether a stack runs.", ("status",), "status"),
    Item(
        "doctor",
        "Says of each system whether it is simulated or live, what it lacks, and whether it answers.",
        ("doctor",),
        "doctor --local",
    ),
    Item(
        "why",
        "Says why an asset ran or did not, and what it waits for.",
        ("why",),
        "why --local",
        (Question("Which asset? (its key, or an end of it)", "ASSET"),),
    ),
    Item(
        "demo",
        "Starts the services and materializes every asset that is due; ends with a summary. The first time takes minutes.",
        ("demo",),
        "demo",
    ),
    Item("dev", "Serves the Dagster UI with the services beneath it, until Ctrl-C.", ("dev",), "dev"),
    Item(
        "advance",
        "Moves the simulated company one day on.",
        ("advance",),
        "advance",
        changes="moves the company one day on, and it cannot go back but by a reset",
    ),
    Item(
        "refresh-state",
        "Fetches Fivetran's connectors, tables and columns into the file that the code location loads: of the emulated one, or of yours.",
        ("refresh-state",),
        "refresh-state --local",
        changes="rewrites dagster_open_platform/defs/fivetran/components/state.json, if Fivetran has changed",
    ),
    Item(
        "clones",
        "Lists the databases of pull requests: on a laptop, copies of the DuckDB files.",
        ("clone", "list"),
        "clone --local list",
    ),
    Item(
        "clone",
        "Clones the platform's databases for a pull request; what is there stays as it is.",
        ("clone", "make"),
        "clone --local make",
        _PULL_REQUEST,
    ),
    Item(
        "drop-clone",
        "Drops the clones of a pull request. Asks first.",
        ("clone", "drop"),
        "clone --local drop",
        _PULL_REQUEST,
    ),
    Item(
        "reset",
        "Deletes all local state: company, warehouse, Dagster's records; not live.env. Asks first.",
        ("reset",),
        "reset",
    ),
)
