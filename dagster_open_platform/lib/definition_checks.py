"""What is wrong with definitions that are each valid by themselves: it takes the whole graph to see it.

What belongs here: checks of the merged definitions that Dagster makes later and answers without a file or a line. What
does not: checks of one instance; those are the component's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg

from dagster_open_platform.lib.executable.component import ExecutableComponent
from dagster_open_platform.lib.executable.function import function_parameters
from dagster_open_platform.lib.observation.component import LastUpdatedObservationComponent
from dagster_open_platform.lib.schedule.component import ScheduleComponent
from dagster_open_platform.lib.yaml_component import YamlComponent
from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform.utils.failures import PermanentFailure
from dagster_open_platform.utils.regions import REGIONS, US, Region

COMPONENT_ORIGIN = "dagster/component_origin"
CODE_REFERENCES = "dagster/code_references"


class InvalidDefinitions(PermanentFailure):
    """Definitions contradict one another; every problem is a line that names its places."""


def check_definitions(defs: dg.Definitions, region: Region = US) -> None:
    """Checks merged definitions, before Dagster resolves them.

    Args:
        defs: Of one code location.
        region: Whose.

    Raises:
        InvalidDefinitions: An asset key, a check or a component's name is declared twice; an asset key is another region's; a function asks for a
            resource that is not there; a schedule's job is called as an op is, or its target matches nothing, or assets of
            different partitionings. All problems are listed.
    """
    # Dagster cannot resolve selections on a graph with duplicate keys, so those are told first.
    problems = [*duplicate_keys(defs), *foreign_keys(defs, region)] or [
        *duplicate_names(defs),
        *names_of_ops(defs),
        *missing_resources(defs),
        *wrong_targets(defs),
    ]
    if problems:
        raise InvalidDefinitions("\n".join(problems))


def duplicate_keys(defs: dg.Definitions) -> Iterator[str]:
    """A line for each asset key or check that is declared more than once, with all its places."""
    # Finding a place reads source files, so it waits until there is a duplicate to tell.
    declarations: dict[str, list[tuple[dg.AssetSpec | dg.AssetCheckSpec, Any]]] = defaultdict(list)
    seen: set[int] = set()
    for asset in [*(defs.assets or ()), *(defs.asset_checks or ())]:
        if id(asset) in seen:  # a module's asset that another module imports is found twice
            continue
        seen.add(id(asset))
        for spec in asset.specs if isinstance(asset, dg.AssetsDefinition) else [asset]:
            if isinstance(spec, dg.AssetSpec):
                declarations[f"asset {spec.key.to_user_string()!r}"].append((spec, asset))
        for check in asset.check_specs if isinstance(asset, dg.AssetsDefinition) else ():
            name = f"check {check.name!r} of asset {check.asset_key.to_user_string()!r}"
            declarations[name].append((check, asset))
    for what, declared in declarations.items():
        if len(declared) > 1:
            where = [declared_at(spec, asset) for spec, asset in declared]
            yield f"{where[0]}: {what} is also declared at {', '.join(where[1:])}; expected one declaration."


def foreign_keys(defs: dg.Definitions, region: Region) -> Iterator[str]:
    """A line for each asset whose key does not say that it is the region's: two code locations share one namespace of keys."""
    others = [other.key_prefix for other in REGIONS if other.key_prefix and other != region]
    for asset in defs.assets or ():
        for spec in asset.specs if isinstance(asset, dg.AssetsDefinition) else [asset]:
            if not isinstance(spec, dg.AssetSpec):
                continue
            path = tuple(spec.key.path)
            if path[: len(region.key_prefix)] != region.key_prefix:
                expected = f"it should begin with {'/'.join(region.key_prefix)}/"
            elif any(path[: len(prefix)] == prefix for prefix in others):
                expected = f"{path[0]}/ is another region's"
            else:
                continue
            yield (
                f"{declared_at(spec, asset)}: asset {spec.key.to_user_string()!r} is no key of the region"
                f" {region.name}: {expected}."
            )


def duplicate_names(defs: dg.Definitions) -> Iterator[str]:
    """A line for each name that two instances of a component share: it names an op, a job or a sensor, of which there is one."""
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for component in components(defs):
        if isinstance(component, ExecutableComponent | LastUpdatedObservationComponent | ScheduleComponent):
            places[type(component).__name__, component.name].append(component.where("name"))
    for (kind, name), where in places.items():
        if len(where) > 1:
            yield (
                f"{where[0]}: attributes.name: {name!r} is also the name of the {kind} at"
                f" {', '.join(where[1:])}; expected a name of its own."
            )


def names_of_ops(defs: dg.Definitions) -> Iterator[str]:
    """A line for each schedule whose job would be called as an op is: Dagster says so only when a code server reads all jobs."""
    found = [*(defs.assets or ()), *(defs.asset_checks or ())]
    ops = {
        each.node_def.name for each in found if isinstance(each, dg.AssetsDefinition) and each.is_executable
    }
    for component in components(defs):
        if isinstance(component, ScheduleComponent) and component.name in ops:
            problem = (
                f"found {component.name!r}, which is an op's name; expected a name of its own for the job."
            )
            yield str(component.invalid(["name"], problem))


def missing_resources(defs: dg.Definitions) -> Iterator[str]:
    """A line for each parameter of a component's function that no resource provides."""
    provided = set(defs.resources or {})
    for component in components(defs):
        if not isinstance(component, ExecutableComponent):
            continue
        for key in function_parameters(component.execute_fn).resources:
            if key not in provided:
                yield str(
                    component.invalid(
                        ["execute_fn"],
                        f"no resource provides parameter {key!r} of {component.execute_fn.__name__}."
                        + suggestion(key, {*provided, "context", "config"}),
                    )
                )


