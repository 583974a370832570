"""Names of the buckets that the platform reads and writes.

What belongs here: names. What does not: who may do what in them (the account's policies), and reading them
(``resource.py``).
"""

WORKSPACE = "dop-workspace-replication"
"""Customers' workspace snapshots (``raw/``) and what the platform makes of them (``staging/``)."""
BILLING = "dop-billing-exports"
"""AWS's cost and usage report, which AWS writes."""
COMMUNITY = "dop-community-exports"
"""Daily exports of the community's Slack."""
TELEMETRY = "dop-oss-telemetry"
"""Events that open-source installations report."""
DMS = "dop-dms"
"""Change files of the product database, which AWS's Database Migration Service writes."""
EVENTS = "dop-event-stream"
"""Product events, which a delivery stream writes in small files."""

BUCKETS = (WORKSPACE, BILLING, COMMUNITY, TELEMETRY, DMS, EVENTS)
"""All of them."""
