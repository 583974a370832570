"""What is wrong with a declaration whatever the engine.

What belongs here: contradictions inside one declaration, found before anything is run. What does not: what only files or
an engine can tell (`duckdb/`, `snowflake/`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration
from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.warehouse.objects import (
    Declaration,
    DynamicTable,
    ExternalTable,
    FileFormat,
    SemanticExpression,
    SemanticView,
    Stage,
    View,
)

FORMATS = ("PARQUET", "JSON")
REFRESH_MODES = ("AUTO", "FULL", "INCREMENTAL")
KINDS: dict[type, str] = {
    Stage: "stage",
    ExternalTable: "external table",
    View: "view",
    DynamicTable: "dynamic table",
    SemanticView: "semantic view",
}
"""What each declaration declares, in the words of errors, of YAML and of bookkeeping."""

_LAG = re.compile(r"(?P<count>\d{1,9}) (?P<unit>second|minute|hour|day)s?", re.IGNORECASE)


def kind_of(declaration: Declaration) -> str:
    """Return what is declared, for example `external table`."""
    return KINDS[type(declaration)]


def check(declaration: Declaration) -> None:
    """Refuse a declaration that contradicts itself.

    Raises:
        InvalidDeclaration: It does; lists everything that is wrong with it.
        InvalidIdentifier: A name is not a plain one.
    """
    if declaration.role is not None:
        validated(declaration.role, "role")
    checks = {
        Stage: _stage,
        ExternalTable: _external_table,
        View: _query,
        DynamicTable: _dynamic_table,
        SemanticView: _semantic_view,
    }
    problems = [*checks[type(declaration)](declaration)]
    if problems:
        raise InvalidDeclaration(
            f"The {kind_of(declaration)} {declaration.name} is declared wrongly: {'; '.join(problems)}. Nothing was"
            " changed."
        )


def lag_problem(lag: str) -> str | None:
    """What is wrong with a target lag, or None."""
    match = _LAG.fullmatch(lag)
    if lag.upper() == "DOWNSTREAM":
        return None
    if match is None or int(match["count"]) == 0:
        return (
            f"found the target lag {lag!r}; expected a length such as '1 hour' or '30 minutes', or DOWNSTREAM"
        )
    if match["unit"].lower() == "second" and int(match["count"]) < 60:
        return f"found the target lag {lag!r}; Snowflake takes no less than 60 seconds"
    return None


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with a regular expression, or None."""
    try:
        re.compile(pattern)
    except re.error as error:
        return f"the pattern {pattern!r} is not a regular expression: {error}"
    return None


def _stage(stage: Stage) -> Iterator[str]:
    if not re.match(r"[a-z0-9]+://.|/", stage.url):
        yield f"found the URL {stage.url!r}; expected s3://bucket/prefix/ or an absolute directory"
    if stage.storage_integration is not None:
        validated(stage.storage_integration, "storage integration")
    if stage.file_format is not None:
        yield from _format(stage.file_format)


def _external_table(table: ExternalTable) -> Iterator[str]:
    yield from _format(table.file_format)
    names = [column.name.lower() for column in table.columns]
    yield from _doubled(names, "columns")
    if taken := {"value", "metadata$filename"} & {*names}:
        yield f"columns with names that every external table has: {', '.join(sorted(taken))}"
    known = ", ".join(names) or "none"
    for name in table.partition_by:
        if name.lower() not in names:
            yield f"partition_by names {name!r}, which is no column; there are: {known}"
    if not re.fullmatch(r"([\w.=%+-]+(/[\w.=%+-]+)*/?)?", table.path, re.ASCII):
        # Snowflake takes a location's path neither quoted nor escaped.
        yield f"found the path {table.path!r}; expected folders of letters, digits and _.=%+-, without a leading slash"
    if table.pattern is not None and (problem := pattern_problem(table.pattern)):
        yield problem


def _format(file_format: FileFormat) -> Iterator[str]:
    if file_format.type.upper() not in FORMATS:
        yield f"found the file format {file_format.type!r}; expected one of {', '.join(FORMATS)}"
    for option in file_format.options:
        if not re.fullmatch(r"[A-Za-z_]+", option):
            yield f"found the option {option!r} of the file format; expected a name such as COMPRESSION"


def _query(view: View | DynamicTable) -> Iterator[str]:
    if not view.query.strip():
        yield "the query is empty"


def _dynamic_table(table: DynamicTable) -> Iterator[str]:
    yield from _query(table)
    if problem := lag_problem(table.target_lag):
        yield problem
    if table.refresh_mode.upper() not in REFRESH_MODES:
        yield f"found the refresh mode {table.refresh_mode!r}; expected one of {', '.join(REFRESH_MODES)}"
    if table.warehouse is not None:
        validated(table.warehouse, "warehouse")


def _semantic_view(view: SemanticView) -> Iterator[str]:
    tables = [table.name.lower() for table in view.tables]
    if not tables:
        yield "it has no tables"
    if not view.dimensions and not view.metrics:
        yield "it has neither dimensions nor metrics, of which Snowflake wants at least one"
    yield from _doubled(tables, "tables")
    yield from _doubled([relationship.name.lower() for relationship in view.relationships], "relationships")
    for relationship in view.relationships:
        for side in (relationship.table, relationship.references):
            if side.lower() not in tables:
                yield f"the relationship {relationship.name} names {side!r}, which is none of its tables"
        if len(relationship.columns) != len(relationship.referenced_columns) or not relationship.columns:
            yield f"the relationship {relationship.name} has another number of columns on each side, or none"
    for what, expressions in (
        ("fact", view.facts),
        ("dimension", view.dimensions),
        ("metric", view.metrics),
    ):
        yield from _expressions(what, expressions, tables)
    every = [*view.facts, *view.dimensions, *view.metrics]
    yield from _doubled([f"{one.table or ''}.{one.name}".lower() for one in every], "expressions")
    for name in [table.name for table in view.tables] + [one.name for one in every]:
        validated(name, "part of a semantic view")


def _expressions(
    what: str, expressions: Iterable[SemanticExpression], tables: Sequence[str]
) -> Iterator[str]:
    for expression in expressions:
        if expression.table is None and what != "metric":
            yield f"the {what} {expression.name} belongs to no table"
        elif expression.table is not None and expression.table.lower() not in tables:
            yield f"the {what} {expression.name} is of {expression.table!r}, which is none of its tables"
        if not expression.expression.strip():
            yield f"the {what} {expression.name} has no expression"


def _doubled(names: Sequence[str], what: str) -> Iterator[str]:
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        yield f"{what} that occur twice: {', '.join(doubled)}"
