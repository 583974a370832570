"""The whole project built and tested once, over the landed raw tables of a small company.

What belongs here: building it, once for all workers of a test run, and what came of it. What does not: rows made by hand
(`fixtures/dbt.py`), assertions.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_open_platform_local.company.settings import EPOCH, CompanySettings
from dagster_open_platform_local.landing.land import DATABASES, land
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt, results_of
from dagster_open_platform_tests.integration.dbt.parsed import locked

COMPANY = CompanySettings(seed=7, scale=0.05)
TODAY = EPOCH + timedelta(days=63)
"""Nine weeks: two whole months for what is counted by month, and before the days on which sources get further columns, so that a model
that cannot do without them is found."""


@dataclass(frozen=True)
class Outcome:
    """What came of a node.

    Args:
        kind: model, seed, snapshot, test or unit_test.
        status: success, pass, warn, fail, error or skipped.
        message: What dbt says of it.
    """

    kind: str
    status: str
    message: str


@dataclass(frozen=True)
class BuiltCompany:
    """A warehouse in which everything is built; for looking only.

    Args:
        directory: Of the .duckdb files.
        connection: All databases, attached for reading by their names.
        outcomes: Of every node, by its unique id.
    """

    directory: Path
    connection: duckdb.DuckDBPyConnection
    outcomes: Mapping[str, Outcome] = field(repr=False)

    def columns(self, relation: str) -> dict[str, str]:
        """The columns of a relation and their types; none if there is no such relation."""
        try:
            found = self.connection.execute(f"describe {relation}").fetchall()
        except duckdb.CatalogException:
            return {}
        return {name: kind for name, kind, *_ in found}

    def is_empty(self, relation: str) -> bool:
        """Whether a relation has no row."""
        return self.connection.execute(f"select 1 from {relation} limit 1").fetchone() is None  # noqa: S608 -- our own names


def built_company(dbt: InProcessDbt, factory: pytest.TempPathFactory) -> BuiltCompany:
    """Lands the company and builds everything, unless another worker of the test run has.

    Args:
        dbt: The project, parsed for DuckDB.
        factory: Of the test run.
    """
    base = factory.getbasetemp()
    directory = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "company"
    told = directory / "outcomes.json"
    with locked(directory.with_suffix(".lock")):
        if not told.exists():
            land(directory, COMPANY, TODAY)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("WAREHOUSE_DUCKDB_DIR", str(directory))
                results = results_of(dbt.call("build"))
            # Nothing comes of a saved query.
            kept = [each for each in results if str(each.node.resource_type) != "saved_query"]
            told.write_text(json.dumps({each.node.unique_id: _told(each) for each in kept}))
    outcomes = {name: Outcome(*parts) for name, parts in json.loads(told.read_text()).items()}
    return BuiltCompany(directory, attached(directory), outcomes)


def _told(result: Any) -> tuple[str, str, str]:
    return str(result.node.resource_type), str(result.status), result.message or ""


def attached(directory: Path) -> duckdb.DuckDBPyConnection:
    """A connection to all databases of a directory."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    for name in (*DATABASES, "dwh_reporting"):
        connection.execute(f"attach '{directory / name}.duckdb' as {name} (read_only)")
    return connection


def relation_of(node: Any) -> str:
    """Where a node is built, or a source is."""
    if node.resource_type == "source":
        return f'{node.database}."{node.schema}"."{node.name}"'
    return f"dwh_reporting.{node.config.schema}.{node.name}"
