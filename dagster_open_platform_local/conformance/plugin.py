"""Gives each instance that `pytest --conforms` tries the running stack as its world: `pytest -p` with this module's name.

What belongs here: the hook. What does not: the world (`world.py`).
"""

import functools
from collections.abc import Iterator

from dagster_open_platform.conformance.subject import Subject
from dagster_open_platform.conformance.world import OpenWorld
from dagster_open_platform_local.conformance.world import stack_world


def pytest_conformance_world(subject: Subject) -> OpenWorld:
    """The stack, without the tables that the instance fills by partitions: the demo has filled them."""
    return functools.partial(stack_world, without=tuple(_partitioned_tables(subject)))


def _partitioned_tables(subject: Subject) -> Iterator[str]:
    """Schema and name, by which the assets' keys end."""
    attributes = subject.document.get("attributes") or {}
    if "partitions_def" in attributes:
        for asset in attributes.get("assets", ()):
            yield ".".join(str(asset["key"]).split("/")[-2:])
