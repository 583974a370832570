"""The benchmark of dbt: what it divides, and that both ways are told to build the same."""

from pathlib import Path

import pytest

from dagster_open_platform.lib.dbt.properties import is_daily
from dagster_open_platform_local.bench import dbt, dbt_ways
from dagster_open_platform_tests.unit.dbt.nodes import manifest, model


def run(cpu: float, seconds: float, nodes: int = 10) -> dbt.Run:
    return {"cpu": cpu, "seconds": seconds, "nodes": nodes}


def test_the_best_runs_are_compared() -> None:
    found = {"ours": [run(11.0, 9.0), run(30.0, 6.0)], "bare": [run(10.0, 8.0), run(12.0, 5.0)]}
    cpu, elapsed = dbt.ratios(found)
    assert (cpu.value, elapsed.value) == (pytest.approx(1.1), pytest.approx(1.2))
    assert (cpu.kept, elapsed.kept) == (True, False)


def test_ways_that_did_different_work_are_not_compared() -> None:
    with pytest.raises(RuntimeError, match=r"different numbers of nodes: \[9, 10\]"):
        dbt.ratios({"ours": [run(1.0, 1.0, 9)], "bare": [run(1.0, 1.0)]})


def test_marts_are_built_with_what_they_read_unless_that_is_partitioned() -> None:
    staged = model("stg", "staging/erp")
    invoices = model("invoices", "marts/finance", depends_on={"nodes": [staged["unique_id"]]})
    daily = model("daily", "core", tags=["daily"])
    usage = model("usage", "marts/finance", depends_on={"nodes": [daily["unique_id"]]})
    other = model("other", "marts/sales", depends_on={"nodes": [staged["unique_id"]]})
    assert is_daily(daily)
    built, left = dbt_ways.measured_nodes(manifest(staged, invoices, daily, usage, other))
    assert built == ["invoices", "stg"]
    assert left == ["daily", "other", "usage"]


def test_a_child_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="KeyError: 'neither'"):
        dbt.child("neither", tmp_path)
