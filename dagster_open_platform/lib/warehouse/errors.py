"""What can go wrong at the warehouse, as types that say whether a retry helps and what to do.

What belongs here: errors that both engines can raise; one type a cause that a reader would act on differently. What
does not: recognising them in a driver's exceptions (`duckdb/errors.py`, `snowflake/errors.py`).
"""

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


class InvalidIdentifier(PermanentFailure):
    """A name of a database, schema, table or column that must not become part of an SQL text."""


class InvalidWindow(PermanentFailure):
    """A window whose bounds are swapped, of different kinds, naive, or do not fit the column."""


class InvalidKey(PermanentFailure):
    """A merge key that the data cannot serve: no columns, unknown columns, or nulls in them."""


class DuplicateKeys(PermanentFailure):
    """Several rows of one merge share a key, and nothing says which of them is the newest."""


class UnknownDatabase(PermanentFailure):
    """A database that the warehouse resource does not declare."""


class NotAClone(PermanentFailure):
    """A database that is no pull request's clone, and so is neither made nor dropped."""


class NotAReplica(PermanentFailure):
    """Somebody wants to refresh a database that is no replica of another region's."""


class UnsupportedType(PermanentFailure):
    """An Arrow type that has no counterpart on both engines."""


class UnrepresentableValue(PermanentFailure):
    """A value that does not fit its column without loss."""


class SchemaMismatch(PermanentFailure):
    """The columns of the data are not those of the table."""


class RowsOutsideWindow(PermanentFailure):
    """Rows that a later replacement of the same window would not delete, and so would double."""


class UnsupportedCapability(PermanentFailure):
    """Something was asked of an engine that it cannot do."""


class MissingCredentials(PermanentFailure):
    """The settings that a connection needs are not there."""


class LoginFailed(PermanentFailure):
    """The warehouse refused the credentials."""


class MissingDirectory(PermanentFailure):
    """The directory of the database files does not exist."""


class PermissionDenied(PermanentFailure):
    """The operating system or the warehouse forbids what was asked."""


class MissingObject(PermanentFailure):
    """A database, schema, table or column that does not exist (or that the role must not see)."""


class CorruptDatabase(PermanentFailure):
    """A database file that is truncated, damaged, or not a database at all."""


class NewerDatabase(PermanentFailure):
    """A database file that a newer version of the engine wrote."""


class DiskFull(PermanentFailure):
    """No space is left for the database files: a human has to make some."""


class StatementFailed(PermanentFailure):
    """The engine refused a statement for a reason that will not pass by itself."""


class WarehouseLocked(RetryableFailure):
    """Another process holds a database file."""


class WarehouseUnavailable(RetryableFailure):
    """The warehouse was not reached, did not answer in time, or was too busy."""


class TransactionConflict(RetryableFailure):
    """Another transaction changed the same rows first."""


class ReadOnlyDatabase(PermanentFailure):
    """A write to a database that the platform only reads."""


class InvalidDeclaration(PermanentFailure):
    """A declared object that contradicts itself, its files, or what the engine can make."""


class ObjectConflict(PermanentFailure):
    """An object of another kind, or of another owner, stands under the name of a declared one."""


class UnreadableFile(PermanentFailure):
    """A file in object storage that is damaged, or not of the format that it is declared to be."""


class StorageUnavailable(RetryableFailure):
    """Object storage was not reached, did not answer in time, or was too busy."""
