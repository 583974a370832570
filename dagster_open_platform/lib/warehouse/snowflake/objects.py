"""Declared objects on Snowflake.

What belongs here: what stands under a name, who owns it, and the frame of making it. What does not: what is done about each
kind of object (`object_changes.py`) and the SQL (`object_sql.py`).

A declaration is recognised by the mark in the object's comment (`../marks.py`). It goes when somebody replaces the object, and
then the object is made again, as an altered one; what somebody has altered in place is noticed as far as `object_changes.py`
compares properties.

DDL commits on Snowflake, statement by statement. The mark is therefore set by the last statement that alters an object: when one
before it fails, the next refresh begins again. Two processes that create one object at once do so with IF NOT EXISTS: the
second changes nothing, and notices at its next refresh whether its declaration is another. Two that alter one object at once
leave the declaration of the last.

`role` is the role that the object is created, altered and refreshed with, by USE ROLE, for it must own the object to do so again the
next time; had it been given the object by the connection's own role (GRANT OWNERSHIP), that one could not alter it any more. So the
user must have been granted the role. An object of another owner is given to it by the connection's role, with the privileges
that others have on it (COPY CURRENT GRANTS); without the right to do that, nothing is changed. The session has its own role again
at the end.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagster_open_platform.lib.warehouse import checks
from dagster_open_platform.lib.warehouse.declarations import KINDS, check, kind_of
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration, ObjectConflict
from dagster_open_platform.lib.warehouse.marks import mark_of
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
from dagster_open_platform.lib.warehouse.snowflake import object_sql, sql
from dagster_open_platform.lib.warehouse.snowflake.errors import is_missing, redacted
from dagster_open_platform.lib.warehouse.snowflake.object_changes import Changes, Standing
from dagster_open_platform.lib.warehouse.snowflake.session import SessionStatements

# Errors of the SQL compiler have numbers from here to there; those that say that something is missing are told first.
_COMPILER = range(900, 2000)


@dataclass
class _Statements:
    """What has been run to make one object."""

    run: Callable[[str], Any]
    done: list[str] = field(default_factory=list)

    def __call__(self, statement: str) -> None:
        self.run(statement)
        self.done.append(statement)


class SnowflakeObjects(SessionStatements):
    """The part of a connection that makes declared objects."""

    _databases: Sequence[str] = ()
    _read_only: Sequence[str] = ()

    def create_or_refresh(self, declaration: Declaration) -> ObjectResult:
        """Create, alter or refresh an object (see the protocol)."""
        check(declaration)
        checks.known_database(declaration.name, self._databases, self._read_only)
        do = _Statements(self._run)
        with self._making(declaration), self._role(declaration, do) as (found, was_given):
            changes = Changes(do, self._records)
            if found.kind is None:
                do(sql.create_schema(declaration.name))
            changed = self._changed_by(changes, declaration, found)
            facts = changes.facts(declaration)
        if found.kind is None:
            action = Action.CREATED
        else:
            action = Action.ALTERED if changed or was_given else Action.REFRESHED
        return ObjectResult(action, tuple(do.done), facts)

    @staticmethod
    def _changed_by(changes: Changes, declaration: Declaration, found: Standing) -> bool:
        """Do what is to be done; return whether an object that was there has been altered."""
        match declaration:
            case Stage():
                return changes.stage(declaration, found)
            case ExternalTable():
                return changes.external_table(declaration, found)
            case View():
                return changes.view(declaration, found)
            case DynamicTable():
                return changes.dynamic_table(declaration, found)
            case SemanticView():
                return changes.semantic_view(declaration, found)

    @contextlib.contextmanager
    def _making(self, declaration: Declaration) -> Iterator[None]:
        """Turn the connector's exceptions into typed ones; what the compiler refuses is the declaration's fault."""
        from snowflake.connector.errors import Error

        what = f"making the {kind_of(declaration)} {declaration.name}"
        with self._errors(what):
            try:
                yield
            except Error as error:
                if error.errno in _COMPILER and not is_missing(error):
                    raise InvalidDeclaration(
                        f"Snowflake cannot do what is declared while {what}. Correct the declaration. Snowflake said:"
                        f" {redacted(str(error), self._secrets)}"
                    ) from None
                raise

    @contextlib.contextmanager
    def _role(self, declaration: Declaration, do: _Statements) -> Iterator[tuple[Standing, bool]]:
        """Give what stands under the name, in the role that shall own it; and whether it had to be given to that role."""
        if declaration.role is None:
            yield self._standing(declaration), False
            return
        own, role = self._rows(object_sql.CURRENT_ROLE)[0][0], declaration.role.upper()
        if role == own:
            yield self._standing(declaration), False
            return
        try:
            self._run(object_sql.use_role(role))
            found = self._standing(declaration)
            is_given = found.kind is not None and found.owner not in (None, role)
            if is_given:
                self._use(own)
                do(object_sql.grant_ownership(kind_of(declaration), declaration.name, role))
                self._run(object_sql.use_role(role))
            yield found, is_given
        finally:
            self._use(own)

    def _use(self, role: str | None) -> None:
        """Go back to the connection's role, whatever its name is; a user need not have one."""
        if role is not None:
            escaped = role.replace('"', '""')
            self._run(f'USE ROLE "{escaped}"')

    def _standing(self, declaration: Declaration) -> Standing:
        """What stands under a name.

        Raises:
            ObjectConflict: Something of another kind does.
        """
        found = self._found(declaration)
        kind = kind_of(declaration)
        if found.kind not in (None, kind):
            raise ObjectConflict(
                f"The name {declaration.name} is taken: a {kind} is declared there, and what is there is another kind of object"
                f" ({found.kind}). Nothing was changed. Drop or rename it if nobody needs it, or give the declared object"
                " another name."
            )
        return found

    def _found(self, declaration: Declaration) -> Standing:
        kind, name = kind_of(declaration), declaration.name
        if not isinstance(declaration, Stage | SemanticView):
            found = self._relation(name)
            if found.kind != kind:
                return found
        shown = self._shown(kind, name)
        if shown is None:
            # A table or view may stand under the name of a semantic view, and has its own name space for stages.
            return self._relation(name) if isinstance(declaration, SemanticView) else Standing(None)
        return Standing(kind, mark_of(shown.get("comment")), shown.get("owner"), shown)

    def _relation(self, name: TableRef) -> Standing:
        """What table or view stands under a name. Semantic views are told by SHOW alone."""
        rows = self._records(object_sql.relation(name), [name.schema.upper(), name.name.upper()])
        if not rows:
            semantic = KINDS[SemanticView]
            return Standing(semantic if self._shown(semantic, name) else None)
        row = rows[0]
        kinds = {"BASE TABLE": "table", "EXTERNAL TABLE": "external table", "VIEW": "view"}
        kind = kinds.get(row["table_type"], str(row["table_type"]).lower())
        if row["is_dynamic"] == "YES":
            kind = "dynamic table"
        return Standing(kind, mark_of(row["comment"]), row["table_owner"])

    def _shown(self, kind: str, name: TableRef) -> dict[str, Any] | None:
        """What SHOW tells of an object; None: it is not there, or its schema is not."""
        from snowflake.connector.errors import Error

        try:
            rows = self._records(object_sql.show(kind, name))
        except Error as error:
            if is_missing(error):
                return None
            raise
        return next((row for row in rows if str(row["name"]).upper() == name.name.upper()), None)

    def _records(self, statement: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows by the names of their columns in lower case."""
        cursor = self._run(statement, parameters)
        names = [column.name.lower() for column in cursor.description or []]
        rows: list[Any] = cursor.fetchall()
        return [dict(zip(names, row, strict=True)) for row in rows]
