"""Where the GitHub data comes from.

What belongs here: external assets, which somebody else makes.
"""

import dagster as dg

from dagster_open_platform.utils.source_code import here

graphql_api = dg.AssetSpec(
    key=["github", "graphql_api"],
    description=(
        "GitHub's GraphQL API: issues, discussions and their comments, as they stand when they are asked for."
        " https://docs.github.com/en/graphql"
    ),
    group_name="github",
    owners=["team:devrel"],
    kinds={"github"},
    metadata=here(),
)
