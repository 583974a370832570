"""Where the data of Slack comes from.

What belongs here: external assets, which somebody else makes.
"""

import dagster as dg

from dagster_open_platform.utils.source_code import here

web_api = dg.AssetSpec(
    key=["slack", "web_api"],
    description=(
        "Slack's Web API: the community's members and channels as they are when they are asked for, and what members did by day."
        " https://docs.slack.dev/reference/methods"
    ),
    group_name="slack",
    owners=["team:devrel"],
    kinds={"slack"},
    metadata=here(),
)
