"""What can go wrong at Anthropic beyond what HTTP says.

What belongs here: the types. What does not: recognising them (`client.py`, `tables.py`).
"""

from dagster_open_platform.utils.failures import PermanentFailure


class UnexpectedAnswer(PermanentFailure):
    """The answer does not have the shape that Anthropic documents: its API, or this client, has changed."""


class NobodyListed(PermanentFailure):
    """The list of users is empty, which it cannot be: whoever made the key is in it."""
