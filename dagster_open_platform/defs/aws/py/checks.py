"""What must hold of staged snapshots at any time: that they are all there, and whole.

What belongs here: which check stands on which asset. What does not: listings and markers (``lib/aws/workspace/``).
"""

from collections.abc import Iterator

import dagster as dg

from dagster_open_platform.defs.aws.py.assets import key_of
from dagster_open_platform.lib.aws.buckets import workspace_staging_prefix
from dagster_open_platform.lib.aws.protocol import ObjectStores
from dagster_open_platform.lib.aws.resource import WORKSPACE_ROLE_VARIABLE
from dagster_open_platform.lib.aws.workspace.audit import Audited, audit
from dagster_open_platform.lib.aws.workspace.layout import OBJECTS, WORKSPACES, Layout
from dagster_open_platform.lib.aws.workspace.replicate import Day, Replication

EVERY_ORGANIZATION = "every_organization_is_staged"
ROWS_EQUAL = "rows_equal_the_markers"
LATEST_DAYS = 7
"""Materialized days that are looked at."""


@dg.multi_asset_check(
    name="aws_workspace_checks",
    specs=[
        dg.AssetCheckSpec(
            EVERY_ORGANIZATION,
            asset=key_of(WORKSPACES),
            description="Every snapshot of the latest days is staged as it is now.",
        ),
        *(
            dg.AssetCheckSpec(
                ROWS_EQUAL,
                asset=key_of(kind),
                description="The chunks of the latest day have the rows that their markers name, each of its organization.",
            )
            for kind in OBJECTS
        ),
    ],
    can_subset=True,
)
def aws_workspace_checks(
    context: dg.AssetCheckExecutionContext, s3: dg.ResourceParam[ObjectStores]
) -> Iterator[dg.AssetCheckResult]:
    """Looks at what is there."""
    selected = context.selected_asset_check_keys
    days = sorted(context.instance.get_materialized_partitions(key_of(WORKSPACES)))[-LATEST_DAYS:]
    kinds = [kind for kind in OBJECTS if dg.AssetCheckKey(key_of(kind), ROWS_EQUAL) in selected]
    layout = Layout(workspace_staging_prefix())
    with s3.connect(WORKSPACE_ROLE_VARIABLE) as store:
        if dg.AssetCheckKey(key_of(WORKSPACES), EVERY_ORGANIZATION) in selected:
            looked = Replication(store, layout).look(days[0], days[-1]) if days else {}
            yield every_organization_is_staged({day: looked[day] for day in days})
        audited = audit(store, layout, days[-1], kinds) if days and kinds else {}
    for kind in kinds:
        yield rows_equal_the_markers(kind, days[-1] if days else None, audited.get(kind))


def every_organization_is_staged(days: dict[str, Day]) -> dg.AssetCheckResult:
    """Judges the latest materialized days.

    Args:
        days: What is staged of each.
    """
    missing = [f"{organization} of {day}" for day, found in days.items() for organization in found.missing]
    staged = sum(day.staged for day in days.values())
    return dg.AssetCheckResult(
        asset_key=key_of(WORKSPACES),
        check_name=EVERY_ORGANIZATION,
        passed=not missing,
        metadata={"days": list(days), "snapshots_staged": staged, "snapshots_missing": missing},
        description=(
            f"{len(missing)} snapshots came or were replaced after their day was materialized, such as {missing[0]}:"
            " materialize it again."
            if missing
            else f"All {staged} snapshots of {len(days)} days are staged."
        ),
    )


def rows_equal_the_markers(kind: str, day: str | None, found: Audited | None) -> dg.AssetCheckResult:
    """Judges a kind of objects of the latest materialized day.

    Args:
        kind: Of objects.
        day: That day; None: none was.
        found: What is in its chunks.
    """
    problems = found.problems if found else []
    rows = found.rows if found else 0
    return dg.AssetCheckResult(
        asset_key=key_of(kind),
        check_name=ROWS_EQUAL,
        passed=not problems,
        metadata={
            "day": day or "",
            "rows": rows,
            "chunks": found.chunks if found else 0,
            "problems": problems,
        },
        description=(
            f"{len(problems)} chunks are not what their markers say: {problems[0]}"
            if problems
            else f"{rows:,} rows of {day}, as the markers say."
            if day
            else "No day was materialized yet."
        ),
    )
