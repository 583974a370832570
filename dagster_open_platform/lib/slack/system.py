"""Slack as a system that somebody connects: what it needs, and one cheap question."""

import os

from dagster_open_platform.lib.http_systems import api_address, asked_once
from dagster_open_platform.lib.slack.resource import (
    ADMIN_TOKEN_VARIABLE,
    API_URL_VARIABLE,
    TOKEN_VARIABLE,
    SlackResource,
)
from dagster_open_platform.lib.systems import Declared, Resources, System, Variable, address_in


def _probe(resources: Resources, _declared: Declared) -> str:
    with asked_once(resources, "slack", SlackResource).open() as api:
        bot = api.identity()
        told = f"{bot.user} in {bot.workspace}"
        if not os.environ.get(ADMIN_TOKEN_VARIABLE, "").strip():
            return f"{told}; without {ADMIN_TOKEN_VARIABLE} there are no member analytics"
        return f"{told}, and {api.identity(administrator=True).user} as administrator"


SLACK = System(
    name="slack",
    title="Slack",
    use="members and channels, and where alerts and reports are posted",
    folder="slack",
    resource="slack",
    probe=_probe,
    needed=(
        Variable(
            TOKEN_VARIABLE,
            "the token of a bot (xoxb-…), from the app's page OAuth & Permissions; lib/slack/resource.py lists its scopes",
        ),
    ),
    optional=(
        Variable(
            ADMIN_TOKEN_VARIABLE,
            "a user token with admin.analytics:read, which only administrators of an Enterprise organization get: for member"
            " analytics",
        ),
        api_address(SlackResource),
    ),
    points_to=address_in(API_URL_VARIABLE),
    beside_duckdb="alerts and reports about simulated data would be posted in the real workspace",
)
