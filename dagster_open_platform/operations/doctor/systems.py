"""Every system that the platform works with, in the order in which one connects them, and what instances declare of each.

What belongs here: the list, and reading the YAML of ``defs/``. What does not: what a system is (``lib/<integration>/system.py``).
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

import dagster_open_platform.defs
from dagster_open_platform.lib.anthropic.system import ANTHROPIC
from dagster_open_platform.lib.aws.system import S3
from dagster_open_platform.lib.bigquery.system import BIGQUERY
from dagster_open_platform.lib.dbt.system import dbt_system
from dagster_open_platform.lib.fivetran.system import FIVETRAN
from dagster_open_platform.lib.github.system import GITHUB
from dagster_open_platform.lib.hightouch.system import HIGHTOUCH
from dagster_open_platform.lib.postgres.system import PRODUCT_DATABASES, REPORTING
from dagster_open_platform.lib.segment.system import SEGMENT
from dagster_open_platform.lib.slack.system import SLACK
from dagster_open_platform.lib.systems import Declared, System
from dagster_open_platform.lib.warehouse.system import stripe_system, warehouse_system
from dagster_open_platform.lib.yaml_errors import COMPONENT_FILES

DEFS = Path(dagster_open_platform.defs.__file__).parent


def systems_of(resources: Mapping[str, Any]) -> Sequence[System]:
    """The systems of an environment.

    Args:
        resources: The environment's; they decide which engine the warehouse is.
    """
    warehouse = resources["warehouse"]
    return (
        warehouse_system(warehouse, "warehouse", "Warehouse", "snowflake"),
        warehouse_system(resources["warehouse_eu"], "warehouse_eu", "Warehouse of the EU", "snowflake"),
        dbt_system(warehouse),
        PRODUCT_DATABASES,
        REPORTING,
        S3,
        BIGQUERY,
        GITHUB,
        SLACK,
        ANTHROPIC,
        SEGMENT,
        FIVETRAN,
        stripe_system(warehouse),
        HIGHTOUCH,
    )


def known_systems() -> Sequence[str]:
    """The names of all systems, which are the same in every environment."""
    from dagster_open_platform.resources import default_resources
    from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName

    return [system.name for system in systems_of(default_resources(Environment(EnvironmentName.LOCAL)))]


def declared_for(systems: Sequence[System], folder: Path = DEFS) -> Mapping[str, Declared]:
    """What instances declare of each system, by its name.

    Args:
        systems: All systems, whichever are asked for: a variable that any of them needs is no instance's own.
        folder: Where the instances are.

    Raises:
        yaml.YAMLError: A file is no YAML.
    """
    known = {each for system in systems for each in owned_by(system)} | _OF_ANY_WAREHOUSE
    found = {}
    for system in systems:
        # What lies in the warehouse has nothing of its own there.
        documents = (
            () if system.resource.startswith("warehouse") else tuple(_documents(folder / system.folder))
        )
        required = {name for document in documents for name in required_by(document)}
        found[system.name] = Declared(tuple(sorted(required - known)), documents)
    return found


_OF_ANY_WAREHOUSE = frozenset(
    f"{engine}{region}_{name}"
    for region in ("", "_EU")
    for engine, names in (
        ("SNOWFLAKE", ("ACCOUNT", "USER", "PRIVATE_KEY")),
        ("WAREHOUSE", ("DUCKDB_DIR",)),
    )
    for name in names
)
"""Instances require the variables of both engines; an environment's systems know only one."""


def owned_by(system: System) -> frozenset[str]:
    """The variables that a system needs or heeds, whatever is declared."""
    variables = (*system.needed, *system.optional)
    return frozenset(name for each in variables for name in (each.name, *each.instead))


def required_by(document: Mapping[str, Any]) -> Sequence[str]:
    """What a document lists under `requirements.env`."""
    return ((document.get("requirements") or {}).get("env")) or ()


def _documents(folder: Path) -> Iterator[Mapping[str, Any]]:
    for path in sorted(path for name in COMPONENT_FILES for path in folder.rglob(name)):
        for document in yaml.load_all(path.read_text(encoding="utf-8"), yaml.CSafeLoader):
            if isinstance(document, Mapping):
                yield document
