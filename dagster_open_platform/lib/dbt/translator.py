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
    dagster_meta_of,
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
from dagster_open_platform.utils.source_code import CODE_REFERENCES

OWN = "dagster_dbt/"
"""Begins the names of the metadata that dagster-dbt writes for itself."""
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
        self.daily_partitions = daily_partitions
        self._snapshot_cron = snapshot_cron
        self._event_log_cron = event_log_cron
        self._specs: dict[tuple[int, str], dg.AssetSpec] = {}
        self._notes: dict[tuple[int, int], Mapping[str, Any]] = {}
        self._named: dict[int, Mapping[str, Properties]] = {}

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
        return self.daily_partitions if is_daily(dbt_resource_props) else None

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
        if dbt_resource_props["resource_type"] == "source":
            return super().get_metadata(dbt_resource_props)
        config = dbt_resource_props["config"]
        relation = (config["database"], config["schema"], dbt_resource_props["alias"])
        metadata: dict[str, Any] = {"dagster-dbt/materialization_type": config["materialized"]}
        if dbt_resource_props["columns"]:
            metadata["dagster/column_schema"] = _described(dbt_resource_props["columns"])
        metadata["dagster/table_name"] = self._relations.name(*relation)
        url = self._relations.url(*relation, is_view=config["materialized"] == "view")
        return metadata if url is None else {**metadata, "relation": dg.MetadataValue.url(url)}

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """Return what dagster-dbt's spec says, without the engine and with the freshness that the model declares.

        dagster-dbt makes each spec anew for everything that it adds to it, which is half of what a model costs while definitions load.
        """
        known = (id(manifest), unique_id)
        if known not in self._specs:
            node = self.get_resource_props(manifest, unique_id)
            # Without a project dagster-dbt says what is missing; a source is only a name.
            self._specs[known] = (
                super().get_asset_spec(manifest, unique_id, project)
                if project is None or node["resource_type"] == "source"
                else self._spec(manifest, node, project)
            )
        return self._specs[known]

    def _spec(self, manifest: Mapping[str, Any], node: Properties, project: DbtProject) -> dg.AssetSpec:
        kind = KINDS.get(node["config"]["materialized"])
        file = dg.LocalFileCodeReference(file_path=f"{project.project_dir}/{node['original_file_path']}")
        return dg.AssetSpec(
            key=key_of(node),
            deps=[dg.AssetDep(key) for key in self._keys_read(manifest, node)],
            description=self.get_description(node),
            metadata={
                **self.get_metadata(node),
                **self._dagster_dbts_own(manifest, node, project),
                CODE_REFERENCES: dg.CodeReferencesMetadataValue(code_references=[file]),
            },
            skippable=True,
            group_name=folder_of(node),
            code_version=self.get_code_version(node),
            automation_condition=self.get_automation_condition(node),
            owners=self.get_owners(node),
            tags=self.get_tags(node),
            kinds={"dbt", *([kind] if kind else [])},
            partitions_def=self.get_partitions_def(node),
            freshness_policy=freshness_of(node),
        )

    def _keys_read(self, manifest: Mapping[str, Any], node: Properties) -> Sequence[dg.AssetKey]:
        # A seed depends on nothing, not even on an empty list of nodes.
        parents = node["depends_on"].get("nodes", ())
        return list(dict.fromkeys(key_of(self.get_resource_props(manifest, name)) for name in parents))

    def _dagster_dbts_own(
        self, manifest: Mapping[str, Any], node: Properties, project: DbtProject
    ) -> Mapping[str, Any]:
        """What dagster-dbt writes for itself on every asset of a manifest; learnt from the first, since only the node differs."""
        known = (id(manifest), id(project))
        if known not in self._notes:
            metadata = super().get_asset_spec(manifest, node["unique_id"], project).metadata
            self._notes[known] = {name: value for name, value in metadata.items() if name.startswith(OWN)}
        return {**self._notes[known], f"{OWN}unique_id": node["unique_id"]}

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """Return dagster-dbt's spec, with a description that says what the test asks; None if the test is another asset's."""
        test = self.get_resource_props(manifest, unique_id)
        node = self.attached_to(manifest, test)
        return (
            None if node is None or key_of(node) != asset_spec.key else self.check_spec(manifest, test, node)
        )

    def check_spec(
        self, manifest: Mapping[str, Any], test: Properties, node: Properties
    ) -> dg.AssetCheckSpec:
        """Return the check that a test is of the node that it is attached to."""
        return dg.AssetCheckSpec(
            test["name"],
            asset=key_of(node),
            description=test["meta"].get("description") or check_description(test),
            additional_deps=[key for key in self._keys_read(manifest, test) if key != key_of(node)],
            blocking=(test["config"].get("severity") or "error").lower() == "error",
            metadata={f"{OWN}unique_id": test["unique_id"]},
        )

    def attached_to(self, manifest: Mapping[str, Any], test: Properties) -> Properties | None:
        """Return the node that a test is a check of: the only one that it reads, or the one that it names."""
        if id(manifest) not in self._named:
            nodes = manifest["nodes"].values()
            self._named[id(manifest)] = {
                node["name"]: node for node in nodes if node["resource_type"] != "test"
            }
        named = dagster_meta_of(test).get("ref")
        if named:
            return self._named[id(manifest)].get(named["name"])
        parents = test["depends_on"]["nodes"]
        unique_id = parents[0] if len(set(parents)) == 1 else test.get("attached_node")
        return self.get_resource_props(manifest, unique_id) if unique_id else None


def _described(columns: Mapping[str, Mapping[str, Any]]) -> dg.TableSchema:
    return dg.TableSchema(
        [
            dg.TableColumn(
                name,
                type=column.get("data_type") or "?",
                description=column.get("description"),
                tags=dict.fromkeys(column.get("tags", ()), ""),
            )
            for name, column in columns.items()
        ]
    )


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
