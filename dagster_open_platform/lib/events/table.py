"""The landing table of events.

What belongs here: its columns. What does not: filling it (``land.py``).
"""

from dagster_open_platform.lib.columns import Column

ARRIVAL_DATE = "arrival_date"
PRECEDENCE = "_arrival_precedence"
LOADED_AT = "_loaded_at"

COLUMNS = (
    Column("event_id", "string", "UUID that the client gave the event; identifies it."),
    Column("event_type", "string", "What happened, such as page_viewed."),
    Column("organization_id", "integer", "Organization in which it happened."),
    Column("deployment_id", "integer", "Deployment in which it happened, if in one.", nullable=True),
    Column("user_id", "integer", "Who did it; null: the system.", nullable=True),
    Column(
        "occurred_at",
        "timestamp",
        "When it happened (UTC), by the client's clock; may lie days before it came.",
    ),
    Column("ingested_at", "timestamp", "When the stream took it in (UTC)."),
    Column("payload", "string", "What is particular to the type, as the text of a JSON object."),
    Column(
        "other_fields", "string", "Fields that this table has no column for, as JSON text.", nullable=True
    ),
    Column(ARRIVAL_DATE, "date", "First day (UTC) on which the stream delivered it: the partition."),
    Column("_file", "string", "Key of the file that brought it."),
    Column(
        PRECEDENCE,
        "integer",
        "Minus the days from 1970-01-01 to the day of arrival: the greater one came first.",
    ),
    Column(LOADED_AT, "timestamp", "Start of the load that last brought it (UTC)."),
)
