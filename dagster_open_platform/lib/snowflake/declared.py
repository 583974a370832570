"""From the fields of YAML to the declaration of an object.

What belongs here: which options each type of object has, and errors that say which is wrong. What does not: the fields
themselves (``fields.py``), the asset (``component.py``), and what only an engine can tell (``lib/warehouse``).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_open_platform.lib.snowflake.fields import NAME, ColumnYaml, OptionsYaml
from dagster_open_platform.lib.warehouse.declarations import (
    FORMATS,
    REFRESH_MODES,
    check,
    lag_problem,
    pattern_problem,
)
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration, InvalidIdentifier
from dagster_open_platform.lib.warehouse.objects import (
    Declaration,
    DeclaredColumn,
    DynamicTable,
    ExternalTable,
    FileFormat,
    SemanticView,
    Stage,
    View,
)
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.yaml_errors import InvalidYaml, suggestion
from dagster_open_platform.utils.environment_helpers import get_database_for_environment

Invalid = Callable[[Sequence[str | int], str], InvalidYaml]
"""Makes the error for a field: its path below ``attributes``, and the problem."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "stage": ("url",),
    "external table": ("location", "file_format"),
    "view": ("query",),
    "dynamic table": ("query", "target_lag"),
    "semantic view": ("osi",),
}
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "stage": ("comment", "storage_integration", "directory", "file_format"),
    "external table": ("comment", "pattern", "auto_refresh", "refresh_on_create"),
    "view": ("comment", "secure"),
    "dynamic table": ("comment", "warehouse", "refresh_mode"),
    "semantic view": (),
}
_LOCATION = re.compile(r"@?(?P<stage>[^/@]+)(?:/(?P<path>.*))?", re.DOTALL)


