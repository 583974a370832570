"""People of the simulated world: whoever signs up for the product or writes on GitHub is one of them.

What belongs here: the identity (name, login, address) of person k, a function of the seed and k alone, so that tables
that know nothing of each other agree on who somebody is. What does not: which table a person appears in.

Product users are the people 0, 1, 2, ... in the order in which they signed up. GitHub authors are every
`AUTHOR_STRIDE`-th person: so some authors are product users, more of them as the company grows.
"""

import numpy as np
from numpy.typing import NDArray

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.names import people_names

AUTHOR_STRIDE = 3

_LOGIN_PATTERNS = (
    "{first}{last}{k}",
    "{initial}{last}{k}",
    "{first}-{last}-{k}",
    "{last}{initial}{k}",
    "{first}{k}",
)


def person_names(seed: int, people: NDArray[np.int64]) -> list[tuple[str, str]]:
    """First name and surname of each person."""
    first, last = people_names(seed)
    draws = Draws(seed, "people", people)
    return [
        (first[i], last[j])
        for i, j in zip(
            draws.below("first_name", len(first)).tolist(),
            draws.below("last_name", len(last)).tolist(),
            strict=True,
        )
    ]


def logins(seed: int, people: NDArray[np.int64]) -> list[str]:
    """The GitHub login of each person: unique, because it ends in the person's number."""
    patterns = Draws(seed, "people", people).below("login_pattern", len(_LOGIN_PATTERNS)).tolist()
    found: list[str] = []
    for k, pattern, (first, last) in zip(people.tolist(), patterns, person_names(seed, people), strict=True):
        login = _LOGIN_PATTERNS[pattern].format(first=first, last=last, initial=first[0], k=k)
        found.append("".join(c for c in login.lower() if c.isascii() and (c.isalnum() or c == "-")))
    return found


def author_people(count: int) -> NDArray[np.int64]:
    """The people who are GitHub authors 0 to count - 1."""
    return np.arange(count, dtype=np.int64) * AUTHOR_STRIDE
