"""The query tag is JSON that fits, whatever runs, and arrives as it was made."""

import json
from collections.abc import Iterator
from dataclasses import replace

import dagster as dg
from hypothesis import given
from hypothesis import strategies as st
from sqlglot.dialects.snowflake import Snowflake

from dagster_open_platform.lib.warehouse.snowflake.query_tag import LONGEST, Origin, current_origin, query_tag
from dagster_open_platform.lib.warehouse.snowflake.session_sql import set_query_tag
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName, environment_scope

TEXT = st.text(max_size=40)
ORIGINS = st.builds(
    Origin,
    environment=st.sampled_from([name.value for name in EnvironmentName]),
    run_id=st.none() | TEXT,
    job=st.none() | TEXT | st.text(min_size=1500),
    step=st.none() | TEXT,
    assets=(st.lists(TEXT, max_size=80) | st.lists(st.just("x" * 120), max_size=40)).map(tuple),
)


@given(origin=ORIGINS)
def test_a_tag_is_json_that_fits_and_says_what_it_leaves_out(origin: Origin) -> None:
    tag = query_tag(origin)
    told = json.loads(tag)

    assert len(tag) <= LONGEST
    assert tag.isascii()
    assert told["environment"] == origin.environment
    kept = told.get("assets", [])
    assert kept == [*origin.assets[: len(kept)]]
    if "assets" in told:
        assert told.get("assets_left_out", 0) == len(origin.assets) - len(kept)
    # Nothing is left out that would have fitted.
    if len(kept) < len(origin.assets) and "assets" in told:
        whole = json.dumps({**told, "assets": [*origin.assets[: len(kept) + 1]]})
        assert len(whole) >= LONGEST - len(', "assets_left_out": 80')


@given(origin=ORIGINS)
def test_a_tag_arrives_as_one_literal(origin: Origin) -> None:
    tag = query_tag(origin)
    tokens = Snowflake().tokenize(set_query_tag(tag))

    assert tokens[-1].text == tag
    assert [token.text for token in tokens[:-1]] == ["ALTER", "SESSION", "SET", "QUERY_TAG", "="]


def test_the_op_that_runs_is_the_origin() -> None:
    seen: dict[str, Origin] = {}

    @dg.asset(key_prefix=["github"])
    def issues() -> None:
        seen["asset"] = current_origin()

    @dg.asset_check(asset=issues)
    def not_empty() -> dg.AssetCheckResult:
        seen["check"] = current_origin()
        return dg.AssetCheckResult(passed=True)

    @dg.multi_asset(specs=[dg.AssetSpec("b"), dg.AssetSpec("a"), dg.AssetSpec("c")], can_subset=True)
    def several(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        seen["subset"] = current_origin()
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(key)

    @dg.op
    def tidy() -> None:
        seen["op"] = current_origin()

    @dg.job
    def tidying() -> None:
        tidy()

    with environment_scope(Environment(EnvironmentName.PROD)):
        run = dg.materialize([issues, not_empty, several], selection=["github/issues", "b", "a"])
        tidied = tidying.execute_in_process()
        outside = current_origin()

    expected = Origin("prod", run.run_id, "__ephemeral_asset_job__", "github__issues", ("github/issues",))
    assert seen["asset"] == expected
    assert seen["subset"] == replace(expected, step="several", assets=("a", "b"))
    assert seen["check"] == replace(expected, step="github__issues_not_empty")
    assert seen["op"] == Origin("prod", tidied.run_id, "tidying", "tidy")
    assert outside == Origin("prod")
