"""``ExecutableComponent``: a Python function as the executable of assets or checks.

What belongs here: the component's fields and the op it builds. What does not: finding the function (``function.py``),
the shape of partitions (``partitions.py``).

Dagster's ``FunctionComponent`` is near, but takes no partitions, no backfill policy and no retry policy for the op,
recognises a resource by the annotation of a parameter instead of its name, and reports a wrong path without a line.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any

import dagster as dg

from dagster_open_platform.lib.executable.function import function_parameters, resolve_function
from dagster_open_platform.lib.executable.partitions import (
    BackfillYaml,
    PartitionsYaml,
    Retry,
    resolve_backfill_policy,
    resolve_partitions,
    resolve_retry_policy,
)
from dagster_open_platform.lib.executable.scaffold import ExecutableScaffolder
from dagster_open_platform.lib.yaml_component import YamlComponent
from dagster_open_platform.lib.yaml_fields import resolve_tags
from dagster_open_platform.utils.failures import PermanentFailure

Event = dg.MaterializeResult | dg.AssetCheckResult


class InvalidResult(PermanentFailure):
    """The function returned something that says nothing of what happened."""


@dg.scaffold_with(ExecutableScaffolder)
class ExecutableComponent(YamlComponent):
    """Runs a Python function that makes assets, checks them, or both.

    The function gets what its parameters name: `context`, `config` (annotated with a `dg.Config` class) and resources by
    their keys. It returns or yields `dg.MaterializeResult` and `dg.AssetCheckResult`.
    """

    name: Annotated[
        str,
        dg.Resolver.default(
            description="Name of the op: letters, digits and underscores, unique in the code location.",
            examples=["daily_file_downloads"],
        ),
    ]
    execute_fn: Annotated[
        Callable[..., Any],
        dg.Resolver(
            resolve_function,
            model_field_type=str,
            description=(
                "Dotted path of the function. Leading dots work as in a Python import: one is the folder of this"
                " file, two its parent."
            ),
            examples=["..py.assets.daily_file_downloads", "my_package.module.function"],
        ),
    ]
    assets: Annotated[
        list[dg.ResolvedAssetSpec] | None,
        dg.Resolver.default(
            description="The assets that one call of the function materializes.",
            examples=[[{"key": "purina/finance/invoices", "group_name": "finance"}]],
        ),
    ] = None
    checks: Annotated[
        list[dg.ResolvedAssetCheckSpec] | None,
        dg.Resolver.default(
            description="The checks whose results the function returns. Without `assets`, it only checks.",
            examples=[[{"asset": "purina/finance/invoices", "name": "has_rows"}]],
        ),
    ] = None
    partitions_def: Annotated[
        dg.PartitionsDefinition | None,
        dg.Resolver(
            resolve_partitions,
            model_field_type=PartitionsYaml | None,
            description="Partitions of all the assets.",
            examples=[{"type": "daily", "start_date": "2026-06-01"}],
        ),
    ] = None
    backfill_policy: Annotated[
        dg.BackfillPolicy | None,
        dg.Resolver(
            resolve_backfill_policy,
            model_field_type=BackfillYaml | None,
            description="How many partitions one run takes; by default one.",
            examples=[{"type": "single_run"}],
        ),
    ] = None
    pool: Annotated[
        str | None,
        dg.Resolver.default(
            description="Concurrency pool. Functions that open the warehouse say `warehouse`.",
            examples=["warehouse"],
        ),
    ] = None
    retry_policy: Annotated[
        dg.RetryPolicy | None,
        dg.Resolver(
            resolve_retry_policy,
            model_field_type=Retry | None,
            description="Retries of failures that may pass by themselves.",
            examples=[{"max_retries": 3, "delay": 30, "backoff": "exponential", "jitter": "full"}],
        ),
    ] = None
    tags: Annotated[
        dict[str, str] | None,
        dg.Resolver(
            resolve_tags,
            model_field_type=Mapping[str, str | int | float | bool] | None,
            description="Tags of the op.",
            examples=[{"cost_center": "data"}],
        ),
    ] = None
    description: Annotated[
        str | None,
        dg.Resolver.default(
            description="What the op does; assets have descriptions of their own.",
            examples=["Fetches a day of invoices."],
        ),
    ] = None

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """One op with all the assets and checks.

        Raises:
            InvalidYaml: The fields contradict one another.
        """
        self._validate()
        arguments: dict[str, Any] = {
            "name": self.name,
            "description": self.description or inspect.getdoc(self.execute_fn),
            "op_tags": self.tags,
            "retry_policy": self.retry_policy,
            "pool": self.pool,
        }
        try:
            if not self.assets:
                check = dg.multi_asset_check(specs=self.checks or [], **arguments)(self._function())
                return dg.Definitions(asset_checks=[check])
            asset = dg.multi_asset(
                specs=self.assets,
                check_specs=self.checks or [],
                partitions_def=self.partitions_def,
                backfill_policy=self.backfill_policy,
                **arguments,
            )(self._function())
        except dg.DagsterError as error:
            raise self.invalid([], str(error)) from error
        return dg.Definitions(assets=[asset])

    def where_asset(self, key: dg.AssetKey) -> str:
        """``file:line`` of an asset's key."""
        for index, spec in enumerate(self.assets or []):
            if spec.key == key:
                return self.where("assets", index, "key")
        return super().where_asset(key)

    def _validate(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_]+", self.name):
            raise self.invalid(["name"], f"found {self.name!r}; expected letters, digits and underscores.")
        if self.assets:
            return
        if not self.checks:
            raise self.invalid([], "neither assets nor checks; expected at least one of the two.")
        for field in ("partitions_def", "backfill_policy"):
            if getattr(self, field) is not None:
                raise self.invalid([field], "found without assets; checks alone have no partitions.")

    def _function(self) -> Callable[..., Any]:
        """The function with a signature by which Dagster recognises resources, whatever their annotations are."""
        wanted = function_parameters(self.execute_fn)
        context_type = dg.AssetExecutionContext if self.assets else dg.AssetCheckExecutionContext
        annotations: dict[str, Any] = {"context": context_type}
        if wanted.config is not None:
            annotations["config"] = wanted.config
        annotations |= dict.fromkeys(wanted.resources, dg.ResourceParam[Any])
        where = f"{self.execute_fn.__module__}.{self.execute_fn.__name__}"

        def run(context: Any, **given: Any) -> Iterator[Event]:
            arguments = {"context": context, **given} if wanted.context else given
            yield from results(self.execute_fn(**arguments), where)

        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        run.__signature__ = inspect.Signature(
            [inspect.Parameter(name, kind, annotation=annotation) for name, annotation in annotations.items()]
        )
        run.__annotations__ = annotations
        return run


def results(returned: Any, where: str) -> Iterator[Event]:
    """What a function returned, one event at a time.

    Raises:
        InvalidResult: It is not made of materializations and check results. Dagster would record a materialization for
            a function that returned nothing.
    """
    for item in [returned] if isinstance(returned, Event) or not isinstance(returned, Iterable) else returned:
        if not isinstance(item, Event):
            raise InvalidResult(
                f"{where} gave a {type(item).__name__}; expected dg.MaterializeResult or dg.AssetCheckResult for"
                " everything that it declares."
            )
        yield item
