"""What assets may ask of a warehouse, whichever engine it is.

What belongs here: the narrow protocol and the values that cross it. What does not: an engine, a connection's settings,
SQL.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from dagster_open_platform.lib.warehouse.databases import Databases
from dagster_open_platform.lib.warehouse.errors import InvalidWindow
from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.warehouse.replicas import Replicas

if TYPE_CHECKING:
    import pyarrow as pa

    from dagster_open_platform.lib.warehouse.objects import Declaration, ObjectResult

    ArrowData: TypeAlias = pa.Table | pa.RecordBatchReader


@dataclass(frozen=True, order=True)
class TableRef:
    """A table by its physical name. Letter case does not distinguish tables on either engine.

    Args:
        database: Physical database (on a laptop: the name of its file).
        schema: Schema inside the database.
        name: Table inside the schema.

    Raises:
        InvalidIdentifier: When a part is not a plain name.
    """

    database: str
    schema: str
    name: str

    def __post_init__(self) -> None:
        for what in ("database", "schema", "name"):
            validated(getattr(self, what), "table" if what == "name" else what)

    def __str__(self) -> str:
        return f"{self.database}.{self.schema}.{self.name}"


@dataclass(frozen=True)
class Window:
    """A half-open range `[start, end)` of a column: the part of a table that a partition owns.

    Args:
        column: Column that the bounds apply to.
        start: First value inside.
        end: First value after. Both are dates, or both are aware datetimes (kept in UTC).

    Raises:
        InvalidIdentifier: When the column is not a plain name.
        InvalidWindow: When the bounds are naive, of different kinds, or `start` is not before `end`.
    """

    column: str
    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        validated(self.column, "column")
        times = [isinstance(bound, dt.datetime) for bound in (self.start, self.end)]
        if any(times) and not all(times):
            raise InvalidWindow(
                f"The window of {self.column} mixes a date and a time: give two of the same kind."
            )
        for field in ("start", "end"):
            bound = getattr(self, field)
            if isinstance(bound, dt.datetime):
                if bound.utcoffset() is None:
                    raise InvalidWindow(
                        f"The window of {self.column} has no time zone at its {field}: {bound}."
                    )
                object.__setattr__(self, field, bound.astimezone(dt.UTC))
        if not self.start < self.end:
            raise InvalidWindow(
                f"The window of {self.column} is empty: {self.start} is not before {self.end}."
            )

    def __str__(self) -> str:
        return f"{self.column} in [{self.start.isoformat()}, {self.end.isoformat()})"


@dataclass(frozen=True)
class WriteResult:
    """How many rows a write touched. Metadata of a materialization is made of it.

    Args:
        rows_deleted: Rows of the window, or of the whole table when that was replaced, that were there before.
        rows_inserted: Rows that are new.
        rows_updated: Rows of a merge whose key was there and that were not older than what was there.
    """

    rows_deleted: int
    rows_inserted: int
    rows_updated: int = 0


class SchemaDrift(enum.Enum):
    """What to do about columns that only the data or only the table has. A column that changed its type always fails.

    FAIL: refuse both. ADD_COLUMNS: add the data's to the table; refuse data that lacks one of the table's. FOLLOW: add
    the data's to the table; where the data lacks one of the table's, inserted rows have null in it and updated rows keep
    what they have.
    """

    FAIL = "fail"
    ADD_COLUMNS = "add_columns"
    FOLLOW = "follow"


class WarehouseConnection(Databases, Replicas, Protocol):
    """An open warehouse. Not for use by several threads at once; closed by the context manager that made it."""

    @property
    def engine(self) -> str:
        """`duckdb` or `snowflake`."""
        ...

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one statement and commit it.

        Args:
            sql: One statement; `?` stands for a value.
            parameters: The values, in order.

        Returns:
            Rows inserted, updated and deleted; 0 for a statement that changes no rows.

        Raises:
            PermanentFailure, RetryableFailure: One of `errors.py`.
        """
        ...

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """Run one query.

        Args:
            sql: One query; `?` stands for a value.
            parameters: The values, in order.

        Returns:
            The result. Column names are in lower case. Types are the same on both engines: `int64` for whole numbers
            that fit, `float64`, `decimal128` otherwise, `string`, `bool`, `date32`, `time64[us]`, `timestamp[us]`
            (without a zone), `timestamp[us, UTC]`, `binary`; others as the engine gives them.

        Raises:
            PermanentFailure, RetryableFailure: One of `errors.py`.
        """
        ...

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> AbstractContextManager[pa.RecordBatchReader]:
        """Run one query and give its result batch by batch, never all of it in memory.

        What is read is what was committed when the `with` block began: the connection may be written to meanwhile, also
        with what is read.

        Args:
            sql: One query; `?` stands for a value.
            parameters: The values, in order.

        Returns:
            A context manager around the reader, which cannot be read after the `with` block. Names and types are those of `query`,
            with one difference: they are decided before the first value is seen. `query` leaves a column in the
            engine's type when one of its values does not fit the shared one (a whole number beyond 64 bits, a time with
            nanoseconds); `read` raises at that value.

        Raises:
            UnrepresentableValue: While it is read: a value does not fit its column's type.
            PermanentFailure, RetryableFailure: One of `errors.py`, at the beginning or while it is read.
        """
        ...

    def columns(self, table: TableRef) -> dict[str, str] | None:
        """Return the table's columns.

        Returns:
            Lower-case name to type in the engine's own words, in the table's order. None: there is no such table.
        """
        ...

    def replace_window(
        self,
        table: TableRef,
        data: ArrowData,
        window: Window,
        drift: SchemaDrift = SchemaDrift.FAIL,
    ) -> WriteResult:
        """Make the window of the table hold exactly the rows of `data`, in one transaction.

        Running it again changes nothing; whoever kills it in the middle finds the old rows or the new ones. Schema
        and table are created from the Arrow schema when they are missing. A reader is consumed as it comes, never
        collected in memory.

        Args:
            table: Where to.
            data: Rows, all inside the window. Column names are matched without regard to case or order.
            window: What is replaced.
            drift: What to do about columns that only the data or only the table has.

        Raises:
            SchemaMismatch: Columns are missing, unexpected, or of another type. Nothing is changed.
            RowsOutsideWindow: A row is outside the window or has no value in its column. Nothing is changed.
            UnsupportedType: The data has a column whose type only one engine knows. Nothing is changed.
            PermanentFailure, RetryableFailure: Another one of `errors.py`. Nothing is changed.
        """
        ...

    def replace_table(self, table: TableRef, data: ArrowData, keep_columns: bool = False) -> WriteResult:
        """Make the table hold exactly the rows of `data`, in one transaction.

        A reader, and whoever kills it in the middle, finds the old table or the new one. Schema and table are created
        when they are missing. Views over the table stay, and show the new rows as long as the columns that they were made
        from are there.

        Args:
            table: Where to.
            data: Rows. A reader is consumed as it comes.
            keep_columns: False: the table's columns become the data's, in name, order and type; constraints and
                defaults that others gave the table go. A column that has only nulls keeps the type that the table has
                for it. True: as with `SchemaDrift.FOLLOW`, the table's columns stay, new ones are added, and those that
                the data lacks become null.

        Raises:
            SchemaMismatch: `keep_columns`, and a column is of another type. Nothing is changed.
            UnsupportedType: The data has a column whose type only one engine knows, or one of only nulls that the table
                does not have. Nothing is changed.
            PermanentFailure, RetryableFailure: Another one of `errors.py`. Nothing is changed.
        """
        ...

    def append(self, table: TableRef, data: ArrowData, drift: SchemaDrift = SchemaDrift.FAIL) -> WriteResult:
        """Add all rows of `data` to the table, or none, in one transaction. Running it again adds them again.

        Args:
            table: Where to. Created from the Arrow schema when missing.
            data: Rows. A reader is consumed as it comes.
            drift: What to do about columns that only the data or only the table has.

        Raises:
            SchemaMismatch, UnsupportedType: As for `replace_window`. Nothing is changed.
            PermanentFailure, RetryableFailure: Another one of `errors.py`. Nothing is changed.
        """
        ...

    def merge(
        self,
        table: TableRef,
        data: ArrowData,
        key: Sequence[str],
        newer_by: str | None = None,
        drift: SchemaDrift = SchemaDrift.FAIL,
    ) -> WriteResult:
        """Update the rows whose key is in the table and insert the others, in one transaction.

        Args:
            table: Where to. Created from the Arrow schema when missing.
            data: Rows. Without `newer_by` a key occurs once; with it the newest row of a key counts, and among
                equally new ones the last.
            key: Columns that identify a row; never null.
            newer_by: Column whose greater value is the newer row. A row of the table is never overwritten by an
                older one, but is by an equally new one; null is oldest.
            drift: What to do about columns that only the data or only the table has.

        Raises:
            InvalidKey: Key columns are missing from the data or hold nulls. Nothing is changed.
            DuplicateKeys: A key occurs more than once and `newer_by` is not given. Nothing is changed.
            SchemaMismatch: As for `replace_window`. Nothing is changed.
            PermanentFailure, RetryableFailure: Another one of `errors.py`. Nothing is changed.
        """
        ...

    def last_updated(self, tables: Sequence[TableRef]) -> dict[TableRef, dt.datetime | None]:
        """Tell when each table last changed.

        Returns:
            Every table asked for, with an aware UTC time, or None when the table does not exist or when nobody knows
            (see `Capability.LAST_ALTERED` for what each engine knows).
        """
        ...

    def create_or_refresh(self, declaration: Declaration) -> ObjectResult:
        """Make a declared object be there as it is declared, and show what is in its sources.

        The object is created if there is none under its name, with its schema if that is missing too; altered or replaced
        if it was made from another declaration, or if others have replaced it since; and refreshed otherwise.

        Args:
            declaration: What shall be there (`objects.py`).

        Returns:
            Which of the three it was, the SQL that was run, and what is known of the object.

        Raises:
            InvalidDeclaration: It contradicts itself or its files, or has no counterpart on this engine. Nothing is changed.
            ObjectConflict: Something of another kind stands under its name. Nothing is changed.
            MissingObject: Something that it is made from does not exist. Nothing is changed.
            UnreadableFile, StorageUnavailable: Its files cannot be read. Nothing is changed.
            PermanentFailure, RetryableFailure: Another one of `errors.py`.
        """
        ...

    def quoted(self, table: TableRef) -> str:
        """Return the table's name as SQL text, to stand after FROM."""
        ...
