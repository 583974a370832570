"""Expressions of fields and metrics: which dialect is taken, and what an expression may be made of.

What belongs here: one expression by itself. What does not: what its names stand for (`fields.py`, `metrics.py`).
"""

from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from dagster_open_platform.lib.osi.files import OsiFile, Place
from dagster_open_platform.lib.osi.model import DIALECTS, Expression
from dagster_open_platform.lib.yaml_errors import suggestion

# Best first, and how each is read; nothing translates the others.
_READ_AS: dict[str, str | None] = {"SNOWFLAKE": "snowflake", "ANSI_SQL": None}

_REFUSED: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], str], ...] = (
    (exp.Query, "a query"),
    (exp.Window, "a window function"),
    ((exp.Placeholder, exp.Parameter, exp.SessionParameter), "a placeholder"),
    (exp.Alias, "a name for the result"),
)

_AROUND_AGGREGATES = (exp.WithinGroup, exp.Filter, exp.IgnoreNulls, exp.RespectNulls)


def parsed(file: OsiFile, place: Place, expression: Expression) -> exp.Expr:
    """Read an expression: Snowflake's if there is one, otherwise the standard's.

    Args:
        file: Where it stands.
        place: Of the field or metric that has it.
        expression: In one dialect or several.

    Returns:
        A tree of its own, which `snowflake_sql` makes text of. Its columns are `name` or `dataset.name`, unquoted.

    Raises:
        InvalidOsi: A dialect is unknown or there twice, or the text is not one expression.
        UntranslatableOsi: Only other dialects are there, or the expression has something that a semantic view cannot have.
    """
    here = (*place, "expression", "dialects")
    given: dict[str, int] = {}
    for index, each in enumerate(expression.dialects):
        if each.dialect not in DIALECTS:
            problem = f"found {each.dialect!r}, which is no dialect.{suggestion(each.dialect, DIALECTS)}"
            raise file.invalid((*here, index, "dialect"), problem)
        if each.dialect in given:
            raise file.invalid((*here, index, "dialect"), f"{each.dialect} is there twice.")
        given[each.dialect] = index
    for dialect, read_as in _READ_AS.items():
        if dialect in given:
            text = expression.dialects[given[dialect]].expression
            return _tree(file, (*here, given[dialect], "expression"), text, read_as)
    raise file.untranslatable(
        here, f"found only {', '.join(given)}; a semantic view needs {' or '.join(_READ_AS)}."
    )


def _tree(file: OsiFile, place: Place, text: str, read_as: str | None) -> exp.Expr:
    try:
        # As the only thing of a SELECT: whatever is more than an expression shows as another part of that.
        statements = sqlglot.parse(f"SELECT {text}", read=read_as)
    except SqlglotError as error:
        details = error.errors if isinstance(error, ParseError) else []
        problem = details[0]["description"] if details else str(error).partition("\n")[0]
        raise file.invalid(place, f"{text!r} is not SQL: {problem}.") from None
    select = statements[0]
    parts = [name for name, value in select.args.items() if value] if select else []
    if len(statements) != 1 or select is None or parts != ["expressions"] or len(select.expressions) != 1:
        raise file.invalid(place, f"{text!r} is not one expression.")
    tree = select.expressions[0].pop()
    for kind, what in _REFUSED:
        if tree.find(*kind) if isinstance(kind, tuple) else tree.find(kind):
            raise file.untranslatable(place, f"{text!r} has {what}, which an expression here cannot have.")
    for star in tree.find_all(exp.Star):
        if not isinstance(star.parent, exp.Count):
            raise file.untranslatable(place, f"{text!r} has a star, which only COUNT(*) can have.")
    for column in tree.find_all(exp.Column):
        _check_column(file, place, column)
    return tree


def _check_column(file: OsiFile, place: Place, column: exp.Column) -> None:
    if column.args.get("db"):
        raise file.invalid(place, f"{column.sql()!r} has too many parts; expected dataset.field.")
    for part in column.parts:
        if part.args.get("quoted"):
            problem = f"{part.sql()} is quoted, which makes its case count; the platform's names have none."
            raise file.untranslatable(place, problem)


def aggregates(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The aggregates of an expression as they stand in it, each with what belongs to it (`WITHIN GROUP`)."""
    for found in tree.find_all(exp.AggFunc, bfs=False):
        while isinstance(found.parent, _AROUND_AGGREGATES):
            found = found.parent
        yield found


def is_inside(node: exp.Expr, outer: exp.Expr) -> bool:
    """Whether a node is a part of another one, or is it."""
    current: exp.Expr | None = node
    while current is not None and current is not outer:
        current = current.parent
    return current is outer


def snowflake_sql(tree: exp.Expr) -> str:
    """The expression in Snowflake's SQL, without comments."""
    return tree.sql(dialect="snowflake", comments=False)
