"""What can go wrong with the PostgreSQL service.

What belongs here: that. What does not: errors of those who use the databases.
"""


class PostgresServiceError(Exception):
    """The server cannot start or cannot go on; the message says what to do and contains no password."""
