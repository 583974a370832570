"""Semantic views on DuckDB: a view of the joined tables, and queries that compute each metric.

What belongs here: what a semantic view's names stand for, as SQL. What does not: making the view (`objects.py`), and what is
wrong with a declaration on any engine (`../declarations.py`).

DuckDB has no semantic views. What it gets is a view with a column for each fact and dimension. Its rows are those of the tables
to which no relationship leads, each joined with the one row of every table that it refers to; where there are several such
tables, the rows of one stand below those of the other, with nulls in the columns that it does not reach. So each row is there
once, and a sum over a column of such a table is right; one over a column of a table that is referred to counts its rows once
for each row that refers to them, as a join does. Metrics are no columns: each is computed once, over the rows of its own table
joined with what they refer to, as Snowflake defines it, so that a metric that cannot be computed is noticed here.

Rules of names: https://docs.snowflake.com/en/user-guide/views-semantic/validation-rules
"""

# ruff: noqa: S608 - what is put into these texts are translated expressions and quoted identifiers

from __future__ import annotations

from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dagster_open_platform.lib.warehouse.duckdb.queries import plain_text, translate_part
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration
from dagster_open_platform.lib.warehouse.identifiers import double_quoted
from dagster_open_platform.lib.warehouse.objects import SemanticExpression, SemanticTable, SemanticView


