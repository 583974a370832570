"""The parsed project of a branch deployment or of a region, made of the one that was parsed ahead.

What belongs here: which target's parse another one may start from, and the names that differ. What does not: reading a parse (``parsed.py``).

A pull request's number enters the names of databases, so nothing can be parsed ahead for it, and a parse takes 23 s of CPU for 500 models;
each run of dbt would begin with one. But the names are all that differs (a test compares with a parse): everything else that asks for the
target is asked when a model is compiled.

dbt's own process reads this, so nothing here imports Dagster.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dagster_open_platform.utils.databases import LOGICAL_DATABASES, clone_name

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PULL_REQUEST_VARIABLE = "DAGSTER_CLOUD_PULL_REQUEST_ID"
ORIGINALS: Mapping[str, str] = {"branch_deployment": "prod", "branch_local": "local"}
"""Target of a branch to the one of the same engine whose parse differs in names only."""
REGIONAL = "_eu"
"""Ends the name of a region's target, which has the names of the one without it."""


def is_of_branch(target: str | None) -> bool:
    """Whether a target's databases are a pull request's clones of those that were parsed ahead."""
    return target is not None and target.removesuffix(REGIONAL) in ORIGINALS


def parsed_with(target: str | None) -> str | None:
    """Return the target whose parse a run with ``target`` begins with."""
    if target is None:
        return None
    target = target.removesuffix(REGIONAL)
    return ORIGINALS.get(target, target)


def on_clones(manifest: "Manifest", pull_request_id: str) -> None:
    """Put a pull request's clones in the place of the originals.

    Args:
        manifest: Of an original target; changed in place.
        pull_request_id: Digits.
    """
    clones = {database: clone_name(database, pull_request_id) for database in LOGICAL_DATABASES}
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        _rename(node, "database", clones)
        _rename(node, "relation_name", clones)
    for semantic_model in manifest.semantic_models.values():
        if semantic_model.node_relation is not None:
            _rename(semantic_model.node_relation, "database", clones)
            _rename(semantic_model.node_relation, "relation_name", clones)


def _rename(holder: Any, attribute: str, clones: Mapping[str, str]) -> None:
    name = getattr(holder, attribute, None)
    if not isinstance(name, str):
        return
    database, dot, rest = name.partition(".")
    bare = database.strip('"')
    if bare in clones:
        setattr(holder, attribute, database.replace(bare, clones[bare]) + dot + rest)
