"""Where snapshots lie, and where what is made of them goes.

What belongs here: keys. What does not: what stands in the objects.

    raw/workspace/<day>/<organization>/workspace.json                      a legacy snapshot, or
    raw/workspace/<day>/<organization>/manifest.json                       the keys of its parts
    <staging>/<object>/<day>/<organization>/<generation>-<nnnnn>.jsonl.gz  rows
    <staging>/_organizations/<day>/<organization>.json                     the marker: what belongs to the snapshot

Days are `YYYY-MM-DD`.
"""

import re
from dataclasses import dataclass

from dagster_open_platform.lib.aws.buckets import WORKSPACE

RAW = "raw/workspace/"
MANIFEST, BLOB = "manifest.json", "workspace.json"
LISTS = (
    "assets",
    "asset_checks",
    "partitions",
    "pipelines",
    "schedules",
    "sensors",
    "resources",
    "jobs",
)
"""What a repository lists, by the names of the lists."""
WORKSPACES, LOCATIONS, REPOSITORIES = "workspaces", "code_locations", "repositories"
OBJECTS = (*LISTS, WORKSPACES, LOCATIONS, REPOSITORIES)
"""Every kind of object that a snapshot is exploded into; each is a folder of staging and an asset."""
_MARKERS = "_organizations"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class SnapshotId:
    """A snapshot: an organization's of a day, the latest if there were several.

    Args:
        day: As in keys.
        organization: Its public id, as in keys.
    """

    day: str
    organization: str

    def __str__(self) -> str:
        return f"{self.organization} of {self.day}"

    @property
    def order(self) -> tuple[str, bytes]:
        """The order in which folders of snapshots are listed: ``a-b/`` stands before ``a/``."""
        return self.day, f"{self.organization}/".encode()

    @property
    def folder(self) -> str:
        """What its own objects' keys begin with."""
        return f"{RAW}{self.day}/{self.organization}/"

    def owns(self, key: str) -> bool:
        """Whether an object belongs to the organization; parts that did not change may be those of an earlier day."""
        day, slash, rest = key.removeprefix(RAW).partition("/")
        is_day = key.startswith(RAW) and bool(slash) and bool(_DAY.fullmatch(day))
        return is_day and rest.startswith(f"{self.organization}/") and "/../" not in f"/{rest}/"


@dataclass(frozen=True)
class Layout:
    """The keys of one environment.

    Args:
        staging: Folder for what is made, without a slash at its end.
        bucket: Where all of it lies.
    """

    staging: str
    bucket: str = WORKSPACE

    @property
    def markers(self) -> str:
        """What the markers' keys begin with."""
        return f"{self.staging}/{_MARKERS}/"

    def chunks(self, kind: str) -> str:
        """What the keys of an object's chunks begin with."""
        return f"{self.staging}/{kind}/"

    def marker(self, snapshot: SnapshotId) -> str:
        """The key of a snapshot's marker."""
        return f"{self.markers}{snapshot.day}/{snapshot.organization}.json"

    def chunk(self, kind: str, snapshot: SnapshotId, generation: str, number: int) -> str:
        """The key of a chunk; numbers begin with 0."""
        folder = f"{self.chunks(kind)}{snapshot.day}/{snapshot.organization}"
        return f"{folder}/{generation}-{number:05}.jsonl.gz"
