"""How Segment names tables after calls.

What belongs here: the names. What does not: asking anybody.
Source: https://segment.com/docs/connections/storage/warehouses/schema/ (Warehouse tables; how event tables handle nested objects and names).
"""

import re

TABLES_OF_KINDS = {
    "page": "pages",
    "screen": "screens",
    "identify": "identifies",
    "group": "groups",
    "alias": "aliases",
}
TRACKS, USERS = "tracks", "users"


def table_of(kind: str, event: str) -> str:
    """The table to which calls go.

    Args:
        kind: page, identify, group, track, …
        event: The event's name at the source, such as `Run Launched` or `runLaunched`.
    """
    return TABLES_OF_KINDS.get(kind) or snake(event)


def snake(event: str) -> str:
    """An event's name in snake case, as its table has it: `runLaunched` and `Run Launched` are `run_launched`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", event)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
