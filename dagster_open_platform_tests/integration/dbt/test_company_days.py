"""Daily models over a company: a run of any days builds what a full refresh builds, and touches no other day.

What belongs here: all models with the tag, whichever they are. What does not: what arrives late, which needs rows made by hand
(`test_incremental.py`).
"""

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform_tests.integration.dbt.company import TODAY, BuiltCompany, relation_of
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt

LENGTHS = st.integers(1, 12)


@pytest.fixture
def copy(company: BuiltCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own warehouse."""
    for path in company.directory.glob("*.duckdb"):
        shutil.copy(path, tmp_path)
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(tmp_path))
    return tmp_path


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days_before=st.integers(1, 40), length=LENGTHS)
def test_days_that_are_lost_are_built_again_as_they_were(
    dbt_local: InProcessDbt, company: BuiltCompany, copy: Path, days_before: int, length: int
) -> None:
    last = TODAY - timedelta(days=days_before - 1)
    first = last - timedelta(days=length)
    models = [node for node in dbt_local.manifest.nodes.values() if node.resource_type == "model"]
    daily = [node for node in models if "daily" in node.tags and company.columns(relation_of(node))]
    assert len(daily) > 5
    lose(copy, daily, first, last)
    window = {"min_date": first.isoformat(), "max_date": last.isoformat()}
    dbt_local.run("run", "--select", *(node.name for node in daily), variables=window)
    with duckdb.connect(str(copy / "dwh_reporting.duckdb"), read_only=True) as connection:
        for node in daily:
            query = f"from {relation_of(node)} order by all"
            assert connection.execute(query).fetchall() == company.connection.execute(query).fetchall(), (
                node.name
            )


def lose(directory: Path, daily: list[Any], first: date, last: date) -> None:
    """Removes the days [first, last) from each table."""
    with duckdb.connect(str(directory / "dwh_reporting.duckdb")) as connection:
        for node in daily:
            column = f"cast({node.config.event_time} as date)"
            connection.execute(
                f"delete from {relation_of(node)} where {column} >= ? and {column} < ?",  # noqa: S608 -- our own names
                [first, last],
            )
