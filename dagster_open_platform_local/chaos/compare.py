"""Two warehouses, row for row.

What belongs here: which tables and columns there are to compare, and comparing them in DuckDB. What does not: what comes of it (`report.py`).

Left out is only what tells when something was done, as in the conformance suite (`conformance/written.py`), which reads whole tables into
memory, while here DuckDB compares (EXCEPT ALL, both ways): it is another computation of the same question. Of snapshots the versions that are
valid are compared; how many came before them depends on how often somebody looked ("changes between two runs show as one").
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from dagster_open_platform_local.conformance.written import (
    HISTORIES,
    TOLD_BY_THE_CLOCK,
    TOLD_OF_A_RUN,
    WRITTEN_BACK,
)

SNAPSHOTS = "snapshots"
_OF_VERSIONS = re.compile(r"dbt_(scd_id|updated_at|valid_from|valid_to)")
_CRM = re.compile(r"stg_(salesforce|hubspot)__\w+")
_STAGED_HISTORY = "stg_salesforce__account_history"


@dataclass(frozen=True)
class Difference:
    """Two tables that are not the same.

    Args:
        lost: Rows that only the first has.
        more: Rows that only the second has.
        example: One of them.
    """

    lost: int
    more: int
    example: str


@dataclass
class Comparison:
    """What came of comparing two warehouses.

    Args:
        tables: How many were compared.
        rows: How many rows the first has in them.
        differences: By table.
        left_out: Tables that tell only when something was done.
    """

    tables: int = 0
    rows: int = 0
    differences: dict[str, Difference] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """Rows that only the first has."""
        return sum(each.lost for each in self.differences.values())

    @property
    def more(self) -> int:
        """Rows that only the second has."""
        return sum(each.more for each in self.differences.values())


def compare(first: Path, second: Path, into: Comparison) -> None:
    """Compare all tables of all DuckDB files of two directories.

    Args:
        first: What there shall be.
        second: What there is.
        into: To what it is added.
    """
    names = {file.stem for directory in (first, second) for file in directory.glob("*.duckdb")}
    for name in sorted(names):
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            for side, directory in (("first", first), ("second", second)):
                file = directory / f"{name}.duckdb"
                # A file that is missing has no tables.
                where = (
                    f"'{str(file).replace(chr(39), chr(39) * 2)}' AS {side} (READ_ONLY)"
                    if file.exists()
                    else f"':memory:' AS {side}"
                )
                connection.execute(f"ATTACH {where}")
            _compare_database(connection, f"{first.name}.{name}", name, into)


def _compare_database(
    connection: duckdb.DuckDBPyConnection, shown: str, database: str, into: Comparison
) -> None:
    tables = {side: _tables(connection, side) for side in ("first", "second")}
    for schema, name in sorted(tables["first"].keys() | tables["second"].keys()):
        place = f"{shown}.{schema}.{name}"
        sides = [tables[side].get((schema, name)) for side in ("first", "second")]
        kept = {
            column: kind
            for each in sides
            if each
            for column, kind in each.items()
            if not _is_told(database, schema, name, column)
        }
        if not kept or name in (*HISTORIES, _STAGED_HISTORY):
            into.left_out.append(place)
            continue
        rows = [
            _rows(side, schema, name, kept, columns) if columns else None
            for side, columns in zip(("first", "second"), sides, strict=True)
        ]
        into.tables += 1
        into.rows += _count(connection, rows[0])
        if (found := _difference(connection, rows[0], rows[1])) is not None:
            into.differences[place] = found


def _tables(connection: duckdb.DuckDBPyConnection, side: str) -> dict[tuple[str, str], dict[str, str]]:
    """Columns and their types of each table; not of the bookkeeping of a database."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    rows = connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() JOIN duckdb_tables()"
        " USING (database_name, schema_name, table_name) WHERE database_name = ?",
        [side],
    ).fetchall()
    for schema, name, column, kind in rows:
        if not schema.startswith("_") and not name.startswith("_"):
            found.setdefault((schema, name), {})[column] = kind
    return found


def _is_told(database: str, schema: str, name: str, column: str) -> bool:
    """Whether a column tells when something was done."""
    if column in (*TOLD_BY_THE_CLOCK, *TOLD_OF_A_RUN):
        return True
    if database == "fivetran" and re.fullmatch(WRITTEN_BACK, column):
        return True
    if schema == SNAPSHOTS and _OF_VERSIONS.fullmatch(column):
        return True
    return column == "updated_at" and (bool(_CRM.fullmatch(name)) or schema == SNAPSHOTS)


def _rows(side: str, schema: str, name: str, kept: Mapping[str, str], has: Mapping[str, str]) -> str:
    """A query of what is compared. In which order numbers were added up shows in their last digits, which are left out."""
    shown = ", ".join(
        f'NULL AS "{column}"'
        if column not in has
        else f'format(\'{{:.9g}}\', "{column}") AS "{column}"'
        if has[column] in ("DOUBLE", "FLOAT")
        else f'CAST("{column}" AS VARCHAR) AS "{column}"'
        for column in sorted(kept)
    )
    valid = " WHERE dbt_valid_to IS NULL" if schema == SNAPSHOTS and "dbt_valid_to" in has else ""
    return f'SELECT {shown} FROM {side}."{schema}"."{name}"{valid}'  # noqa: S608 - quoted


def _count(connection: duckdb.DuckDBPyConnection, query: str | None) -> int:
    if query is None:
        return 0
    [(count,)] = connection.execute(f"SELECT count(*) FROM ({query})").fetchall()  # noqa: S608 - of this module
    return int(count)


def _difference(
    connection: duckdb.DuckDBPyConnection, first: str | None, second: str | None
) -> Difference | None:
    if first is None or second is None:
        lost, more = _count(connection, first), _count(connection, second)
        return Difference(lost, more, "the table is missing") if lost or more else None
    lost, more = f"({first}) EXCEPT ALL ({second})", f"({second}) EXCEPT ALL ({first})"
    counts = _count(connection, lost), _count(connection, more)
    if counts == (0, 0):
        return None
    example = " / ".join(
        str(row) for query in (lost, more) for row in connection.execute(f"{query} LIMIT 1").fetchall()
    )
    return Difference(*counts, _shown(connection, lost, more) or example[:400])


def _shown(connection: duckdb.DuckDBPyConnection, lost: str, more: str) -> str:
    """The columns in which the first rows of both differ, if they are of one row."""
    rows: list[dict[str, object]] = []
    for query in (lost, more):
        found = connection.execute(f"SELECT * FROM ({query}) ORDER BY ALL LIMIT 1")  # noqa: S608 - of this module
        names = [column[0] for column in found.description or ()]
        rows += [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    if len(rows) < 2:
        return ""
    return "; ".join(
        f"{name}: {rows[0][name]} / {rows[1][name]}" for name in rows[0] if rows[0][name] != rows[1][name]
    )[:400]


def differing(comparison: Comparison) -> Iterator[str]:
    """A line for each table that is not the same."""
    for name, each in comparison.differences.items():
        yield f"{name}: {each.lost} rows lost, {each.more} too many, such as {each.example}"
