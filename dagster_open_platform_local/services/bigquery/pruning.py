"""Which partitions a query needs, read off its WHERE clause.

What belongs here: conditions that compare the partition column, or its date, with something constant. What does not:
evaluating that constant (the engine does, with the query's parameters).

Conditions that are not understood keep every partition, which costs time and never a row: the query itself is not
changed. As in BigQuery, only conditions that stand alone or are joined by AND count.
See https://cloud.google.com/bigquery/docs/querying-partitioned-tables#use_a_constant_filter_expression.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlglot import exp

Evaluate = Callable[[exp.Expr, str], datetime | date | None]
"""Evaluates a constant expression as `TIMESTAMPTZ` or `DATE`; None when it is NULL."""

_MIRRORED = {exp.GT: exp.LT, exp.GTE: exp.LTE, exp.LT: exp.GT, exp.LTE: exp.GTE, exp.EQ: exp.EQ}


@dataclass(frozen=True)
class DayRange:
    """Days from `first` to `last`, both included."""

    first: date = date.min
    last: date = date.max

    def and_also(self, other: "DayRange") -> "DayRange":
        """The days in both."""
        return DayRange(max(self.first, other.first), min(self.last, other.last))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def needed_days(table: exp.Table, column: str, evaluate: Evaluate) -> DayRange:
    """The days of a table that can matter to a query.

    Args:
        table: The table where it stands in the query, in BigQuery's dialect.
        column: Name of the partition column.
        evaluate: See `Evaluate`.
    """
    select = table.find_ancestor(exp.Select)
    where = select.args.get("where") if select is not None else None
    if select is None or where is None or not isinstance(table.parent, exp.From | exp.Join):
        return DayRange()
    if isinstance(table.parent, exp.Join) and table.parent.side:
        # The condition of an outer join's WHERE sees rows that the table does not have.
        return DayRange()
    alone = not select.args.get("joins")
    found = DayRange()
    for condition in _conjuncts(where.this):
        for comparison, operand, constant in _comparisons(condition):
            kind = _partition_operand(operand, column, table.alias_or_name, alone)
            if kind is not None and _is_constant(constant):
                found = found.and_also(_days(comparison, kind, evaluate(constant, kind)))
    return found


def _conjuncts(condition: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(condition, exp.And):
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    elif isinstance(condition, exp.Paren):
        yield from _conjuncts(condition.this)
    else:
        yield condition


def _comparisons(condition: exp.Expr) -> Iterator[tuple[type[exp.Expr], exp.Expr, exp.Expr]]:
    """The comparisons in a condition, each in both directions: operator, one side, the other side."""
    if isinstance(condition, exp.Between):
        yield exp.GTE, condition.this, condition.args["low"]
        yield exp.LTE, condition.this, condition.args["high"]
    elif type(condition) in _MIRRORED and isinstance(condition, exp.Binary):
        yield type(condition), condition.left, condition.right
        yield _MIRRORED[type(condition)], condition.right, condition.left


def _partition_operand(operand: exp.Expr, column: str, table: str, alone: bool) -> str | None:
    """`TIMESTAMPTZ` for the partition column, `DATE` for its date (UTC), None for anything else."""
    if isinstance(operand, exp.Date) and not operand.args.get("zone") and not operand.expressions:
        return "DATE" if _partition_operand(operand.this, column, table, alone) == "TIMESTAMPTZ" else None
    if isinstance(operand, exp.Cast) and operand.is_type("date"):
        return "DATE" if _partition_operand(operand.this, column, table, alone) == "TIMESTAMPTZ" else None
    if not isinstance(operand, exp.Column) or operand.name.lower() != column:
        return None
    qualified = len(operand.parts) == 2 and operand.table.lower() == table.lower()
    return "TIMESTAMPTZ" if qualified or (alone and len(operand.parts) == 1) else None


def _is_constant(expression: exp.Expr) -> bool:
    return expression.find(exp.Column, exp.Query, exp.AggFunc, exp.Window) is None


def _days(comparison: type[exp.Expr], kind: str, value: datetime | date | None) -> DayRange:
    """The days on which a comparison can hold; a comparison with NULL never does, which is left to the query."""
    if value is None:
        return DayRange()
    if kind == "TIMESTAMPTZ" and isinstance(value, datetime):
        moment = value.astimezone(UTC)
        day, at_midnight = (
            moment.date(),
            (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0),
        )
        before = day - timedelta(days=1) if at_midnight and day > date.min else day
        after = day
    else:
        day = value
        before, after = day - timedelta(days=1), day + timedelta(days=1)
    if comparison is exp.GTE:
        return DayRange(first=day)
    if comparison is exp.GT:
        return DayRange(first=after)
    if comparison is exp.LTE:
        return DayRange(last=day)
    if comparison is exp.LT:
        return DayRange(last=before)
    return DayRange(first=day, last=day)
