"""The SQL of declared objects on Snowflake.

What belongs here: functions that build one statement each. What does not: which of them are run (`objects.py`).

Names are validated and quoted; texts, which CREATE and ALTER take only as literals, are quoted by `literal`; queries and
expressions are SQL already, and stand as they are declared. A statement that makes an object that is missing says IF NOT EXISTS,
so that what another process has made meanwhile is never overwritten; one that replaces an object says OR REPLACE, which
is atomic, and COPY GRANTS, without which readers would be locked out. Each function names the page of its syntax.
"""

# ruff: noqa: S608 - what is put into these texts are validated, quoted identifiers, quoted literals and declared SQL

from collections.abc import Iterable, Sequence

from dagster_open_platform.lib.warehouse.objects import (
    DynamicTable,
    ExternalTable,
    FileFormat,
    SemanticExpression,
    SemanticTable,
    SemanticView,
    Stage,
    View,
)
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.warehouse.snowflake.session_sql import name
from dagster_open_platform.lib.warehouse.snowflake.sql import quoted

CURRENT_ROLE = "SELECT CURRENT_ROLE()"
CURRENT_WAREHOUSE = "SELECT CURRENT_WAREHOUSE()"


def literal(text: str) -> str:
    """Return a text as a string constant.

    Backslashes escape on Snowflake, so they are escaped themselves; lines may break inside quotes.
    Source: https://docs.snowflake.com/en/sql-reference/data-types-text#string-constants
    """
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace("\0", "\\0")
    return f"'{escaped}'"


def use_role(role: str) -> str:
    """Make a role the one whose privileges statements have, and who owns what they create."""
    return f"USE ROLE {name(role)}"


def grant_ownership(kind: str, table: TableRef, role: str) -> str:
    """Give an object to a role, with the privileges that others have on it.

    https://docs.snowflake.com/en/sql-reference/sql/grant-ownership
    """
    return f"GRANT OWNERSHIP ON {kind.upper()} {quoted(table)} TO ROLE {name(role)} COPY CURRENT GRANTS"


def relation(table: TableRef) -> str:
    """Type, whether dynamic, comment and owner of a table or view; binds schema and name.

    https://docs.snowflake.com/en/sql-reference/info-schema/tables
    """
    return (
        f"SELECT table_type, is_dynamic, comment, table_owner FROM {name(table.database)}.INFORMATION_SCHEMA.TABLES "
        "WHERE table_schema = ? AND table_name = ?"
    )


def show(kind: str, table: TableRef) -> str:
    """Show objects of a kind whose names are like the given one: an underscore in it stands for any letter.

    Args:
        kind: `stage`, `external table`, `view`, `dynamic table` or `semantic view`.
        table: Name of the object.
    """
    return f"SHOW {kind.upper()}S LIKE {literal(table.name.upper())} IN SCHEMA {name(table.database, table.schema)}"


def create_stage(stage: Stage, comment: str) -> str:
    """Create a stage if it is missing. https://docs.snowflake.com/en/sql-reference/sql/create-stage."""
    parts = [f"CREATE STAGE IF NOT EXISTS {quoted(stage.name)}", *_stage_settings(stage)]
    if stage.directory:
        parts.append("DIRECTORY = (ENABLE = TRUE)")
    return " ".join([*parts, f"COMMENT = {literal(comment)}"])


def alter_stage(stage: Stage, comment: str) -> str:
    """Set everything of a stage but its directory.

    Not OR REPLACE, which would break the link of every external table over the stage.
    https://docs.snowflake.com/en/sql-reference/sql/alter-stage
    """
    settings = " ".join([*_stage_settings(stage, defaults=True), f"COMMENT = {literal(comment)}"])
    return f"ALTER STAGE {quoted(stage.name)} SET {settings}"


def alter_directory(stage: Stage) -> str:
    """Switch the list of files on or off."""
    return f"ALTER STAGE {quoted(stage.name)} SET DIRECTORY = (ENABLE = {'TRUE' if stage.directory else 'FALSE'})"


def refresh_stage(table: TableRef) -> str:
    """Bring the list of files up to date."""
    return f"ALTER STAGE {quoted(table)} REFRESH"


