"""Where the Claude reports come from.

What belongs here: external assets, which somebody else makes.
"""

import dagster as dg

from dagster_open_platform.utils.source_code import here

admin_api = dg.AssetSpec(
    key=["claude", "admin_api"],
    description=(
        "Anthropic's Admin API: usage, costs, Claude Code, API keys and users of the company's organization."
        " https://platform.claude.com/docs/en/manage-claude/administration-api"
    ),
    group_name="claude",
    owners=["team:data-platform"],
    kinds={"anthropic"},
    metadata=here(),
)