class SemanticQueries:
    """The queries of one semantic view.

    Args:
        view: A declaration that has been checked.
    """

    def __init__(self, view: SemanticView) -> None:
        self._view = view
        self._tables = {table.name.lower(): table for table in view.tables}
        self._values = {_key(one): one for one in [*view.facts, *view.dimensions]}
        self._metrics = {_key(one): one for one in view.metrics}

    def denormalized(self) -> str:
        """The query of the view.

        Raises:
            InvalidDeclaration: An expression cannot be read or translated, names something that is not there, or
                aggregates; or names are made of one another in a circle.
        """
        referred = {relationship.references.lower() for relationship in self._view.relationships}
        roots = [name for name in self._tables if name not in referred]
        if not roots:
            raise self._wrong("relationships", "they lead in a circle, so that no table has rows of its own")
        return " UNION ALL BY NAME ".join(self._rows_of(root) for root in roots)

    def metrics(self) -> Iterator[tuple[str, str]]:
        """Name and query of each metric; it has one row and one column.

        Raises:
            InvalidDeclaration: As for `denormalized`.
        """
        for metric in self._view.metrics:
            yield metric.name, f"SELECT {self._scalar(metric, ())} AS {double_quoted(metric.name)}"

    def columns(self) -> dict[tuple[str, str], str]:
        """The view's columns by table and name: the name, with the table's before it where two tables share it."""
        names = [name for _, name in self._values]
        return {
            (table, name): f"{table}_{name}" if names.count(name) > 1 else name
            for table, name in self._values
        }

    def _rows_of(self, root: str) -> str:
        reached = {*self._reached(root)}
        names = self.columns()
        selected = [
            f"{translate_part(self._resolved(one, ()))} AS {double_quoted(names[key])}"
            for key, one in self._values.items()
            if key[0] in reached
        ]
        return f"SELECT {', '.join(selected) or '1 AS one'} FROM {self._joined(root)}"

    def _reached(self, root: str) -> Iterator[str]:
        """The table, and those of which each of its rows belongs to one at most, in the order in which they join."""
        waiting, seen = [root], set()
        while waiting:
            table = waiting.pop(0)
            if table in seen:
                raise self._wrong(
                    "relationships",
                    f"two ways lead from {root} to {table}, of which none is said to be meant",
                )
            seen.add(table)
            yield table
            waiting += [
                relationship.references.lower()
                for relationship in self._view.relationships
                if relationship.table.lower() == table
            ]

    def _joined(self, root: str) -> str:
        """The FROM clause of a table with all that it refers to."""
        text = self._named(self._tables[root])
        reached = [*self._reached(root)]
        for relationship in self._view.relationships:
            if relationship.table.lower() not in reached:
                continue
            pairs = zip(relationship.columns, relationship.referenced_columns, strict=True)
            condition = " AND ".join(
                f"{double_quoted(relationship.table, mine)} = {double_quoted(relationship.references, theirs)}"
                for mine, theirs in pairs
            )
            text += f" LEFT JOIN {self._named(self._tables[relationship.references.lower()])} ON {condition}"
        return text

    @staticmethod
    def _named(table: SemanticTable) -> str:
        name = table.table
        return f"{double_quoted(name.database, name.schema, name.name)} AS {double_quoted(table.name)}"

    def _resolved(self, one: SemanticExpression, path: tuple[tuple[str, str], ...]) -> exp.Expr:
        """A fact or dimension over columns of its table and of those that it refers to."""
        tree = self._written_out(one, (*path, _key(one)))
        if tree.find(exp.AggFunc):
            raise self._wrong(
                one.name, "it aggregates, for which there is no way on DuckDB: make it a metric"
            )
        return tree

    def _written_out(self, one: SemanticExpression, path: tuple[tuple[str, str], ...]) -> exp.Expr:
        """An expression with every fact and dimension in it replaced by what that is."""

        def column(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            key = (node.table.lower() or str(one.table or "").lower(), node.name.lower())
            if key in self._values and key != path[-1]:
                if key in path:
                    raise self._wrong(one.name, f"it is made of itself, by way of {'.'.join(key)}")
                return exp.Paren(this=self._resolved(self._values[key], path))
            if key[0] not in self._tables:
                raise self._wrong(
                    one.name, f"{node.sql()} is of none of the tables {', '.join(self._tables)}"
                )
            return exp.column(key[1], table=key[0], quoted=True)

        return self._parsed(one).transform(column)

    def _scalar(self, metric: SemanticExpression, path: tuple[str, ...]) -> str:
        """A metric as an expression that needs no rows around it: each aggregate is a query of its own.

        Raises:
            InvalidDeclaration: See `denormalized`.
        """
        if metric.name.lower() in path:
            raise self._wrong(metric.name, f"it is made of itself: {' -> '.join([*path, metric.name])}")
        tree = self._parsed(metric)
        if metric.table is not None and not [*self._others(metric, tree)]:
            resolved = self._written_out(metric, (("", metric.name.lower()),))
            return f"(SELECT {translate_part(resolved)} FROM {self._joined(metric.table.lower())})"
        return self._derived(metric, tree, (*path, metric.name.lower()))

    def _derived(self, metric: SemanticExpression, tree: exp.Expr, path: tuple[str, ...]) -> str:
        def part(node: exp.Expr) -> exp.Expr:
            if isinstance(node, _AGGREGATES):
                inner = SemanticExpression(self._finest(metric, node), metric.name, node.sql("snowflake"))
                resolved = self._written_out(inner, (("", metric.name.lower()),))
                text = f"(SELECT {translate_part(resolved)} FROM {self._joined(str(inner.table))})"
                return sqlglot.parse_one(text, read="duckdb")
            if isinstance(node, exp.Column):
                other = self._metric(metric, node)
                if other is None:
                    raise self._wrong(metric.name, f"{node.sql()} is neither aggregated nor a metric")
                return sqlglot.parse_one(self._scalar(other, path), read="duckdb")
            return node

        return translate_part(_outermost(tree, part))

    def _others(self, metric: SemanticExpression, tree: exp.Expr) -> Iterator[SemanticExpression]:
        """The metrics that a metric is made of."""
        for node in tree.find_all(exp.Column):
            if other := self._metric(metric, node):
                yield other

    def _metric(self, user: SemanticExpression, node: exp.Column) -> SemanticExpression | None:
        if node.find_ancestor(exp.AggFunc):
            return None
        tables = (node.table.lower(),) if node.table else (str(user.table or "").lower(), "")
        return next(
            (
                self._metrics[table, node.name.lower()]
                for table in tables
                if (table, node.name.lower()) in self._metrics
            ),
            None,
        )

    def _finest(self, metric: SemanticExpression, aggregate: exp.Expr) -> str:
        """The table whose rows an aggregate is over: the one from whose rows the others that it names are reached."""
        named = {column.table.lower() for column in aggregate.find_all(exp.Column)} or {
            str(metric.table or "").lower()
        }
        for table in named:
            if table in self._tables and named <= {*self._reached(table)}:
                return table
        raise self._wrong(metric.name, f"{aggregate.sql()} does not say of which table's rows it is")

    def _parsed(self, one: SemanticExpression) -> exp.Expr:
        try:
            return sqlglot.parse_one(one.expression, read="snowflake")
        except SqlglotError as error:
            raise self._wrong(one.name, f"{one.expression!r} cannot be read: {plain_text(error)}") from None

    def _wrong(self, name: str, problem: str) -> InvalidDeclaration:
        return InvalidDeclaration(
            f"{name} of the semantic view {self._view.name} cannot be made: {problem}. Nothing was changed."
        )


_AGGREGATES = (exp.AggFunc, exp.WithinGroup, exp.Filter, exp.IgnoreNulls, exp.RespectNulls)
"""An aggregate, and what may stand around one."""


def _key(one: SemanticExpression) -> tuple[str, str]:
    return (one.table or "").lower(), one.name.lower()


def _outermost(node: exp.Expr, change: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """Change the outermost nodes that `change` changes, and look no deeper into those."""
    changed = change(node)
    if changed is not node:
        return changed
    for child in [*node.iter_expressions()]:
        replacement = _outermost(child, change)
        if replacement is not child:
            child.replace(replacement)
    return node
