"""What a clone on DuckDB must not go on to show: views of the originals, and values that name persons.

What belongs here: finding and replacing them. What does not: the texts (`../views.py`).

DuckDB compiles a view when it is made, so all that it reads has to be attached: the other clones, and what others fill.
"""

from collections.abc import Mapping

from dagster_open_platform.lib.warehouse.databases import RepointedViews, checked_drop
from dagster_open_platform.lib.warehouse.duckdb import sql
from dagster_open_platform.lib.warehouse.duckdb.session import DuckDBStatements
from dagster_open_platform.lib.warehouse.identifiers import double_quoted
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.warehouse.views import (
    NOT_MADE,
    ViewText,
    clones_beside,
    in_order,
    repointed,
    unmasked,
)
from dagster_open_platform.utils.databases import SHARED_DATABASES


class DuckDBViews(DuckDBStatements):
    """The part of a connection that makes a clone a pull request's own."""

    def repoint_views(self, clone: str, masks: Mapping[str, str]) -> RepointedViews:
        """Have a clone's views read the clones (see the protocol)."""
        clones = clones_beside(checked_drop(clone))
        for database in (*clones.values(), *SHARED_DATABASES):
            if (self._directory / f"{database}.duckdb").exists():
                self._attach(database)
        with self._errors(f"reading the views of {clone}"):
            rows = self._rows(sql.views(), [clone])
        comments = {(schema, name): comment for schema, name, _, comment in rows}
        views = [ViewText(TableRef(clone, schema, name), text) for schema, name, text, _ in rows]
        dropped, count = unmasked(views, masks), 0
        for view in in_order([view for view in views if view not in dropped], clones, "duckdb"):
            text = repointed(view, clones, "duckdb", double_quoted)
            if self._replaced(view.name, text, comments[view.name.schema, view.name.name]):
                count += 1
            else:
                dropped.append(view)
        for view in dropped:
            with self._errors(f"dropping the view {view.name}"):
                self._run(sql.drop_view(view.name))
        return RepointedViews(
            count, tuple(sorted(f"{view.name.schema}.{view.name.name}" for view in dropped))
        )

    def mask_column(self, clone: str, schema: str, column: str, mask: str) -> int:
        """Mask the values of a column (see the protocol)."""
        checked_drop(clone)
        self._attach(clone)
        with self._errors(f"masking {column} in {clone}.{schema}"):
            tables = [name for (name,) in self._rows(sql.tables_with_column(), [clone, schema, column])]
            return sum(
                self._run(sql.mask(TableRef(clone, schema, name), column), [mask, mask]) for name in tables
            )

    def _replaced(self, name: TableRef, text: str, comment: str | None) -> bool:
        """Replace a view with its comment, which the catalog keeps apart; False if what it reads is not there."""
        try:
            with self._errors(f"making the view {name}"), self._transaction():
                self._run(text)
                if comment is not None:
                    self._run(sql.comment_on("VIEW", name, comment))
        except NOT_MADE:
            return False
        return True
