"""What is set up once in incident.io, and the words of incidents.

What belongs here: severities, statuses, roles, fields, monitors, and texts. What does not: incidents.
"""

from typing import NamedTuple


class Named(NamedTuple):
    """Something that has a name, and what it means."""

    name: str
    description: str


SEVERITIES = (
    Named("Minor", "Few customers, or a workaround"),
    Named("Major", "Many customers, no workaround"),
    Named("Critical", "The product does not run"),
)
STATUSES = (
    ("Investigating", "live", "Nobody knows yet why"),
    ("Fixing", "live", "The cause is known"),
    ("Monitoring", "live", "It should be fixed"),
    ("Closed", "closed", "It is over"),
    ("Declined", "declined", "It was none"),
)
"""Name, category and description, in the order of `course.INVESTIGATING` and so on."""
TYPES = (
    Named("Product", "Customers' runs are affected"),
    Named("Data", "The company's own data is late, wrong or missing"),
)
ROLES = (
    ("Incident Lead", "lead", "Decides what is done", "lead"),
    ("Reporter", "reporter", "Saw it first", "reporter"),
    ("Communications", "custom", "Tells customers", "comms"),
)
TIMESTAMPS = ("Impact started at", "Reported at", "Fixed at", "Closed at")
FIELDS = (
    Named("Affected part", "single_select"),
    Named("Customers affected", "numeric"),
    Named("Cause", "text"),
    Named("Runbook", "link"),
)
"""Name and incident.io's type."""
PARTS = ("Runs", "Run monitor", "Exports", "Web interface")
MONITORS = (
    ("Run failure rate", "datadog"),
    ("Hanging runs", "cloudwatch"),
    ("Freshness of exports", "http"),
    ("Synthetic log-in", "datadog"),
)
"""Name and type of the sources of alerts; the first three are of the kinds of trouble."""
PRIORITIES = (
    Named("Urgent", "Before the week is over"),
    Named("High", "In this cycle"),
    Named("Normal", "When there is time"),
)
NAMES = (
    "Runs fail far more often than usual ({n} runs)",
    "{n} runs hang until the monitor ends them",
    "Slack export lacks {n} messages",
)
"""By the kind of trouble."""
CHANNELS = ("run-failures", "hanging-runs", "slack-export")
CAUSES = (
    ("An agent's release lost its connection", "A provider's outage", "A migration locked a table"),
    ("The launcher did not see that its pod was gone", "The queue was stuck", "A node pool was drained"),
    ("The export began before the day was over", "A limit of the API", "A channel was renamed"),
)
MESSAGES = (
    "We see it and look for the cause.",
    "We know the cause: {cause}.",
    "The fix is out; we watch the numbers.",
    "Numbers are normal again. Closing.",
    "Nothing was lost; this is no incident.",
)
"""By the status."""
ACTIONS = (
    "Roll back the last deployment",
    "Tell the affected customers",
    "Collect run ids",
    "Page the owner",
)
