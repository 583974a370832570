"""What is done about a declared object on Snowflake, by kind: create it, alter it, replace it, or refresh it.

What belongs here: these decisions. What does not: roles, errors and what stands under a name (`objects.py`), the SQL
(`object_sql.py`).

Besides the mark, these properties are compared with the declaration, so that a change of one by hand is noticed: of a
stage its URL, storage integration and directory; of an external table the names of its columns, whether it is valid, and
whether its stage was made after it; of a view whether it is secure, and its query; of a dynamic table its query, target lag,
warehouse and refresh mode. Others, such as the pattern of an external table or anything of a semantic view, are not.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagster_open_platform.lib.warehouse.declarations import kind_of
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration, MissingObject
from dagster_open_platform.lib.warehouse.fingerprint import fingerprint
from dagster_open_platform.lib.warehouse.marks import Mark, marked
from dagster_open_platform.lib.warehouse.objects import (
    Declaration,
    DynamicTable,
    ExternalTable,
    SemanticView,
    Stage,
    View,
)
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.warehouse.snowflake import object_sql
from dagster_open_platform.lib.warehouse.snowflake.errors import is_missing

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True)
class Standing:
    """What stands under a name.

    Args:
        kind: For example `external table`; None: nothing.
        mark: That it carries.
        owner: Role that owns it.
        shown: What SHOW tells of it, by column.
    """

    kind: str | None
    mark: Mark | None = None
    owner: str | None = None
    shown: Mapping[str, Any] = field(default_factory=dict)


class Changes:
    """Makes objects, one kind a method; each returns whether an object that was there has been altered.

    Args:
        do: Runs a statement and notes it.
        ask: Runs a query; gives rows by column, in lower case. Binds values.
    """

    def __init__(self, do: Callable[[str], None], ask: Callable[..., list[dict[str, Any]]]) -> None:
        self._do = do
        self._ask = ask

    def stage(self, stage: Stage, found: Standing) -> bool:
        """Create, alter or refresh a stage.

        Raises:
            InvalidDeclaration: It has a storage integration, and none is declared.
        """
        mark, comment = _marked(stage)
        if found.kind is None:
            self._do(object_sql.create_stage(stage, comment))
            return False
        integration = found.shown.get("storage_integration") or None
        has_directory = str(found.shown.get("directory_enabled", "N")).upper() in ("Y", "TRUE")
        if integration is not None and stage.storage_integration is None:
            raise InvalidDeclaration(
                f"The stage {stage.name} has the storage integration {integration} and is declared without one, which"
                " Snowflake cannot take off a stage. Nothing was changed. Declare it, or drop the stage; external tables"
                " over it have to be made anew then."
            )
        same = (
            found.mark == mark
            and _bare(found.shown.get("url")) == _bare(stage.url)
            and (integration or "").upper() == (stage.storage_integration or "").upper()
            and has_directory == stage.directory
        )
        if not same:
            if has_directory != stage.directory:
                self._do(object_sql.alter_directory(stage))
            self._do(object_sql.alter_stage(stage, comment))
        if stage.directory:
            self._do(object_sql.refresh_stage(stage.name))
        return not same

    def external_table(self, table: ExternalTable, found: Standing) -> bool:
        """Create, replace or refresh an external table.

        Raises:
            MissingObject: Its stage is not there.
        """
        stage = self._stage_of(table)
        mark, comment = _marked(table, _bare(stage.get("url")))
        if found.kind is None:
            self._do(object_sql.create_external_table(table, comment, replace=False))
            return False
        is_linked = not _truth(found.shown.get("invalid")) and not (
            stage.get("created_on")
            and found.shown.get("created_on")
            and stage["created_on"] > found.shown["created_on"]
        )
        if found.mark == mark and is_linked and self._columns(table.name) == _columns(table):
            self._do(object_sql.refresh_external_table(table.name))
            return False
        self._do(object_sql.create_external_table(table, comment, replace=True))
        if not table.refresh_on_create:
            self._do(object_sql.refresh_external_table(table.name))
        return True

    def view(self, view: View, found: Standing) -> bool:
        """Create, replace or check a view, which has nothing to refresh.

        One whose query does not fit its columns any more, because tables below it have changed, is made anew.
        """
        from snowflake.connector.errors import ProgrammingError

        mark, comment = _marked(view)
        if found.kind is None:
            self._do(object_sql.create_view(view, comment, replace=False))
            return False
        is_secure = _truth(found.shown.get("is_secure"))
        same = found.mark == mark and is_secure == view.secure and _has_query(found, view.query)
        if not same:
            self._do(object_sql.create_view(view, comment, replace=True))
            return True
        try:
            self._do(object_sql.no_rows(view.name))
        except ProgrammingError:
            self._do(object_sql.create_view(view, comment, replace=True))
        return False

    def dynamic_table(self, table: DynamicTable, found: Standing) -> bool:
        """Create, alter, replace or refresh a dynamic table. What keeps its rows is altered in place."""
        mark, comment = _marked(table)
        warehouse = table.warehouse or self._warehouse(table.name)
        if found.kind is None:
            self._do(object_sql.create_dynamic_table(table, warehouse, comment, replace=False))
            return False
        # AUTO is answered with what Snowflake chose.
        mode = str(found.shown.get("refresh_mode", "")).upper()
        keeps_rows = _has_query(found, table.query) and table.refresh_mode.upper() in ("AUTO", mode)
        same = (
            found.mark == mark
            and _seconds(str(found.shown.get("target_lag", ""))) == _seconds(table.target_lag)
            and (
                table.warehouse is None
                or str(found.shown.get("warehouse")).upper() == table.warehouse.upper()
            )
        )
        if not keeps_rows:
            self._do(object_sql.create_dynamic_table(table, warehouse, comment, replace=True))
            return True
        if not same:
            self._do(object_sql.alter_dynamic_table(table, warehouse, comment))
        self._do(object_sql.refresh_dynamic_table(table.name))
        return not same

    def semantic_view(self, view: SemanticView, found: Standing) -> bool:
        """Create or replace a semantic view, which has nothing to refresh; check that each metric compiles."""
        mark, comment = _marked(view)
        changed = found.mark != mark
        if found.kind is None or changed:
            self._do(object_sql.create_semantic_view(view, comment, replace=found.kind is not None))
        for metric in view.metrics:
            self._do(object_sql.query_metric(view, metric))
        return found.kind is not None and changed

    def facts(self, declaration: Declaration) -> dict[str, int]:
        """What is known of an object that has just been made."""
        match declaration:
            case ExternalTable():
                return _sizes(self._ask(object_sql.external_table_size(declaration.name)))
            case Stage() if declaration.directory:
                return _sizes(self._ask(object_sql.directory_size(declaration.name)))
            case DynamicTable():
                rows = self._ask(object_sql.show("dynamic table", declaration.name))
                names = {str(row["name"]).upper(): row for row in rows}
                return {"rows": int(names[declaration.name.name.upper()]["rows"] or 0)}
            case SemanticView():
                return {
                    "tables": len(declaration.tables),
                    "facts": len(declaration.facts),
                    "dimensions": len(declaration.dimensions),
                    "metrics": len(declaration.metrics),
                }
        return {}

    def _stage_of(self, table: ExternalTable) -> dict[str, Any]:
        from snowflake.connector.errors import Error

        try:
            rows = self._ask(object_sql.show("stage", table.stage))
        except Error as error:
            if not is_missing(error):
                raise
            rows = []
        for row in rows:
            if str(row["name"]).upper() == table.stage.name.upper():
                return row
        raise MissingObject(
            f"There is no stage {table.stage}, in which the external table {table.name} has its files, or the role must not"
            " see it. Nothing was changed. Materialize the asset of the stage first, or correct the name."
        )

    def _columns(self, name: TableRef) -> list[str]:
        described = self._ask(object_sql.describe_external_table(name))
        return [str(row["name"]).lower() for row in described if str(row["name"]).lower() != "value"]

    def _warehouse(self, name: TableRef) -> str:
        row = self._ask(object_sql.CURRENT_WAREHOUSE)[0]
        found = next(iter(row.values()))
        if not found:
            raise MissingObject(
                f"No virtual warehouse is there to refresh the dynamic table {name}. Declare `warehouse`, or set"
                " SNOWFLAKE_WAREHOUSE. Nothing was changed."
            )
        return str(found)


def _marked(declaration: Declaration, *context: str) -> tuple[Mark, str]:
    """The mark of a declaration, and its comment with that."""
    mark = Mark(kind_of(declaration), fingerprint(declaration, *context))
    return mark, marked(declaration.comment, mark)


def _columns(table: ExternalTable) -> list[str]:
    return [column.name.lower() for column in table.columns]


def _bare(url: Any) -> str:
    return str(url or "").rstrip("/")


def _truth(shown: Any) -> bool:
    """SHOW says true, `true` or `Y`, depending on the column and the client."""
    return str(shown).lower() in ("true", "y", "yes")


def _has_query(found: Standing, declared: str) -> bool:
    """Whether the text that an object was made with holds a query; line breaks and blanks say nothing.

    SHOW gives the statement as it was sent, so the query stands in it. Where it gives none, the mark decides.
    """
    text = found.shown.get("text")
    return not text or "".join(object_sql.query(declared).split()) in "".join(str(text).split())


def _seconds(lag: str) -> int | None:
    """A target lag in seconds; None: DOWNSTREAM."""
    match = re.fullmatch(r"(\d+) (\w+?)s?", lag.strip().lower())
    return int(match[1]) * _SECONDS.get(match[2], 0) if match else None


def _sizes(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    files, size = rows[0].values()
    return {"files": int(files), "bytes": int(size)}
