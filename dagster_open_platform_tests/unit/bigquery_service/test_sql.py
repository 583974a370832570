"""BigQuery's SQL means the same in DuckDB, or is refused."""

# ruff: noqa: S608 - queries are what is tested

import json
from pathlib import Path
from typing import Any

import pytest

from dagster_open_platform_local.services.bigquery.engine import Engine
from dagster_open_platform_local.services.bigquery.errors import BigQueryError
from dagster_open_platform_local.services.bigquery.parameters import read_parameters
from dagster_open_platform_local.services.bigquery.tables import Catalog

DOWNLOADS = "`bigquery-public-data.pypi.file_downloads`"


@pytest.fixture(scope="module")
def engine(small_company: Path) -> Engine:
    return Engine(Catalog(small_company, "here"))


def scalar(kind: str, value: str | None, name: str | None = None) -> dict[str, Any]:
    return {"name": name, "parameterType": {"type": kind}, "parameterValue": {"value": value}}


def array(kind: str, values: list[str], name: str) -> dict[str, Any]:
    declared = {"type": "ARRAY", "arrayType": {"type": kind}}
    return {
        "name": name,
        "parameterType": declared,
        "parameterValue": {"arrayValues": [{"value": v} for v in values]},
    }


def answer(engine: Engine, sql: str, parameters: list[dict[str, Any]] | None = None) -> list[list[Any]]:
    """The rows of a query, cells as the API carries them."""
    plan = engine.plan(sql, read_parameters(parameters or []))
    name = f"test_{id(plan)}"
    count = engine.run(plan, name)
    rows = engine.rows(plan.columns, name, 0, count, int64_timestamp=True)
    engine.forget(name)
    return [[cell["v"] for cell in json.loads(row)["f"]] for row in rows]


# What Google's pages of functions say; each with the page's own example where it has one.
@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("DATE_TRUNC(DATE '2008-12-25', MONTH)", "2008-12-01"),
        ("DATE_TRUNC(DATE '2017-11-05', WEEK(MONDAY))", "2017-10-30"),
        ("DATE_TRUNC(DATE '2017-11-05', WEEK)", "2017-11-05"),
        ("DATE_TRUNC(DATE '2017-11-05', ISOWEEK)", "2017-10-30"),
        ("DATE_TRUNC(DATE(TIMESTAMP '2026-06-03 23:30:00'), DAY)", "2026-06-03"),
        ("TIMESTAMP_TRUNC(TIMESTAMP '2015-06-15 00:00:00', WEEK(MONDAY))", "1434326400000000"),
        ("TIMESTAMP_TRUNC(TIMESTAMP '2008-12-25 15:30:00', DAY)", "1230163200000000"),
        ("DATE(TIMESTAMP '2016-12-25 05:30:00', 'America/Los_Angeles')", "2016-12-24"),
        ("DATE(2016, 12, 25)", "2016-12-25"),
        ("DATE_ADD(DATE '2008-12-25', INTERVAL 5 DAY)", "2008-12-30"),
        ("DATE_SUB(DATE '2008-12-25', INTERVAL 5 DAY)", "2008-12-20"),
        ("DATE_TRUNC(DATE_SUB(DATE '2017-11-06', INTERVAL 1 DAY), WEEK(MONDAY))", "2017-10-30"),
        (
            "DATE_ADD(DATE_TRUNC(DATE_ADD(DATE '2017-11-05', INTERVAL 1 MONTH), YEAR), INTERVAL 1 DAY)",
            "2017-01-02",
        ),
        (r"REGEXP_EXTRACT(REGEXP_EXTRACT('a-1.2', r'-(.*)'), r'^(\d+)x')", None),
        ("DATE_DIFF(DATE '2010-07-07', DATE '2008-12-25', DAY)", "559"),
        ("DATE_DIFF(DATE '2017-10-15', DATE '2017-10-14', WEEK)", "1"),
        ("DATE_DIFF(DATE '2017-12-18', DATE '2017-12-17', WEEK(MONDAY))", "1"),
        ("DATE_DIFF(DATE '2017-12-18', DATE '2017-12-17', WEEK)", "0"),
        ("TIMESTAMP_DIFF(TIMESTAMP '2010-07-07 10:20:00', TIMESTAMP '2008-12-25 15:30:00', HOUR)", "13410"),
        ("TIMESTAMP_ADD(TIMESTAMP '2008-12-25 15:30:00', INTERVAL 10 MINUTE)", "1230219600000000"),
        ("EXTRACT(DAY FROM DATE '2013-12-25')", "25"),
        ("EXTRACT(DAYOFWEEK FROM DATE '2026-11-22')", "1"),
        ("EXTRACT(ISOWEEK FROM DATE '2016-01-03')", "53"),
        ("EXTRACT(DATE FROM TIMESTAMP '2026-06-03 23:30:00')", "2026-06-03"),
        ("FORMAT_DATE('%Y-%m', DATE '2008-12-25')", "2008-12"),
        ("UNIX_SECONDS(TIMESTAMP '2008-12-25 15:30:00')", "1230219000"),
        ("TIMESTAMP_MILLIS(1230219000000)", "1230219000000000"),
        (r"REGEXP_EXTRACT('3.11.7', r'^(\d+\.\d+)')", "3.11"),
        (r"REGEXP_EXTRACT('none', r'^(\d+\.\d+)')", None),
        (r"REGEXP_EXTRACT(NULL, r'^(\d+\.\d+)')", None),
        (r"REGEXP_EXTRACT('foo@example.com', r'[a-z]+')", "foo"),
        (r"REGEXP_CONTAINS('dagster-dbt', r'^dagster-')", "true"),
        ("REGEXP_REPLACE('a-b-c', '-', '_')", "a_b_c"),
        ("STARTS_WITH('dagster-dbt', 'dagster-')", "true"),
        ("SPLIT('1.13.7', '.')[SAFE_OFFSET(1)]", "13"),
        ("SPLIT('1.13.7', '.')[OFFSET(0)]", "1"),
        ("SUBSTR('apple', 2, 2)", "pp"),
        ("LENGTH('straße')", "6"),
        ("CONCAT('a', 'b')", "ab"),
        ("SAFE_DIVIDE(20, 0)", None),
        ("1 / 4", "0.25"),
        ("ROUND(2.5)", "3.0"),
        ("1.5", "1.5"),
        ("IFNULL(NULL, 3)", "3"),
        ("COALESCE(NULL, NULL, 'c')", "c"),
        ("NULLIF(1, 1)", None),
        ("IF(TRUE, 1, 2)", "1"),
        ("CAST('12' AS INT64)", "12"),
        ("SAFE_CAST('x' AS INT64)", None),
        ("CAST('1.5' AS NUMERIC)", "1.5"),
        ("CAST('0.123456789' AS NUMERIC)", "0.123456789"),
        ("CAST('100' AS NUMERIC)", "100"),
        ("[1, 2]", [{"v": "1"}, {"v": "2"}]),
        ("STRUCT(1 AS a, 'x' AS b)", {"f": [{"v": "1"}, {"v": "x"}]}),
        ("ARRAY_LENGTH([1, 2, 3])", "3"),
        ("'quote\" and \\\\ and ü and \\n'", 'quote" and \\ and ü and \n'),
        ("b'abc'", "YWJj"),
        ("DATETIME '2026-06-01 10:00:00.5'", "2026-06-01T10:00:00.500000"),
        ("TIME '10:11:12'", "10:11:12"),
        ("CAST('inf' AS FLOAT64)", "Infinity"),
        ("CAST('-inf' AS FLOAT64)", "-Infinity"),
        ("CAST('nan' AS FLOAT64)", "NaN"),
        ("CURRENT_DATE() <= CURRENT_DATE()", "true"),
    ],
)
def test_expressions(engine: Engine, expression: str, expected: Any) -> None:
    assert answer(engine, f"SELECT {expression}") == [[expected]]


