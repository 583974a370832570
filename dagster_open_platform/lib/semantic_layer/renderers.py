"""How MetricFlow writes the parts of SQL in which the engines differ and it does not.

What belongs here: days, weeks and longer times. What does not: anything that MetricFlow writes alike for both.

Two traps in its own way, `DATE_TRUNC('week', …)`: Snowflake begins weeks on the day that the account's or the session's WEEK_START
says, and DuckDB makes a timestamp of a date where Snowflake keeps the date. Here weeks begin on Monday whatever a session says,
also where somebody runs a query by hand, and what is at least a day long is a DATE.
"""

from metricflow.sql.render.duckdb_renderer import DuckDbSqlExpressionRenderer, DuckDbSqlPlanRenderer
from metricflow.sql.render.expr_renderer import SqlExpressionRenderResult
from metricflow.sql.render.snowflake import SnowflakeSqlExpressionRenderer, SnowflakeSqlPlanRenderer
from metricflow_semantic_interfaces.type_enums.time_granularity import TimeGranularity
from metricflow_semantics.sql.sql_exprs import SqlDateTruncExpression


def _as_date(result: SqlExpressionRenderResult, grain: TimeGranularity) -> SqlExpressionRenderResult:
    if grain.to_int() < TimeGranularity.DAY.to_int():
        return result
    return SqlExpressionRenderResult(f"CAST({result.sql} AS DATE)", result.bind_parameter_set)


class DuckDbExpressions(DuckDbSqlExpressionRenderer):
    """Expressions for DuckDB, whose weeks always begin on Monday."""

    def visit_date_trunc_expr(self, node: SqlDateTruncExpression) -> SqlExpressionRenderResult:
        """Render the beginning of a period as a date."""
        return _as_date(super().visit_date_trunc_expr(node), node.time_granularity)


class SnowflakeExpressions(SnowflakeSqlExpressionRenderer):
    """Expressions for Snowflake."""

    def visit_date_trunc_expr(self, node: SqlDateTruncExpression) -> SqlExpressionRenderResult:
        """Render the beginning of a period as a date, that of a week without the session's say."""
        if node.time_granularity is not TimeGranularity.WEEK:
            return _as_date(super().visit_date_trunc_expr(node), node.time_granularity)
        time = self.render_sql_expr(node.arg)
        monday = f"DATEADD('day', 1 - DAYOFWEEKISO({time.sql}), CAST({time.sql} AS DATE))"
        return SqlExpressionRenderResult(monday, time.bind_parameter_set)


class DuckDbRenderer(DuckDbSqlPlanRenderer):
    """Queries for DuckDB."""

    EXPR_RENDERER = DuckDbExpressions()


class SnowflakeRenderer(SnowflakeSqlPlanRenderer):
    """Queries for Snowflake."""

    EXPR_RENDERER = SnowflakeExpressions()
