"""Functions and operators of Snowflake's SQL in DuckDB's.

What belongs here: one handler for each kind of node that sqlglot makes of them. What does not: paths into the row and
casts (`expressions.py`). Each function is documented at https://docs.snowflake.com/en/sql-reference/functions/<name>; a
comment says where the two engines part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from sqlglot import exp

from dagster_open_platform.lib.warehouse.duckdb import casts
from dagster_open_platform.lib.warehouse.duckdb.casts import Kind, Value, as_text, cast
from dagster_open_platform.lib.warehouse.duckdb.sql import literal
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration


class Translating(Protocol):
    """What a handler may ask about the parts of its node."""

    def value(self, node: exp.Expr) -> Value:
        """Translate a part."""
        ...

    def text(self, node: exp.Expr) -> str:
        """Translate a part whose text is wanted; numbers that say a place stay numbers."""
        ...

    def refused(self, node: exp.Expr, reason: str = ...) -> InvalidDeclaration:
        """The error for a part that has no counterpart."""
        ...


Handler: TypeAlias = Callable[[Translating, exp.Expr], Value]


def _constant(_: Translating, node: exp.Expr) -> Value:
    if isinstance(node, exp.Null):
        return Value("NULL", Kind.NULL)
    if isinstance(node, exp.Boolean):
        return Value("true" if node.this else "false", Kind.BOOLEAN)
    if node.is_string:
        return Value(literal(node.name), Kind.TEXT)
    return Value(node.name, Kind.FLOAT if "e" in node.name.lower() else Kind.NUMBER)


def _choice(to: Translating, node: exp.Expr) -> Value:
    """CASE and IFF."""
    if isinstance(node, exp.Case):
        if node.this is not None:
            raise to.refused(node, "compares, which has no translation for DuckDB; write CASE WHEN ... =")
        arms, default = node.args["ifs"], node.args.get("default")
    else:
        arms, default = [node], node.args.get("false")
    results = [to.value(arm.args["true"]) for arm in arms]
    results = _alike([*results, to.value(default) if default is not None else Value("NULL", Kind.NULL)])
    tests = [to.value(arm.this).sql for arm in arms]
    whens = " ".join(
        f"WHEN {test} THEN {result.sql}" for test, result in zip(tests, results[:-1], strict=True)
    )
    return _same(f"(CASE {whens} ELSE {results[-1].sql} END)", results)


def _first(to: Translating, node: exp.Expr) -> Value:
    """COALESCE and its kin. A JSON null is a value, on Snowflake as here."""
    values = _alike([to.value(part) for part in [node.this, *node.expressions]])
    return _same(f"coalesce({', '.join(value.sql for value in values)})", values)


def _unless(to: Translating, node: exp.Expr) -> Value:
    """NULLIF."""
    values = _alike([to.value(node.this), to.value(node.expression)])
    return _same(f"nullif({values[0].sql}, {values[1].sql})", values)


def _is_null(to: Translating, node: exp.Expr) -> Value:
    """IS NULL and IS_NULL_VALUE, of which only the second is true of a JSON null."""
    value = to.value(node.this)
    if isinstance(node, exp.IsNullValue):
        return Value(f"({cast(value, casts.VARIANT).type} = 'NULL')", Kind.BOOLEAN)
    if not isinstance(node.expression, exp.Null):
        raise to.refused(node)
    return Value(f"({value.sql} IS NULL)", Kind.BOOLEAN)


def _membership(to: Translating, node: exp.Expr) -> Value:
    values = _alike([to.value(part) for part in [node.this, *node.expressions]])
    if len(values) < 2:
        raise to.refused(node)
    return Value(f"({values[0].sql} IN ({', '.join(value.sql for value in values[1:])}))", Kind.BOOLEAN)


def _negation(to: Translating, node: exp.Expr) -> Value:
    value = to.value(node.this)
    if isinstance(node, exp.Not):
        return Value(f"(NOT {value.sql})", Kind.BOOLEAN)
    value = _number(to, node, value)
    return Value(f"(-{value.sql})", value.kind)


def _searched(to: Translating, node: exp.Expr) -> Value:
    """REGEXP_SUBSTR, which is null where nothing is found; DuckDB's function gives an empty text."""
    given = {name: node.args[name].name for name in node.args if isinstance(node.args[name], exp.Literal)}
    if any(given.get(name, "1") != "1" for name in ("position", "occurrence")):
        raise to.refused(
            node, "asks for another than the first occurrence, which has no translation for DuckDB"
        )
    flags = given.get("parameters", "c")
    if set(flags) - set("cei"):
        raise to.refused(node, f"has the parameters {flags!r}, of which c, e and i have a translation")
    group = given.get("group", "0")
    if (
        "e" in flags and group == "0"
    ):  # sqlglot notes a group that was not given as 0; with `e` it is the first
        group = "1"
    text, pattern = to.text(node.this), to.text(node.expression)
    options = ", 'i'" if "i" in flags else ""
    found = f"regexp_extract({text}, {pattern}, {group}{options})"
    return Value(f"(CASE WHEN regexp_matches({text}, {pattern}{options}) THEN {found} END)", Kind.TEXT)


