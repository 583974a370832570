"""What the platform reads in object storage and does not make.

What belongs here: external assets, which somebody else makes.
"""

import dagster as dg

from dagster_open_platform.lib.aws.buckets import BILLING, WORKSPACE
from dagster_open_platform.utils.source_code import here

RAW_SNAPSHOTS = dg.AssetKey(["s3", "workspace_replication", "raw"])
WORKSPACE_ORGANIZATIONS = dg.DynamicPartitionsDefinition(name="workspace_organizations")

workspace_snapshots = dg.AssetSpec(
    key=RAW_SNAPSHOTS,
    description=(
        "Snapshots of customers' workspaces: what their code locations define. Agents of organizations that opted in write"
        " them on some days; a partition is an organization, and is added when its first snapshot is seen."
    ),
    group_name="aws",
    kinds={"s3", "json"},
    owners=["team:data-platform"],
    partitions_def=WORKSPACE_ORGANIZATIONS,
    metadata={"dagster/uri": f"s3://{WORKSPACE}/raw/workspace/", **here()},
)
aws_cost_exports = dg.AssetSpec(
    key=["s3", "billing_exports", "aws_cost"],
    description=(
        "AWS's cost and usage report in Parquet, a folder a month. AWS writes a month anew every day, and corrects the last"
        " one until the fifth."
    ),
    group_name="aws",
    kinds={"s3", "parquet"},
    owners=["team:data-platform"],
    metadata={
        "dagster/uri": f"s3://{BILLING}/aws/cost/",
        "Documentation": dg.MetadataValue.url(
            "https://docs.aws.amazon.com/cur/latest/userguide/dataexports-table-dictionary.html"
        ),
        **here(),
    },
)