def directory_size(table: TableRef) -> str:
    """Number and bytes of the files in a stage's list."""
    return f"SELECT count(*), coalesce(sum(size), 0) FROM DIRECTORY(@{quoted(table)})"


def _stage_settings(stage: Stage, defaults: bool = False) -> list[str]:
    settings = [f"URL = {literal(stage.url)}"]
    if stage.storage_integration:
        settings.append(f"STORAGE_INTEGRATION = {name(stage.storage_integration)}")
    if stage.file_format:
        settings.append(f"FILE_FORMAT = {file_format(stage.file_format)}")
    elif defaults:
        settings.append("FILE_FORMAT = (TYPE = CSV)")  # what Snowflake gives a stage that says nothing
    return settings


def file_format(declared: FileFormat) -> str:
    """Return the parenthesis behind FILE_FORMAT."""
    options = "".join(f" {option.upper()} = {_option(value)}" for option, value in declared.options.items())
    return f"(TYPE = {declared.type.upper()}{options})"


def _option(value: str | int | bool) -> str:
    """An option's value: words such as GZIP and AUTO are keywords, other texts are literals."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value)
    return value.upper() if value.isidentifier() and value.isascii() else literal(value)


def create_external_table(table: ExternalTable, comment: str, replace: bool) -> str:
    """Create an external table. https://docs.snowflake.com/en/sql-reference/sql/create-external-table."""
    columns = ", ".join(
        f"{name(column.name)} {column.type} AS ({column.expression.strip()}{_closing(column.expression)})"
        for column in table.columns
    )
    parts = [f"{_create('EXTERNAL TABLE', replace)} {quoted(table.name)}"]
    if columns:
        parts.append(f"({columns})")
    if table.partition_by:
        parts.append(f"PARTITION BY ({', '.join(map(name, table.partition_by))})")
    path = f"/{table.path.strip('/')}/" if table.path.strip("/") else ""
    parts.append(f"LOCATION = @{quoted(table.stage)}{path}")
    parts.append(f"REFRESH_ON_CREATE = {str(table.refresh_on_create).upper()}")
    parts.append(f"AUTO_REFRESH = {str(table.auto_refresh).upper()}")
    if table.pattern is not None:
        parts.append(f"PATTERN = {literal(table.pattern)}")
    parts.append(f"FILE_FORMAT = {file_format(table.file_format)}")
    if replace:
        parts.append("COPY GRANTS")
    return " ".join([*parts, f"COMMENT = {literal(comment)}"])


def refresh_external_table(table: TableRef) -> str:
    """Register new files, and forget those that are gone."""
    return f"ALTER EXTERNAL TABLE {quoted(table)} REFRESH"


def describe_external_table(table: TableRef) -> str:
    """Describe the columns of an external table."""
    return f"DESCRIBE EXTERNAL TABLE {quoted(table)} TYPE = COLUMNS"


def external_table_size(table: TableRef) -> str:
    """Number and bytes of the files that are registered.

    https://docs.snowflake.com/en/sql-reference/functions/external_table_files
    """
    files = f"{name(table.database)}.INFORMATION_SCHEMA.EXTERNAL_TABLE_FILES"
    return f"SELECT count(*), coalesce(sum(file_size), 0) FROM TABLE({files}(TABLE_NAME => {literal(quoted(table))}))"


def create_view(view: View, comment: str, replace: bool) -> str:
    """Create a view. https://docs.snowflake.com/en/sql-reference/sql/create-view."""
    kind = "SECURE VIEW" if view.secure else "VIEW"
    grants = " COPY GRANTS" if replace else ""
    return f"{_create(kind, replace)} {quoted(view.name)}{grants} COMMENT = {literal(comment)} AS {query(view.query)}"


def create_dynamic_table(table: DynamicTable, warehouse: str, comment: str, replace: bool) -> str:
    """Create a dynamic table. https://docs.snowflake.com/en/sql-reference/sql/create-dynamic-table.

    Args:
        table: What is declared.
        warehouse: The virtual warehouse that refreshes it.
        comment: With its mark.
        replace: Whether one is there.
    """
    grants = " COPY GRANTS" if replace else ""
    return (
        f"{_create('DYNAMIC TABLE', replace)} {quoted(table.name)} {_lag(table, warehouse)} "
        f"REFRESH_MODE = {table.refresh_mode.upper()} COMMENT = {literal(comment)}{grants} AS {query(table.query)}"
    )


