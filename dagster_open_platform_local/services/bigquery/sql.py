"""BigQuery SQL to DuckDB SQL: one query, its parameters, its tables.

What belongs here: reading a query, refusing what is not served, and writing it for DuckDB. What does not: the meaning
of functions (`functions.py`), running anything (`engine.py`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlglot
from sqlglot import TokenType, exp
from sqlglot.errors import ErrorLevel, SqlglotError, UnsupportedError

from dagster_open_platform_local.services.bigquery.errors import invalid_query, not_implemented
from dagster_open_platform_local.services.bigquery.functions import check_functions, rewrite_functions
from dagster_open_platform_local.services.bigquery.parameters import QueryParameter
from dagster_open_platform_local.services.bigquery.pruning import Evaluate, needed_days
from dagster_open_platform_local.services.bigquery.tables import Catalog, DailyTable, TableName

EMPTY_SCHEMA = "no_partitions"
"""DuckDB schema with an empty table for each table, read when a query needs none of its partitions."""

_POSITIONAL = "positional_{}"
_WRITING = (
    exp.Insert,
    exp.Update,
    exp.Delete,
    exp.Merge,
    exp.Create,
    exp.Drop,
    exp.TruncateTable,
    exp.Alter,
)
_TERMINAL_COLOURS = re.compile(r"\x1b\[\d+m")


@dataclass(frozen=True)
class Query:
    """A query as it was read: BigQuery's syntax tree, with parameters ready for binding.

    Args:
        tree: The query; tables not yet replaced.
        values: What is bound, by DuckDB's parameter name.
    """

    tree: exp.Query
    values: Mapping[str, str | list[str] | None]


@dataclass
class Translation:
    """A query for DuckDB.

    Args:
        sql: DuckDB's SQL.
        scans: Each table that the query reads, with the partitions it needs and the columns (by path) it reads.
    """

    sql: str = ""
    scans: list[tuple[DailyTable, list[date], set[tuple[str, ...]]]] = field(default_factory=list)


def read_query(text: str, parameters: Sequence[QueryParameter]) -> Query:
    """Read a query in BigQuery's SQL.

    Raises:
        BigQueryError: `invalidQuery` for a syntax error or a parameter without a value, `notImplemented` for anything
            but one SELECT.
    """
    positional = [parameter for parameter in parameters if parameter.name is None]
    statement = _parse(_name_placeholders(text, len(positional)))
    check_functions(statement)
    known = {parameter.name: parameter for parameter in parameters if parameter.name is not None}
    known |= {_POSITIONAL.format(i): parameter for i, parameter in enumerate(positional)}
    values: dict[str, str | list[str] | None] = {}
    for reference in list(statement.find_all(exp.Parameter)):
        name = reference.name.lower()
        if not name:
            raise not_implemented(f"System variable {reference.sql('bigquery')}")
        if name not in known:
            raise invalid_query(f"Query parameter '{reference.name}' not found")
        values[name] = known[name].value
        kind = exp.DataType.build(known[name].duckdb_type, dialect="duckdb")
        reference.replace(exp.Cast(this=exp.Parameter(this=exp.var(name)), to=kind))
    _name_columns(statement)
    return Query(statement, values)


def _name_placeholders(text: str, count: int) -> str:
    """Turn each `?` into a named parameter, by its place in the text."""
    try:
        tokens = [
            token
            for token in sqlglot.tokenize(text, read="bigquery")
            if token.token_type == TokenType.PLACEHOLDER
        ]
    except SqlglotError as error:
        raise invalid_query(f"Syntax error: {error}") from error
    if len(tokens) > count:
        raise invalid_query(f"Query has {len(tokens)} positional parameters but only {count} were given")
    for number, token in reversed(list(enumerate(tokens))):
        text = f"{text[: token.start]}@{_POSITIONAL.format(number)}{text[token.end + 1 :]}"
    return text


def _parse(text: str) -> exp.Query:
    try:
        statements = [each for each in sqlglot.parse(text, read="bigquery") if each is not None]
    except SqlglotError as error:
        raise invalid_query(_syntax_error(error)) from error
    if len(statements) > 1:
        raise not_implemented("A query of several statements")
    if not statements:
        raise invalid_query("Syntax error: Unexpected end of script")
    statement = statements[0]
    if isinstance(statement, exp.Query):
        return statement
    if isinstance(statement, _WRITING):
        raise not_implemented(f"{statement.key.upper()} statement")
    word = text.split()[0]
    raise invalid_query(f'Syntax error: Unexpected identifier "{word}" at [1:1]')


def _syntax_error(error: SqlglotError) -> str:
    details = getattr(error, "errors", None) or [{}]
    line, column, found = (details[0].get(key) for key in ("line", "col", "highlight"))
    if line is None or column is None or not found:
        return f"Syntax error: {_TERMINAL_COLOURS.sub('', str(error)).splitlines()[0]}"
    return f'Syntax error: Unexpected "{found}" at [{line}:{max(1, int(column) - len(found) + 1)}]'


def _name_columns(query: exp.Query) -> None:
    """Give columns without a name BigQuery's names (f0_, f1_, ...), and refuse a name twice."""
    select = query
    while not isinstance(select, exp.Select):
        select = select.this
    named: list[str] = []
    anonymous = 0
    for column in list(select.expressions):
        if isinstance(column, exp.Alias | exp.Column | exp.Dot):
            named.append(column.output_name.lower())
        elif not column.is_star:
            column.replace(exp.alias_(column.copy(), f"f{anonymous}_"))
            anonymous += 1
    twice = sorted({name for name in named if name and name != "*" and named.count(name) > 1})
    if twice:
        raise invalid_query(
            "Duplicate column names in the result are not supported when a destination table is present. "
            f"Found duplicate(s): {', '.join(twice)}"
        )


