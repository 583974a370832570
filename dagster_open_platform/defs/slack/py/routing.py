"""Which channel each owner reads: the table to change when a team is added.

What belongs here: the names. What does not: the rule (``lib/alerts/routing.py``).
"""

from dagster_open_platform.lib.alerts.routing import Routing

DEFAULT_CHANNEL = "#data-platform"
"""For the platform's own failures, the health report and the heartbeat; the bot has to be in it."""

ROUTING = Routing(
    default=DEFAULT_CHANNEL,
    channels={
        "team:data-platform": DEFAULT_CHANNEL,
        "team:devrel": "#devrel-data",
        "team:finance": "#finance-data",
        "team:marketing": "#marketing-data",
        "team:people": "#people-data",
        "team:product": "#product-data",
        "team:revenue-operations": "#revenue-operations-data",
        "team:sales": "#sales-data",
        "team:support": "#support-data",
    },
)
