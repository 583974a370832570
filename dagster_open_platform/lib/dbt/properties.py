"""What dbt's resource properties say to Dagster: layer, owner, grain, freshness.

What belongs here: reading one node of the manifest, with errors that name the file to correct. What does not: Dagster's
specs (``translator.py``).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, TypeAlias

import dagster as dg

from dagster_open_platform.lib.dbt.errors import InvalidModelProperties

Properties: TypeAlias = Mapping[str, Any]
"""One node of the manifest: https://docs.getdbt.com/reference/artifacts/manifest-json#resource-details."""

KEY_PREFIX = "key_prefix"
"""What `config.meta.dagster` has in a region's manifest (`regions.py`), and nowhere in the project."""
DAILY_TAG = "daily"
"""The dbt tag of models whose rows belong to days: their assets are partitioned."""

EVENT_LOG_TAG = "event_log"
"""The dbt tag of models that gather events of many systems: some input of theirs always has news, so they run by the clock."""

PERIODS = ("minute", "hour", "day")


class Layer(StrEnum):
    """What a model is for; decides when it runs."""

    SEED = "seed"
    STAGING = "staging"
    INTERMEDIATE = "intermediate"
    CORE = "core"
    MART = "mart"
    UTILITY = "utility"
    SNAPSHOT = "snapshot"


LAYERS: Mapping[str, Layer] = {
    "staging": Layer.STAGING,
    "pii": Layer.STAGING,
    "intermediate": Layer.INTERMEDIATE,
    "core": Layer.CORE,
    "hightouch": Layer.MART,
    "marts": Layer.MART,
    "utilities": Layer.UTILITY,
}
"""The first folder under models/ to the layer."""


def layer_of(properties: Properties) -> Layer:
    """Return the layer that a model's folder stands for.

    Raises:
        InvalidModelProperties: The folder is not one of ``LAYERS``.
    """
    kind = properties["resource_type"]
    if kind in ("seed", "snapshot"):
        return Layer(kind)
    folder = _folders(properties)[1]
    if folder not in LAYERS:
        raise _invalid(
            properties, f"is in models/{folder}/, but a model belongs into one of: {', '.join(LAYERS)}"
        )
    return LAYERS[folder]


def folder_of(properties: Properties) -> str:
    """Return the folder that names the node's schema and group.

    It is ``<folder>`` of ``models/marts/<folder>/`` and of ``models/<folder>/``, or else ``snapshots`` or ``seeds``.
    """
    folders = _folders(properties)
    if folders[0] != "models":
        return folders[0]
    return folders[2] if folders[1] == "marts" else folders[1]


def _folders(properties: Properties) -> Sequence[str]:
    return PurePosixPath(properties["original_file_path"].replace("\\", "/")).parent.parts


def is_daily(properties: Properties) -> bool:
    """Whether the node's rows belong to days, which are its partitions."""
    return DAILY_TAG in properties.get("tags", ())


def is_event_log(properties: Properties) -> bool:
    """Whether the node gathers events of so many inputs that the clock, and not they, says when it runs."""
    return EVENT_LOG_TAG in properties.get("tags", ())


def meta_of(properties: Properties) -> Mapping[str, Any]:
    """Return ``config.meta``."""
    return properties.get("config", {}).get("meta") or {}


def dagster_meta_of(properties: Properties) -> Mapping[str, Any]:
    """Return ``config.meta.dagster``."""
    return meta_of(properties).get("dagster") or {}


def key_of(properties: Properties) -> dg.AssetKey:
    """Return the asset key: a source's is that of its producer, anything else is ``[database, schema, name]``.

    A region's prefix stands before it. Database and schema are the logical ones of the configuration, not those that a target makes of them.

    Raises:
        InvalidModelProperties: A source does not say which asset makes it.
    """
    if properties["resource_type"] == "source":
        key = dagster_meta_of(properties).get("asset_key")
        if not key or not all(isinstance(part, str) for part in key):
            raise _invalid(
                properties,
                "does not say which asset makes it: set config.meta.dagster.asset_key to a list of strings",
            )
        return dg.AssetKey(key)
    config, prefix = properties["config"], dagster_meta_of(properties).get(KEY_PREFIX, ())
    return dg.AssetKey([*prefix, config["database"], config["schema"], properties["name"]])


def owner_of(properties: Properties) -> str:
    """Return ``config.meta.owner``: ``team:<name>`` or an e-mail address.

    Raises:
        InvalidModelProperties: There is none.
    """
    owner = meta_of(properties).get("owner")
    if not isinstance(owner, str) or not owner:
        raise _invalid(
            properties, "has no owner: set config.meta.owner, for example for its folder in dbt_project.yml"
        )
    return owner


def description_of(properties: Properties) -> str:
    """Return the description, with the grain and the owner below it.

    Raises:
        InvalidModelProperties: The description, the grain or the owner is missing.
    """
    text = str(properties.get("description") or "").strip()
    grain = meta_of(properties).get("grain")
    if not text:
        raise _invalid(properties, "has no description")
    if not grain or not isinstance(grain, list):
        raise _invalid(
            properties, "does not say what makes a row unique: set config.meta.grain to a list of columns"
        )
    columns = ", ".join(f"`{column}`" for column in grain)
    return f"{text}\n\nGrain: {columns}. Owner: {owner_of(properties)}."


def freshness_of(properties: Properties) -> dg.FreshnessPolicy | None:
    """Return the policy that ``config.meta.dagster.freshness`` asks for; None if it is silent.

    It is written as dbt writes that of sources: ``error_after`` and optionally ``warn_after``, each
    ``{count: 2, period: minute|hour|day}``.

    Raises:
        InvalidModelProperties: It is written differently.
    """
    declared = dagster_meta_of(properties).get("freshness")
    if declared is None:
        return None
    if not isinstance(declared, Mapping) or not set(declared) <= {"warn_after", "error_after"}:
        raise _invalid(properties, "config.meta.dagster.freshness takes error_after and warn_after")
    if "error_after" not in declared:
        raise _invalid(properties, "config.meta.dagster.freshness needs error_after")
    fail = _interval(properties, declared["error_after"])
    warn = _interval(properties, declared["warn_after"]) if "warn_after" in declared else None
    if warn is not None and warn >= fail:
        raise _invalid(properties, "config.meta.dagster.freshness must warn before it fails")
    return dg.FreshnessPolicy.time_window(fail_window=fail, warn_window=warn)


def _interval(properties: Properties, value: object) -> timedelta:
    if isinstance(value, Mapping) and set(value) == {"count", "period"} and value["period"] in PERIODS:
        count = value["count"]
        if isinstance(count, int) and count > 0:
            return timedelta(**{f"{value['period']}s": count})
    raise _invalid(
        properties,
        f"has the freshness interval {value!r}; write {{count: 2, period: day}}, with a period of {', '.join(PERIODS)}",
    )


def _invalid(properties: Properties, problem: str) -> InvalidModelProperties:
    return InvalidModelProperties(
        f"The {properties['resource_type']} {properties['name']} ({properties['original_file_path']}) {problem}."
    )