@dataclass(frozen=True)
class Fields:
    """What YAML says of one object.

    Args:
        type: For example `external table`.
        name: Of the object.
        role: That shall own it, or None.
        columns: Of an external table.
        partition_by: Of an external table.
        options: By type.
        given: Names of those that are there.
        folder: Of the YAML file.
        invalid: Makes errors.
    """

    type: str
    name: TableRef
    role: str | None
    columns: Sequence[ColumnYaml]
    partition_by: Sequence[str]
    options: OptionsYaml
    given: Sequence[str]
    folder: Path
    invalid: Invalid

    def declaration(self) -> Declaration:
        """The declaration.

        Raises:
            InvalidYaml: An option is missing, is of another type of object, or is wrong.
            InvalidOsi, UntranslatableOsi: The file that defines a semantic view is wrong.
        """
        self._check_options()
        makers: Mapping[str, Callable[[], Declaration]] = {
            "stage": self._stage,
            "external table": self._external_table,
            "view": self._view,
            "dynamic table": self._dynamic_table,
            "semantic view": self._semantic_view,
        }
        declaration = makers[self.type]()
        try:
            check(declaration)
        except (InvalidDeclaration, InvalidIdentifier) as error:
            raise self.invalid(["options"], str(error.description)) from None
        return declaration

    @property
    def _kind(self) -> str:
        return f"{'an' if self.type[0] in 'aeiou' else 'a'} {self.type}"

    def _check_options(self) -> None:
        """Refuse what the type does not have, and miss what it needs."""
        required, valid = REQUIRED[self.type], {*REQUIRED[self.type], *OPTIONAL[self.type]}
        for option in sorted({*self.given} - valid):
            raise self.invalid(
                ["options", option], f"means nothing for {self._kind}.{suggestion(option, valid)}"
            )
        for option in required:
            if getattr(self.options, option) in (None, ""):
                raise self.invalid(["options", option], f"required for {self._kind}, but missing.")
        for field in ("columns", "partition_by"):
            if getattr(self, field) and self.type != "external table":
                raise self.invalid(
                    [field], f"means nothing for {self._kind}; only an external table has any."
                )

    def _stage(self) -> Stage:
        options = self.options
        if not re.match(r"[a-z0-9]+://[^/]+(/|\Z)|/", options.url or ""):
            raise self.invalid(
                ["options", "url"],
                f"found {options.url!r}; expected s3://bucket/prefix/ or an absolute directory.",
            )
        return Stage(
            name=self.name,
            url=str(options.url),
            storage_integration=options.storage_integration,
            directory=options.directory,
            file_format=self._format(),
            comment=options.comment,
            role=self.role,
        )

    def _external_table(self) -> ExternalTable:
        options, stage = self.options, self._location()
        known = [column.name.lower() for column in self.columns]
        for index, name in enumerate(self.partition_by):
            if name.lower() not in known:
                raise self.invalid(
                    ["partition_by", index], f"found {name!r}, which is no column.{suggestion(name, known)}"
                )
        for index, column in enumerate(self.columns):
            if column.name.lower() in known[:index]:
                raise self.invalid(["columns", index, "name"], f"the column {column.name!r} is there twice.")
        if options.pattern is not None and (problem := pattern_problem(options.pattern)):
            raise self.invalid(["options", "pattern"], f"{problem}.")
        file_format = self._format()
        assert file_format is not None
        return ExternalTable(
            name=self.name,
            stage=stage[0],
            path=stage[1],
            file_format=file_format,
            columns=tuple(
                DeclaredColumn(column.name, column.type, column.expression) for column in self.columns
            ),
            partition_by=tuple(self.partition_by),
            pattern=options.pattern,
            auto_refresh=options.auto_refresh,
            refresh_on_create=options.refresh_on_create,
            comment=options.comment,
            role=self.role,
        )

    def _location(self) -> tuple[TableRef, str]:
        """The stage of an external table, and the path below it."""
        found = _LOCATION.fullmatch(self.options.location or "")
        parts = found["stage"].split(".") if found else []
        if found is None or len(parts) > 3 or not all(NAME.fullmatch(part) for part in parts):
            raise self.invalid(
                ["options", "location"],
                f"found {self.options.location!r}; expected @stage/path/ or @database.schema.stage/path/.",
            )
        database, schema, stage = [self.name.database, self.name.schema][: 3 - len(parts)] + parts
        return TableRef(database, schema, stage), found["path"] or ""

    def _format(self) -> FileFormat | None:
        given = self.options.file_format
        if given is None:
            return None
        kind = str(given["TYPE"]).upper()
        if kind not in FORMATS:
            names = [name.lower() for name in FORMATS]
            raise self.invalid(
                ["options", "file_format", "type"],
                f"found {given['TYPE']!r}.{suggestion(str(given['TYPE']).lower(), names)}",
            )
        return FileFormat(kind, {name: value for name, value in given.items() if name != "TYPE"})

    def _view(self) -> View:
        options = self.options
        return View(self.name, str(options.query), options.secure, options.comment, self.role)

    def _dynamic_table(self) -> DynamicTable:
        options = self.options
        lag, mode = str(options.target_lag), (options.refresh_mode or "auto").upper()
        if problem := lag_problem(lag):
            raise self.invalid(["options", "target_lag"], f"{problem}.")
        if mode not in REFRESH_MODES:
            names = [name.lower() for name in REFRESH_MODES]
            raise self.invalid(
                ["options", "refresh_mode"],
                f"found {options.refresh_mode!r}.{suggestion(mode.lower(), names)}",
            )
        return DynamicTable(
            name=self.name,
            query=str(options.query),
            target_lag=lag,
            warehouse=options.warehouse,
            refresh_mode=mode,
            comment=options.comment,
            role=self.role,
        )

    def _semantic_view(self) -> SemanticView:
        from dagster_open_platform.lib.osi.translate import semantic_view

        return semantic_view(self.osi_file(), self.name, physical_table, self.role)

    def osi_file(self) -> Path:
        """The file that defines a semantic view.

        Raises:
            InvalidYaml: There is none.
        """
        file = self.folder / str(self.options.osi)
        if not file.is_file():
            beside = [path.name for path in self.folder.iterdir() if path.suffix in (".yaml", ".yml")]
            raise self.invalid(
                ["options", "osi"],
                f"there is no file {file}.{suggestion(str(self.options.osi), {*beside} - {'defs.yaml'})}",
            )
        return file


def physical_table(source: str) -> TableRef:
    """The physical table of a logical name `database.schema.table`.

    Raises:
        InvalidEnvironment: There is no such database.
        InvalidIdentifier: A part is no plain name.
    """
    database, schema, name = source.split(".")
    return TableRef(get_database_for_environment(database), schema, name)


def raw(value: Any) -> Any:
    """What YAML says, before templates: the same in every environment, as plain JSON."""
    if isinstance(value, Mapping):
        return {str(key): raw(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [raw(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
