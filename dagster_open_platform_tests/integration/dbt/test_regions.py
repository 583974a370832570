"""What the other region can build: whatever reads nothing but the product's databases, of which it has its own."""

from collections.abc import Set

from dbt.contracts.graph.manifest import Manifest

from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt

TAG = "us_only"
OF_BOTH_REGIONS = "cloud_product"


def sources_of(project: Manifest, unique_id: str, known: dict[str, Set[str]]) -> Set[str]:
    """The names of the sources that a node reads, itself or through others."""
    if unique_id not in known:
        if unique_id in project.sources:
            known[unique_id] = {project.sources[unique_id].source_name}
        else:
            parents = getattr(project.nodes[unique_id].depends_on, "nodes", ())
            known[unique_id] = set().union(*(sources_of(project, parent, known) for parent in parents))
    return known[unique_id]


def test_what_reads_other_sources_is_built_in_one_region_only(dbt_local: InProcessDbt) -> None:
    project = dbt_local.manifest
    known: dict[str, Set[str]] = {}
    built = [node for node in project.nodes.values() if node.resource_type in ("model", "snapshot")]
    wrong = {
        node.name: "should be tagged" if beyond else "should not be tagged"
        for node in built
        if (
            beyond := any(
                not s.startswith(OF_BOTH_REGIONS) for s in sources_of(project, node.unique_id, known)
            )
        )
        != (TAG in node.tags)
    }
    assert wrong == {}, "the tags us_only stand in dbt_project.yml"
    both = {node.name for node in built if TAG not in node.tags}
    assert {"dim_users", "fct_runs", "usage_metrics_daily", "organizations_snapshot"} <= both
