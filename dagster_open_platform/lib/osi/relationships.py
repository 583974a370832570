"""Relationships between datasets: whether they are what a semantic view can join by.

What belongs here: the rules of https://docs.snowflake.com/en/user-guide/views-semantic/validation-rules for relationships.
What does not: the datasets themselves (`fields.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from dagster_open_platform.lib.osi.fields import Datasets, by_name
from dagster_open_platform.lib.osi.files import ROOT, OsiFile, Place
from dagster_open_platform.lib.osi.model import Dataset, Relationship
from dagster_open_platform.lib.warehouse.objects import SemanticRelationship


@dataclass(frozen=True)
class Relationships:
    """What joins the datasets of a model.

    Args:
        found: Each, in the file's order.
        reached: By a dataset's name: those of which each of its rows belongs to one at most, itself included.
    """

    found: tuple[SemanticRelationship, ...]
    reached: Mapping[str, frozenset[str]]


def relationships(file: OsiFile, datasets: Datasets) -> Relationships:
    """Translate the relationships of a model.

    Raises:
        InvalidOsi: A dataset does not exist, the lists of columns have different lengths, the columns that are referred to are no
            key, or relationships lead in a circle.
        UntranslatableOsi: A dataset refers to itself, or there are two ways from one to another.
    """
    declared = file.model.relationships
    place: Place = (*ROOT, "relationships")
    by_name(file, place, "relationship", declared)
    found = tuple(_relationship(file, datasets, (*place, i), each) for i, each in enumerate(declared))
    _refuse_circles(file, found)
    _refuse_two_ways(file, found)
    names = [dataset.name for _, dataset in datasets]
    return Relationships(found, {name: _reached(name, found) for name in names})


def _relationship(
    file: OsiFile, datasets: Datasets, place: Place, declared: Relationship
) -> SemanticRelationship:
    origin = datasets.named((*place, "from"), declared.origin)
    target = datasets.named((*place, "to"), declared.to)
    if origin is target:
        raise file.untranslatable((*place, "to"), f"a semantic view cannot relate {origin.name!r} to itself.")
    lengths = len(declared.from_columns), len(declared.to_columns)
    if lengths[0] != lengths[1]:
        raise file.invalid(
            (*place, "to_columns"),
            f"found {lengths[1]} columns for {lengths[0]} in from_columns; each has one that it refers to.",
        )
    columns = datasets.key(origin, (*place, "from_columns"), declared.from_columns)
    referenced = datasets.key(target, (*place, "to_columns"), declared.to_columns)
    keys = keys_of(datasets, target)
    if set(referenced) not in [set(key) for key in keys]:
        known = ", ".join(f"({', '.join(key)})" for key in keys) or "none"
        raise file.invalid(
            (*place, "to_columns"),
            f"({', '.join(referenced)}) is no key of {target.name!r}, so a row could belong to several; its keys: {known}.",
        )
    return SemanticRelationship(declared.name, origin.name, columns, target.name, referenced)


def keys_of(datasets: Datasets, dataset: Dataset) -> list[tuple[str, ...]]:
    """The columns of the primary key, if there is one, and then of the unique keys that are others.

    Raises:
        InvalidOsi, UntranslatableOsi: A key is not made of columns.
    """
    place = next(place for place, each in datasets if each is dataset)
    found: list[tuple[str, ...]] = []
    if dataset.primary_key:
        found.append(datasets.key(dataset, (*place, "primary_key"), dataset.primary_key))
    for index, names in enumerate(dataset.unique_keys):
        key = datasets.key(dataset, (*place, "unique_keys", index), names)
        if set(key) not in [set(other) for other in found]:
            found.append(key)
    return found


def _refuse_circles(file: OsiFile, found: tuple[SemanticRelationship, ...]) -> None:
    graph: dict[str, set[str]] = {}
    for each in found:
        graph.setdefault(each.table, set()).add(each.references)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # graphlib names each before the one that refers to it.
        circle = list(reversed(error.args[1]))
        steps = set(pairwise(circle))
        last = max(i for i, each in enumerate(found) if (each.table, each.references) in steps)
        raise file.invalid(
            (*ROOT, "relationships", last), f"relationships lead in a circle: {' -> '.join(circle)}."
        ) from None


def _refuse_two_ways(file: OsiFile, found: tuple[SemanticRelationship, ...]) -> None:
    """OSI has no word for which of two ways a metric takes, and Snowflake wants to be told."""
    for start in dict.fromkeys(each.table for each in found):
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            at = waiting.pop()
            for index, each in enumerate(found):
                if each.table != at:
                    continue
                if each.references in seen:
                    raise file.untranslatable(
                        (*ROOT, "relationships", index),
                        f"this is a second way from {start!r} to {each.references!r}, and nothing says which a metric"
                        " takes. Give the other way a dataset of its own over the same table.",
                    )
                seen.add(each.references)
                waiting.append(each.references)


def _reached(start: str, found: tuple[SemanticRelationship, ...]) -> frozenset[str]:
    reached = {start}
    waiting = [start]
    while waiting:
        at = waiting.pop()
        new = {each.references for each in found if each.table == at} - reached
        reached |= new
        waiting += new
    return frozenset(reached)
