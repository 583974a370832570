"""The summary's numbers and its last lines."""

import io
from pathlib import Path

import dagster as dg
import duckdb
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from dagster_open_platform_local.demo.execute import Outcome, StepTime
from dagster_open_platform_local.demo.figures import Figure, business_figures, count_rows
from dagster_open_platform_local.demo.graph import Atom, Graph
from dagster_open_platform_local.demo.records import CheckResult, Materialization, Records
from dagster_open_platform_local.demo.summary import Summary, show
from dagster_open_platform_local.demo.timing import TimeShares, share_time
from dagster_open_platform_local.demo.verdict import CheckCounts, complaints
from dagster_open_platform_tests.fixtures.graph_atoms import DAILY

MODEL, RAW = dg.AssetKey("model"), dg.AssetKey("raw")
seconds = st.floats(0, 1000)


def page(complaints: list[str], rows: dict[str, tuple[int, int]] | None = None) -> list[str]:
    said = io.StringIO()
    summary = Summary(
        as_of="2026-06-17",
        assets_now=2,
        partitions_now=1200,
        assets_done=3,
        assets=3,
        runs=4,
        checks=CheckCounts(5, 1, 0, 0),
        rows=rows or {},
        figures=[Figure("Downloads", "12 [of] 3")],
        time=TimeShares(1.0, 2.0, 3.0, 4.0, 5.0),
        service_cpu={"saas": 1.25},
        complaints=complaints,
    )
    show(Console(file=said, width=100), summary)
    return said.getvalue().splitlines()


def test_what_went_wrong_comes_last() -> None:
    lines = page(["a failed: [reason] " + "long " * 50, "b skipped, because a failed"])
    assert lines[-3] == "The demo failed:"
    assert lines[-2].startswith("  a failed: [reason] long long")
    assert lines[-1] == "  b skipped, because a failed"


def test_the_page_says_how_much_was_done_and_where_the_time_went() -> None:
    text = "\n".join(page([], {"purina.pypi.downloads": (1234, 34), "purina.old.table": (5, 0)}))
    assert "2 materialized now (1,200 materializations in 4 runs); 3 of 3 are materialized" in text
    assert "5 passed, 1 warned, 0 failed" in text
    assert "15.0 s: Dagster 5.0, dbt 3.0, fetching and loading 4.0, services' start 2.0, data 1.0" in text
    assert "saas 1.2" in text
    assert "12 [of] 3" in text
    [row] = [line for line in text.splitlines() if "purina.pypi.downloads" in line]
    assert row.split() == ["purina.pypi.downloads", "1,234", "+34"]


@given(
    st.dictionaries(st.sampled_from(["data", "services", "manifest"]), seconds),
    st.lists(st.tuples(st.sampled_from([MODEL, RAW]), seconds), max_size=5),
    seconds,
)
def test_the_shares_add_up_to_the_whole(
    phases: dict[str, float], steps: list[tuple[dg.AssetKey, float]], rest: float
) -> None:
    total = sum(phases.values()) + sum(duration for _, duration in steps) + rest
    shares = share_time(
        total,
        phases,
        [StepTime(frozenset({key}), duration) for key, duration in steps],
        frozenset({MODEL}),
    )
    assert abs(shares.total - total) < 1e-6
    assert abs(shares.dagster - rest) < 1e-6
    of_dbt = sum(duration for key, duration in steps if key == MODEL)
    assert abs(shares.dbt - of_dbt - phases.get("manifest", 0.0)) < 1e-6


def test_rows_are_counted_of_what_the_platform_fills(tmp_path: Path) -> None:
    assert count_rows(tmp_path) == {}
    with duckdb.connect(str(tmp_path / "snowflake.duckdb")) as connection:
        connection.execute("create schema account_usage; create table account_usage.t as from range(2)")
    with duckdb.connect(str(tmp_path / "purina.duckdb")) as connection:
        connection.execute("create schema pypi; create table pypi.t as from range(3)")
        connection.execute("create view pypi.v as from pypi.t")
        connection.execute("create schema _inner; create table _inner.t as from range(9)")
        connection.execute("create table pypi._inner as from range(9)")
    assert count_rows(tmp_path) == {"purina.pypi.t": 3}


def test_a_mart_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "dwh_reporting.duckdb")) as connection:
        connection.execute("create schema community")
        connection.execute(
            """create table community.pypi_downloads_weekly as
            select date '2026-06-08' as week_start, 110::hugeint as download_count,
                100::hugeint as previous_week_download_count, true as is_complete_week"""
        )
    figures = {figure.name: figure.value for figure in business_figures(tmp_path)}
    assert figures["Last full week"] == "110 downloads in the week of 2026-06-08, +10.0 % on the week before"
    assert figures["Issues"].startswith("not available: ")


def test_each_kind_of_gap_is_told_once() -> None:
    own = dg.AssetCheckKey(RAW, "own")
    silent = dg.AssetCheckKey(MODEL, "silent")
    graph = Graph(
        {
            "raw": Atom("raw", frozenset({RAW}), frozenset({own}), partitions_def=DAILY),
            "model": Atom("model", frozenset({MODEL}), frozenset({silent}), needs=frozenset({RAW})),
            "lost": Atom("lost", frozenset({dg.AssetKey("lost")})),
        },
        {},
    )
    records = Records(
        {
            RAW: Materialization(1, 1.0, "run", None),
            MODEL: Materialization(2, 2.0, "run", None),
        },
        {RAW: {"2026-06-01": 1}},
        {own: CheckResult(1.0, "run", passed=False, is_error=True, description="two\nlines")},
    )
    assert complaints(graph, records, Outcome(), lambda _: ("2026-06-01", "2026-06-02", "2026-06-03")) == [
        "lost was not materialized",
        "raw lacks 2 partitions, 2026-06-02 first",
        "check raw:own failed: two lines",
        "model:silent never evaluated",
    ]
    failed = Outcome(
        failed={"raw": "boom", "raw:own": "boom"}, skipped={"model": "raw"}, materialized={RAW: 1}
    )
    assert complaints(graph, Records(), failed, lambda _: ())[:2] == [
        "raw, raw:own failed: boom",
        "model skipped, because raw failed",
    ]
