"""The statements name models and columns that there are, and either warehouse understands them."""

from collections.abc import Mapping
from typing import Any

import pytest
import sqlglot
from sqlglot import expressions as exp

from dagster_open_platform.lib.dbt.manifest import load_manifest
from dagster_open_platform.lib.metrics_report.catalogue import METRICS
from dagster_open_platform.lib.metrics_report.statements import (
    SQL,
    check_of,
    models_checked,
    models_in,
    models_read,
    statement_of,
)

STATEMENTS = {
    **{metric.name: statement_of(metric.name) for metric in METRICS},
    **{f"checks/{metric.name}": check_of(metric.name) for metric in METRICS},
}
each = pytest.mark.parametrize("name", STATEMENTS)


@pytest.fixture(scope="module")
def columns() -> Mapping[str, set[str]]:
    """The columns of each model, as the project describes them."""
    nodes: Mapping[str, Any] = load_manifest()["nodes"]
    return {node["name"]: set(node["columns"]) for node in nodes.values() if node["resource_type"] == "model"}


def tree(name: str, dialect: str) -> exp.Expr:
    names = {model: f"db.s.{model}" for model in models_in(STATEMENTS[name])}
    weeks = "select cast(? as date) as week_start, cast(? as date) as last_day"
    return sqlglot.parse_one(STATEMENTS[name].format(**names, weeks=weeks), dialect=dialect)


def test_every_file_is_a_statement() -> None:
    files = {path.relative_to(SQL).with_suffix("").as_posix() for path in SQL.rglob("*.sql")}
    assert files == set(STATEMENTS)


@each
def test_it_reads_columns_that_there_are(name: str, columns: Mapping[str, set[str]]) -> None:
    parsed = tree(name, "duckdb")
    tables = {table.alias_or_name: table.name for table in parsed.find_all(exp.Table)}
    # Of the statements that read one model and give its columns no alias, all columns are that model's.
    for select in parsed.find_all(exp.Select):
        source = select.find(exp.From)
        alone = (
            source.this.name
            if source and isinstance(source.this, exp.Table) and not select.args.get("joins")
            else None
        )
        for column in select.find_all(exp.Column):
            if column.find_ancestor(exp.Select) is select:
                model = tables.get(column.table, column.table) if column.table else alone
                assert model not in columns or column.name in columns[model], (model, column.name)


@each
def test_it_names_models_that_there_are(name: str, columns: Mapping[str, set[str]]) -> None:
    assert models_in(STATEMENTS[name])
    assert models_in(STATEMENTS[name]) <= set(columns)


@each
def test_snowflake_reads_it_as_duckdb_does(name: str) -> None:
    assert tree(name, "snowflake").sql("duckdb") == tree(name, "duckdb").sql("duckdb")


def test_how_far_data_go_stands_in_columns_that_there_are(columns: Mapping[str, set[str]]) -> None:
    for metric in METRICS:
        assert metric.until.column in columns[metric.until.model], metric.name


def test_no_check_counts_what_the_metric_counts() -> None:
    for metric in METRICS:
        assert statement_of(metric.name) != check_of(metric.name)
        own, other = models_in(statement_of(metric.name)), models_in(check_of(metric.name))
        assert other - own, metric.name
    assert models_checked() - models_read()
