"""What the dbt project declares: saved queries, with the models that they read and what their columns mean.

What belongs here: reading the semantic manifest's JSON as far as assets need it. What does not: SQL (``compilation.py``). This is
read whenever definitions load, so MetricFlow, which takes a second to import, has no part in it; a test holds what is
said here against the SQL that MetricFlow makes.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import dagster as dg

from dagster_open_platform.lib.semantic_layer.errors import InvalidSemanticManifest, UnknownSavedQuery

Declared: TypeAlias = Mapping[str, Any]
"""A part of the semantic manifest: https://docs.getdbt.com/reference/artifacts/sl-manifest."""

_NAMED = re.compile(r"(?:TimeDimension|Dimension|Entity)\(\s*['\"](\w+)['\"](?:\s*,\s*['\"](\w+)['\"])?")
_OWNS_KEY = ("primary", "unique", "natural")
METRIC_TIME = "metric_time"


@dataclass(frozen=True, order=True)
class Model:
    """A dbt model below a semantic model, by its logical names."""

    database: str
    schema: str
    name: str

    @property
    def key(self) -> dg.AssetKey:
        """Its asset."""
        return dg.AssetKey([self.database, self.schema, self.name])


@dataclass(frozen=True)
class SavedQuery:
    """A saved query.

    Args:
        name: Also of the table that it fills.
        description: What it is about.
        models: What it reads, in order.
        owners: Those of the semantic models whose measures it shows.
        columns: Column to what it means.
    """

    name: str
    description: str
    models: Sequence[Model]
    owners: Sequence[str]
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Declarations:
    """The semantic manifest.

    Args:
        manifest: As dbt writes it.
    """

    manifest: Declared

    @classmethod
    def parse(cls, text: str) -> "Declarations":
        """Read the manifest.

        Raises:
            InvalidSemanticManifest: It is none.
        """
        try:
            manifest = json.loads(text)
            for part in ("semantic_models", "metrics", "saved_queries", "project_configuration"):
                manifest[part]
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidSemanticManifest(
                f"The semantic manifest can't be read: {error!r}. Build it with `just manifest`."
            ) from error
        return cls(manifest)

    @property
    def saved_queries(self) -> Sequence[SavedQuery]:
        """All of them, in the order of their names.

        Raises:
            InvalidSemanticManifest: One lacks a description, or a semantic model an owner.
        """
        return [self.saved_query(name) for name in sorted(self._queries)]

    def saved_query(self, name: str) -> SavedQuery:
        """One of them.

        Raises:
            UnknownSavedQuery: There is none of that name; lists those that there are.
            InvalidSemanticManifest: It lacks a description, or a semantic model that it reads an owner.
        """
        if name not in self._queries:
            raise UnknownSavedQuery(
                f"There is no saved query {name!r}; models/semantic has: {', '.join(sorted(self._queries))}."
            )
        query = self._queries[name]
        if not query.get("description"):
            raise InvalidSemanticManifest(f"The saved query {name} in models/semantic has no description.")
        metrics = query["query_params"]["metrics"]
        measured = self._measured(metrics)
        return SavedQuery(
            name=name,
            description=query["description"],
            models=sorted({*map(_model, self._read(query, measured)), *self._time_spines(metrics)}),
            owners=sorted({_owner(semantic) for semantic in measured}),
            columns={**dict(self._dimensions(query)), **{name: self._meaning(name) for name in metrics}},
        )

    @cached_property
    def _queries(self) -> Mapping[str, Declared]:
        return {query["name"]: query for query in self.manifest["saved_queries"]}

    @cached_property
    def _metrics(self) -> Mapping[str, Declared]:
        return {metric["name"]: metric for metric in self.manifest["metrics"]}

    @cached_property
    def _by_measure(self) -> Mapping[str, Declared]:
        return {
            measure["name"]: semantic
            for semantic in self.manifest["semantic_models"]
            for measure in semantic["measures"]
        }

    def _measured(self, metrics: Iterable[str]) -> Sequence[Declared]:
        """The semantic models whose measures metrics are made of."""
        found = {
            (semantic := self._by_measure[measure["name"]])["name"]: semantic
            for metric in self._all(metrics)
            for measure in metric["type_params"]["input_measures"]
        }
        return list(found.values())

    def _all(self, metrics: Iterable[str]) -> Iterator[Declared]:
        """Metrics, and those that they are made of."""
        for name in metrics:
            yield self._metrics[name]
            parameters = self._metrics[name]["type_params"]
            parts = [*parameters["metrics"], parameters["numerator"], parameters["denominator"]]
            yield from self._all(part["name"] for part in parts if part)

    def _read(self, query: Declared, measured: Sequence[Declared]) -> Iterator[Declared]:
        """The semantic models that a saved query reads."""
        yield from measured
        filtered = [query["query_params"], *self._all(query["query_params"]["metrics"])]
        conditions = [
            text
            for part in filtered
            for condition in ((part.get("where") or part.get("filter") or {}).get("where_filters") or ())
            for text in [condition["where_sql_template"]]
        ]
        for text in [*query["query_params"]["group_by"], *conditions]:
            for path, _ in _NAMED.findall(text):
                yield from self._on_the_way(path)

    def _on_the_way(self, path: str) -> Iterator[Declared]:
        """The semantic models that a name such as ``organization__plan`` leads through."""
        *links, last = path.split("__")
        for position, link in enumerate(links):
            for semantic in self.manifest["semantic_models"]:
                is_end = position == len(links) - 1
                if _has_key(semantic, link) and (not is_end or last in _names(semantic)):
                    yield semantic

    def _time_spines(self, metrics: Iterable[str]) -> Iterator[Model]:
        """The model with all days, which metrics over a window of days are counted by."""
        for metric in self._all(metrics):
            parameters = metric["type_params"]
            inputs = [*parameters["input_measures"], *parameters["metrics"]]
            if metric["type"] == "cumulative" or any(
                part.get(option)
                for part in inputs
                for option in ("join_to_timespine", "offset_window", "offset_to_grain")
            ):
                yield from map(_model, self.manifest["project_configuration"]["time_spines"])

    def _dimensions(self, query: Declared) -> Iterator[tuple[str, str]]:
        for text in query["query_params"]["group_by"]:
            for path, grain in _NAMED.findall(text):
                if path == METRIC_TIME:
                    yield f"{path}__{grain}", f"First day of the {grain}."
                    continue
                described = [
                    dimension["description"] or ""
                    for semantic in self._on_the_way(path)
                    for dimension in semantic["dimensions"]
                    if dimension["name"] == path.rpartition("__")[2]
                ]
                yield "__".join(filter(None, (path, grain))), next(iter(described), "")

    def _meaning(self, metric: str) -> str:
        return self._metrics[metric]["description"] or ""


def _has_key(semantic: Declared, entity: str) -> bool:
    return semantic["primary_entity"] == entity or any(
        each["name"] == entity and each["type"] in _OWNS_KEY for each in semantic["entities"]
    )


def _names(semantic: Declared) -> set[str]:
    return {each["name"] for each in (*semantic["dimensions"], *semantic["entities"])}


def _model(part: Declared) -> Model:
    relation = part["node_relation"]
    return Model(relation["database"], relation["schema_name"], relation["alias"])


def _owner(semantic: Declared) -> str:
    owner = ((semantic["config"] or {}).get("meta") or {}).get("owner")
    if not owner:
        raise InvalidSemanticManifest(
            f"The semantic model {semantic['name']} in models/semantic has no owner: set config.meta.owner, for example to"
            " team:finance."
        )
    return owner
