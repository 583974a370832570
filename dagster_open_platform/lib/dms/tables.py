"""What a change table is, as somebody declares it.

What belongs here: the value only. What does not: reading it from YAML (``component.py``).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChangeTable:
    """A table whose changes come in files.

    Args:
        name: At the source, in the bucket and in the warehouse.
        key: Columns that identify a row, in lower case.
        omit: Columns that the warehouse must not have, in lower case.
    """

    name: str
    key: tuple[str, ...]
    omit: tuple[str, ...] = ()
