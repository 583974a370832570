"""The part of a manifest that is a region's."""

from typing import Any

import dagster as dg
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.dbt.properties import key_of
from dagster_open_platform.lib.dbt.regions import WHOLE, excluded_of, manifest_of
from dagster_open_platform.lib.dbt.selection import foreign_tests
from dagster_open_platform.utils.regions import EU, US
from dagster_open_platform_tests.unit.dbt.nodes import model, source


def a_test(name: str, *parents: str) -> dict[str, Any]:
    """A test of the project that looks at nodes."""
    return {
        "resource_type": "test",
        "name": name,
        "unique_id": f"test.shop.{name}",
        "depends_on": {"nodes": [*parents]},
        "config": {},
    }


def manifest(*nodes: dict[str, Any], sources: tuple[str, ...] = ("erp",)) -> dict[str, Any]:
    return {
        "nodes": {node["unique_id"]: node for node in nodes},
        "sources": {
            f"source.shop.{name}.raw": source("raw", unique_id=f"source.shop.{name}.raw", source_name=name)
            for name in sources
        },
    }


def test_the_first_region_has_all_of_it() -> None:
    whole = manifest(model(), sources=("erp", "other"))
    assert manifest_of(whole, US, ()) is whole
    assert excluded_of(whole, US, ()) == ()


def test_keys_have_the_prefix_and_stay_otherwise() -> None:
    whole = manifest(model())
    found = manifest_of(whole, EU, ["erp"])
    for kind in ("nodes", "sources"):
        for name, node in found[kind].items():
            assert key_of(node) == dg.AssetKey(["eu", *key_of(whole[kind][name]).path])


def test_what_only_the_first_region_has_is_gone_with_the_tests_that_look_at_it() -> None:
    ours, theirs = model("ours"), model("theirs", tags=["us_only"])
    whole = manifest(
        ours,
        theirs,
        a_test("of_ours", ours["unique_id"]),
        a_test("of_theirs", theirs["unique_id"]),
        a_test("of_both", ours["unique_id"], theirs["unique_id"]),
    )
    found = manifest_of(whole, EU, ["erp"])
    assert {node["name"] for node in found["nodes"].values()} == {"ours", "of_ours"}
    # dbt would run it with our model, and is told not to.
    assert foreign_tests(found, {key_of(found["nodes"][ours["unique_id"]])}, ()) == ["of_both", "of_ours"]


def test_a_source_that_the_region_lacks_is_read_by_nobody() -> None:
    reader = model("reader", depends_on={"nodes": ["source.shop.erp.raw", "source.shop.other.raw"]})
    whole = manifest(reader, a_test("of_other", "source.shop.other.raw"), sources=("erp", "other"))
    found = manifest_of(whole, EU, ["erp"])
    assert found["nodes"][reader["unique_id"]]["depends_on"]["nodes"] == ["source.shop.erp.raw"]
    assert set(found["sources"]) == {"source.shop.erp.raw"}
    assert "test.shop.of_other" not in found["nodes"]
    assert excluded_of(whole, EU, ["erp"]) == ("tag:us_only", "source:other")


@given(st.lists(st.tuples(st.booleans(), st.sets(st.integers(0, 6), max_size=3)), min_size=1, max_size=7))
def test_no_node_that_stays_reads_one_that_is_gone_but_a_shared_model(
    drawn: list[tuple[bool, set[int]]],
) -> None:
    """Tests never do; a model of all regions that reads one of the first is a mistake of the project, which is not hidden."""
    models = [model(f"m{number}", tags=["us_only"] if only else []) for number, (only, _) in enumerate(drawn)]
    tests = [
        a_test(f"t{number}", *(f"model.shop.m{parent % len(drawn)}" for parent in parents))
        for number, (_, parents) in enumerate(drawn)
    ]
    whole = manifest(*models, *tests)
    found = manifest_of(whole, EU, ["erp"])
    assert found[WHOLE] is whole["nodes"]
    for node in found["nodes"].values():
        assert set(node["depends_on"]["nodes"]) <= found["nodes"].keys()
    kept = {node["name"] for node in found["nodes"].values() if node["resource_type"] == "model"}
    assert kept == {f"m{number}" for number, (only, _) in enumerate(drawn) if not only}
