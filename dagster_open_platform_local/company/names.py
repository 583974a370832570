"""Names of people and organizations: the only values that come from mimesis.

What belongs here: the word lists and how they combine. What does not: who has which name (that is `people.py` and
`organizations.py`).
"""

from functools import lru_cache

_FIRST_NAMES = 1200
_LAST_NAMES = 900


@lru_cache(maxsize=4)
def people_names(seed: int) -> tuple[list[str], list[str]]:
    """First names and surnames, each without repetition, in an order that depends on the seed."""
    # Imported here: only building a company needs it, not serving one.
    from mimesis import Locale, Person

    person = Person(Locale.EN, seed=seed)
    first = list(dict.fromkeys(person.first_name() for _ in range(4 * _FIRST_NAMES)))
    last = list(dict.fromkeys(person.last_name() for _ in range(6 * _LAST_NAMES)))
    return first[:_FIRST_NAMES], last[:_LAST_NAMES]


ORGANIZATION_SUFFIXES = (
    "Analytics", "Bank", "Biotech", "Capital", "Cloud", "Commerce", "Data", "Energy", "Foods", "Games", "Health",
    "Insurance", "Labs", "Logistics", "Media", "Mobility", "Networks", "Pharma", "Retail", "Robotics", "Software",
    "Systems", "Travel", "Ventures",
)  # fmt: skip