def _part(to: Translating, node: exp.Expr) -> Value:
    """SPLIT_PART, whose part 0 is the first."""
    text, by, index = (to.text(node.args[name]) for name in ("this", "delimiter", "part_index"))
    return Value(f"split_part({text}, {by}, {'1' if index == '0' else index})", Kind.TEXT)


def _substring(to: Translating, node: exp.Expr) -> Value:
    """SUBSTR, whose place 0 is the first."""
    text, start = to.text(node.this), to.text(node.args["start"])
    length = f", {to.text(node.args['length'])}" if node.args.get("length") else ""
    return Value(f"substr({text}, {'1' if start == '0' else start}{length})", Kind.TEXT)


def _end(to: Translating, node: exp.Expr) -> Value:
    """LEFT and RIGHT, which give nothing for a negative length; DuckDB's leave that many out."""
    word = "left" if isinstance(node, exp.Left) else "right"
    return Value(f"{word}({to.text(node.this)}, greatest({to.text(node.expression)}, 0))", Kind.TEXT)


def _trimmed(to: Translating, node: exp.Expr) -> Value:
    words = {"LEADING": "ltrim", "TRAILING": "rtrim"}
    word = words.get(str(node.args.get("position") or "").upper(), "trim")
    letters = to.text(node.expression) if node.expression else "' '"
    return Value(f"{word}({to.text(node.this)}, {letters})", Kind.TEXT)


def _joined(to: Translating, node: exp.Expr) -> Value:
    """CONCAT and ||, both null as soon as a part is; DuckDB's function skips it."""
    parts = node.expressions if isinstance(node, exp.Concat) else [node.this, node.expression]
    return Value(f"({' || '.join(as_text(to.value(part)) for part in parts)})", Kind.TEXT)


def _document(to: Translating, node: exp.Expr) -> Value:
    """PARSE_JSON."""
    return casts.variant(f"CAST({to.text(node.this)} AS JSON)")


def _date_of_parts(to: Translating, node: exp.Expr) -> Value:
    """DATE_FROM_PARTS; parts that are out of range fail the query, where Snowflake carries them over."""
    parts = [_number(to, node, to.value(node.args[name])) for name in ("year", "month", "day")]
    whole = ", ".join(f"CAST({part.sql} AS BIGINT)" for part in parts)
    return Value(f"make_date({whole})", Kind.DATE)


def _truncated(to: Translating, node: exp.Expr) -> Value:
    """DATE_TRUNC, which keeps the type; DuckDB's makes a timestamp of some dates."""
    value = to.value(node.this)
    target = next((target for target in _PLAIN if target.kind is value.kind), None)
    if target is None or value.kind not in (Kind.DATE, Kind.NAIVE, Kind.INSTANT):
        raise to.refused(node, "truncates what is neither a date nor a time; cast it first")
    unit = literal(node.args["unit"].name.lower())
    return Value(f"CAST(date_trunc({unit}, {value.sql}) AS {target.name})", value.kind)


def _compared(word: str) -> Handler:
    def handler(to: Translating, node: exp.Expr) -> Value:
        left, right = _alike([to.value(node.this), to.value(node.expression)])
        return Value(f"({left.sql} {word} {right.sql})", Kind.BOOLEAN)

    return handler


def _calculated(word: str) -> Handler:
    def handler(to: Translating, node: exp.Expr) -> Value:
        left, right = (_number(to, node, to.value(part)) for part in (node.this, node.expression))
        inexact = word == "/" or Kind.FLOAT in (left.kind, right.kind)
        return Value(f"({left.sql} {word} {right.sql})", Kind.FLOAT if inexact else Kind.NUMBER)

    return handler


