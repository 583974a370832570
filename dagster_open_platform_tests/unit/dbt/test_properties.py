"""What a node's properties say, and errors that name the file to correct."""

from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.lib.dbt.errors import InvalidModelProperties
from dagster_open_platform.lib.dbt.properties import (
    Layer,
    description_of,
    folder_of,
    freshness_of,
    key_of,
    layer_of,
    owner_of,
)
from dagster_open_platform_tests.unit.dbt.nodes import model, source


def test_a_key_is_made_of_logical_names() -> None:
    assert key_of(model()) == dg.AssetKey(["dwh_reporting", "sales", "orders"])


def test_a_sources_key_is_its_producers() -> None:
    assert key_of(source()) == dg.AssetKey(["erp", "orders"])


@pytest.mark.parametrize(
    "meta", [{}, {"dagster": {}}, {"dagster": {"asset_key": []}}, {"dagster": {"asset_key": [1]}}]
)
def test_a_source_without_a_producer_is_an_error(meta: dict[str, Any]) -> None:
    with pytest.raises(
        InvalidModelProperties, match=r"raw_orders \(models/staging/erp/_sources\.yml\).*asset_key"
    ):
        key_of(source(config={"meta": meta}))


@pytest.mark.parametrize(
    ("folder", "layer", "schema"),
    [
        ("staging/erp", Layer.STAGING, "staging"),
        ("marts/sales", Layer.MART, "sales"),
        ("marts/sales/daily", Layer.MART, "sales"),
        ("utilities", Layer.UTILITY, "utilities"),
    ],
)
def test_a_folder_decides_layer_and_group(folder: str, layer: Layer, schema: str) -> None:
    assert (layer_of(model(folder=folder)), folder_of(model(folder=folder))) == (layer, schema)


def test_snapshots_and_seeds_are_layers_and_groups_of_their_own() -> None:
    snapshot = model(resource_type="snapshot", original_file_path="snapshots/orders.yml")
    seed = model(resource_type="seed", original_file_path="seeds/erp/orders.csv")
    assert (layer_of(snapshot), folder_of(snapshot)) == (Layer.SNAPSHOT, "snapshots")
    assert (layer_of(seed), folder_of(seed)) == (Layer.SEED, "seeds")


def test_an_unknown_folder_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(
        InvalidModelProperties,
        match=r"models/odds/.*staging, pii, intermediate, core, hightouch, marts, utilities",
    ):
        layer_of(model(folder="odds"))


def test_grain_and_owner_stand_below_the_description() -> None:
    text = description_of(model(config={"meta": {"owner": "team:sales", "grain": ["day", "shop"]}}))
    assert text == "One row per order.\n\nGrain: `day`, `shop`. Owner: team:sales."


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"description": " "}, "has no description"),
        ({"config": {"meta": {"owner": "team:sales"}}}, "config.meta.grain"),
        ({"config": {"meta": {"owner": "team:sales", "grain": []}}}, "config.meta.grain"),
        ({"config": {"meta": {"grain": ["a"]}}}, "config.meta.owner"),
    ],
)
def test_what_a_model_must_say_of_itself(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(
        InvalidModelProperties, match=rf"orders \(models/marts/sales/orders\.sql\).*{problem}"
    ):
        description_of(model(**changes))


def test_an_owner_may_be_a_person() -> None:
    assert owner_of(model(config={"meta": {"owner": "ann@example.com"}})) == "ann@example.com"


def with_freshness(declared: object) -> dict[str, Any]:
    return model(config={"meta": {"owner": "team:sales", "grain": ["a"], "dagster": {"freshness": declared}}})


def test_freshness_is_written_as_dbt_writes_it() -> None:
    declared = {"warn_after": {"count": 8, "period": "day"}, "error_after": {"count": 200, "period": "hour"}}
    assert freshness_of(with_freshness(declared)) == dg.FreshnessPolicy.time_window(
        warn_window=timedelta(days=8), fail_window=timedelta(hours=200)
    )
    assert freshness_of(model()) is None


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        ({}, "needs error_after"),
        ({"warn_after": {"count": 1, "period": "day"}}, "needs error_after"),
        ({"error_after": {"count": 1, "period": "week"}}, "minute, hour, day"),
        ({"error_after": {"count": 0, "period": "day"}}, "write"),
        ({"error_after": "1 day"}, "write"),
        ({"error": {"count": 1, "period": "day"}}, "takes error_after and warn_after"),
        ("1 day", "takes error_after and warn_after"),
        (
            {"error_after": {"count": 1, "period": "day"}, "warn_after": {"count": 24, "period": "hour"}},
            "warn before it fails",
        ),
    ],
)
def test_freshness_that_is_written_differently_is_an_error(declared: object, problem: str) -> None:
    with pytest.raises(InvalidModelProperties, match=problem):
        freshness_of(with_freshness(declared))
