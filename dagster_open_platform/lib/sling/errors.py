"""What can go wrong in a replication, as types that say whether a retry helps and what to do.

What belongs here: the types. What does not: errors of the databases at either end (`lib/postgres`, `lib/warehouse`).
"""

from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


class InvalidReplication(InvalidYaml):
    """A replication file is missing or wrong; the message starts with `file:line`."""


class UnsupportedColumn(PermanentFailure):
    """A column of the source whose values would not survive, and nobody said what to do with it."""


class UnrepresentableValue(PermanentFailure):
    """A value of the source that would not survive: NaN where Sling makes null, an infinite time."""


class MissingSlingBinary(PermanentFailure):
    """The Sling program is not there."""


class SlingRefused(PermanentFailure):
    """Sling failed for a reason that will not pass by itself, or that nobody has met yet."""


class SlingUnavailable(RetryableFailure):
    """Sling ended in the middle, or one of the systems that it talks to did."""
