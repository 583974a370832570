"""Objects that a warehouse holds besides tables, as somebody declares them: what crosses the seam on its way in.

What belongs here: the declarations, and what came of one. What does not: SQL, and how an engine makes an object
(`duckdb/objects.py`, `snowflake/objects.py`). Types and expressions are written in Snowflake's SQL; the other engine
translates them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.warehouse.protocol import TableRef


class Action(enum.Enum):
    """What was done about a declaration.

    CREATED: the object was missing. ALTERED: it was there, made from another declaration. REFRESHED: it was there as it is
    declared, and shows now what is in its sources.
    """

    CREATED = "created"
    ALTERED = "altered"
    REFRESHED = "refreshed"


@dataclass(frozen=True)
class FileFormat:
    """How files are read.

    Args:
        type: `PARQUET` or `JSON` (a value a line, or an array where `STRIP_OUTER_ARRAY` is among the options).
        options: Options of Snowflake's `FILE_FORMAT`, by name, such as `{"COMPRESSION": "GZIP"}`.
    """

    type: str
    options: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class DeclaredColumn:
    """A column of an external table.

    Args:
        name: Of the column.
        type: In Snowflake's words.
        expression: In Snowflake's SQL, over `value` (the row) and `metadata$filename` (the file's path in its bucket).

    Raises:
        InvalidIdentifier: The name is not a plain one.
    """

    name: str
    type: str
    expression: str

    def __post_init__(self) -> None:
        validated(self.name, "column")


@dataclass(frozen=True)
class Stage:
    """A place in object storage.

    Args:
        name: Of the stage.
        url: `s3://bucket/prefix/`, or a directory of this machine where there is no object storage.
        storage_integration: Name of what holds the credentials, on an engine that keeps them itself.
        directory: Whether the engine keeps a list of the files.
        file_format: Of the files, unless whoever reads them says otherwise.
        comment: For people.
        role: That shall own it; None: the connection's.
    """

    name: TableRef
    url: str
    storage_integration: str | None = None
    directory: bool = False
    file_format: FileFormat | None = None
    comment: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class ExternalTable:
    """A table whose rows stay in files.

    Args:
        name: Of the table.
        stage: Where the files are.
        file_format: Of the files.
        path: Below the stage; empty: all of it. Without a leading slash.
        columns: In order.
        partition_by: Names of columns whose expressions read nothing but the file's path.
        pattern: A regular expression that the whole path of a file must match.
        auto_refresh: Whether object storage tells the engine of new files.
        refresh_on_create: Whether files are looked for at once.
        comment: For people.
        role: That shall own it; None: the connection's.
    """

    name: TableRef
    stage: TableRef
    file_format: FileFormat
    path: str = ""
    columns: tuple[DeclaredColumn, ...] = ()
    partition_by: tuple[str, ...] = ()
    pattern: str | None = None
    auto_refresh: bool = False
    refresh_on_create: bool = True
    comment: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class View:
    """A query with a name.

    Args:
        name: Of the view.
        query: In Snowflake's SQL, with physical names.
        secure: Whether its text is hidden from those who may only read it.
        comment: For people.
        role: That shall own it; None: the connection's.
    """

    name: TableRef
    query: str
    secure: bool = False
    comment: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class DynamicTable:
    """A query whose result the engine keeps.

    Args:
        name: Of the table.
        query: In Snowflake's SQL, with physical names.
        target_lag: How far it may be behind, such as `1 hour`, or `DOWNSTREAM`.
        warehouse: The virtual warehouse that refreshes it; None: the connection's.
        refresh_mode: `AUTO`, `FULL` or `INCREMENTAL`.
        comment: For people.
        role: That shall own it; None: the connection's.
    """

    name: TableRef
    query: str
    target_lag: str
    warehouse: str | None = None
    refresh_mode: str = "AUTO"
    comment: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class SemanticTable:
    """A table of a semantic view.

    Args:
        name: In the semantic view.
        table: That it stands for.
        primary_key: Names of its columns.
        unique_keys: Other sets of columns that identify a row.
        synonyms: Other names, for people and assistants.
        comment: What a row is.
    """

    name: str
    table: TableRef
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    synonyms: tuple[str, ...] = ()
    comment: str | None = None


@dataclass(frozen=True)
class SemanticRelationship:
    """Many rows of a table to one of another: the columns of `table` hold the key of `references`."""

    name: str
    table: str
    columns: tuple[str, ...]
    references: str
    referenced_columns: tuple[str, ...]


@dataclass(frozen=True)
class SemanticExpression:
    """A fact, a dimension or a metric.

    Args:
        table: Name of the semantic table that it belongs to; None: a metric over several tables.
        name: Of the column.
        expression: In Snowflake's SQL; a metric's aggregates.
        synonyms: Other names.
        comment: What it means.
    """

    table: str | None
    name: str
    expression: str
    synonyms: tuple[str, ...] = ()
    comment: str | None = None


@dataclass(frozen=True)
class SemanticView:
    """What tables mean: how they are related, by what their rows are grouped, and what is measured.

    Args:
        name: Of the view.
        tables: In it.
        relationships: Between them.
        facts: Values of a row.
        dimensions: What metrics are grouped and filtered by.
        metrics: Aggregates.
        comment: For people and assistants.
        role: That shall own it; None: the connection's.
    """

    name: TableRef
    tables: tuple[SemanticTable, ...]
    relationships: tuple[SemanticRelationship, ...] = ()
    facts: tuple[SemanticExpression, ...] = ()
    dimensions: tuple[SemanticExpression, ...] = ()
    metrics: tuple[SemanticExpression, ...] = ()
    comment: str | None = None
    role: str | None = None


Declaration: TypeAlias = Stage | ExternalTable | View | DynamicTable | SemanticView


@dataclass(frozen=True)
class ObjectResult:
    """What came of a declaration.

    Args:
        action: Which of the three it was.
        statements: The SQL that was run, in order, without secrets.
        facts: What is known of the object now, such as `{"files": 12, "bytes": 40960}`; for metadata.
    """

    action: Action
    statements: tuple[str, ...]
    facts: Mapping[str, str | int] = field(default_factory=dict)
