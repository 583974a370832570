"""What is read of the semantic manifest when definitions load."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from dagster_open_platform.lib.dbt.manifest import load_semantic_manifest
from dagster_open_platform.lib.semantic_layer.declarations import Declarations
from dagster_open_platform.lib.semantic_layer.errors import InvalidSemanticManifest

MANIFEST = load_semantic_manifest()


def changed(change: Callable[[dict[str, Any]], None]) -> Declarations:
    content = json.loads(MANIFEST)
    change(content)
    return Declarations.parse(json.dumps(content))


def test_columns_say_what_they_mean() -> None:
    for query in Declarations.parse(MANIFEST).saved_queries:
        assert [name for name, meaning in query.columns.items() if not meaning] == [], query.name
    usage = Declarations.parse(MANIFEST).saved_query("usage_by_week")
    assert usage.columns["metric_time__week"] == "First day of the week."
    assert usage.columns["organization__plan"] == "SOLO, STARTER, PRO or ENTERPRISE."
    assert usage.columns["run_failure_rate"] == "Runs that failed as a fraction of all."


def test_a_filter_is_read_too() -> None:
    """Without it the models of a query that only filters by another one would be unknown."""
    with_filter = Declarations.parse(MANIFEST).saved_query("usage_by_week")

    def without_group(content: dict[str, Any]) -> None:
        for query in content["saved_queries"]:
            query["query_params"]["group_by"] = []

    def without_both(content: dict[str, Any]) -> None:
        without_group(content)
        for query in content["saved_queries"]:
            query["query_params"]["where"] = None

    assert changed(without_group).saved_query("usage_by_week").models == with_filter.models
    assert [model.name for model in changed(without_both).saved_query("usage_by_week").models] == [
        "organization_usage_daily"
    ]


def test_an_owner_is_asked_for() -> None:
    def disown(content: dict[str, Any]) -> None:
        for semantic in content["semantic_models"]:
            if semantic["name"] == "usage":
                semantic["config"] = {"meta": {}}

    declarations = changed(disown)
    assert declarations.saved_query("margin_by_month").owners == ["team:finance"]
    with pytest.raises(InvalidSemanticManifest, match=r"semantic model usage .* set config\.meta\.owner"):
        declarations.saved_query("usage_by_week")


def test_a_description_is_asked_for() -> None:
    def silence(content: dict[str, Any]) -> None:
        for query in content["saved_queries"]:
            query["description"] = None

    with pytest.raises(
        InvalidSemanticManifest, match="saved query arr_by_plan in models/semantic has no desc"
    ):
        _ = changed(silence).saved_queries
