"""The code location: one function that assembles it, and the entry point that Dagster calls.

What belongs here: the order of assembly and what holds for every asset (freshness, code references, automation sensors).
What does not: any integration's own definitions; those are found in ``defs/``.

Building definitions opens no connection, runs no dbt and reads no secret. The components' lean entry is used
(``ComponentTree`` instead of ``load_from_defs_folder``), which doesn't import every installed integration to list its
component types.
"""

import warnings
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import ModuleType
from typing import Any

import dagster as dg
from dagster_shared.record import replace

import dagster_open_platform.defs
from dagster_open_platform.lib.automation_sensors import automation_sensors
from dagster_open_platform.lib.code_location import CodeLocation
from dagster_open_platform.lib.component_docs import component_docs
from dagster_open_platform.lib.component_tree import indexed
from dagster_open_platform.lib.dbt.manifest import read_once
from dagster_open_platform.lib.definition_checks import check_definitions
from dagster_open_platform.lib.preloading import Preloadable, forking_executor
from dagster_open_platform.lib.yaml_errors import located_yaml_errors
from dagster_open_platform.resources import default_resources
from dagster_open_platform.utils import garbage_collector
from dagster_open_platform.utils.environment_helpers import (
    Environment,
    EnvironmentName,
    environment_scope,
    get_environment,
)
from dagster_open_platform.utils.regions import US, Region
from dagster_open_platform.utils.source_code import (
    REPOSITORY_ROOT,
    function_references,
    git_references,
)

DEFAULT_FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36))

EXECUTORS: Mapping[EnvironmentName, Callable[[str], dg.ExecutorDefinition]] = {
    # On a laptop the warehouse admits one step at a time, and a process for a step costs CPU before it does anything.
    EnvironmentName.LOCAL: lambda package: dg.in_process_executor,
    EnvironmentName.BRANCH: forking_executor,
    EnvironmentName.DOGFOOD: forking_executor,
    EnvironmentName.PROD: forking_executor,
}
"""Environment to what runs the steps of a run of a package's code location."""


def build_definitions(
    *,
    environment: Environment | None = None,
    region: Region = US,
    resources: Mapping[str, Any] | None = None,
    defs_module: ModuleType = dagster_open_platform.defs,
) -> dg.Definitions:
    """Assembles a code location.

    Args:
        environment: Where it runs; default: what this process's variables say.
        region: Whose it is.
        resources: Replacements by resource key, for tests and for other code locations.
        defs_module: The package whose folder holds the component instances and Python definitions.

    Raises:
        PermanentFailure: An instance, the environment or the dbt manifest is wrong; the message says where.
    """
    environment = environment or get_environment()
    with (
        environment_scope(environment),
        garbage_collector.paused(),
        read_once(),
        warnings.catch_warnings(),
    ):
        # Code references and asset-spec mapping are beta in a Dagster whose exact version is pinned: nothing to tell.
        warnings.simplefilter("ignore", dg.BetaWarning)
        warnings.simplefilter("ignore", dg.PreviewWarning)
        # Checks of the last update stand beside freshness policies on purpose: a check can block what comes after it.
        warnings.simplefilter("ignore", dg.SupersessionWarning)
        return _assembled(environment, region, resources or {}, defs_module)


def _assembled(
    environment: Environment, region: Region, resources: Mapping[str, Any], defs_module: ModuleType
) -> dg.Definitions:
    tree = dg.ComponentTree(defs_module=defs_module, project_root=REPOSITORY_ROOT)
    with located_yaml_errors(tree.defs_module_path):
        found = indexed(tree).build_defs(tree.defs_module_path)
    code_location = CodeLocation()
    merged = dg.Definitions.merge(
        found,
        dg.Definitions(
            resources={
                **default_resources(environment, region),
                "code_location": code_location,
                **resources,
            },
            sensors=automation_sensors(environment),
            metadata=component_docs(),
            executor=EXECUTORS[environment.name](defs_module.__name__.rpartition(".")[0]),
        ),
    )
    check_definitions(merged, region)
    finished = _finished(merged, environment)
    code_location.definitions = finished
    return finished


def _finished(defs: dg.Definitions, environment: Environment) -> dg.Definitions:
    """What holds for every asset, whoever declared it."""
    definitions = [asset for asset in defs.assets or () if isinstance(asset, dg.AssetsDefinition)]
    materializable = {key for asset in definitions if asset.is_materializable for key in asset.keys}
    declared_at = function_references(definitions)

    def finish(spec: dg.AssetSpec) -> dg.AssetSpec:
        metadata = {**declared_at.get(spec.key, {}), **spec.metadata}
        if environment.git is not None:
            metadata = git_references(metadata, environment.git)
        if spec.key in materializable and spec.freshness_policy is None:
            spec = dg.apply_freshness_policy(spec, DEFAULT_FRESHNESS)
        return spec if metadata == spec.metadata else spec.replace_attributes(metadata=metadata)

    return replace(defs, assets=[_with_specs(asset, finish) for asset in defs.assets or ()])


def _with_specs(asset: Any, finish: Callable[[dg.AssetSpec], dg.AssetSpec]) -> Any:
    """An asset with finished specifications. One that is finished already is not made anew, which costs more than looking."""
    if isinstance(asset, dg.AssetSpec):
        return finish(asset)
    if isinstance(asset, dg.AssetsDefinition) and any(finish(spec) is not spec for spec in asset.specs):
        return asset.map_asset_specs(finish)
    return asset


def _built() -> dg.Definitions:
    # Kept before the collector runs again, which would begin with all of it.
    with garbage_collector.paused():
        definitions = build_definitions()
        garbage_collector.keep_what_is_there()
    return definitions


LOCATION = Preloadable(_built)
"""Loads once in a process, which may be the one that a run's steps are forked from."""


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads, once in a process."""
    return LOCATION.load()
