"""The query tag: what Snowflake's query history says about who ran a statement.

What belongs here: what is in the tag, and its length. What does not: setting it (`sessions.py`).

    select try_parse_json(query_tag):job::text as job, sum(execution_time)
    from snowflake.account_usage.query_history group by job
"""

import json
from dataclasses import dataclass

import dagster as dg

from dagster_open_platform.utils.environment_helpers import get_environment

LONGEST = 2000
"""Characters that Snowflake keeps (https://docs.snowflake.com/en/sql-reference/parameters#query-tag)."""


@dataclass(frozen=True)
class Origin:
    """Who runs statements.

    Args:
        environment: `local`, `branch`, `dogfood` or `prod`.
        run_id: Of the Dagster run; None outside one, such as in a sensor or a shell.
        job: Of the run.
        step: Of the run.
        assets: That the step makes or checks, as a user would write their keys.
    """

    environment: str
    run_id: str | None = None
    job: str | None = None
    step: str | None = None
    assets: tuple[str, ...] = ()


def current_origin() -> Origin:
    """The op that runs in this thread now, or the environment alone outside of one."""
    environment = get_environment().name.value
    try:
        context = dg.OpExecutionContext.get()
    except dg.DagsterInvariantViolationError:  # outside an op
        return Origin(environment)
    if context.has_assets_def:
        keys = {*context.selected_asset_keys} | {
            check.asset_key for check in context.selected_asset_check_keys
        }
    else:
        keys = set()
    return Origin(
        environment,
        run_id=context.run_id,
        job=context.job_name,
        step=str(context.op_handle),
        assets=tuple(sorted(key.to_user_string() for key in keys)),
    )


def query_tag(origin: Origin) -> str:
    """Return a JSON object of at most `LONGEST` ASCII characters.

    As many assets as fit are in it, in order; where not all do, `assets_left_out` says how many are missing.
    """
    facts = {
        name: value
        for name in ("environment", "run_id", "job", "step")
        if (value := getattr(origin, name)) is not None
    }
    if not origin.assets:
        return _bounded(facts)
    for count in range(len(origin.assets), -1, -1):
        left_out = len(origin.assets) - count
        rest = {"assets_left_out": left_out} if left_out else {}
        tag = json.dumps({**facts, "assets": [*origin.assets[:count]], **rest})
        if len(tag) <= LONGEST:
            return tag
    return _bounded(facts)


def _bounded(facts: dict[str, str]) -> str:
    """Leave out what is longest until the rest fits; only a name of a thousand letters gets this far."""
    while len(tag := json.dumps(facts)) > LONGEST:
        facts = {name: value for name, value in facts.items() if value != max(facts.values(), key=len)}
    return tag