def _of_text(words: str, kind: Kind, *arguments: str) -> Handler:
    """A function whose arguments are texts, in DuckDB's words, `{0}` being the first."""

    def handler(to: Translating, node: exp.Expr) -> Value:
        return Value(words.format(*(to.text(node.args[name]) for name in ("this", *arguments))), kind)

    return handler


def _number(to: Translating, node: exp.Expr, value: Value) -> Value:
    if value.kind in (Kind.NUMBER, Kind.FLOAT, Kind.NULL):
        return value
    if value.kind in (Kind.VARIANT, Kind.TEXT):
        return cast(value, casts.FLOAT)
    raise to.refused(node, f"calculates with a {value.kind.value}, which Snowflake does not")


def _alike(values: list[Value]) -> list[Value]:
    """Give variants the kind of what they are compared or mixed with, as Snowflake does."""
    others = [value.kind for value in values if value.kind not in (Kind.VARIANT, Kind.NULL)]
    target = next((target for target in _PLAIN if others and target.kind is others[0]), None)
    return [cast(value, target) if target and value.kind is Kind.VARIANT else value for value in values]


def _same(sql: str, values: list[Value]) -> Value:
    """A value of the kind that the given ones have."""
    kind = next((value.kind for value in values if value.kind is not Kind.NULL), Kind.NULL)
    return casts.variant(sql) if kind is Kind.VARIANT else Value(sql, kind)


_PLAIN = (casts.TEXT, casts.FLOAT, casts.BOOLEAN, casts.DATE, casts.TIME, casts.NAIVE, casts.INSTANT)
"""What a variant becomes beside a value of a kind. Beside a whole number it stays a number with a fraction."""

HANDLERS: Mapping[type[exp.Expr], Handler] = {
    **dict.fromkeys((exp.Literal, exp.Null, exp.Boolean), _constant),
    **dict.fromkeys((exp.Case, exp.If), _choice),
    **dict.fromkeys((exp.Is, exp.IsNullValue), _is_null),
    **dict.fromkeys((exp.Not, exp.Neg), _negation),
    **dict.fromkeys((exp.Left, exp.Right), _end),
    **dict.fromkeys((exp.Concat, exp.DPipe), _joined),
    exp.Coalesce: _first,
    exp.Nullif: _unless,
    exp.In: _membership,
    exp.RegexpExtract: _searched,
    exp.SplitPart: _part,
    exp.Substring: _substring,
    exp.Trim: _trimmed,
    exp.ParseJSON: _document,
    exp.DateFromParts: _date_of_parts,
    exp.TimestampTrunc: _truncated,
    exp.DateTrunc: _truncated,
    exp.EQ: _compared("="),
    exp.NEQ: _compared("<>"),
    exp.GT: _compared(">"),
    exp.GTE: _compared(">="),
    exp.LT: _compared("<"),
    exp.LTE: _compared("<="),
    exp.And: _compared("AND"),
    exp.Or: _compared("OR"),
    exp.Add: _calculated("+"),
    exp.Sub: _calculated("-"),
    exp.Mul: _calculated("*"),
    exp.Div: _calculated("/"),
    exp.Upper: _of_text("upper({0})", Kind.TEXT),
    exp.Lower: _of_text("lower({0})", Kind.TEXT),
    exp.Length: _of_text("length({0})", Kind.NUMBER),
    exp.Replace: _of_text("replace({0}, {1}, {2})", Kind.TEXT, "expression", "replacement"),
    exp.StartsWith: _of_text("starts_with({0}, {1})", Kind.BOOLEAN, "expression"),
    exp.EndsWith: _of_text("ends_with({0}, {1})", Kind.BOOLEAN, "expression"),
    exp.Contains: _of_text("contains({0}, {1})", Kind.BOOLEAN, "expression"),
    exp.Like: _of_text("({0} LIKE {1})", Kind.BOOLEAN, "expression"),
    exp.ILike: _of_text("({0} ILIKE {1})", Kind.BOOLEAN, "expression"),
    exp.RegexpLike: _of_text("regexp_full_match({0}, {1})", Kind.BOOLEAN, "expression"),
}
"""Kind of node to what translates it."""
