"""From a saved query to SQL for an engine, by MetricFlow.

What belongs here: that, as a function of the semantic manifest alone: no connection, no network, no file. What does not: running
SQL (``tables.py``). Import it in a run, not when definitions load: MetricFlow takes a second.
"""

import json
from collections.abc import Callable, Mapping

from metricflow.data_table.mf_table import MetricFlowDataTable
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.sql_plan_renderer import SqlPlanRenderer
from metricflow_semantics.errors.error_classes import MetricFlowException
from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup
from metricflow_semantics.sql.sql_bind_parameters import SqlBindParameterSet

from dagster_open_platform.lib.semantic_layer.declarations import Declarations, Model
from dagster_open_platform.lib.semantic_layer.errors import InvalidSemanticManifest, SavedQueryRefused
from dagster_open_platform.lib.semantic_layer.renderers import DuckDbRenderer, SnowflakeRenderer

_ENGINES: Mapping[str, tuple[SqlEngine, Callable[[], SqlPlanRenderer]]] = {
    "duckdb": (SqlEngine.DUCKDB, DuckDbRenderer),
    "snowflake": (SqlEngine.SNOWFLAKE, SnowflakeRenderer),
}
_NO_PARAMETERS = SqlBindParameterSet()


def compile_saved_query(manifest: str, name: str, engine: str, relation: Callable[[Model], str]) -> str:
    """Make the SQL of a saved query.

    Args:
        manifest: The semantic manifest's JSON.
        name: The saved query's.
        engine: Whose SQL: `duckdb` or `snowflake`.
        relation: A model to its physical name in SQL: database, schema and table with points between.

    Returns:
        One query. Its columns are those of the group-by, such as ``metric_time__week``, and the metrics.

    Raises:
        UnknownSavedQuery: There is none of that name.
        InvalidSemanticManifest: The manifest is none, or contradicts itself.
        SavedQueryRefused: MetricFlow cannot answer it: a metric, a dimension or a way to it does not exist.
    """
    Declarations.parse(manifest).saved_query(name)
    try:
        parsed = parse_manifest_from_dbt_generated_manifest(_placed(manifest, relation))
        lookup = SemanticManifestLookup(parsed)
    except (MetricFlowException, ValueError, LookupError) as error:
        raise InvalidSemanticManifest(
            f"MetricFlow does not take the semantic manifest. Correct models/semantic: {error}"
        ) from error
    try:
        engine_of_query = MetricFlowEngine(lookup, _Unconnected(engine))
        explained = engine_of_query.explain(MetricFlowQueryRequest.create(saved_query_name=name))
    except (MetricFlowException, ValueError, LookupError) as error:
        raise SavedQueryRefused(
            f"MetricFlow makes no SQL of the saved query {name}. Correct it in models/semantic: {error}"
        ) from error
    return explained.sql_statement.sql


def _placed(manifest: str, relation: Callable[[Model], str]) -> str:
    """The manifest with the physical names of an environment."""
    content = json.loads(manifest)
    for part in [*content["semantic_models"], *content["project_configuration"]["time_spines"]]:
        node = part["node_relation"]
        node["relation_name"] = relation(Model(node["database"], node["schema_name"], node["alias"]))
    return json.dumps(content)


class _Unconnected:
    """MetricFlow's client of an engine, for SQL that it does not run itself."""

    def __init__(self, engine: str) -> None:
        self.sql_engine_type, renderer = _ENGINES[engine]
        self.sql_plan_renderer = renderer()

    def query(
        self, stmt: str, sql_bind_parameter_set: SqlBindParameterSet = _NO_PARAMETERS
    ) -> MetricFlowDataTable:
        raise NotImplementedError(stmt)

    def execute(self, stmt: str, sql_bind_parameter_set: SqlBindParameterSet = _NO_PARAMETERS) -> None:
        raise NotImplementedError(stmt)

    def dry_run(self, stmt: str, sql_bind_parameter_set: SqlBindParameterSet = _NO_PARAMETERS) -> None:
        raise NotImplementedError(stmt)

    def close(self) -> None:
        """There is nothing to close."""

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        return bind_parameter_key