def test_aggregates_windows_and_nulls_first(engine: Engine) -> None:
    sql = (
        "WITH t AS (SELECT 'a' AS k, 1 AS v UNION ALL SELECT 'a', 3 UNION ALL SELECT 'b', NULL) "
        "SELECT k, SUM(v), COUNT(v), COUNTIF(v > 1), AVG(v), MAX(v), ROW_NUMBER() OVER (ORDER BY k DESC) "
        "FROM t GROUP BY k ORDER BY SUM(v)"
    )
    assert answer(engine, sql) == [
        ["b", None, "0", "0", None, None, "1"],
        ["a", "4", "2", "1", "2.0", "3", "2"],
    ]


def test_types_are_bigquerys(engine: Engine) -> None:
    sql = (
        f"SELECT DATE_TRUNC(DATE(timestamp), WEEK(MONDAY)) AS week, file.project, SUM(1), ANY_VALUE(details), "
        f"ARRAY_AGG(DISTINCT file.version), 1.5, MAX(timestamp) FROM {DOWNLOADS} GROUP BY 1, 2"
    )
    fields = engine.plan(sql, []).schema()["fields"]
    assert [(field["name"], field["type"], field["mode"]) for field in fields] == [
        ("week", "DATE", "NULLABLE"),
        ("project", "STRING", "NULLABLE"),
        ("f0_", "INTEGER", "NULLABLE"),
        ("f1_", "RECORD", "NULLABLE"),
        ("f2_", "STRING", "REPEATED"),
        ("f3_", "FLOAT", "NULLABLE"),
        ("f4_", "TIMESTAMP", "NULLABLE"),
    ]
    assert fields[3]["fields"][0]["fields"][0] == {"name": "name", "type": "STRING", "mode": "NULLABLE"}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("STRING", "it's $1 @x ?", "it's $1 @x ?"),
        ("INT64", "-5", "-5"),
        ("FLOAT64", "1.25", "1.25"),
        ("BOOL", "true", "true"),
        ("DATE", "2026-06-01", "2026-06-01"),
        ("TIMESTAMP", "2026-06-01 02:00:00+02:00", "1780272000000000"),
        ("DATETIME", "2026-06-01T10:00:00", "2026-06-01T10:00:00.000000"),
        ("STRING", None, None),
    ],
)
def test_parameters_by_name_and_by_place(
    engine: Engine, kind: str, value: str | None, expected: str | None
) -> None:
    assert answer(engine, "SELECT @The_Value, '?'", [scalar(kind, value, "the_value")]) == [[expected, "?"]]
    both = [scalar(kind, value), scalar("INT64", "7")]
    assert answer(engine, "WITH a AS (SELECT ? AS x) SELECT x, ?, '@y' FROM a -- ?", both) == [
        [expected, "7", "@y"]
    ]


