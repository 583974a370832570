"""Expressions of external tables, from Snowflake's SQL to DuckDB's.

What belongs here: the row that an expression reads, paths into it, and casts as they are written. What does not: functions
and operators (`functions.py`), conversions of values (`casts.py`), and whole queries (`queries.py`).

sqlglot reads the expression. What it becomes is decided here, function by function, and not left to sqlglot's generator,
which for example makes the text `"x"` with its quotes out of `value:a::varchar`. What is not known is refused: an
expression that nobody vouches for would be another value on a laptop than in production.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from dagster_open_platform.lib.warehouse.duckdb import casts
from dagster_open_platform.lib.warehouse.duckdb.casts import Kind, Value, as_text, cast
from dagster_open_platform.lib.warehouse.duckdb.functions import HANDLERS
from dagster_open_platform.lib.warehouse.duckdb.queries import plain_text
from dagster_open_platform.lib.warehouse.duckdb.sql import literal
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration

FILENAME = "metadata$filename"


@dataclass(frozen=True)
class Row:
    """What `value` and `metadata$filename` stand for in one reader.

    Args:
        filename: SQL of the file's path in its bucket.
        document: SQL of the row as JSON, where the reader gives documents.
        columns: Name to type of the row's columns, in DuckDB's words, where the reader gives columns. Letter case
            distinguishes the keys of a variant, so it does here.
    """

    filename: str
    document: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


def translate(expression: str, row: Row) -> Value:
    """Translate one expression.

    Args:
        expression: In Snowflake's SQL.
        row: What it is about.

    Raises:
        InvalidDeclaration: It cannot be read, or holds something that has no counterpart here; names the part.
    """
    return _Translator(expression, row).value(parsed(expression))


def reads_the_row(expression: str) -> bool:
    """Tell whether an expression reads `value`, and so more than the file's path.

    Raises:
        InvalidDeclaration: It cannot be read.
    """
    return any(column.name.lower() != FILENAME for column in parsed(expression).find_all(exp.Column))


def parsed(expression: str) -> exp.Expr:
    """Parse one expression of Snowflake's.

    Raises:
        InvalidDeclaration: It cannot be read, or is more than one.
    """
    try:
        found = sqlglot.parse(expression, read="snowflake")
    except (ParseError, TokenError) as error:
        raise InvalidDeclaration(
            f"{expression!r} is not an expression of Snowflake's: {plain_text(error)}."
        ) from None
    if len(found) != 1 or found[0] is None or isinstance(found[0], exp.Query | exp.Command):
        raise InvalidDeclaration(f"{expression!r} is not one expression.")
    return found[0]


class _Translator:
    """Goes through one expression; a method for each shape that a node can have."""

    def __init__(self, expression: str, row: Row) -> None:
        self._expression = expression
        self._row = row

    def value(self, node: exp.Expr) -> Value:
        """Translate a node.

        Raises:
            InvalidDeclaration: It has no counterpart.
        """
        kind = type(node)
        if kind is exp.Paren:
            return self.value(node.this)
        if kind is exp.Column:
            return self._column(node)
        if kind in _PATHS:
            return self._path(node)
        if kind in _CASTS:
            return self._conversion(node)
        if kind is exp.Anonymous:
            return self._named_conversion(node)
        if kind in HANDLERS:
            return HANDLERS[kind](self, node)
        raise self.refused(node)

    def text(self, node: exp.Expr) -> str:
        """Translate a node whose text is wanted; numbers that say a place stay numbers."""
        value = self.value(node)
        return value.sql if value.kind in (Kind.NUMBER, Kind.NULL) else as_text(value)

    def refused(self, node: exp.Expr, reason: str = "has no translation for DuckDB") -> InvalidDeclaration:
        """The error for a part of the expression."""
        return InvalidDeclaration(
            f"{node.sql('snowflake')} in the expression {self._expression!r} {reason}. Expressions of external tables may"
            " use paths into value, metadata$filename, casts, CASE, comparisons, arithmetic, COALESCE, NULLIF, and the"
            " usual functions of text, dates and numbers."
        )

    def _column(self, node: exp.Expr) -> Value:
        if node.name.lower() == FILENAME:
            return Value(self._row.filename, Kind.TEXT)
        if node.name.lower() == "value":
            return self._whole()
        raise self.refused(node, "is neither value nor metadata$filename")

    def _whole(self) -> Value:
        if self._row.document is not None:
            return casts.variant(self._row.document)
        pairs = ", ".join(f"{literal(name)}, {_quoted(name)}" for name in self._row.columns)
        return casts.variant(f"json_object({pairs})" if pairs else "CAST(NULL AS JSON)")

    def _path(self, node: exp.Expr) -> Value:
        """Translate `value:a.b[0]`, and the other ways to write it."""
        steps: list[str | int] = []
        while True:
            if isinstance(node, exp.JSONExtract) and isinstance(node.expression, exp.JSONPath):
                steps = [*self._steps(node), *steps]
            elif isinstance(node, exp.Bracket) and len(node.expressions) == 1:
                steps.insert(0, self._step(node, node.expressions[0]))
            elif isinstance(node, exp.GetExtract):
                steps.insert(0, self._step(node, node.expression))
            elif not isinstance(node, exp.Paren):
                break
            node = node.this
        if isinstance(node, exp.Column) and node.name.lower() == "value" and self._row.document is None:
            return self._of_columns(steps)
        return _inside(cast(self.value(node), casts.VARIANT), steps)

    def _of_columns(self, steps: list[str | int]) -> Value:
        name, *deeper = steps
        if name not in self._row.columns:
            return Value("NULL", Kind.NULL)
        kind = casts.kind_of(self._row.columns[str(name)])
        column = _quoted(str(name))
        if kind is Kind.VARIANT or deeper:
            return _inside(casts.variant(f"to_json({column})"), deeper)
        return Value(column, kind)

    def _steps(self, node: exp.JSONExtract) -> list[str | int]:
        steps: list[str | int] = []
        for part in node.expression.expressions:
            if isinstance(part, exp.JSONPathKey | exp.JSONPathSubscript) and isinstance(part.this, str | int):
                steps.append(part.this)
            elif not isinstance(part, exp.JSONPathRoot):
                raise self.refused(node)
        return steps

    def _step(self, node: exp.Expr, step: exp.Expr) -> str | int:
        if not isinstance(step, exp.Literal):
            raise self.refused(
                node, "has a step that is not written out, which has no translation for DuckDB"
            )
        return step.name if step.is_string else int(step.name)

    def _conversion(self, node: exp.Expr) -> Value:
        """Translate a cast, in any of the ways to write it."""
        safe = isinstance(node, exp.TryCast) or bool(node.args.get("safe"))
        if isinstance(node, exp.Cast):
            target: casts.Target | None = casts.target_of(node.to)
        elif isinstance(node, exp.ToNumber):
            target = casts.number(int(node.args["precision"].name), int(node.args["scale"].name))
        else:
            target = _CASTS[type(node)]
        if target is None:
            raise self.refused(node)
        if pattern := node.args.get("format"):
            return self._of_format(node, pattern, target, safe)
        return self._cast(node, self.value(node.this), target, safe)

    def _cast(self, node: exp.Expr, value: Value, target: casts.Target, safe: bool) -> Value:
        try:
            return cast(value, target, safe)
        except InvalidDeclaration as error:
            raise self.refused(node, f"contradicts the files: {error.description}") from None

    def _of_format(self, node: exp.Expr, pattern: exp.Expr, target: casts.Target, safe: bool) -> Value:
        """Translate text of a format that is given, which sqlglot has turned into that of `strptime`."""
        if target.kind not in (Kind.DATE, Kind.NAIVE) or not pattern.is_string:
            raise self.refused(node)
        word = "try_strptime" if safe else "strptime"
        parsed_time = f"{word}({self.text(node.this)}, {literal(pattern.name)})"
        return cast(Value(parsed_time, Kind.NAIVE), target)

    def _named_conversion(self, node: exp.Expr) -> Value:
        """Translate a function that sqlglot does not know: the conversions to times."""
        name = node.name.upper()
        target = _NAMED_CONVERSIONS.get(name.removeprefix("TRY_"))
        if target is None or len(node.expressions) != 1:
            raise self.refused(node)
        return self._cast(node, self.value(node.expressions[0]), target, name.startswith("TRY_"))


_ANY = "*"
"""In a path of DuckDB it stands for all keys, quoted or not; only a JSON pointer means the key itself."""


def _inside(value: Value, steps: list[str | int]) -> Value:
    """Go down into a variant."""
    if not steps:
        return value
    if _ANY in steps:
        place = steps.index(_ANY)
        return _inside(_at(_inside(value, steps[:place]), f"/{_ANY}"), steps[place + 1 :])
    return _at(
        value, "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{_key(step)}" for step in steps)
    )


def _at(value: Value, where: str) -> Value:
    path = literal(where)
    return Value(
        f"json_extract({value.sql}, {path})",
        Kind.VARIANT,
        f"json_extract_string({value.sql}, {path})",
        f"json_type({value.sql}, {path})",
    )


def _key(name: str) -> str:
    if '"' in name or not name:
        raise InvalidDeclaration(
            f"The key {name!r} cannot be reached in DuckDB, whose paths have no way to write it."
        )
    return f'"{name}"'


def _quoted(name: str) -> str:
    """Quote a column of a file, whose name may be anything."""
    return '"' + name.replace('"', '""') + '"'


_PATHS = (exp.JSONExtract, exp.Bracket, exp.GetExtract)

_CASTS: Mapping[type[exp.Expr], casts.Target | None] = {
    exp.Cast: None,  # each names its own
    exp.TryCast: None,
    exp.ToNumber: None,
    exp.ToChar: casts.TEXT,
    exp.ToBoolean: casts.BOOLEAN,
    exp.ToDouble: casts.FLOAT,
    exp.ToVariant: casts.VARIANT,
    exp.TsOrDsToDate: casts.DATE,
    exp.TsOrDsToTime: casts.TIME,
    exp.StrToTime: casts.NAIVE,
}
_NAMED_CONVERSIONS: Mapping[str, casts.Target] = {
    "TO_TIMESTAMP": casts.NAIVE,
    "TO_TIMESTAMP_NTZ": casts.NAIVE,
    "TO_TIMESTAMP_LTZ": casts.INSTANT,
    "TO_TIMESTAMP_TZ": casts.INSTANT,
}
"""Functions that sqlglot has no node for."""
