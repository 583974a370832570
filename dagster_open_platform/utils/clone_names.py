"""The names of pull requests' clones of the platform's databases.

What belongs here: what a clone is called, read and written. What does not: which database an environment works on
(``environment_helpers.py``), and making clones (``lib/snowflake/clones.py``).
"""

import re
from dataclasses import dataclass

from dagster_open_platform.utils.databases import WRITTEN_DATABASES, clone_name
from dagster_open_platform.utils.environment_helpers import PULL_REQUEST_ID, InvalidEnvironment

_CLONE = re.compile(
    rf"(?P<database>{'|'.join(map(re.escape, WRITTEN_DATABASES))})_clone_(?P<pull_request>{PULL_REQUEST_ID.pattern})"
)


@dataclass(frozen=True)
class DatabaseClone:
    """A pull request's copy of one of the platform's databases.

    Args:
        database: One of ``WRITTEN_DATABASES``.
        pull_request_id: Digits.

    Raises:
        InvalidEnvironment: One of them is not so.
    """

    database: str
    pull_request_id: str

    def __post_init__(self) -> None:
        if not _CLONE.fullmatch(self.name) or self.database not in WRITTEN_DATABASES:
            raise InvalidEnvironment(
                f"There is no clone of {self.database!r} for pull request {self.pull_request_id!r}: a pull request is a"
                f" number, and the platform's databases are {', '.join(WRITTEN_DATABASES)}."
            )

    @property
    def name(self) -> str:
        """The physical name of the clone."""
        return clone_name(self.database, self.pull_request_id)


def parse_clone_name(name: str) -> DatabaseClone | None:
    """What a physical database is a clone of.

    Args:
        name: As the warehouse has it. Another case, another suffix and other digits than 0 to 9 make another name.

    Returns:
        None: It is no clone of the platform's making.
    """
    found = _CLONE.fullmatch(name)
    return DatabaseClone(found["database"], found["pull_request"]) if found else None
