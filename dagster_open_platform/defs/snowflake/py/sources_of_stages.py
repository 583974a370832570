"""What stages read and nobody here makes."""

import dagster as dg

from dagster_open_platform.lib.aws.buckets import COMMUNITY, TELEMETRY
from dagster_open_platform.utils.source_code import here

slack_exports = dg.AssetSpec(
    key=["s3", "community_exports", "slack"],
    description=(
        "Daily exports of activity in the community's Slack: JSON lines, a folder a day. Some days are exported again,"
        " corrected."
    ),
    group_name="community",
    kinds={"s3", "json"},
    owners=["team:devrel"],
    metadata={"dagster/uri": f"s3://{COMMUNITY}/slack/", **here()},
)
telemetry_events = dg.AssetSpec(
    key=["s3", "oss_telemetry", "events"],
    description=(
        "Events that open-source installations of Dagster report of themselves: JSON lines, a folder for each day on which"
        " they arrived. Whoever does not want to report switches it off."
    ),
    group_name="oss_telemetry",
    kinds={"s3", "json"},
    owners=["team:devrel"],
    metadata={
        "dagster/uri": f"s3://{TELEMETRY}/events/",
        "Documentation": dg.MetadataValue.url("https://docs.dagster.io/about/telemetry"),
        **here(),
    },
)
