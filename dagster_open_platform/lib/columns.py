"""The columns of a table that the platform writes, declared once.

What belongs here: columns as Arrow and as Dagster see them, and whether a source still sends them. What does not: any
table; an integration declares its own beside its assets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import dagster as dg

from dagster_open_platform.utils.failures import PermanentFailure

if TYPE_CHECKING:
    import pyarrow as pa

ColumnType = Literal["bool", "date", "decimal", "float", "integer", "string", "timestamp"]
"""``date`` is a day; ``decimal`` has ten digits behind the point, for money in fractions of a cent; ``timestamp`` is an instant in microseconds, UTC."""


class UnexpectedColumns(PermanentFailure):
    """A source sends other columns than the table has."""


@dataclass(frozen=True)
class Column:
    """One column.

    Args:
        name: In lower case.
        type: What it holds.
        description: What it means, with its unit.
        nullable: Whether it may have no value.
    """

    name: str
    type: ColumnType
    description: str
    nullable: bool = False


def arrow_schema(columns: Sequence[Column]) -> pa.Schema:
    """The columns for Arrow. Imports pyarrow, so call it in a run."""
    import pyarrow as pa

    types = {
        "bool": pa.bool_(),
        "date": pa.date32(),
        "decimal": pa.decimal128(28, 10),
        "float": pa.float64(),
        "integer": pa.int64(),
        "string": pa.string(),
        "timestamp": pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([pa.field(column.name, types[column.type]) for column in columns])


def table_schema(columns: Sequence[Column]) -> dg.TableSchema:
    """The columns for the metadata ``dagster/column_schema``."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                description=column.description,
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in columns
        ]
    )


def require_columns(found: pa.Schema, columns: Sequence[Column], what: str, where: str) -> None:
    """Checks what a source sends before anything is written.

    Args:
        found: What it sends; the order of the columns is free.
        columns: What is expected.
        what: The source, for the message.
        where: What to change if the source is right, for the message.

    Raises:
        UnexpectedColumns: A column is new, missing or of another type; all of them are named.
    """
    expected = {field.name: field.type for field in arrow_schema(columns)}
    sent = {field.name: field.type for field in found}
    problems = [
        *(f"new column {name!r} ({kind})" for name, kind in sent.items() if name not in expected),
        *(f"missing column {name!r} ({kind})" for name, kind in expected.items() if name not in sent),
        *(
            f"column {name!r} is {sent[name]} instead of {kind}"
            for name, kind in expected.items()
            if name in sent and sent[name] != kind
        ),
    ]
    if problems:
        raise UnexpectedColumns(
            f"{what} sends other columns than expected: {'; '.join(problems)}. Nothing was written. If the source is"
            f" right, change {where} and the table; if not, ask its owner."
        )
