"""What Dagster+ Insights needs to tell each asset what its queries in Snowflake cost.

What belongs here: when there is somebody to tell, and what. What does not: the comment under which Snowflake remembers the queries
(`query-comment` in `dbt_project.yml`). Source: https://docs.dagster.io/guides/observe/insights/snowflake.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import dagster as dg
from dagster_dbt import DbtCliInvocation

from dagster_open_platform.lib.dbt.events import DbtEvent
from dagster_open_platform.lib.dbt.targets import engine_of
from dagster_open_platform.utils.environment_helpers import has_insights


def is_metered(target: str, environ: Mapping[str, str]) -> bool:
    """Whether Insights is there and knows the target's engine."""
    return engine_of(target) == "snowflake" and has_insights(environ)


def cost_observations(
    context: dg.AssetExecutionContext, invocation: DbtCliInvocation, events: Sequence[DbtEvent]
) -> Iterator[DbtEvent]:
    """Observations that name the queries of each asset and check.

    Made after the events, not around them (`with_insights()`): a run of dbt that broke off early has no results, for which the wrapper
    looks, and that must not hide why it broke off.

    Args:
        context: The op's.
        invocation: Of dbt, which has ended and written its results.
        events: Everything that it reported.
    """
    # An import of seconds, and of no use elsewhere.
    from dagster_cloud.dagster_insights import dbt_with_snowflake_insights

    observed = dbt_with_snowflake_insights(context, invocation, dagster_events=events)
    yield from islice(observed, len(events), None)
