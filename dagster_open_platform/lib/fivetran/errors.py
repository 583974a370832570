"""What can go wrong at Fivetran beyond what HTTP says.

What belongs here: the types. What does not: recognising them (`client.py`, `sync.py`, `state.py`).
"""

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

REFRESH = "just refresh-state"
"""The command that fetches the account's connectors, tables and columns anew."""


class UnexpectedAnswer(PermanentFailure):
    """The answer does not have the shape that Fivetran documents: its API, or this client, has changed."""


class InvalidState(PermanentFailure):
    """The state file is not one; the message names the file and the command that makes it."""


class ConnectorBroken(PermanentFailure):
    """The connector cannot sync before somebody mends it in Fivetran: credentials, permissions, an unfinished setup."""


class ConnectorDeleted(PermanentFailure):
    """Fivetran has no such connector, but the state file has."""


class ConnectorChanged(PermanentFailure):
    """The connector no longer has tables that the state file has, so nobody loads them."""


class UnknownTables(PermanentFailure):
    """A run asks for a resync of tables that the connector does not have."""


class SyncFailed(RetryableFailure):
    """A sync ended without success; the message has Fivetran's reason."""


class SyncTimedOut(RetryableFailure):
    """A sync goes on for longer than is waited. Another attempt joins it."""


class SetupTestsFailed(PermanentFailure):
    """Connections failed their setup tests, or could not be tested; each is named."""