def alter_dynamic_table(table: DynamicTable, warehouse: str, comment: str) -> str:
    """Set what can be set without computing the rows again."""
    return (
        f"ALTER DYNAMIC TABLE {quoted(table.name)} SET {_lag(table, warehouse)} COMMENT = {literal(comment)}"
    )


def refresh_dynamic_table(table: TableRef) -> str:
    """Compute the rows again."""
    return f"ALTER DYNAMIC TABLE {quoted(table)} REFRESH"


def _lag(table: DynamicTable, warehouse: str) -> str:
    lag = "DOWNSTREAM" if table.target_lag.upper() == "DOWNSTREAM" else literal(table.target_lag)
    return f"TARGET_LAG = {lag} WAREHOUSE = {name(warehouse)}"


def query(declared: str) -> str:
    """A declared query without what ends a statement."""
    return declared.strip().rstrip(";").rstrip()


def no_rows(table: TableRef) -> str:
    """Compile a query of all columns, without reading a row."""
    return f"SELECT * FROM {quoted(table)} LIMIT 0"


def create_semantic_view(view: SemanticView, comment: str, replace: bool) -> str:
    """Create a semantic view. https://docs.snowflake.com/en/sql-reference/sql/create-semantic-view."""
    parts = [f"{_create('SEMANTIC VIEW', replace)} {quoted(view.name)}"]
    parts.append(f"TABLES ({', '.join(map(_semantic_table, view.tables))})")
    if view.relationships:
        related = ", ".join(
            f"{name(one.name)} AS {name(one.table)} ({_names(one.columns)}) "
            f"REFERENCES {name(one.references)} ({_names(one.referenced_columns)})"
            for one in view.relationships
        )
        parts.append(f"RELATIONSHIPS ({related})")
    for clause, expressions in (
        ("FACTS", view.facts),
        ("DIMENSIONS", view.dimensions),
        ("METRICS", view.metrics),
    ):
        if expressions:
            parts.append(f"{clause} ({', '.join(map(_semantic_expression, expressions))})")
    return " ".join([*parts, f"COMMENT = {literal(comment)}", *(["COPY GRANTS"] if replace else [])])


def query_metric(view: SemanticView, metric: SemanticExpression) -> str:
    """Compile a query of one metric, without reading a row.

    https://docs.snowflake.com/en/sql-reference/constructs/semantic_view
    """
    return f"SELECT * FROM SEMANTIC_VIEW({quoted(view.name)} METRICS {_semantic_name(metric)}) LIMIT 0"


def _semantic_table(table: SemanticTable) -> str:
    text = f"{name(table.name)} AS {quoted(table.table)}"
    if table.primary_key:
        text += f" PRIMARY KEY ({_names(table.primary_key)})"
    for key in table.unique_keys:
        text += f" UNIQUE ({_names(key)})"
    return text + _told(table.synonyms, table.comment)


def _semantic_expression(one: SemanticExpression) -> str:
    text = one.expression.strip()
    return f"{_semantic_name(one)} AS {text}{_closing(text)}{_told(one.synonyms, one.comment)}"


def _semantic_name(one: SemanticExpression) -> str:
    return name(one.name) if one.table is None else name(one.table, one.name)


def _told(synonyms: Sequence[str], comment: str | None) -> str:
    """What people and assistants are told of a part."""
    text = f" WITH SYNONYMS = ({', '.join(map(literal, synonyms))})" if synonyms else ""
    return f"{text} COMMENT = {literal(comment)}" if comment else text


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(name, names))


def _create(kind: str, replace: bool) -> str:
    return f"CREATE OR REPLACE {kind}" if replace else f"CREATE {kind} IF NOT EXISTS"


def _closing(expression: str) -> str:
    """End the line of an expression that may end in a comment, so that what follows is not part of it."""
    return "\n" if "--" in expression or "//" in expression else ""
