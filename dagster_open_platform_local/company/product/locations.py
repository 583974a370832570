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
    choice,
    joined,
    local_moments,
    moments,
    only,
)
from dagster_open_platform_local.company.product.estate import Estate
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


def repository_locations_data(found: Estate, database: str) -> Columns:
    """A row a code location."""
    who, now = found.directory, found.directory.now
    organization = found.organization_of_location(np.arange(found.locations.ids.size))
    mask = who.runs_in(database)[organization]
    rows, organization = found.locations.where(mask), organization[mask]
    draws = who.draws("locations_columns", rows.ids)
    every = draws.quantile("every", _RELOADS)
    until = np.minimum(who.canceled[organization], now) - 1
    loads = np.maximum(until - rows.created, 0) // every
    loaded = rows.created + loads * every
    at_load = who.draws("location_loads", (rows.ids << 20) | loads)
    broken = at_load.chance("broken", 0.04)
    name = joined(choice(LOCATION_NAMES, draws.below("name", len(LOCATION_NAMES))), "_", rows.seat)
    documents = _documents(_Loads(found, draws, at_load, rows.ids, loaded, name.to_pylist()))
    return {
        "id": pa.array(rows.ids),
        "organization_id": pa.array(organization + 1),
        "deployment_id": pa.array(rows.parent + 1),
        "location_name": name,
        "image": only(joined("registry.example.com/", name, ":", loads), ~broken),
        "load_count": pa.array((loads + 1).astype(np.int32)),
        "load_error": choice((_ERROR,), np.zeros(loads.size, dtype=np.int64), ~broken),
        "document": pa.array(documents, pa.string(), mask=broken),
        "loaded_at": local_moments(loaded),
        "created_at": moments(rows.created),
        "updated_at": moments(loaded),
    }


@dataclass(frozen=True)
class _Loads:
    """What the documents are made from, a row a location."""

    found: Estate
    draws: Draws
    at_load: Draws
    ids: Integers
    loaded: Integers
    names: list[str]


def _documents(loads: _Loads) -> list[str]:
    seed = loads.found.directory.settings.seed
    lag = loads.draws.below("lag", 90)
    dagster = versions_at(seed, loads.loaded, np.zeros(lag.size, dtype=np.bool_), lag).to_pylist()
    python = loads.draws.below("python", len(PYTHON_VERSIONS)).tolist()
    assets = (loads.draws.quantile("assets", (1, 6, 20, 60, 400)) + loads.at_load.below("grown", 6)).tolist()
    first = loads.draws.below("first_asset", len(ASSET_LAYERS) * len(JOB_OBJECTS)).tolist()
    jobs = _jobs_by_location(loads)
    return [
        json.dumps(
            {
                "location_name": name,
                "dagster_version": dagster[i],
                "python_version": PYTHON_VERSIONS[python[i]],
                "repositories": [_repository(assets[i], first[i], jobs.get(number, []))],
            }
        )
        for i, (number, name) in enumerate(zip(loads.ids.tolist(), loads.names, strict=True))
    ]


def _repository(asset_count: int, first: int, jobs: list[str]) -> dict[str, Any]:
    listed = min(asset_count, _MOST_LISTED)
    return {
        "name": "__repository__",
        "asset_count": asset_count,
        "assets": [_asset(first + i, i) for i in range(listed)],
        "jobs": [{"name": name, "op_count": 1 + len(name) % 7} for name in jobs],
        "schedules": [
            {"name": f"{name}_schedule", "cron": CRONS[i % len(CRONS)], "timezone": None}
            for i, name in enumerate(jobs)
        ],
        "sensors": [],
    }


def _asset(place: int, number: int) -> dict[str, Any]:
    layer, thing = divmod(place % (len(ASSET_LAYERS) * len(JOB_OBJECTS)), len(JOB_OBJECTS))
    return {
        "key": [ASSET_LAYERS[layer], JOB_OBJECTS[thing]],
        "group": ASSET_LAYERS[layer],
        "kinds": ["dbt"] if number % 3 else ["python", "polars"],
        "partitioned": number % 4 == 0,
    }


def _jobs_by_location(loads: _Loads) -> dict[int, list[str]]:
    """Names of the jobs that there were when each location (by id) was loaded."""
    found, size = loads.found, loads.found.locations.ids.size
    loaded = np.zeros(size, dtype=np.int64)
    loaded[loads.ids - 1] = loads.loaded
    jobs = found.jobs.where(found.jobs.created < loaded[found.jobs.parent])
    names = job_names(found.directory.draws("jobs_columns", jobs.ids)).to_pylist()
    grouped: dict[int, list[str]] = {}
    for parent, name in zip(jobs.parent.tolist(), names, strict=True):
        grouped.setdefault(parent + 1, []).append(f"{name}_job")
    return grouped
