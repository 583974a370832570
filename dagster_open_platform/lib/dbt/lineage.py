"""From which columns a model's columns come.

What belongs here: reading it off the compiled SQL. What does not: where that SQL is (``compiled.py``).

dagster-dbt has this too, but only behind ``fetch_column_metadata()``, which needs an adapter of its own. Here the columns of
the parents come from the manifest, where each is described (a test sees to that), so that nothing is asked of the
warehouse: about 15 ms a model.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import dagster as dg
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

from dagster_open_platform.lib.dbt.errors import LineageUnknown
from dagster_open_platform.lib.dbt.properties import Properties, key_of

Table: TypeAlias = tuple[str, str]
"""Schema and name, in lower case."""


def column_lineage(
    node: Properties, manifest: Mapping[str, Any], sql: str, dialect: str
) -> dg.TableColumnLineage:
    """Return the columns of other assets that each column of a model is computed from.

    Args:
        node: The model.
        manifest: dbt's manifest; gives the parents' columns and keys.
        sql: The model's compiled query.
        dialect: ``duckdb`` or ``snowflake``.

    Raises:
        LineageUnknown: sqlglot can't read or resolve the query.
    """
    parents = {(_schema(parent), _name(parent)): parent for parent in _parents(node, manifest)}
    columns = {table: dict.fromkeys(parent["columns"], "unknown") for table, parent in parents.items()}
    try:
        return dg.TableColumnLineage(
            deps_by_column={
                column.lower(): sorted(
                    (
                        dg.TableColumnDep(asset_key=key_of(parents[table]), column_name=name)
                        for table, name in found
                        if table in parents
                    ),
                    key=lambda dependency: (dependency.asset_key.path, dependency.column_name),
                )
                for column, found in _origins(sql, columns, dialect)
            }
        )
    except SqlglotError as error:
        raise LineageUnknown(str(error)) from error


def _origins(
    sql: str, columns: Mapping[Table, Mapping[str, str]], dialect: str
) -> Iterator[tuple[str, set[tuple[Table, str]]]]:
    """Yield each column of the query with the table columns at the ends of its lineage."""
    schema: dict[str, Any] = {}
    for (database_schema, name), described in columns.items():
        schema.setdefault(database_schema, {})[name] = described
    # The database is left out: it has another name in a branch deployment.
    tree = parse_one(sql, dialect=dialect)
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
    query = qualify(tree, schema=schema, dialect=dialect)
    scope = build_scope(query)
    if not isinstance(query, exp.Query):
        return
    # All columns at once: they share what is found of the tables between. The tree is ours, so that nobody needs a copy.
    found = lineage(None, query, schema=schema, dialect=dialect, scope=scope, trim_selects=False, copy=False)
    for column, root in found.items():
        origins: set[tuple[Table, str]] = set()
        for end in root.walk():
            table = None if end.downstream else end.expression.find(exp.Table)
            if table is not None:
                origins.add(((table.db.lower(), table.name.lower()), exp.to_column(end.name).name.lower()))
        yield column, origins


def _parents(node: Properties, manifest: Mapping[str, Any]) -> Iterator[Properties]:
    for unique_id in node["depends_on"]["nodes"]:
        yield manifest["sources"].get(unique_id) or manifest["nodes"][unique_id]


def _schema(node: Properties) -> str:
    return (node["schema"] if node["resource_type"] == "source" else node["config"]["schema"]).lower()


def _name(node: Properties) -> str:
    return (node["identifier"] if node["resource_type"] == "source" else node["alias"]).lower()
