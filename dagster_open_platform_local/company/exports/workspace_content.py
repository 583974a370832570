"""What a snapshot of a workspace says of each code location.

What belongs here: the content. What does not: who sends it, and in which form (`workspace.py`).

Names, versions, jobs, schedules and the first assets are those of the product's table `repository_locations_data`, which
lists at most two dozen assets a location; here all are listed. Sensors, checks, partitions and resources, which the product
does not keep, are here as well. A schedule without a time zone of its own has its organization's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dagster_open_platform_local.company.exports.objects import iso_moments
from dagster_open_platform_local.company.moments import DAY_SECONDS
from dagster_open_platform_local.company.product.accounts import time_zones
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.product.estate import Estate
from dagster_open_platform_local.company.product.locations import (
    LastLoads,
    Loaded,
    asset,
    last_loads,
    load_errors,
    op_count,
    what_was_loaded,
)
from dagster_open_platform_local.company.product.texts import ASSET_LAYERS, CRONS, JOB_OBJECTS, ODDITIES

_THINGS = len(JOB_OBJECTS)
_CIRCLE = len(ASSET_LAYERS) * _THINGS
_PARTITIONS = (("daily", "daily"), ("hourly", "hourly"), ("region", "static"), ("customer", "dynamic"))
_MULTI = ("daily_and_region", "multi")
_REGIONS = 8
_CHECKS = ("row_count_is_plausible", "id_is_unique", "no_nulls_in_key", "is_fresh")
_SENSORS = (
    ("default_automation_condition_sensor", "AUTOMATION", 30),
    ("tell_of_failed_runs", "RUN_STATUS", 30),
    ("new_files", "STANDARD", 60),
    ("upstream_changed", "ASSET", 300),
)
_RESOURCES = (
    ("warehouse", "dagster_snowflake.resources.SnowflakeResource"),
    ("s3", "dagster_aws.s3.resources.S3Resource"),
    ("dbt", "dagster_dbt.core.resource.DbtCliResource"),
    ("slack", "dagster_slack.resources.SlackResource"),
    ("io_manager", "dagster._core.storage.fs_io_manager.FilesystemIOManager"),
    ("api_client", "project.resources.ApiClient"),
)
_STATUSES = ("RUNNING", "STOPPED")
_TEAMS = ("data", "ml", "growth", "finance")

Json = dict[str, Any]


@dataclass(frozen=True)
class _Place:
    """A code location whose content is written.

    Args:
        loaded: What it consists of.
        traits: 64 bits from which the rest is taken, the same on every day.
        age: Days from its birth to its last load.
        time_zone: Its organization's.
    """

    loaded: Loaded
    traits: int
    age: int
    time_zone: str

    def trait(self, shift: int, bound: int) -> int:
        """A number below a bound."""
        return (self.traits >> shift) % bound


def code_locations(found: Estate, organization: Integers) -> dict[int, list[Json]]:
    """The code locations of the first deployments of some organizations.

    Args:
        found: Everything that there is at the moment of the snapshot.
        organization: By index.

    Returns:
        By the organization's index, in the order of their birth.
    """
    first = (found.deployments.seat == 0) & np.isin(found.deployments.parent, organization)
    loads = last_loads(found, first[found.locations.parent])
    zones = dict(
        zip(organization.tolist(), time_zones(found.directory, organization).to_pylist(), strict=True)
    )
    moments = iso_moments(loads.loaded * 1_000_000)
    content: dict[int, list[Json]] = {each: [] for each in organization.tolist()}
    places = _places(found, loads, zones)
    columns = (loads.organization.tolist(), loads.name.to_pylist(), loads.image.to_pylist(), moments)
    errors = load_errors(loads).to_pylist()
    for place, error, whose, name, image, moment in zip(places, errors, *columns, strict=True):
        content[whose].append(
            {
                "name": name,
                "image": image,
                "dagster_version": place.loaded.dagster_version,
                "python_version": place.loaded.python_version,
                "loaded_at": moment,
                "load_error": error,
                "repositories": [] if error else [_repository(place)],
            }
        )
    return content


def _places(found: Estate, loads: LastLoads, zones: Mapping[int, str]) -> list[_Place]:
    traits = found.directory.draws("workspace_locations", loads.rows.ids).bits("traits").tolist()
    ages = ((loads.loaded - loads.rows.created) // DAY_SECONDS).tolist()
    whose = loads.organization.tolist()
    return [
        _Place(loaded, traits[i], ages[i], zones[whose[i]]) for i, loaded in enumerate(what_was_loaded(loads))
    ]


def _repository(place: _Place) -> Json:
    partitions = _partitions(place)
    assets = _assets(place, [each["name"] for each in partitions])
    jobs = place.loaded.jobs
    executable = sum(each["is_executable"] for each in assets)
    return {
        "name": "__repository__",
        "assets": assets,
        "asset_checks": _checks(assets),
        "partitions": partitions,
        "pipelines": [
            {"name": "__ASSET_JOB", "op_count": executable},
            *({"name": job.name, "op_count": op_count(job.name)} for job in jobs),
        ],
        "jobs": [
            {"name": job.name, "is_asset_job": job.is_asset_job, "tags": _tags(place, number)}
            for number, job in enumerate(jobs)
        ],
        "schedules": [
            {
                "name": f"{job.name}_schedule",
                "cron": CRONS[number % len(CRONS)],
                "timezone": place.time_zone,
                "job": job.name,
                "status": _STATUSES[place.trait(number, 2)],
            }
            for number, job in enumerate(jobs)
        ],
        "sensors": [
            {
                "name": name,
                "type": kind,
                "interval_seconds": seconds,
                "status": _STATUSES[place.trait(8 + i, 2)],
            }
            for i, (name, kind, seconds) in enumerate(_SENSORS[: place.trait(12, len(_SENSORS) + 1)])
        ],
        "resources": [
            {"name": name, "type": kind, "is_top_level": place.trait(20 + i, 4) > 0}
            for i, (name, kind) in enumerate(_RESOURCES[: 1 + place.trait(28, len(_RESOURCES))])
        ],
    }


def _assets(place: _Place, partitions: list[str]) -> list[Json]:
    found: list[Json] = []
    first, odd = place.loaded.first_asset, place.trait(32, 40)
    for number in range(place.loaded.asset_count):
        base = asset(first + number, number)
        layer, thing = divmod((first + number) % _CIRCLE, _THINGS)
        described = (
            ODDITIES[number % len(ODDITIES)] if number % 40 == odd else f"{base['key'][1]} in {base['group']}"
        )
        found.append(
            {
                "key": _key(first, number),
                "group": base["group"],
                "kinds": base["kinds"],
                "description": None if number % 5 == 4 else described,
                "partitions": partitions[number // 4 % len(partitions)] if base["partitioned"] else None,
                "is_executable": layer > 0 or (thing + odd) % 4 > 0,
                "deps": [_upstream(first, number)] if layer > 0 else [],
            }
        )
    return found


def _key(first: int, number: int) -> list[str]:
    """An asset's key; who has gone round the circle of keys adds how often."""
    layer, thing = divmod((first + number) % _CIRCLE, _THINGS)
    rounds = number // _CIRCLE
    return [ASSET_LAYERS[layer], JOB_OBJECTS[thing], *([f"part_{rounds}"] if rounds else [])]


