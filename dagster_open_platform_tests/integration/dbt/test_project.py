"""How the project is written: every model described, keyed and tested, staging alone reads sources, style."""

import re
from pathlib import Path
from typing import Any

import pytest
from dbt.contracts.graph.manifest import Manifest

from dagster_open_platform_dbt import PROJECT_DIR
from dagster_open_platform_tests.fixtures.dbt import create_raw
from dagster_open_platform_tests.fixtures.landed import columns_of
from dagster_open_platform_tests.integration.dbt.company import BuiltCompany, relation_of
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt

LONG = {
    "salesforce_account_deployments_have_an_agent_type_if_there_are_some",
    "stg_cloud_product__customer_info_commits_to_no_less_than_nothing",
}
"""Names from before the rule."""
WITHOUT_UNIT_TEST = {
    "Counts and sums of one or two staging models, by what the names say.": {
        *(
            "dim_github_repositories",
            "youtube_traffic_weekly",
            "docs_engagement_weekly",
            "search_term_performance",
        ),
        *("audience_monthly", "website_engagement_weekly"),
        *("course_funnel", "certificates_by_organization", "course_engagement_weekly"),
    },
}
"""Reason to marts with logic that neither have a unit test nor are compared with another model."""


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
    project: Manifest, company: BuiltCompany
) -> None:
    for node in assets(project):
        if not company.columns(relation_of(node)):
            # That it is not built is told elsewhere.
            continue
        described = {name for name, column in node.columns.items() if column.description.strip()}
        assert described == company.columns(relation_of(node)).keys(), node.name


def test_every_source_column_that_is_described_is_there(project: Manifest, tmp_path: Path) -> None:
    """All columns of a raw table are described at its asset; here stand those that models read."""
    create_raw(tmp_path)
    tables = columns_of(tmp_path)
    for source in project.sources.values():
        columns = tables[f"{source.database}.{source.schema}.{source.name}"].keys()
        described = {name for name, column in source.columns.items() if column.description.strip()}
        assert described
        assert described <= columns, source.unique_id


def test_no_column_has_a_type_that_only_one_engine_knows(project: Manifest, company: BuiltCompany) -> None:
    kinds = {"BIGINT", "INTEGER", "DOUBLE", "VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP"}
    for node in assets(project):
        if node.resource_type != "snapshot":
            assert set(company.columns(relation_of(node)).values()) <= kinds, node.name


def test_every_asset_has_a_test_of_its_grain(project: Manifest) -> None:
    for node in assets(project):
        grain = set(node.config.meta["grain"])
        keys = [
            set(test.test_metadata.kwargs.get("columns") or [test.column_name])
            for test in attached_to(project, node)
            # Part of what unique_combination asks for may be null: a campaign that nobody named, say.
            if test.test_metadata.name in ("primary_key", "unique_combination")
        ]
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


def test_sources_are_read_by_one_model_of_staging_at_most(project: Manifest) -> None:
    for unique_id in project.sources:
        readers = [node.name for node in assets(project) if unique_id in reads(node)]
        assert len([name for name in readers if not name.startswith("pii_")]) <= 1, (unique_id, readers)


def test_only_staging_selects_everything() -> None:
    later = [path for path in (PROJECT_DIR / "models").rglob("*.sql") if "staging" not in path.parts]
    for path in later:
        if "pii" in path.parts:
            continue
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
    """Or a test that reconciles it with something else, or a reason."""
    tested = {test.model for test in project.unit_tests.values()}
    marts = {node.name: node for node in assets(project) if node.fqn[1] == "marts"}
    bare = {
        name for name, node in marts.items() if has_logic(node) and name not in tested | reconciled(project)
    }
    assert bare <= {name for names in WITHOUT_UNIT_TEST.values() for name in names}
    assert {name for names in WITHOUT_UNIT_TEST.values() for name in names} <= marts.keys()


def has_logic(node: Any) -> bool:
    """Whether the SQL of a model joins, aggregates or looks through a window."""
    sql = re.sub(r"\{#.*?#\}|--[^\n]*", " ", node.raw_code, flags=re.S)
    return bool(re.search(r"\bjoin\b|\bgroup by\b|\b(count|sum|min|max|avg)\(|\bover\b", sql))


def reconciled(project: Manifest) -> set[str]:
    """Models that a test of its own compares with another model."""
    found: set[str] = set()
    for test in project.nodes.values():
        if test.resource_type == "test" and getattr(test, "test_metadata", None) is None:
            read: list[str] = getattr(test.depends_on, "nodes", [])
            compared = {project.nodes[name].name for name in read if name in project.nodes}
            found |= compared if len(compared) > 1 else set()
    return found


def test_names_that_are_given_to_tests_are_short(project: Manifest) -> None:
    """What dbt makes up itself it shortens itself; Snowflake and Dagster show the rest as it is."""
    made_up = re.compile("(source_)?(accepted_values|not_null|primary_key|unique|relationships)_")
    tests = [node.name for node in project.nodes.values() if node.resource_type == "test"]
    long = {name for name in tests if len(name) > 63 and not made_up.match(name)}
    assert long <= LONG


def test_a_test_is_a_check_of_a_model_that_it_reads(project: Manifest) -> None:
    """Of one that it does not, it would be no check of Dagster, and never run there."""
    for test in project.nodes.values():
        named = (test.config.meta.get("dagster") or {}).get("ref") if test.resource_type == "test" else None
        if named:
            read = {name.rsplit(".", 1)[-1] for name in getattr(test.depends_on, "nodes", ())}
            assert named["name"] in read, test.name
