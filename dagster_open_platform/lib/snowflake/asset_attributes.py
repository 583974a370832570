"""What YAML may say of a declared object's asset.

What belongs here: those fields. What does not: the fields of the object (``fields.py``), and what becomes of either
(``component.py``).
"""

from dataclasses import dataclass
from typing import Annotated

import dagster as dg

from dagster_open_platform.lib.snowflake.fields import text
from dagster_open_platform.lib.yaml_fields import names, resolve_tags


@dataclass(frozen=True)
class AssetAttributes(dg.Resolvable):
    """What Dagster knows of the object."""

    key: Annotated[
        dg.ResolvedAssetKey | None,
        dg.Resolver.default(
            description="By default `snowflake/<schema>/<name>`, in lower case.",
            examples=["snowflake/aws/billing_exports"],
        ),
    ] = None
    deps: Annotated[
        list[dg.ResolvedAssetKey] | None,
        dg.Resolver.default(
            description="Keys of the assets that it is made from: the stage, the files, the tables of a query.",
            examples=[["snowflake/aws/billing_exports", "s3/billing_exports/aws_cost"]],
        ),
    ] = None
    description: Annotated[
        str | None,
        text("What it holds; by default the comment that the object gets.", ["Files of the AWS bill."]),
    ] = None
    group_name: Annotated[str | None, text("By default the schema.", ["aws"])] = None
    owners: Annotated[
        list[str] | None,
        names(
            description="Who answers for it; by default the data platform's team.",
            examples=[["team:data-platform"]],
        ),
    ] = None
    kinds: Annotated[
        list[str] | None,
        names(description="By default `snowflake`, and `s3` if it has files.", examples=[["snowflake"]]),
    ] = None
    tags: Annotated[
        dict[str, str] | None,
        dg.Resolver(
            resolve_tags,
            model_field_type=dict[str, str | int | float | bool] | None,
            description="Tags of the asset.",
            examples=[{"tier": "raw"}],
        ),
    ] = None
    automation_condition: Annotated[
        dg.AutomationCondition | None,
        dg.Resolver.default(
            model_field_type=str | None,
            description="When it is refreshed; by default when an input is updated. A changed declaration is always a reason.",
            examples=["{{ ingest_on_cron('0 6 * * *') }}"],
        ),
    ] = None
    freshness_policy: Annotated[
        dg.FreshnessPolicy | None,
        dg.Resolver.default(
            model_field_type=str | None,
            description="How old the last refresh may become.",
            examples=["{{ fresh_within(fail_hours=36) }}"],
        ),
    ] = None
