"""The columns of the rows that snapshots are exploded into, by kind of object.

What belongs here: what each column means. What does not: making rows (``explode.py``). Fields that agents of later versions
add are in the rows before they are here.
"""

from collections.abc import Mapping

from dagster_open_platform.lib.aws.workspace.layout import LOCATIONS, REPOSITORIES, WORKSPACES
from dagster_open_platform.lib.columns import Column

_CONTEXT = (
    Column("organization", "string", "Public id of the organization."),
    Column("deployment", "string", "Name of the deployment whose workspace it is.", nullable=True),
    Column("code_location", "string", "Name of the code location; null for a workspace.", nullable=True),
    Column("repository", "string", "Name of the repository; null for what is above one.", nullable=True),
    Column("snapshot_at", "timestamp", "When the snapshot was made (ISO 8601, UTC).", nullable=True),
    Column("source_key", "string", "Key of the object that it was read from."),
)
_NAME = Column("name", "string", "Its name.")
_STATUS = Column("status", "string", "RUNNING or STOPPED.")

_OWN: Mapping[str, tuple[Column, ...]] = {
    "assets": (
        Column("key", "string", r"Key as one text: parts with / between them, and \ before a / in one."),
        Column("group", "string", "Name of its group.", nullable=True),
        Column("kinds", "string", "JSON list of its kinds."),
        Column("description", "string", "What people wrote about it.", nullable=True),
        Column("partitions", "string", "Name of its partitions definition.", nullable=True),
        Column("is_executable", "bool", "Whether it can be materialized; otherwise it is external."),
        Column("deps", "string", "JSON list of the keys that it depends on, each as `key`."),
    ),
    "asset_checks": (
        Column("asset_key", "string", "Key of the asset that it checks, as in `assets.key`."),
        _NAME,
        Column("blocking", "bool", "Whether its failure keeps downstream assets from running."),
    ),
    "partitions": (
        _NAME,
        Column("kind", "string", "daily, hourly, static, dynamic or multi."),
        Column("count", "integer", "How many partitions there are."),
    ),
    "pipelines": (_NAME, Column("op_count", "integer", "How many ops it has.")),
    "schedules": (
        _NAME,
        Column("cron", "string", "When it ticks."),
        Column("timezone", "string", "IANA name of the zone that `cron` is read in.", nullable=True),
        Column("job", "string", "Name of the job that it runs."),
        _STATUS,
    ),
    "sensors": (
        _NAME,
        Column("type", "string", "Such as STANDARD, ASSET or AUTOMATION."),
        Column("interval_seconds", "integer", "Least time between two evaluations.", nullable=True),
        _STATUS,
    ),
    "resources": (
        _NAME,
        Column("type", "string", "Its Python class."),
        Column("is_top_level", "bool", "Whether it is no other resource's part."),
    ),
    "jobs": (
        _NAME,
        Column("is_asset_job", "bool", "Whether it materializes assets."),
        Column("tags", "string", "JSON object of its tags."),
    ),
    WORKSPACES: (
        Column("version", "integer", "Format of the snapshot."),
        Column("code_location_count", "integer", "How many code locations it has."),
    ),
    LOCATIONS: (
        _NAME,
        Column("image", "string", "Image that it runs in.", nullable=True),
        Column("dagster_version", "string", "Version of Dagster in it.", nullable=True),
        Column("python_version", "string", "Version of Python in it.", nullable=True),
        Column("loaded_at", "timestamp", "When it was loaded last (ISO 8601, UTC).", nullable=True),
        Column("load_error", "string", "Why it did not load; null if it did.", nullable=True),
    ),
    REPOSITORIES: (_NAME,),
}

COLUMNS: Mapping[str, tuple[Column, ...]] = {kind: (*_CONTEXT, *own) for kind, own in _OWN.items()}
"""Kind of object to its columns."""
DESCRIPTIONS: Mapping[str, str] = {
    "assets": "Assets, one row each.",
    "asset_checks": "Asset checks, one row each.",
    "partitions": "Partitions definitions, one row each.",
    "pipelines": "What a job runs, asset jobs included, one row each.",
    "schedules": "Schedules, one row each.",
    "sensors": "Sensors, one row each.",
    "resources": "Resources, one row each, by their types and without their configuration.",
    "jobs": "Jobs, one row each.",
    WORKSPACES: "Snapshots themselves, one row for each organization that sent one on the day.",
    LOCATIONS: "Code locations, one row each, those that did not load included.",
    REPOSITORIES: "Repositories of code locations, one row each.",
}
"""Kind of object to what its rows are."""
