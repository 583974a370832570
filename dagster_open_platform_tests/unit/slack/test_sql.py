"""The queries of the metrics and checks can be read by both engines, and take their tables and values from outside."""

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from dagster_open_platform.defs.slack.py.assets import SQL
from dagster_open_platform.defs.slack.py.checks import CHECKS

FILES = sorted(SQL.glob("*.sql"))
TABLES = ("users", "channels", "member_analytics", "member_metrics")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("dialect", ["snowflake", "duckdb"])
def test_both_engines_read_it(path: Path, dialect: str) -> None:
    sql = path.read_text().format(**{name: f"purina.slack.{name}" for name in TABLES})
    (query,) = sqlglot.parse(sql, read=dialect)
    assert isinstance(query, exp.Select)
    read = {table.name for table in query.find_all(exp.Table) if table.db}
    checks = {check.name: check for check in CHECKS}
    assert read == set(checks[path.stem].reads if path.stem in checks else ("users", "member_analytics"))


def test_each_check_has_its_query_and_each_query_its_use() -> None:
    assert {path.stem for path in FILES} == {check.name for check in CHECKS} | {"member_metrics"}
