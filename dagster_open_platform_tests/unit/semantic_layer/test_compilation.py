"""SQL of saved queries: for either engine, from the manifest alone, of what is declared."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from dagster_open_platform.lib.dbt.manifest import load_semantic_manifest
from dagster_open_platform.lib.semantic_layer.compilation import compile_saved_query
from dagster_open_platform.lib.semantic_layer.declarations import Declarations, Model
from dagster_open_platform.lib.semantic_layer.errors import (
    InvalidSemanticManifest,
    SavedQueryRefused,
    UnknownSavedQuery,
)

MANIFEST = load_semantic_manifest()
NAMES = [query.name for query in Declarations.parse(MANIFEST).saved_queries]
ENGINES = ("duckdb", "snowflake")


def logical(model: Model) -> str:
    return f"{model.database}.{model.schema}.{model.name}"


def with_query(**parameters: Any) -> str:
    """The manifest with a saved query `asked`."""
    content = json.loads(MANIFEST)
    empty = {"metrics": [], "group_by": [], "order_by": [], "limit": None, "where": None}
    content["saved_queries"].append(
        {**content["saved_queries"][0], "name": "asked", "query_params": {**empty, **parameters}}
    )
    return json.dumps(content)


def read_by(sql: str, engine: str) -> set[str]:
    """The tables that a query names, without those that it defines itself."""
    parsed = sqlglot.parse_one(sql, read=engine)
    tables = [table for table in parsed.find_all(exp.Table) if table.db]
    return {f"{table.catalog}.{table.db}.{table.name}" for table in tables}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", NAMES)
def test_reads_the_models_that_its_asset_depends_on(name: str, engine: str) -> None:
    declared = Declarations.parse(MANIFEST).saved_query(name)
    sql = compile_saved_query(MANIFEST, name, engine, logical)
    assert read_by(sql, engine) == {logical(model) for model in declared.models}


@pytest.mark.parametrize("metric", [metric["name"] for metric in json.loads(MANIFEST)["metrics"]])
def test_the_models_of_any_metric_are_known(metric: str) -> None:
    manifest = with_query(metrics=[metric], group_by=["TimeDimension('metric_time', 'quarter')"])
    if metric == "downloads_last_28_days":
        manifest = with_query(
            metrics=[metric],
            group_by=["TimeDimension('metric_time', 'day')", "Dimension('package__package_family')"],
        )
    declared = Declarations.parse(manifest).saved_query("asked")
    sql = compile_saved_query(manifest, "asked", "snowflake", logical)
    assert read_by(sql, "snowflake") == {logical(model) for model in declared.models}


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
def test_weeks_do_not_depend_on_the_session(grain: str) -> None:
    manifest = with_query(
        metrics=["runs", "downloads_last_28_days"],
        group_by=[f"TimeDimension('metric_time', '{grain}')"],
        where={
            "where_filters": [
                {"where_sql_template": f"{{{{ TimeDimension('metric_time', '{grain}') }}}} > '2026-01-05'"}
            ]
        },
    )
    sql = compile_saved_query(manifest, "asked", "snowflake", logical)
    # DATE_TRUNC, DATEDIFF and the like obey WEEK_START only if they are asked for weeks.
    words = {
        word.name.lower() for word in sqlglot.parse_one(sql, read="snowflake").find_all(exp.Literal, exp.Var)
    }
    assert "week" not in words
    assert ("DAYOFWEEKISO" in sql) == (grain == "week")


def test_the_environment_says_where_tables_are() -> None:
    def cloned(model: Model) -> str:
        return f'"{model.database.upper()}_CLONE_42"."{model.schema.upper()}"."{model.name.upper()}"'

    sql = compile_saved_query(MANIFEST, "usage_by_week", "snowflake", cloned)
    assert read_by(sql, "snowflake") == {
        "DWH_REPORTING_CLONE_42.CORE.DIM_ORGANIZATIONS",
        "DWH_REPORTING_CLONE_42.PRODUCT.ORGANIZATION_USAGE_DAILY",
    }


def test_is_the_same_each_time() -> None:
    first, *others = [compile_saved_query(MANIFEST, "arr_by_region", "duckdb", logical) for _ in range(3)]
    assert others == [first, first]


def test_a_name_that_is_none() -> None:
    with pytest.raises(
        UnknownSavedQuery, match=r"'usage'; models/semantic has: arr_by_plan, .*usage_by_week"
    ):
        compile_saved_query(MANIFEST, "usage", "duckdb", logical)


@pytest.mark.parametrize(
    "dimension", ["organization__colour", "opportunity__plan", "package__package_family__plan"]
)
def test_a_dimension_that_does_not_lead_anywhere(dimension: str) -> None:
    manifest = with_query(metrics=["runs"], group_by=[f"Dimension('{dimension}')"])
    with pytest.raises(SavedQueryRefused, match=f"(?s)saved query asked.*{dimension}") as caught:
        compile_saved_query(manifest, "asked", "duckdb", logical)
    assert caught.value.allow_retries is False


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"metrics": []}', "null"])
def test_something_that_is_no_manifest(text: str) -> None:
    with pytest.raises(InvalidSemanticManifest, match="just manifest"):
        compile_saved_query(text, "usage_by_week", "duckdb", logical)


COMPILE = """
import sys

FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "urllib.")

def refuse(event, arguments):
    written = event == "open" and arguments[1] and set("wax+") & set(arguments[1])
    if written or event.startswith(FORBIDDEN):
        raise RuntimeError(f"compiling caused {event} {arguments}")

sys.addaudithook(refuse)
from dagster_open_platform.lib.semantic_layer.compilation import compile_saved_query

manifest = sys.stdin.read()
for engine in ("duckdb", "snowflake"):
    print(len(compile_saved_query(manifest, "usage_by_week", engine, lambda model: f"a.b.{model.name}")))
"""


def test_nothing_leaves_the_process(tmp_path: Path) -> None:
    compiled = subprocess.run(
        [sys.executable, "-B", "-c", COMPILE],
        input=MANIFEST,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert compiled.returncode == 0, compiled.stderr
    assert all(int(length) > 500 for length in compiled.stdout.split())
    assert list(tmp_path.iterdir()) == []