def test_array_parameters(engine: Engine) -> None:
    versions = array("STRING", ["1.13.7", "nothing"], "versions")
    sql = f"SELECT COUNT(*) > 0, COUNT(DISTINCT file.version) FROM {DOWNLOADS} WHERE file.version IN UNNEST(@versions)"
    assert answer(engine, sql, [versions]) == [["true", "1"]]
    assert answer(engine, "SELECT @n", [array("INT64", ["3", "4"], "n")]) == [[[{"v": "3"}, {"v": "4"}]]]


@pytest.mark.parametrize(
    ("sql", "reason", "message"),
    [
        ("SELEC 1", "invalidQuery", r'Syntax error: Unexpected "1" at \[1:7\]'),
        ("FOO", "invalidQuery", "Syntax error"),
        ("", "invalidQuery", "Unexpected end of script"),
        ("SELECT 1 FROM", "invalidQuery", "Syntax error"),
        ("SELECT 'x", "invalidQuery", "Syntax error"),
        (f"SELECT nothing FROM {DOWNLOADS}", "invalidQuery", "Unrecognized name: nothing"),
        (f"SELECT file.nothing FROM {DOWNLOADS}", "invalidQuery", "nothing"),
        ("SELECT NOTHING(1)", "invalidQuery", "Function not found: NOTHING"),
        ("SELECT 1 AS a, 2 AS A", "invalidQuery", r"Found duplicate\(s\): a"),
        ("SELECT @start", "invalidQuery", "Query parameter 'start' not found"),
        ("SELECT ?", "invalidQuery", "1 positional parameters but only 0"),
        ("SELECT 1 FROM nowhere", "invalidQuery", "must be qualified with a dataset"),
        (
            "SELECT 1 FROM `bigquery-public-data.pypi.simple`",
            "notFound",
            "Table bigquery-public-data:pypi.simple",
        ),
        ("SELECT 1 FROM `bigquery-public-data.npm.x`", "notFound", "Dataset bigquery-public-data:npm"),
        ("SELECT 1 FROM `somebody.pypi.x`", "accessDenied", "Project somebody"),
        ("SELECT 1; SELECT 2", "notImplemented", "several statements"),
        ("CREATE TABLE a.b AS SELECT 1", "notImplemented", "CREATE"),
        ("DELETE FROM a.b WHERE TRUE", "notImplemented", "DELETE"),
        ("SELECT GREATEST(1, NULL)", "notImplemented", "GREATEST"),
        ("SELECT SAFE.SUBSTR('a', 1)", "notImplemented", "SAFE"),
        ("SELECT EXTRACT(WEEK FROM CURRENT_DATE())", "notImplemented", "WEEK"),
        ("SELECT * FROM read_csv('/etc/hostname')", "notImplemented", "READ_CSV"),
        ("SELECT * FROM read_text('/etc/hostname')", "invalidQuery", "Function not found"),
        ("SELECT @@time_zone", "notImplemented", "time_zone"),
        ("SELECT CAST('1' AS BIGNUMERIC)", "notImplemented", "BIGNUMERIC"),
    ],
)
def test_refusals(engine: Engine, sql: str, reason: str, message: str) -> None:
    with pytest.raises(BigQueryError, match=message) as refused:
        engine.plan(sql, [])
    assert refused.value.reason == reason


def test_parameters_that_are_wrong() -> None:
    for parameters, reason in (
        ([scalar("GEOGRAPHY", "x", "a")], "notImplemented"),
        ([scalar("INT64", "1", "a"), scalar("INT64", "1", "A")], "invalid"),
        ([{"name": "a", "parameterValue": {"value": "1"}}], "invalid"),
    ):
        with pytest.raises(BigQueryError) as refused:
            read_parameters(parameters)
        assert refused.value.reason == reason


def test_a_value_that_is_not_of_its_type(engine: Engine) -> None:
    with pytest.raises(BigQueryError) as refused:
        answer(engine, "SELECT @a", [scalar("DATE", "yesterday", "a")])
    assert refused.value.reason == "invalidQuery"
