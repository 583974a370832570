"""What can go wrong at GitHub beyond what HTTP says.

What belongs here: the types. What does not: recognising them in an answer (``graphql.py``, ``parsing.py``).
"""

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


class InvalidPartitionKey(PermanentFailure):
    """A partition key that is not a day, or a range that ends before it starts."""


class QueryRejected(PermanentFailure):
    """GitHub understood the HTTP request but not the query in it, or will not run it."""


class QueryTooExpensive(PermanentFailure):
    """The query asks for more than GitHub computes in one go: ask for smaller pages."""


class UnexpectedAnswer(PermanentFailure):
    """The answer does not have the shape that GitHub documents: its API, or this client, has changed."""


class WindowTooDense(PermanentFailure):
    """More results within one second than a search returns; no smaller window exists."""


class WindowUnstable(RetryableFailure):
    """The results of a search kept changing while they were read."""
