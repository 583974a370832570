"""The dbt project as one region's platform has it.

What belongs here: which nodes and sources that are, and under which keys. What does not: what dbt is told (``variables.py``,
``nodes.py``), and which sources a region has (its own ``defs/``).

The project is parsed once, for all regions: which of the product's databases a model reads is decided when it is compiled. So a
region's graph is cut out of the one manifest, and everything that reads a manifest serves every region.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dagster_open_platform.lib.dbt.properties import (
    KEY_PREFIX,
    Properties,
    dagster_meta_of,
    meta_of,
)
from dagster_open_platform.utils.regions import Region

WHOLE = "whole_nodes"
"""What a region's manifest has besides: the nodes of the whole project, among which dbt finds tests to run with the region's."""
FIRST_ONLY_TAG = "us_only"
"""The tag of nodes that read what only the first region has."""


def manifest_of(manifest: Mapping[str, Any], region: Region, sources: Collection[str]) -> Mapping[str, Any]:
    """Return the part of a manifest that is a region's, with the region's keys.

    Args:
        manifest: dbt's, of the whole project.
        region: Whose; the first region has all of it.
        sources: Names of the dbt sources that the region has.
    """
    if region.is_first:
        return manifest
    kept_sources = {
        name: _prefixed(source, region)
        for name, source in manifest["sources"].items()
        if source["source_name"] in sources
    }
    gone = {name for name, node in manifest["nodes"].items() if FIRST_ONLY_TAG in node.get("tags", ())}
    # dbt leaves out with a node the tests that look at it.
    gone |= {
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "test"
        and any(parent in gone or _is_absent(parent, kept_sources) for parent in node["depends_on"]["nodes"])
    }
    nodes = {
        name: _without_absent(_prefixed(node, region), kept_sources)
        for name, node in manifest["nodes"].items()
        if name not in gone
    }
    return {**manifest, "nodes": nodes, "sources": kept_sources, WHOLE: manifest["nodes"]}


def excluded_of(manifest: Mapping[str, Any], region: Region, sources: Collection[str]) -> Sequence[str]:
    """Return the same in dbt's words: what a build in the region leaves out.

    Args:
        manifest: dbt's, of the whole project.
        region: Whose; nothing is left out in the first.
        sources: Names of the dbt sources that the region has.
    """
    if region.is_first:
        return ()
    absent = sorted({source["source_name"] for source in manifest["sources"].values()} - {*sources})
    return (f"tag:{FIRST_ONLY_TAG}", *(f"source:{name}" for name in absent))


def _prefixed(properties: Properties, region: Region) -> Properties:
    dagster = dict(dagster_meta_of(properties))
    if properties["resource_type"] == "source":
        dagster["asset_key"] = [*region.key_prefix, *dagster["asset_key"]]
    else:
        dagster[KEY_PREFIX] = [*region.key_prefix]
    config = {**properties.get("config", {}), "meta": {**meta_of(properties), "dagster": dagster}}
    return {**properties, "config": config}


def _without_absent(node: Properties, sources: Collection[str]) -> Properties:
    parents = node["depends_on"].get("nodes")
    if parents is None:
        return node
    kept = [parent for parent in parents if not _is_absent(parent, sources)]
    return {**node, "depends_on": {**node["depends_on"], "nodes": kept}}


def _is_absent(unique_id: str, sources: Collection[str]) -> bool:
    return unique_id.startswith("source.") and unique_id not in sources
