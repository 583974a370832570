"""What a clone on Snowflake must not go on to show: views of the originals, and values that name persons.

What belongs here: finding and replacing them, and the SQL of that. What does not: the texts (`../views.py`).

INFORMATION_SCHEMA has a view's statement as it was written; of a view that another role owns it has none, and that is left as it is
(https://docs.snowflake.com/en/sql-reference/info-schema/views). What is in a clone belongs to the role that it belonged to in the original.
"""

from collections.abc import Mapping

from dagster_open_platform.lib.warehouse.databases import RepointedViews, checked_drop
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.warehouse.snowflake.session import SessionStatements
from dagster_open_platform.lib.warehouse.snowflake.session_sql import name
from dagster_open_platform.lib.warehouse.snowflake.sql import quoted
from dagster_open_platform.lib.warehouse.views import (
    NOT_MADE,
    ViewText,
    clones_beside,
    in_order,
    repointed,
    unmasked,
)


def texts(database: str) -> str:
    """Schema, name and statement of each view of a database."""
    return (
        f"SELECT table_schema, table_name, view_definition FROM {name(database)}.INFORMATION_SCHEMA.VIEWS "  # noqa: S608 - quoted
        "WHERE view_definition IS NOT NULL AND table_schema <> 'INFORMATION_SCHEMA'"
    )


def drop(view: TableRef) -> str:
    """Drop a view. https://docs.snowflake.com/en/sql-reference/sql/drop-view."""
    return f"DROP VIEW IF EXISTS {name(view.database, view.schema, view.name)}"


def tables_with_column(database: str) -> str:
    """Names of the tables of a schema that have a column; binds schema and column in upper case."""
    return (
        f"SELECT table_name FROM {name(database)}.INFORMATION_SCHEMA.COLUMNS JOIN {name(database)}.INFORMATION_SCHEMA.TABLES "  # noqa: S608 - quoted
        "USING (table_schema, table_name) WHERE table_type = 'BASE TABLE' AND table_schema = ? AND column_name = ? ORDER BY table_name"
    )


def mask(table: TableRef, column: str) -> str:
    """Replace the values that do not begin with a mask; binds it twice."""
    return f"UPDATE {quoted(table)} SET {name(column)} = ? || MD5({name(column)}) WHERE NOT STARTSWITH({name(column)}, ?)"  # noqa: S608 - quoted


class SnowflakeViews(SessionStatements):
    """What makes a clone a pull request's own."""

    def repoint(self, clone: str, masks: Mapping[str, str]) -> RepointedViews:
        """Have a clone's views read the clones (see the protocol)."""
        clones = clones_beside(checked_drop(clone))
        with self._errors(f"reading the views of {clone}"):
            found = self._rows(texts(clone))
        views = [
            ViewText(TableRef(clone, schema.lower(), view.lower()), text) for schema, view, text in found
        ]
        dropped, count = unmasked(views, masks), 0
        for view in in_order([view for view in views if view not in dropped], clones, "snowflake"):
            if self._replaced(view, repointed(view, clones, "snowflake", name)):
                count += 1
            else:
                dropped.append(view)
        for view in dropped:
            with self._errors(f"dropping the view {view.name}"):
                self._run(drop(view.name))
        return RepointedViews(
            count, tuple(sorted(f"{view.name.schema}.{view.name.name}" for view in dropped))
        )

    def mask_column(self, clone: str, schema: str, column: str, mask_text: str) -> int:
        """Mask the values of a column (see the protocol)."""
        checked_drop(clone)
        with self._errors(f"masking {column} in {clone}.{schema}"):
            tables = [
                row[0] for row in self._rows(tables_with_column(clone), [schema.upper(), column.upper()])
            ]
            return sum(
                self._changed(
                    self._run(mask(TableRef(clone, schema, table.lower()), column), [mask_text, mask_text])
                )
                for table in tables
            )

    def _replaced(self, view: ViewText, text: str) -> bool:
        try:
            with self._errors(f"making the view {view.name}"):
                self._run(text)
        except NOT_MADE:
            return False
        return True
