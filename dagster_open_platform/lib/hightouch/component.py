"""`HightouchSyncComponent`: a sync of Hightouch, as the asset that it makes in the destination.

What belongs here: the fields, and the op. What does not: waiting for a run (`sync.py`), what its end means (`report.py`).
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args

import dagster as dg

from dagster_open_platform.lib.automation import on_inputs_settled
from dagster_open_platform.lib.dbt.asset_keys import dbt_asset_key_finder
from dagster_open_platform.lib.executable.partitions import Retry, resolve_retry_policy
from dagster_open_platform.lib.hightouch.report import (
    ALL_ROWS_SYNCED,
    ALL_ROWS_SYNCED_DESCRIPTION,
    check_alone,
    report,
)
from dagster_open_platform.lib.hightouch.resource import HightouchResource, sync_id_of
from dagster_open_platform.lib.hightouch.scaffold import HightouchScaffolder
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.yaml_component import YamlComponent

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_SPEC: dg.Resolver = get_args(dg.ResolvedAssetSpec)[1]
"""How Dagster reads a spec; around it, a description of the field would be lost."""


class HightouchConfig(dg.Config):
    """What a run may ask for."""

    full_resync: bool = False
    """Whether all rows are sent, instead of those that differ from what was sent last: after somebody changed the destination by hand."""


@dg.scaffold_with(HightouchScaffolder)
class HightouchSyncComponent(YamlComponent):
    """Has Hightouch send a model to a destination when the model is new, waits for the end, and says which rows did not arrive.

    A run that was refused rows is no success: the check `all_rows_synced` fails with a sample, and nothing is materialized. A sync that is
    disabled in Hightouch is left alone, with a warning.
    """

    asset: Annotated[
        dg.AssetSpec,
        dg.Resolver(
            _SPEC.fn,
            model_field_type=_SPEC.model_field_type,
            description=(
                "The asset that the sync makes in the destination. Its `deps` are the model that the sync reads:"
                " `dbt_asset_key('model')` gives the key of a dbt model. Unless it has an `automation_condition`, it is synced when"
                " its inputs are settled."
            ),
            examples=[
                {
                    "key": "hightouch/salesforce_account_arr",
                    "deps": ["{{ dbt_asset_key('salesforce_account_arr') }}"],
                    "group_name": "hightouch",
                }
            ],
        ),
    ]
    sync_id_env_var: Annotated[
        str,
        dg.Resolver(
            # Dagster takes a text of digits between quotes for a number.
            lambda context, value: str(context.resolve_value(value)),
            model_field_type=str,
            inject_before_resolve=False,
            description=(
                "The environment variable that holds the sync's id, which is the number at the end of the sync's address in Hightouch."
                " It is read when a run uses it."
            ),
            examples=["HIGHTOUCH_SALESFORCE_ACCOUNT_ARR_SYNC_ID"],
        ),
    ]
    retry_policy: Annotated[
        dg.RetryPolicy | None,
        dg.Resolver(
            resolve_retry_policy,
            model_field_type=Retry | None,
            description="Retries of failures that may pass by themselves; by default as for everything that loads from outside.",
            examples=[{"max_retries": 3, "delay": 30, "backoff": "exponential", "jitter": "full"}],
        ),
    ] = RETRIES

    @classmethod
    def get_additional_scope(cls) -> Mapping[str, Any]:
        """What YAML may write between braces besides Dagster's own."""
        return {"dbt_asset_key": dbt_asset_key_finder()}

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The op that syncs, with its asset and the check.

        Raises:
            InvalidYaml: A field is wrong.
        """
        self._validate()
        try:
            return dg.Definitions(assets=[self._definition()])
        except dg.DagsterError as error:
            raise self.invalid(["asset"], str(error)) from error

    def where_asset(self, key: dg.AssetKey) -> str:
        """``file:line`` of the asset's key."""
        return self.where("asset", "key")

    def execute(
        self, context: dg.AssetExecutionContext, hightouch: HightouchResource, config: HightouchConfig
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """Has the sync run, and tells of it. If the check alone was asked for, it tells of the last run that ended."""
        from dagster_open_platform.lib.hightouch.sync import Ended, last_run, run_sync

        sync_id = sync_id_of(self.sync_id_env_var)
        checks = bool(context.selected_asset_check_keys)
        with hightouch.connect() as api:
            if self.asset.key not in context.selected_asset_keys:
                yield from check_alone(
                    self.asset.key, last_run(api, sync_id, self.sync_id_env_var, context.log)
                )
                return
            outcome = run_sync(
                api,
                sync_id,
                hightouch.limits,
                hightouch.clock,
                hightouch.sleep,
                named_by=self.sync_id_env_var,
                full_resync=config.full_resync,
                model_made_at=model_made_at(context.instance, [dep.asset_key for dep in self.asset.deps]),
                log=context.log,
            )
        page = hightouch.page_of(sync_id, outcome.run.id) if isinstance(outcome, Ended) else None
        yield from report(self.asset.key, outcome, page, wanted=checks)

    def _validate(self) -> None:
        variable = self.sync_id_env_var
        if not _VARIABLE.fullmatch(variable):
            raise self.invalid(
                ["sync_id_env_var"],
                f"found {variable!r}; expected the name of an environment variable, such as HIGHTOUCH_ACCOUNTS_SYNC_ID. The id itself"
                " differs between workspaces.",
            )
        if not list(self.asset.deps):
            raise self.invalid(
                ["asset", "deps"],
                "found none; expected the model that the sync reads: it runs when that is new.",
            )
        if self.asset.partitions_def is not None:
            raise self.invalid(["asset", "partitions_def"], "a sync sends the model as a whole; remove it.")

    def _definition(self) -> dg.AssetsDefinition:
        spec = self.asset
        # Skippable, and in subsets: a disabled sync makes nothing, and has no result of the check.
        own = {"skippable": True, "automation_condition": spec.automation_condition or on_inputs_settled()}

        @dg.multi_asset(
            name="__".join(re.sub(r"\W", "_", part) for part in spec.key.path),
            specs=[spec.replace_attributes(**own)],
            check_specs=[
                dg.AssetCheckSpec(ALL_ROWS_SYNCED, asset=spec.key, description=ALL_ROWS_SYNCED_DESCRIPTION)
            ],
            can_subset=True,
            # On a laptop Hightouch reads the very files of the warehouse, and nobody may write them meanwhile.
            pool="warehouse",
            retry_policy=self.retry_policy,
            description=f"Has Hightouch run the sync that {self.sync_id_env_var} names, and waits for the end.",
        )
        def sync_model(
            context: dg.AssetExecutionContext, config: HightouchConfig, hightouch: HightouchResource
        ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
            yield from self.execute(context, hightouch, config)

        return sync_model


DopHightouchSyncComponent = HightouchSyncComponent
"""The same under the name that the platform's older instances have."""


def model_made_at(instance: dg.DagsterInstance, keys: list[dg.AssetKey]) -> dt.datetime | None:
    """When the last of some assets was made; None: one never was, as far as this instance knows.

    Args:
        instance: Knows the materializations.
        keys: The assets.
    """
    found = [instance.get_latest_materialization_event(key) for key in keys]
    moments = [event.timestamp for event in found if event is not None]
    if not moments or len(moments) < len(keys):
        return None
    return dt.datetime.fromtimestamp(max(moments), dt.UTC)
