"""Snapshots of customers' workspaces: what is defined in the deployments of those who opted in.

What belongs here: the bucket's objects, and who sends one when. What does not: what is in a snapshot (`workspace_content.py`).

An organization sends what its production deployment is at 00:00 UTC of a day, in the minutes after, on about a fifth of the
days; on each day at least one does. The dirt in it:

- two formats: until two months after the epoch one blob a snapshot (`workspace.json`); then parts, one a code location, and a
  `manifest.json` that lists them and is written last. Large parts are compressed with zlib (`.json.z`);
- organizations opt in later, and those that cancel send nothing any more;
- code locations that failed to load have an error and no repositories; an image only if they loaded;
- an organization and its deployment change their names, not their ids; descriptions are what people type.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform.lib.aws.buckets import WORKSPACE
from dagster_open_platform_local.company.exports.objects import Objects, StoredObject, iso_moments, json_bytes
from dagster_open_platform_local.company.exports.workspace_content import code_locations
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.product.deployments import deployment_names
from dagster_open_platform_local.company.product.directory import Directory
from dagster_open_platform_local.company.product.estate import Estate, estate
from dagster_open_platform_local.company.settings import CompanySettings

PARTS_SINCE = 61
"""Days after the epoch from which on snapshots come in parts: 2026-08-01 with the usual epoch."""
COMPRESSED_FROM_BYTES = 4096
_SHARE, _SENDS = 0.08, 0.2
_OPT_IN_GAPS = (0, 20 * DAY_SECONDS, 100 * DAY_SECONDS)
_SETTLED_SECONDS = 3600


@dataclass(frozen=True)
class Snapshot:
    """What an organization sends on a day.

    Args:
        organization: Its public id.
        deployment: Name of the deployment.
        snapshot_at: ISO 8601, UTC.
        code_locations: As they stand in a blob.
    """

    organization: str
    deployment: str
    snapshot_at: str
    code_locations: list[dict[str, Any]]

    @property
    def head(self) -> dict[str, Any]:
        """Whose it is and as of when."""
        return {
            "organization": self.organization,
            "deployment": self.deployment,
            "snapshot_at": self.snapshot_at,
        }


def objects_of_day(settings: CompanySettings, day: date) -> Objects:
    """What the organizations send on a day."""
    has_parts = (day - settings.epoch).days >= PARTS_SINCE
    for snapshot in snapshots(settings, day):
        prefix = f"raw/workspace/{day.isoformat()}/{snapshot.organization}"
        if has_parts:
            yield from _in_parts(prefix, snapshot)
        else:
            yield StoredObject(WORKSPACE, f"{prefix}/workspace.json", json_bytes(blob(snapshot)))


def blob(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot in one piece."""
    return {"version": 1, **snapshot.head, "code_locations": snapshot.code_locations}


def _in_parts(prefix: str, snapshot: Snapshot) -> Objects:
    """A snapshot's parts, then its manifest; `bytes` are those of the object, compressed or not."""
    parts: list[dict[str, Any]] = []
    for number, location in enumerate(snapshot.code_locations):
        body, encoding, ending = json_bytes({**snapshot.head, **location}), "identity", ""
        if len(body) >= COMPRESSED_FROM_BYTES:
            body, encoding, ending = zlib.compress(body), "zlib", ".z"
        key = f"{prefix}/parts/{number:04d}-{location['name']}.json{ending}"
        parts.append({"key": key, "encoding": encoding, "bytes": len(body)})
        yield StoredObject(WORKSPACE, key, body)
    manifest = {"version": 2, "organization": snapshot.organization, "snapshot_at": snapshot.snapshot_at}
    yield StoredObject(WORKSPACE, f"{prefix}/manifest.json", json_bytes({**manifest, "parts": parts}))


def snapshots(settings: CompanySettings, day: date) -> Iterator[Snapshot]:
    """What the organizations send on a day, in whatever format."""
    found = estate(settings, day)
    who = found.directory
    organization = senders(who)
    content = code_locations(found, organization)
    names = _production_names(found, organization)
    seconds = Draws(settings.seed, "workspace_moments", _of_day(who, organization)).below("second", 240)
    moments = iso_moments((who.now + 1 + seconds) * 1_000_000)
    public_ids = who.organizations["public_id"].take(pa.array(organization)).to_pylist()
    for each, public_id, moment in zip(organization.tolist(), public_ids, moments, strict=True):
        yield Snapshot(public_id, names[each], moment, content[each])


def senders(who: Directory) -> Integers:
    """The organizations (by index) that send a snapshot on the directory's date; at least one if there is any."""
    opted = opted_in(who)
    rank = who.draws("workspace_days", _of_day(who, opted)).below("sends", 1 << 32)
    sending = rank < int(_SENDS * (1 << 32))
    return opted[sending] if sending.any() else opted[rank == rank.min(initial=1 << 32)]


def opted_in(who: Directory) -> Integers:
    """The organizations (by index) that let us have their workspaces; always one, if there is any in the US."""
    living = np.flatnonzero(
        who.is_american & (who.canceled >= who.now) & (who.created + _SETTLED_SECONDS < who.now)
    )
    draws = who.draws("workspace", living + 1)
    rank = draws.below("opts_in", 1 << 32)
    willing = (rank < int(_SHARE * (1 << 32))) & (
        who.created[living] + draws.quantile("opt_in_gap", _OPT_IN_GAPS) < who.now
    )
    return living[willing] if willing.any() else living[rank == rank.min(initial=1 << 32)]


def _of_day(who: Directory, organization: Integers) -> Integers:
    """Ids of an organization's day."""
    return (np.int64((who.today - who.settings.epoch).days) << 32) | organization


def _production_names(found: Estate, organization: Integers) -> dict[int, str]:
    """Name of each organization's (by index) first deployment."""
    mask = (found.deployments.seat == 0) & np.isin(found.deployments.parent, organization)
    names = deployment_names(found, mask).to_pylist()
    return dict(zip(found.deployments.parent[mask].tolist(), names, strict=True))
