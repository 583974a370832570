r"""Rows of the warehouse as a file that Sling carries to Postgres unharmed, and what they become there.

What belongs here: how a value travels. What does not: the order of the work (`publication.py`), and publishing
(`lib/postgres/publish.py`).

Sling could read the warehouse itself. Measured with Sling 1.4.10, DuckDB and Postgres: a row of more than 64 KiB stops it for
ever, and so does an Arrow file of more than some thousand rows; it rounds unsigned integers, renames many columns and guesses
their types, turns NaN into null and a column with one infinite date into text, and loses carriage returns. So it is given a
CSV file in which all is text, and Postgres reads the text as what it is. Two things are no text: null, and a carriage return,
which CSV readers drop before a line feed. Both travel behind an escape character, and so does that character itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_open_platform.lib.postgres.publish import Landed
from dagster_open_platform.lib.sling.columns import alias
from dagster_open_platform.lib.sling.connections import postgres_type
from dagster_open_platform.lib.sling.errors import SlingUnavailable

if TYPE_CHECKING:
    import pyarrow as pa

    from dagster_open_platform.lib.warehouse.protocol import WarehouseConnection

_ESCAPE = "\ue00d"
_ESCAPED, _RETURN, _NULL = _ESCAPE + "0", _ESCAPE + "1", _ESCAPE + "2"
_LAST = {"date": "9999-12-31", "timestamp": "9999-12-31 23:59:59.999999"}


@dataclass(frozen=True)
class ExportedColumn:
    """A column on its way.

    Args:
        name: At both ends.
        source: The column in the warehouse's SQL.
        kind: Sling's word for its type (`connections.sling_type`).
        is_variant: Whether a JSON value is no text to the engine (on Snowflake).
    """

    name: str
    source: str
    kind: str
    is_variant: bool = False

    @property
    def selected(self) -> str:
        """What is selected: text where the type that the seam gives could be less exact."""
        if self.kind == "json" and self.is_variant:
            return f"to_json({self.source})"
        if self.kind in ("json", "uuid") or self.kind.startswith("decimal"):
            return f"cast({self.source} as varchar)"
        return self.source

    @property
    def impossible(self) -> str:
        """SQL that is true for a value that Postgres or its readers do not have; empty: there is none."""
        if self.kind not in ("date", "timestamp", "timestampz"):
            return ""
        kind = {"timestampz": "timestamptz"}.get(self.kind, self.kind)
        last = _LAST["date" if self.kind == "date" else "timestamp"]
        return f"{self.source} not between cast('0001-01-01' as {kind}) and cast('{last}' as {kind})"

    def landed(self, number: int) -> Landed:
        """What Postgres makes of the text.

        Args:
            number: Of the column in the file.
        """
        text = "{}"
        if self.kind in ("text", "json"):
            for escaped, character in ((_RETURN, "\r"), (_ESCAPED, _ESCAPE)):
                text = f"replace({text}, {_literal(escaped)}, {_literal(character)})"
        kind = postgres_type(self.kind)
        return Landed(alias(number), kind, f"({text})::{kind}")


def export(connection: WarehouseConnection, query: str, columns: Sequence[ExportedColumn], file: Path) -> int:
    """Write what a query answers into a file.

    Args:
        connection: Open.
        query: Selects the columns, in their order.
        columns: What they are.
        file: Where to; must not exist.

    Returns:
        How many rows there are.

    Raises:
        SlingUnavailable: The file cannot be written, for example because the disk is full.
        PermanentFailure, RetryableFailure: One of the warehouse's.
    """
    import pyarrow as pa
    from pyarrow import csv

    schema = pa.schema([pa.field(alias(number), pa.string()) for number in range(len(columns))])
    # An empty line is no row for a CSV reader: every value is in quotes.
    options = csv.WriteOptions(quoting_style="all_valid")
    count = 0
    with connection.read(query) as reader:
        try:
            with csv.CSVWriter(str(file), schema, write_options=options) as writer:
                for batch in reader:
                    count += batch.num_rows
                    writer.write_batch(pa.RecordBatch.from_arrays(list(_texts(batch)), schema=schema))
        except OSError as error:
            raise SlingUnavailable(f"The rows cannot be written to {file.parent}: {error}.") from error
    return count


def sling_stream(landing: str, columns: Sequence[ExportedColumn]) -> dict[str, object]:
    """How Sling is told of a file.

    Args:
        landing: Schema and name of the table that it makes of it.
        columns: Those of the file.
    """
    return {
        "object": landing,
        "mode": "full-refresh",
        "columns": {alias(number): "text" for number in range(len(columns))},
        "source_options": {
            "format": "csv",
            "delimiter": ",",
            "header": True,
            "empty_as_null": False,
            "null_if": _NULL,
        },
        # It is read once, by the same run: it needs no log for a crash.
        "target_options": {"table_ddl": "create unlogged table {object_name} ({col_types})"},
    }


def _texts(batch: pa.RecordBatch) -> Iterator[pa.Array]:
    import pyarrow as pa
    import pyarrow.compute as pc

    for column in batch.columns:
        text = column
        if pa.types.is_string(column.type):
            for plain, escaped in ((_ESCAPE, _ESCAPED), ("\r", _RETURN)):
                text = pc.call_function(
                    "replace_substring",
                    [text],
                    pc.ReplaceSubstringOptions(pattern=plain, replacement=escaped),
                )
        yield pc.call_function("coalesce", [text.cast(pa.string()), pa.scalar(_NULL)])


def _literal(text: str) -> str:
    """A text of this module as an SQL literal that no setting of the session changes."""
    return "U&'" + "".join(f"\\{ord(character):04X}" for character in text) + "'"
