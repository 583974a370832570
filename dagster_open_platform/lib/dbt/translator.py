"""From dbt's nodes to Dagster's specs.

What belongs here: what every dbt asset and check looks like. What does not: which op builds it (``defs/dbt/``), and
reading a node's properties (``properties.py``).

Nothing in a spec that decides the graph depends on the environment or on the target that the manifest was parsed with:
keys, groups, dependencies, partitions, automation and freshness come from the project's configuration. Only the metadata
that says where the table is does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

from dagster_open_platform.lib.automation import (
    ingest_on_cron,
    on_code_changed,
    on_inputs_settled,
    on_inputs_updated,
)
from dagster_open_platform.lib.dbt.properties import (
    Layer,
    Properties,
    description_of,
    folder_of,
    freshness_of,
    is_daily,
    is_event_log,
    key_of,
    layer_of,
    owner_of,
)
from dagster_open_platform.lib.dbt.relations import Relations

STORAGE_KIND = "dagster/storage_kind"
SETTINGS = DagsterDbtTranslatorSettings(
    enable_code_references=True,
    enable_source_tests_as_checks=True,
    # The producers of the sources describe them; a dependency only names them.
    enable_source_metadata=False,
)
KINDS: Mapping[str, str] = {
    "view": "view",
    "table": "table",
    "incremental": "table",
    "snapshot": "snapshot",
    "seed": "seed",
}
"""Materialization to asset kind. The engine is none: assets look the same on each."""


class PlatformDbtTranslator(DagsterDbtTranslator):
    """Gives dbt assets keys, groups, owners, automation and checks as the platform wants them.

    Args:
        relations: Where the tables of this environment are.
        daily_partitions: Partitions of the models with the tag ``daily``.
        snapshot_cron: When snapshots run (UTC).
        event_log_cron: When models with the tag ``event_log`` run (UTC).
    """

    def __init__(
        self,
        *,
        relations: Relations,
        daily_partitions: dg.TimeWindowPartitionsDefinition,
        snapshot_cron: str = "0 7 * * *",
        event_log_cron: str = "30 6 * * *",
    ) -> None:
        super().__init__(settings=SETTINGS)
        self._relations = relations
        self._daily_partitions = daily_partitions
        self._snapshot_cron = snapshot_cron
        self._event_log_cron = event_log_cron
        self._specs: dict[tuple[int, str], dg.AssetSpec] = {}

    def get_asset_key(self, dbt_resource_props: Properties) -> dg.AssetKey:
        """Return the producer's key for a source, else ``[database, schema, name]``, logical."""
        return key_of(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Properties) -> str | None:
        """Return the folder that the node is in."""
        return folder_of(dbt_resource_props)

    def get_owners(self, dbt_resource_props: Properties) -> Sequence[str] | None:
        """Return ``config.meta.owner``; a source's producer has its own."""
        return None if dbt_resource_props["resource_type"] == "source" else [owner_of(dbt_resource_props)]

    def get_description(self, dbt_resource_props: Properties) -> str:
        """Return the description with grain and owner; the SQL is a code reference away."""
        if dbt_resource_props["resource_type"] == "source":
            return dbt_resource_props.get("description", "")
        return description_of(dbt_resource_props)

    def get_tags(self, dbt_resource_props: Properties) -> Mapping[str, str]:
        """Return dbt's tags, and the layer as a tag."""
        if dbt_resource_props["resource_type"] == "source":
            return {}
        return {**super().get_tags(dbt_resource_props), "layer": layer_of(dbt_resource_props).value}

    def get_partitions_def(self, dbt_resource_props: Properties) -> dg.PartitionsDefinition | None:
        """Return the daily partitions for a model with the tag ``daily``."""
        return self._daily_partitions if is_daily(dbt_resource_props) else None

    def get_automation_condition(self, dbt_resource_props: Properties) -> dg.AutomationCondition | None:
        """Return the policy of the node's layer."""
        if dbt_resource_props["resource_type"] == "source":
            return None
        match layer_of(dbt_resource_props):
            case Layer.SNAPSHOT:
                return ingest_on_cron(self._snapshot_cron)
            case _ if is_event_log(dbt_resource_props):
                return ingest_on_cron(self._event_log_cron)
            case Layer.INTERMEDIATE | Layer.CORE | Layer.MART:
                return on_inputs_settled()
            case Layer.STAGING:
                return on_inputs_updated()
            case Layer.SEED | Layer.UTILITY:
                return on_code_changed()

    def get_metadata(self, dbt_resource_props: Properties) -> Mapping[str, Any]:
        """Return column descriptions, the physical table and a link to it."""
        metadata = dict(super().get_metadata(dbt_resource_props))
        if dbt_resource_props["resource_type"] == "source":
            return metadata
        config = dbt_resource_props["config"]
        relation = (config["database"], config["schema"], dbt_resource_props["alias"])
        metadata["dagster/table_name"] = self._relations.name(*relation)
        url = self._relations.url(*relation, is_view=config["materialized"] == "view")
        return metadata if url is None else {**metadata, "relation": dg.MetadataValue.url(url)}

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """Return dagster-dbt's spec, without the engine and with the freshness that the model declares."""
        # Asked for again by every model that reads this one and every test of it.
        known = (id(manifest), unique_id)
        if known not in self._specs:
            spec = super().get_asset_spec(manifest, unique_id, project)
            self._specs[known] = _finished(spec, self.get_resource_props(manifest, unique_id))
        return self._specs[known]

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """Return dagster-dbt's spec, with a description that says what the test asks."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None or spec.description:
            return spec
        return dg.AssetCheckSpec(
            spec.name,
            asset=spec.asset_key,
            description=check_description(self.get_resource_props(manifest, unique_id)),
            additional_deps=spec.additional_deps,
            blocking=spec.blocking,
            metadata=spec.metadata,
            automation_condition=spec.automation_condition,
            partitions_def=spec.partitions_def,
        )


def _finished(spec: dg.AssetSpec, properties: Properties) -> dg.AssetSpec:
    if properties["resource_type"] == "source":
        return spec
    metadata = {key: value for key, value in spec.metadata.items() if key != STORAGE_KIND}
    kind = KINDS.get(properties["config"]["materialized"])
    spec = spec.replace_attributes(metadata=metadata, kinds={"dbt", *([kind] if kind else [])})
    policy = freshness_of(properties)
    return dg.apply_freshness_policy(spec, policy) if policy else spec


def check_description(test: Properties) -> str:
    """Say in a sentence what a test asks: its own description, or its kind and arguments, or where its query is."""
    if test.get("description"):
        return test["description"]
    generic = test.get("test_metadata")
    if not generic:
        return f"The query {test['original_file_path']} returns no rows."
    arguments = {
        name: value for name, value in generic["kwargs"].items() if name not in ("model", "column_name")
    }
    column = test.get("column_name")
    about = f" of `{column}`" if column else ""
    details = "; ".join(f"{name}: {value}" for name, value in arguments.items())
    return f"dbt test `{generic['name']}`{about}{f' ({details})' if details else ''}."
