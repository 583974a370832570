"""BigQuery's functions: which of them are served, and where DuckDB's need help to mean the same.

What belongs here: the list of functions whose translation was compared with Google's description, and the rewrites.
What does not: tables and parameters (`sql.py`).

A function that is not on the list is refused by name: one that DuckDB happens to have under the same name may differ
in what it returns, and nobody would notice. Descriptions:
https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-all
"""

from typing import TypeVar

from sqlglot import exp

from dagster_open_platform_local.services.bigquery.errors import invalid_query, not_implemented

_Node = TypeVar("_Node", bound=exp.Expr)

_SERVED: frozenset[type[exp.Expr]] = frozenset(
    {
        # aggregates
        exp.AnyValue, exp.ApproxDistinct, exp.ArrayAgg, exp.Avg, exp.Count, exp.CountIf, exp.GroupConcat, exp.Max,
        exp.Min, exp.Sum,
        # windows
        exp.DenseRank, exp.FirstValue, exp.Lag, exp.LastValue, exp.Lead, exp.Rank, exp.RowNumber,
        # conditions and types
        exp.Case, exp.Cast, exp.Coalesce, exp.If, exp.Nullif, exp.SafeDivide, exp.TryCast,
        # texts
        exp.Concat, exp.EndsWith, exp.Length, exp.Lower, exp.RegexpExtract, exp.RegexpLike, exp.RegexpReplace,
        exp.Replace, exp.Split, exp.StartsWith, exp.Substring, exp.Trim, exp.Upper,
        # numbers
        exp.Abs, exp.Ceil, exp.Floor, exp.Round,
        # times
        exp.CurrentDate, exp.CurrentTimestamp, exp.Date, exp.DateAdd, exp.DateDiff, exp.DateFromParts, exp.DateSub,
        exp.DateTrunc, exp.Extract, exp.TimeToStr, exp.Timestamp, exp.TimestampAdd, exp.TimestampDiff, exp.TimestampSub,
        exp.TimestampTrunc, exp.TsOrDsToDate, exp.TsOrDsToTimestamp, exp.UnixSeconds, exp.UnixToTime, exp.WeekStart,
        # arrays
        exp.Array, exp.ArraySize, exp.GenerateDateArray, exp.Struct, exp.Unnest,
    }
)  # fmt: skip
_SAME_TYPE = "bq_same_type"
MACROS = (
    # DuckDB's DATE_TRUNC and DATE + INTERVAL are timestamps; BigQuery's have the type of their argument.
    f"""CREATE MACRO {_SAME_TYPE}(argument DATE, outcome) AS CAST(outcome AS DATE),
        (argument TIMESTAMP, outcome) AS CAST(outcome AS TIMESTAMP),
        (argument TIMESTAMPTZ, outcome) AS CAST(outcome AS TIMESTAMPTZ)""",
)
"""DuckDB statements that the translated queries rely on."""

_EXTRACTED_ALIKE = frozenset(
    {"YEAR", "QUARTER", "MONTH", "DAY", "DAYOFYEAR", "HOUR", "MINUTE", "SECOND", "ISOYEAR"}
)


def check_functions(tree: exp.Expr) -> None:
    """Refuse what is not served.

    Raises:
        BigQueryError: `invalidQuery` for a function that sqlglot does not know, `notImplemented` for one that is not
            served.
    """
    if (safe := tree.find(exp.SafeFunc)) is not None:
        raise not_implemented(f"The SAFE. prefix ({safe.sql('bigquery')})")
    for kind in tree.find_all(exp.DataType):
        if kind.is_type("bigdecimal"):
            raise not_implemented("The type BIGNUMERIC")
    for function in tree.find_all(exp.Func):
        if isinstance(function, exp.Anonymous | exp.AnonymousAggFunc):
            raise invalid_query(f"Function not found: {function.name}")
        if not isinstance(function, exp.Connector) and type(function) not in _SERVED:
            raise not_implemented(f"Function {function.sql_name()}")


def _innermost_first(tree: exp.Expr, *kinds: type[_Node]) -> list[_Node]:
    """Nodes of a tree, inner ones before those around them: a rewrite copies what is inside."""
    return list(tree.find_all(*kinds))[::-1]


def rewrite_functions(tree: exp.Expr) -> None:
    """Change, in place, what DuckDB would answer differently."""
    for extracted in _innermost_first(tree, exp.Extract):
        _rewrite_extract(extracted)
    for pattern in _innermost_first(tree, exp.RegexpExtract):
        # Without a match BigQuery's is NULL and DuckDB's an empty text.
        matches = exp.RegexpLike(this=pattern.this.copy(), expression=pattern.expression.copy())
        pattern.replace(exp.Case(ifs=[exp.If(this=matches, true=pattern.copy())]))
    for counted in _innermost_first(tree, exp.CountIf):
        # DuckDB's is NULL, not 0, when the condition is NULL everywhere.
        branch = exp.If(this=counted.this.copy(), true=exp.Literal.number(1))
        counted.replace(exp.Count(this=exp.Case(ifs=[branch]), big_int=True))
    for moved in _innermost_first(tree, exp.DateTrunc, exp.DateAdd, exp.DateSub):
        moved.replace(exp.Anonymous(this=_SAME_TYPE, expressions=[moved.this.copy(), moved.copy()]))
    _rewrite_timestamps(tree)
    _rewrite_numbers(tree)


def _rewrite_timestamps(tree: exp.Expr) -> None:
    for difference in _innermost_first(tree, exp.TimestampDiff):
        # Whole units there; DuckDB's DATE_DIFF counts the boundaries between two moments, its DATE_SUB whole units.
        unit = exp.Literal.string(difference.text("unit").lower())
        operands = [unit, difference.expression.copy(), difference.this.copy()]
        difference.replace(exp.Anonymous(this="DATE_SUB", expressions=operands))
    for moment in _innermost_first(tree, exp.UnixToTime):
        moment.replace(exp.cast(moment.copy(), "timestamptz"))


def _rewrite_numbers(tree: exp.Expr) -> None:
    for kind in _innermost_first(tree, exp.DataType):
        # NUMERIC: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types
        if kind.is_type("decimal") and not kind.expressions:
            kind.replace(exp.DataType.build("DECIMAL(38, 9)"))
    for number in _innermost_first(tree, exp.Literal):
        # A number with a point is FLOAT64 there and DECIMAL here.
        if not number.is_string and not number.is_int:
            number.replace(exp.cast(number.copy(), "double"))


def _rewrite_extract(extract: exp.Extract) -> None:
    part = extract.name.upper()
    if part == "DATE":
        extract.replace(exp.cast(extract.expression.copy(), "date"))
    elif part == "ISOWEEK":
        extract.set("this", exp.var("WEEK"))
    elif part == "DAYOFWEEK":
        # Sunday is 1 there and 0 here.
        extract.replace(exp.paren(exp.Add(this=extract.copy(), expression=exp.Literal.number(1))))
    elif part not in _EXTRACTED_ALIKE:
        raise not_implemented(f"EXTRACT({part} ...)")
