"""How the project is written: every model described, keyed and tested, staging alone reads sources, style."""

import re
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest

from dagster_open_platform_dbt import PROJECT_DIR
from dagster_open_platform_tests.fixtures.dbt import EPOCH, RawData
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt, results_of

RARE = {"certificate_issued", "demo_requested", "feedback_submitted", "lesson_completed", "signed_up"}
"""Tables of events that may not come for weeks."""


@pytest.fixture(scope="module")
def project(dbt_local: InProcessDbt) -> Manifest:
    return dbt_local.manifest


def assets(project: Manifest) -> list[Any]:
    return [node for node in project.nodes.values() if node.resource_type in ("model", "seed", "snapshot")]


def reads(node: Any) -> list[str]:
    """The sources that a node reads; a seed reads nothing."""
    return [name for name in getattr(node.depends_on, "nodes", ()) if name.startswith("source.")]


def attached_to(project: Manifest, node: Any) -> list[Any]:
    return [
        test
        for test in project.nodes.values()
        if test.resource_type == "test" and getattr(test, "attached_node", None) == node.unique_id
    ]


def test_every_column_that_is_built_is_described_and_no_other(
    project: Manifest, built: duckdb.DuckDBPyConnection
) -> None:
    for node in assets(project):
        relation = f"dwh_reporting.{node.config.schema}.{node.name}"
        columns = {name for name, *_ in built.execute(f"describe {relation}").fetchall()}
        assert {name for name, column in node.columns.items() if column.description.strip()} == columns, (
            node.name
        )


def test_every_source_column_is_described(project: Manifest, built: duckdb.DuckDBPyConnection) -> None:
    for source in project.sources.values():
        table = f"{source.database}.{source.schema}.{source.name}"
        columns = {name for name, *_ in built.execute(f"describe {table}").fetchall()}
        described = {name for name, column in source.columns.items() if column.description.strip()}
        if source.database == "segment":
            # All columns of what others load are described at its assets; here stand those that models read.
            assert described
            assert described <= columns, source.name
        else:
            assert described == columns, source.name


def test_no_column_has_a_type_that_only_one_engine_knows(built: duckdb.DuckDBPyConnection) -> None:
    kinds = {"BIGINT", "INTEGER", "DOUBLE", "VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP"}
    query = (
        "select table_name, column_name, data_type from information_schema.columns where table_catalog = ?"
    )
    wrong = [row for row in built.execute(query, ["dwh_reporting"]).fetchall() if row[2] not in kinds]
    assert wrong == []


def test_every_asset_has_a_test_of_its_grain(project: Manifest) -> None:
    for node in assets(project):
        grain = set(node.config.meta["grain"])
        keys = []
        for test in attached_to(project, node):
            kind = test.test_metadata.name
            if kind == "unique_combination":
                keys.append(set(test.test_metadata.kwargs["columns"]))
            elif kind == "unique":
                keys.append({test.column_name})
        assert grain in keys, f"{node.name} says that {sorted(grain)} is unique, and no test asks"


def test_only_staging_reads_sources(project: Manifest) -> None:
    """And what names persons, which is read past staging, so that staging need not hold it."""
    for node in assets(project):
        assert not reads(node) or node.fqn[1] in ("staging", "pii"), node.name
        assert (node.fqn[1] == "pii") == node.name.startswith("pii_"), node.name
        if node.fqn[1] == "staging":
            # The same table of several databases, or one; or else other models of staging, such as what several sources have in common.
            others = {project.nodes[name].fqn[1] for name in node.depends_on.nodes if name in project.nodes}
            names = {project.sources[name].name for name in reads(node)}
            assert len(names) == 1 or (not names and others == {"staging"}), node.name
            assert node.name.startswith("stg_")


def test_sources_are_read_by_one_model_each(project: Manifest) -> None:
    """Those of the product's databases by one at most: a table is replicated before anybody asks for it."""
    for unique_id, source in project.sources.items():
        readers = [
            node for node in assets(project) if unique_id in reads(node) and not node.name.startswith("pii_")
        ]
        assert len(readers) == 1 or (not readers and source.schema.startswith("cloud_product")), unique_id


def test_only_staging_selects_everything() -> None:
    for path in (PROJECT_DIR / "models" / "marts").rglob("*.sql"):
        assert not re.search(r"select\s+\*", path.read_text()), path.name


def test_daily_models_replace_windows(project: Manifest) -> None:
    for node in assets(project):
        daily = "daily" in node.tags
        assert daily == (node.config.materialized == "incremental"), node.name
        if daily:
            assert node.config.incremental_strategy == "replace_window"
            assert node.config.event_time in node.config.meta["grain"]
            assert node.config.lookback > 0
            assert node.config.on_schema_change == "fail"


def test_every_mart_with_logic_has_a_unit_test(project: Manifest) -> None:
    tested = {test.model for test in project.unit_tests.values()}
    without = {
        # Counts by repository, each a plain aggregate of a staging model.
        "dim_github_repositories",
        # Columns of one model that has tests.
        *("hubspot_company_usage", "hubspot_contact_activity", "hubspot_contact_lifecycle"),
        *("hubspot_contact_organization", "salesforce_account_lifecycle", "salesforce_account_usage"),
        "salesforce_contact_activity",
    }
    marts = {node.name for node in assets(project) if node.fqn[1] == "marts"}
    assert marts - without <= tested


def test_the_projects_own_unit_tests_pass(dbt_local: InProcessDbt, raw: RawData) -> None:
    raw.load(EPOCH, EPOCH)
    dbt_local.run("seed")
    dbt_local.run("run", "--empty")
    results = dbt_local.run("test", "--select", "test_type:unit")
    assert len(results) == len(dbt_local.manifest.unit_tests)


def test_sources_say_how_fresh_they_are(dbt_local: InProcessDbt, raw: RawData) -> None:
    raw.load(EPOCH, EPOCH.replace(day=3))
    result = dbt_local.call("source", "freshness")
    # Fresh or not depends on the day of the test; that each can be asked does not.
    statuses = {node.node.unique_id: str(node.status) for node in results_of(result)}
    # Some events are so rare that their age says nothing.
    rare = {
        name.rsplit(".", 1)[-1] for name, source in dbt_local.manifest.sources.items() if not source.freshness
    }
    assert rare == RARE
    assert set(statuses) == {name for name, source in dbt_local.manifest.sources.items() if source.freshness}
    assert set(statuses.values()) <= {"pass", "warn", "error"}


def test_sqlfluff_is_content() -> None:
    sqlfluff = Path(sysconfig.get_path("scripts")) / "sqlfluff"
    command = [str(sqlfluff), "lint", "--disable-progress-bar", "."]
    done = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout
