"""The table repository_locations_data: what each code location said of itself when it was last loaded.

What belongs here: its rows. What does not: which code locations there are (`estate.py`).

A location is loaded again every so many days. Only a load changes a row, and it moves `updated_at`; the document is that of
the moment of the load, with the jobs that there were then.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    Mask,
    choice,
    joined,
    local_moments,
    moments,
    only,
)
from dagster_open_platform_local.company.product.deployments import asset_jobs
from dagster_open_platform_local.company.product.estate import Estate
from dagster_open_platform_local.company.product.happenings import Children
from dagster_open_platform_local.company.product.texts import (
    ASSET_LAYERS,
    CRONS,
    JOB_OBJECTS,
    LOCATION_NAMES,
    PYTHON_VERSIONS,
    job_names,
)
from dagster_open_platform_local.company.product.versions import versions_at

_HOUR, _DAY = 3600, DAY_SECONDS
_RELOADS = (6 * _HOUR, 2 * _DAY, 9 * _DAY, 30 * _DAY, 120 * _DAY)
_MOST_LISTED = 24
_ERROR = (
    "dagster._core.errors.DagsterUserCodeLoadError: Error occurred during the loading of Dagster definitions\n"
    'ImportError: cannot import name "definitions"\n'
)
"""What a location says that does not load; the text of the product, with quotes and line ends."""


@dataclass(frozen=True)
class LastLoads:
    """The last load of some code locations, a row each.

    Args:
        found: Whose they are.
        rows: The code locations; their parents are deployments (by index).
        organization: Whose it is (by index).
        number: How often it was loaded before.
        loaded: When (Unix seconds).
        is_broken: Whether the load failed.
        name: Of the code location.
        image: That was loaded; null if the load failed.
        draws: What stays from load to load.
        at_load: What differs from load to load.
    """

    found: Estate
    rows: Children
    organization: Integers
    number: Integers
    loaded: Integers
    is_broken: Mask
    name: pa.Array
    image: pa.Array
    draws: Draws
    at_load: Draws


@dataclass(frozen=True)
class LoadedJob:
    """A job of a code location, and whether it materializes assets."""

    name: str
    is_asset_job: bool


@dataclass(frozen=True)
class Loaded:
    """What a code location consists of.

    Args:
        dagster_version: That it runs.
        python_version: That it runs.
        asset_count: How many assets it has.
        first_asset: Where in the circle of asset keys its first one is.
        jobs: In the order of their birth.
    """

    dagster_version: str
    python_version: str
    asset_count: int
    first_asset: int
    jobs: list[LoadedJob]


def last_loads(found: Estate, mask: Mask) -> LastLoads:
    """The last loads of some code locations.

    Args:
        found: All of them.
        mask: Those that are wanted.
    """
    who, now = found.directory, found.directory.now
    rows = found.locations.where(mask)
    organization = found.deployments.parent[rows.parent]
    draws = who.draws("locations_columns", rows.ids)
    every = draws.quantile("every", _RELOADS)
    until = np.minimum(who.canceled[organization], now) - 1
    loads = np.maximum(until - rows.created, 0) // every
    at_load = who.draws("location_loads", (rows.ids << 20) | loads)
    broken = at_load.chance("broken", 0.04)
    name = joined(choice(LOCATION_NAMES, draws.below("name", len(LOCATION_NAMES))), "_", rows.seat)
    return LastLoads(
        found=found,
        rows=rows,
        organization=organization,
        number=loads,
        loaded=rows.created + loads * every,
        is_broken=broken,
        name=name,
        image=only(joined("registry.example.com/", name, ":", loads), ~broken),
        draws=draws,
        at_load=at_load,
    )


def what_was_loaded(loads: LastLoads) -> list[Loaded]:
    """What each code location consists of, or would if its load had not failed."""
    lag = loads.draws.below("lag", 90)
    nowhere = np.zeros(lag.size, dtype=np.bool_)
    dagster = versions_at(loads.found.directory.settings.seed, loads.loaded, nowhere, lag).to_pylist()
    python = loads.draws.below("python", len(PYTHON_VERSIONS)).tolist()
    assets = (loads.draws.quantile("assets", (1, 6, 20, 60, 400)) + loads.at_load.below("grown", 6)).tolist()
    first = loads.draws.below("first_asset", len(ASSET_LAYERS) * len(JOB_OBJECTS)).tolist()
    jobs = _jobs_by_location(loads)
    return [
        Loaded(dagster[i], PYTHON_VERSIONS[python[i]], assets[i], first[i], jobs.get(number, []))
        for i, number in enumerate(loads.rows.ids.tolist())
    ]


def load_errors(loads: LastLoads) -> pa.Array:
    """What each code location said that did not load."""
    return choice((_ERROR,), np.zeros(loads.loaded.size, dtype=np.int64), ~loads.is_broken)


def repository_locations_data(found: Estate, database: str) -> Columns:
    """A row a code location."""
    organization = found.organization_of_location(np.arange(found.locations.ids.size))
    loads = last_loads(found, found.directory.runs_in(database)[organization])
    return {
        "id": pa.array(loads.rows.ids),
        "organization_id": pa.array(loads.organization + 1),
        "deployment_id": pa.array(loads.rows.parent + 1),
        "location_name": loads.name,
        "image": loads.image,
        "load_count": pa.array((loads.number + 1).astype(np.int32)),
        "load_error": load_errors(loads),
        "document": pa.array(_documents(loads), pa.string(), mask=loads.is_broken),
        "loaded_at": local_moments(loads.loaded),
        "created_at": moments(loads.rows.created),
        "updated_at": moments(loads.loaded),
    }


def _documents(loads: LastLoads) -> list[str]:
    return [
        json.dumps(
            {
                "location_name": name,
                "dagster_version": each.dagster_version,
                "python_version": each.python_version,
                "repositories": [_repository(each)],
            }
        )
        for name, each in zip(loads.name.to_pylist(), what_was_loaded(loads), strict=True)
    ]


def _repository(loaded: Loaded) -> dict[str, Any]:
    listed = min(loaded.asset_count, _MOST_LISTED)
    names = [job.name for job in loaded.jobs]
    return {
        "name": "__repository__",
        "asset_count": loaded.asset_count,
        "assets": [asset(loaded.first_asset + i, i) for i in range(listed)],
        "jobs": [{"name": name, "op_count": op_count(name)} for name in names],
        "schedules": [
            {"name": f"{name}_schedule", "cron": CRONS[i % len(CRONS)], "timezone": None}
            for i, name in enumerate(names)
        ],
        "sensors": [],
    }


def op_count(job: str) -> int:
    """Of how many ops a job consists, by its name."""
    return 1 + len(job) % 7


def asset(place: int, number: int) -> dict[str, Any]:
    """An asset as the product keeps it.

    Args:
        place: In the circle of asset keys.
        number: In its code location, from 0.
    """
    layer, thing = divmod(place % (len(ASSET_LAYERS) * len(JOB_OBJECTS)), len(JOB_OBJECTS))
    return {
        "key": [ASSET_LAYERS[layer], JOB_OBJECTS[thing]],
        "group": ASSET_LAYERS[layer],
        "kinds": ["dbt"] if number % 3 else ["python", "polars"],
        "partitioned": number % 4 == 0,
    }


def _jobs_by_location(loads: LastLoads) -> dict[int, list[LoadedJob]]:
    """The jobs that there were when each location (by id) was loaded."""
    found = loads.found
    # A location that is not asked for was never loaded.
    loaded = np.zeros(found.locations.ids.size, dtype=np.int64)
    loaded[loads.rows.ids - 1] = loads.loaded
    jobs = found.jobs.where(found.jobs.created < loaded[found.jobs.parent])
    draws = found.directory.draws("jobs_columns", jobs.ids)
    columns = (jobs.parent.tolist(), job_names(draws).to_pylist(), asset_jobs(draws).tolist())
    grouped: dict[int, list[LoadedJob]] = {}
    for parent, name, is_asset_job in zip(*columns, strict=True):
        grouped.setdefault(parent + 1, []).append(LoadedJob(f"{name}_job", is_asset_job))
    return grouped