def wrong_targets(defs: dg.Definitions) -> Iterator[str]:
    """A line for each schedule whose target matches no asset that a run could make or observe, or too different ones."""
    assets = list(defs.assets or ())
    external = [asset for asset in assets if isinstance(asset, dg.AssetSpec)]
    definitions = [asset for asset in assets if isinstance(asset, dg.AssetsDefinition)]
    if external:
        definitions.append(dg.AssetsDefinition(specs=external))
    partitions = {
        spec.key: spec.partitions_def for asset in definitions if asset.is_executable for spec in asset.specs
    }
    graph = _graph_of(definitions)
    for component in components(defs):
        if isinstance(component, ScheduleComponent) and (
            problem := _target_problem(component, graph, partitions)
        ):
            yield str(component.invalid(["target"], f"found {component.target!r}, which {problem}"))


def _graph_of(assets: Iterable[dg.AssetsDefinition]) -> Any:
    """The graph of assets, on which any number of selections can be resolved: given assets, Dagster makes a new one for each."""
    kept: list[Any] = []

    class Keeper(dg.AssetSelection):
        """Selects nothing. There is no other public way to the graph of assets that are not all that they need yet."""

        def resolve_inner(self, asset_graph: Any, allow_missing: bool) -> set[dg.AssetKey]:
            kept.append(asset_graph)
            return set()

    Keeper().resolve(assets)
    return kept[0]


def _target_problem(
    component: ScheduleComponent,
    graph: Any,
    partitions: Mapping[dg.AssetKey, dg.PartitionsDefinition | None],
) -> str | None:
    try:
        keys = dg.AssetSelection.from_string(component.target).resolve(graph)
    except dg.DagsterInvalidSubsetError:
        keys = set()
    if external := sorted(keys - set(partitions)):
        return f"matches {external[0].to_user_string()!r}, which nothing here can materialize or observe."
    if not keys:
        return _nothing_matched(component.target, graph, partitions)
    by_partitions: dict[dg.PartitionsDefinition, str] = {}
    for key in sorted(keys):
        if partitions_def := partitions[key]:
            by_partitions.setdefault(partitions_def, key.to_user_string())
    if len(by_partitions) > 1:
        return (
            "matches assets of different partitionings; expected one, since a run has one partition: "
            + "; ".join(f"{key} has {partitions_def}" for partitions_def, key in by_partitions.items())
            + "."
        )
    return None


def _nothing_matched(target: str, graph: Any, partitions: Mapping[dg.AssetKey, Any]) -> str:
    """Why a target matches nothing: in Dagster groups, kinds and tags select no observable assets; keys do."""
    wider = dg.AssetSelection.from_string(target, include_sources=True)
    try:
        observable = sorted(wider.resolve(graph) & set(partitions))
    except dg.DagsterInvalidSubsetError:
        observable = []
    if observable:
        example = f'key:"{observable[0].path[0]}/*"'
        return (
            f"matches only observable assets, which can be selected by their keys alone, such as {example}."
        )
    return "matches no asset that can be materialized or observed; expected at least one." + suggestion(
        target.rpartition(":")[2].strip('"'), [key.to_user_string() for key in partitions]
    )


def components(defs: dg.Definitions) -> list[YamlComponent]:
    """The platform's component instances behind the definitions, each once."""
    found: dict[int, YamlComponent] = {}
    for metadata in _all_metadata(defs):
        component = _origin(metadata)
        if component is not None:
            found[id(component)] = component
    return list(found.values())


def _all_metadata(defs: dg.Definitions) -> Iterator[Mapping[str, Any]]:
    for asset in [*(defs.assets or ()), *(defs.asset_checks or ())]:
        if isinstance(asset, dg.AssetsDefinition):
            for spec in [*asset.specs, *asset.check_specs]:
                yield spec.metadata or {}
        elif isinstance(asset, dg.AssetSpec):
            yield asset.metadata
    for automation in [*(defs.jobs or ()), *(defs.schedules or ()), *(defs.sensors or ())]:
        yield getattr(automation, "metadata", None) or {}


def _origin(metadata: Mapping[str, Any]) -> YamlComponent | None:
    component = getattr(metadata.get(COMPONENT_ORIGIN), "instance", None)
    return component if isinstance(component, YamlComponent) else None


def declared_at(spec: dg.AssetSpec | dg.AssetCheckSpec, asset: Any) -> str:
    """``file:line`` of a declaration, as well as it can be known.

    Args:
        spec: What is declared.
        asset: The definition that it is a part of; a Python function has its place in its code.
    """
    metadata = spec.metadata or {}
    component = _origin(metadata)
    if component is not None:
        key = spec.key if isinstance(spec, dg.AssetSpec) else spec.asset_key
        return component.where_asset(key) if isinstance(spec, dg.AssetSpec) else component.where("checks")
    references = metadata.get(CODE_REFERENCES)
    if references is None and isinstance(asset, dg.AssetsDefinition):
        (referenced,) = dg.with_source_code_references([asset])
        specs = referenced.specs if isinstance(referenced, dg.AssetsDefinition) else []
        references = next((s.metadata[CODE_REFERENCES] for s in specs if CODE_REFERENCES in s.metadata), None)
    for reference in getattr(references, "code_references", ()):
        if isinstance(reference, dg.LocalFileCodeReference):
            return f"{reference.file_path}:{reference.line_number}"
    return "an unknown place (a bare AssetSpec without code references)"
