"""The columns of incoming data against the columns of the table that is to take them.

What belongs here: the decision what to create, add or refuse. What does not: SQL, and what a type is called on an
engine (`*/types.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from dagster_open_platform.lib.warehouse.errors import SchemaMismatch, UnsupportedType
from dagster_open_platform.lib.warehouse.protocol import SchemaDrift, TableRef


@dataclass(frozen=True)
class ColumnTypes:
    """How an engine names types.

    Args:
        sql_type: Shared Arrow type (never null) to the type's name in DDL.
        comparable: Type as the catalog spells it to a form in which types that hold the same values are equal.
    """

    sql_type: Callable[[pa.DataType], str]
    comparable: Callable[[str], str]


@dataclass(frozen=True)
class WritePlan:
    """What has to happen to a table before the rows of a write fit.

    Args:
        create: Whether the table has to be created.
        columns: Columns of the data, lower case, with the SQL type of their values (of the table's column, where the
            data has only nulls).
        added: Those of them that have to be added to an existing table.
        absent: Columns of the table that the data lacks, and need not have.
    """

    create: bool
    columns: dict[str, str]
    added: dict[str, str]
    absent: tuple[str, ...] = ()


def plan_write(
    table: TableRef,
    incoming: pa.Schema,
    found: Mapping[str, str] | None,
    types: ColumnTypes,
    drift: SchemaDrift,
) -> WritePlan:
    """Compare the data's columns with the table's.

    Args:
        table: The table, for messages.
        incoming: Shared schema of the data (`arrow.shared_schema`).
        found: Columns of the table as `WarehouseConnection.columns` gives them; None when there is none.
        types: The engine's names of types.
        drift: What to do about columns that only one of them has.

    Raises:
        SchemaMismatch: Names each column that is missing, unexpected or of another type, with what was found and
            what was expected.
        UnsupportedType: A new column has only nulls, so that nobody knows its type.
    """
    existing = {} if found is None else found
    expected = {
        field.name: types.sql_type(field.type) for field in incoming if not pa.types.is_null(field.type)
    }
    if found is not None:
        _check(table, incoming.names, existing, expected, types, drift)
    columns = _columns(table, incoming, existing, types)
    added = {name: kind for name, kind in columns.items() if found is not None and name not in existing}
    absent = tuple(name for name in existing if name not in columns)
    return WritePlan(create=found is None, columns=columns, added=added, absent=absent)


def plan_replacement(
    table: TableRef, incoming: pa.Schema, found: Mapping[str, str] | None, types: ColumnTypes
) -> WritePlan:
    """Give the columns of the table that takes the place of one.

    Args:
        table: The table, for messages.
        incoming: Shared schema of the data (`arrow.shared_schema`).
        found: Columns of the table that is there now; None when there is none. They give a type to what is all nulls.
        types: The engine's names of types.

    Raises:
        UnsupportedType: A new column has only nulls, so that nobody knows its type.
    """
    return WritePlan(create=found is None, columns=_columns(table, incoming, found or {}, types), added={})


def _columns(
    table: TableRef, incoming: pa.Schema, existing: Mapping[str, str], types: ColumnTypes
) -> dict[str, str]:
    """Return the SQL type of each column of the data; that of the table's column where the data has only nulls."""
    untyped = [
        field.name for field in incoming if pa.types.is_null(field.type) and field.name not in existing
    ]
    if untyped:
        raise UnsupportedType(
            f"The data for {table} has new columns without a type, for they hold only nulls: {', '.join(untyped)}. "
            "Give the Arrow table a schema."
        )
    return {
        field.name: types.comparable(existing[field.name])
        if pa.types.is_null(field.type)
        else types.sql_type(field.type)
        for field in incoming
    }


def _check(
    table: TableRef,
    incoming: list[str],
    existing: Mapping[str, str],
    expected: Mapping[str, str],
    types: ColumnTypes,
    drift: SchemaDrift,
) -> None:
    """Raise SchemaMismatch with everything that does not fit, at once."""
    problems = []
    if drift is not SchemaDrift.FOLLOW:
        problems += [
            f"missing column {name!r}: the table has it as {kind}, the data has it not"
            for name, kind in existing.items()
            if name not in incoming
        ]
    if drift is SchemaDrift.FAIL:
        problems += [
            f"unexpected column {name!r}: the data has it as {expected.get(name, 'null')}, the table has it not"
            for name in incoming
            if name not in existing
        ]
    problems += [
        f"column {name!r} changed its type: the table has {existing[name]}, the data has {kind}"
        for name, kind in expected.items()
        if name in existing and types.comparable(existing[name]) != types.comparable(kind)
    ]
    if problems:
        raise SchemaMismatch(
            f"The data does not fit {table}: {'; '.join(problems)}. Nothing was written. Mend the query or the "
            "source, or change the table on purpose (SchemaDrift.ADD_COLUMNS takes new columns, FOLLOW also data without some of the table's).",
            metadata={"table": str(table), "problems": problems},
        )
