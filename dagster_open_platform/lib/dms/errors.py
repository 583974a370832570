"""What can be wrong with change files, as types that say what to do.

What belongs here: the errors. What does not: errors of the store (``lib/aws``) and of the warehouse (``lib/warehouse``).
"""

from dagster_open_platform.lib.warehouse.errors import SchemaMismatch
from dagster_open_platform.utils.failures import PermanentFailure


class NoChangeFiles(PermanentFailure):
    """There is no change file of a table, so that there is nothing that a table could be made from."""


class UnreadableChangeFile(PermanentFailure):
    """A change file is not a whole Parquet file."""


class InvalidChangeFile(PermanentFailure):
    """A change file lacks what every change has, or has a change that means nothing."""


class ChangedColumnType(SchemaMismatch):
    """A column of the source has another type than before."""
