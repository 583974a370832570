"""Declared objects on DuckDB.

What belongs here: creating, altering and refreshing them, in one transaction each. What does not: what an object is made of
(`external_tables.py`, `queries.py`, `semantic.py`) and what is known of it (`object_records.py`).

A stage is a place that was found to be there, kept in the bookkeeping. An external table is a view over the files of its last
refresh. A dynamic table is a table that is made anew by each refresh; nobody else refreshes it, whatever its target lag.
A semantic view is a view of the joined tables. Owners, storage integrations, secure views and warehouses have no meaning here:
whoever can read the file sees all of it, and object storage is read with this process's credentials.

What others did to an object is noticed when it was dropped or replaced, and then it is made again, as an altered one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from dagster_open_platform.lib.warehouse.declarations import KINDS, check, kind_of
from dagster_open_platform.lib.warehouse.duckdb import external_tables, object_records, sql
from dagster_open_platform.lib.warehouse.duckdb.files import (
    File,
    Place,
    Reader,
    is_unreadable,
    listing,
    place_of,
    sizes,
)
from dagster_open_platform.lib.warehouse.duckdb.object_records import Found, Record
from dagster_open_platform.lib.warehouse.duckdb.queries import tables_of, translate_query
from dagster_open_platform.lib.warehouse.duckdb.semantic import SemanticQueries
from dagster_open_platform.lib.warehouse.duckdb.session import DuckDBStatements
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration, MissingObject, ObjectConflict
from dagster_open_platform.lib.warehouse.fingerprint import fingerprint, plain
from dagster_open_platform.lib.warehouse.marks import Mark, marked
from dagster_open_platform.lib.warehouse.objects import (
    Action,
    Declaration,
    DynamicTable,
    ExternalTable,
    ObjectResult,
    SemanticView,
    Stage,
    View,
)
from dagster_open_platform.lib.warehouse.protocol import TableRef


@dataclass(frozen=True)
class _Plan:
    """What it takes to make an object.

    Args:
        asked: Queries that were run to find that out.
        statement: What makes it; None: nothing but the note of it.
        facts: What is known of it.
        context: What else it is made from, for its fingerprint.
    """

    asked: tuple[str, ...] = ()
    statement: str | None = None
    facts: Mapping[str, int] = field(default_factory=dict)
    context: tuple[str, ...] = ()


class DuckDBObjects(DuckDBStatements):
    """The part of a connection that makes declared objects."""

    def create_or_refresh(self, declaration: Declaration) -> ObjectResult:
        """Create, alter or refresh an object (see the protocol)."""
        check(declaration)
        database, name, kind = self._writable(declaration.name), declaration.name, kind_of(declaration)
        with self._errors(f"making the {kind} {name}"):
            found = self._found(name, isinstance(declaration, Stage))
            if found.kind not in (None, kind):
                raise ObjectConflict(
                    f"The name {name} is taken: a {kind} is declared there, and what is there is another kind of object"
                    f" ({found.kind}). Nothing was changed. Drop or rename it if nobody needs it, or give the declared"
                    " object another name."
                )
            plan = self._planned(declaration, found)
            mark = Mark(kind, fingerprint(declaration, *plan.context))
            self._attach(database)
            with self._transaction():
                facts = self._make(declaration, plan, mark)
        if found.kind is None:
            action = Action.CREATED
        else:
            action = Action.REFRESHED if found.fingerprint == mark.fingerprint else Action.ALTERED
        made = (plan.statement,) if plan.statement else ()
        return ObjectResult(action, (*plan.asked, *made), facts)

    def _make(self, declaration: Declaration, plan: _Plan, mark: Mark) -> Mapping[str, int]:
        """Make the object and note it, inside a transaction; return what is known of it."""
        name, facts = declaration.name, plan.facts
        for statement in (
            sql.create_schema(name.database, name.schema),
            *object_records.create(name.database),
        ):
            self._run(statement)
        if plan.statement is not None:
            rows = self._run(plan.statement)
            what = "TABLE" if isinstance(declaration, DynamicTable) else "VIEW"
            self._run(sql.comment_on(what, name, marked(declaration.comment, mark)))
            facts = {**facts, "rows": rows} if what == "TABLE" else facts
        record = Record(mark.kind, mark.fingerprint, json.dumps(plain(declaration)))
        for statement, values in object_records.replace(name, record):
            self._run(statement, values)
        self._record(name)
        return facts

    def _found(self, name: TableRef, is_stage: bool) -> Found:
        """Say what stands under a name."""
        catalog = None
        if not is_stage:
            place = [name.database, name.schema, name.name]
            rows = self._rows(object_records.in_catalog(), [*place, *place])
            catalog = (rows[0][0], rows[0][1]) if rows else None
        return object_records.found(catalog, self._noted(name, is_stage))

    def _noted(self, name: TableRef, is_stage: bool) -> Record | None:
        """What is noted under a name."""
        notes = object_records.records(name.database)
        if not self._rows(sql.columns(), [notes.database, notes.schema, notes.name]):
            return None
        rows = self._rows(object_records.select(name.database), [name.schema, name.name, is_stage])
        return Record(*rows[0]) if rows else None

    def _planned(self, declaration: Declaration, found: Found) -> _Plan:
        """Find out what it takes to make an object. Whatever needs object storage is met here, before the transaction."""
        if isinstance(declaration, Stage):
            place = place_of(declaration.url)
            files, asked = self._listed(place)
            return _Plan((asked,), facts=_sizes(files))
        if isinstance(declaration, ExternalTable):
            return self._external_table(declaration, found)
        if isinstance(declaration, SemanticView):
            return self._semantic_view(declaration)
        return self._query(declaration)

    def _listed(self, place: Place, path: str = "", pattern: str | None = None) -> tuple[list[File], str]:
        """The files of a stage in order, and the query that found them, with its values written out."""
        query, values = listing(place, path, pattern)
        parts = query.split("?")
        shown = "".join(
            part + value for part, value in zip(parts, [*map(sql.literal, values), ""], strict=True)
        )
        try:
            rows = self._rows(query, values)
        except duckdb.IOException as error:
            if is_unreadable(error):
                rows = self._listed_by_name(place, path, pattern)
            elif "No files found" in str(error):
                rows = []
            else:
                raise
        return [File(str(address), int(size)) for address, size in rows], shown

    def _listed_by_name(self, place: Place, path: str, pattern: str | None) -> list[tuple[str, int]]:
        """The files that are wanted, where others have names that DuckDB cannot open."""
        names = [name for (name,) in self._rows(*listing(place, path, pattern, names_only=True))]
        return self._rows(sizes(place, names)) if names else []

    def _external_table(self, table: ExternalTable, found: Found) -> _Plan:
        note = self._noted(table.stage, is_stage=True)
        if note is None:
            raise MissingObject(
                f"There is no stage {table.stage}, in which the external table {table.name} has its files. Nothing was"
                " changed. Materialize the asset of the stage first, or correct the name."
            )
        url = json.loads(note.declaration)["url"]
        place = place_of(url)
        files, asked = [], ()
        if found.kind is not None or table.refresh_on_create:
            files, query = self._listed(place, table.path, table.pattern)
            asked = (query,)
        reader = self._reader(table, place, [file.address for file in files])
        columns = external_tables.columns_of(table, reader)
        if files:
            self._try(table, self._reader(table, place, [files[-1].address]))
        statement = external_tables.create_view(table, columns, reader)
        return _Plan(asked, statement, _sizes(files), (url,))

    def _reader(self, table: ExternalTable, place: Place, files: Sequence[str]) -> Reader:
        """A reader of files, which knows the columns that those of Parquet have together."""
        reader = Reader(table.file_format, place, tuple(files))
        if not files or reader.is_json:
            return reader
        return reader.of(external_tables.described(self._rows(reader.description)))

    def _try(self, table: ExternalTable, reader: Reader) -> None:
        """Compute every column of one file, the last, so that a declaration that does not fit is told now and by name."""
        columns = external_tables.columns_of(table, reader)
        contradictions = (duckdb.ConversionException, duckdb.BinderException, duckdb.OutOfRangeException)
        try:
            self._rows(external_tables.trial(columns, reader))
        except contradictions:
            for column in columns:
                try:
                    self._rows(external_tables.trial([column], reader))
                except contradictions as error:
                    problem = str(error).partition("\n")[0]
                    raise external_tables.blamed(
                        table,
                        column.declared,
                        f"{column.declared.expression} contradicts {reader.files[0]} ({problem})",
                    ) from error
            raise

    def _query(self, declaration: View | DynamicTable) -> _Plan:
        name = sql.quoted(declaration.name)
        try:
            query = translate_query(declaration.query)
        except InvalidDeclaration as error:
            raise InvalidDeclaration(
                f"The query of the {kind_of(declaration)} {declaration.name} cannot be made: {error.description} Nothing"
                " was changed."
            ) from None
        self._rows(f"EXPLAIN {query}")
        if isinstance(declaration, DynamicTable):
            self._refuse_external_tables(declaration)
        what = "TABLE" if isinstance(declaration, DynamicTable) else "VIEW"
        return _Plan(statement=f"CREATE OR REPLACE {what} {name} AS {query}")

    def _refuse_external_tables(self, declaration: DynamicTable) -> None:
        """Refuse here what production would refuse.

        Source: https://docs.snowflake.com/en/user-guide/dynamic-tables-limitations
        """
        for parts in tables_of(declaration.query):
            table = TableRef(*parts)
            if self._found(table, is_stage=False).kind == KINDS[ExternalTable]:
                raise InvalidDeclaration(
                    f"The dynamic table {declaration.name} reads the external table {table}, which Snowflake does not"
                    " allow. Nothing was changed. Declare a view instead, or load the files into a table."
                )

    def _semantic_view(self, view: SemanticView) -> _Plan:
        queries = SemanticQueries(view)
        query = queries.denormalized()
        self._rows(f"EXPLAIN {query}")
        asked = []
        for name, metric in queries.metrics():
            with self._errors(f"computing the metric {name} of the semantic view {view.name}"):
                self._rows(metric)
            asked.append(metric)
        facts = {
            "tables": len(view.tables),
            "facts": len(view.facts),
            "dimensions": len(view.dimensions),
            "metrics": len(view.metrics),
        }
        statement = f"CREATE OR REPLACE VIEW {sql.quoted(view.name)} AS {query}"
        return _Plan(tuple(asked), statement, facts)


def _sizes(files: Sequence[File]) -> dict[str, int]:
    return {"files": len(files), "bytes": sum(file.size for file in files)}