def _upstream(first: int, number: int) -> list[str]:
    """The key of the same thing one layer before, which may be another code location's."""
    if number >= _THINGS:
        return _key(first, number - _THINGS)
    layer, thing = divmod((first + number) % _CIRCLE, _THINGS)
    return [ASSET_LAYERS[layer - 1], JOB_OBJECTS[thing]]


def _checks(assets: list[Json]) -> list[Json]:
    return [
        {"asset_key": each["key"], "name": _CHECKS[number // 3 % len(_CHECKS)], "blocking": number % 2 == 0}
        for number, each in enumerate(assets)
        if number % 3 == 1
    ]


def _partitions(place: _Place) -> list[Json]:
    chosen = _PARTITIONS[: 1 + place.trait(36, len(_PARTITIONS))]
    has_both = len(chosen) > 2
    days = place.age + 30
    counts = {
        "daily": days,
        "hourly": 24 * days,
        "static": _REGIONS,
        "dynamic": 3 + place.age // 4,
        "multi": days * _REGIONS,
    }
    return [
        {"name": name, "kind": kind, "count": counts[kind]}
        for name, kind in (*chosen, *([_MULTI] if has_both else []))
    ]


def _tags(place: _Place, number: int) -> dict[str, str]:
    chosen = place.trait(40 + number % 16, 4)
    if chosen == 0:
        return {}
    return {"team": _TEAMS[chosen], **({"dagster/max_runtime": "3600"} if chosen == 2 else {})}