def constant_sql(expression: exp.Expr, kind: str) -> str:
    """A DuckDB query for the value of a constant: microseconds since 1970 of a `TIMESTAMPTZ`, or a `DATE`."""
    wrapped = exp.select(expression.copy())
    rewrite_functions(wrapped)
    value = f"CAST(({to_duckdb(wrapped)}) AS {kind})"
    return f"SELECT EPOCH_US({value})" if kind == "TIMESTAMPTZ" else f"SELECT {value}"


def translate(
    query: Query, catalog: Catalog, default_dataset: tuple[str, str] | None, evaluate: Evaluate
) -> Translation:
    """Write a query for DuckDB.

    Args:
        query: The query.
        catalog: The tables that exist.
        default_dataset: Project and dataset of tables named without one.
        evaluate: Evaluates the constants of the WHERE clause.

    Raises:
        BigQueryError: A table does not exist or may not be read, or the query uses what DuckDB cannot do.
    """
    tree = query.tree.copy()
    translation = Translation()
    replacements: list[tuple[exp.Table, exp.Table]] = []
    for reference in list(tree.find_all(exp.Table)):
        if _is_local(reference):
            continue
        table = catalog.table(_full_name(reference, catalog.project, default_dataset))
        wanted = needed_days(reference, table.partition_column, evaluate)
        days = [day for day in table.days() if day in wanted]
        translation.scans.append((table, days, _columns_read(tree, table)))
        replacements.append((reference, _relation(table, days, reference.alias or table.name.table)))
    for reference, relation in replacements:
        reference.replace(relation)
    rewrite_functions(tree)
    translation.sql = to_duckdb(tree)
    return translation


def to_duckdb(tree: exp.Expr) -> str:
    """DuckDB's SQL of a tree.

    Raises:
        BigQueryError: `notImplemented` for what DuckDB cannot express.
    """
    try:
        return tree.sql("duckdb", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise not_implemented(f"This query ({error})") from error


def _is_local(reference: exp.Table) -> bool:
    """Whether a name is that of a common table expression in reach."""
    if reference.db:
        return False
    scope = reference.parent
    while scope is not None:
        if isinstance(scope, exp.Query) and any(
            cte.alias.lower() == reference.name.lower() for cte in scope.ctes
        ):
            return True
        scope = scope.parent
    return False


def _full_name(reference: exp.Table, project: str, default_dataset: tuple[str, str] | None) -> TableName:
    if not isinstance(reference.this, exp.Identifier):
        raise not_implemented(f"Table function {reference.sql('bigquery')}")
    if reference.db:
        return TableName(reference.catalog or project, reference.db, reference.name)
    if default_dataset is None:
        raise invalid_query(
            f'Table "{reference.name}" must be qualified with a dataset (e.g. dataset.table).'
        )
    return TableName(*default_dataset, reference.name)


def _relation(table: DailyTable, days: list[date], alias: str) -> exp.Table:
    """The partitions as a DuckDB relation."""
    if not days:
        return exp.table_(table.name.table, db=EMPTY_SCHEMA, alias=alias)
    paths = exp.Array(expressions=[exp.Literal.string(str(table.file(day))) for day in days])
    no_partition_column = exp.EQ(this=exp.column("hive_partitioning"), expression=exp.false())
    function = exp.Anonymous(this="READ_PARQUET", expressions=[paths, no_partition_column])
    return exp.Table(this=function, alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))


def _columns_read(tree: exp.Query, table: DailyTable) -> set[tuple[str, ...]]:
    """Paths of the scalar columns of a table that a query mentions; columns of other tables may be among them."""
    leaves = table.leaves()
    # COUNT(*) reads no column.
    if any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star)):
        return set(leaves)
    aliases = {reference.alias_or_name.lower() for reference in tree.find_all(exp.Table)}
    read: set[tuple[str, ...]] = set()
    for column in tree.find_all(exp.Column):
        path = _path(column)
        if path and path[0] in aliases:
            path = path[1:]
        read |= {leaf for leaf in leaves if leaf[: len(path)] == path or path[: len(leaf)] == leaf}
    return read


def _path(column: exp.Column) -> tuple[str, ...]:
    parts = [part.name.lower() for part in column.parts]
    node: exp.Expr = column
    while isinstance(node.parent, exp.Dot) and node.parent.this is node:
        node = node.parent
        parts.append(node.expression.name.lower())
    return tuple(parts)
