"""``SnowflakeCreateOrRefreshComponent``: objects that the warehouse holds besides tables, as assets.

What belongs here: the component's fields and the asset that it builds. What does not: which options each type has
(``declared.py``), and making objects (``lib/warehouse``).

A materialization creates the object, alters it if its declaration has changed, and refreshes it otherwise. The asset's code
version is a digest of what the YAML says, before templates, so that it is the same in every environment; whatever else requests
the asset, a change of it does too.
"""

from pathlib import Path
from typing import Annotated, Any

import dagster as dg
from pydantic import BaseModel, PrivateAttr

from dagster_open_platform.lib.automation import on_code_changed, on_inputs_updated
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.snowflake.asset_attributes import AssetAttributes
from dagster_open_platform.lib.snowflake.declared import Fields, raw
from dagster_open_platform.lib.snowflake.fields import (
    TYPES,
    ColumnYaml,
    OptionsYaml,
    resolve_database,
    resolve_name,
    resolve_type,
    text,
)
from dagster_open_platform.lib.snowflake.scaffold import ObjectScaffolder
from dagster_open_platform.lib.warehouse.fingerprint import digest
from dagster_open_platform.lib.warehouse.objects import Declaration, ObjectResult
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.yaml_component import YamlComponent
from dagster_open_platform.lib.yaml_fields import names

SHOWN_CHARACTERS = 8_000
"""How much of a statement an asset's page shows; that of an external table names each of its files on DuckDB."""

DEFAULT_OWNER = "team:data-platform"

_DECLARING = (
    "name",
    "database_name",
    "schema_name",
    "type",
    "role",
    "columns",
    "partition_by",
    "options",
)
_KINDS = {"stage": {"s3"}, "external table": {"s3"}}
_TABLES = ("external table", "view", "dynamic table")
_OF_FILES = ("stage", "external table")


@dg.scaffold_with(ObjectScaffolder)
class SnowflakeCreateOrRefreshComponent(YamlComponent):
    """An object of the warehouse: a stage, an external table, a view, a dynamic table or a semantic view.

    The asset creates it if it is missing, alters it if it was made from another declaration, and refreshes it otherwise. Types and
    expressions are Snowflake's; on DuckDB they are translated.
    """

    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)

    name: Annotated[
        str,
        dg.Resolver(
            resolve_name,
            model_field_type=str,
            inject_before_resolve=False,
            description="Name of the object.",
            examples=["cost_exports"],
        ),
    ]
    database_name: Annotated[
        str,
        dg.Resolver(
            resolve_database,
            model_field_type=str,
            inject_before_resolve=False,
            description="Its database, by the name that it has in this environment.",
            examples=["{{ database_from_env('purina') }}"],
        ),
    ]
    schema_name: Annotated[
        str,
        dg.Resolver(
            resolve_name,
            model_field_type=str,
            inject_before_resolve=False,
            description="Its schema, which is created if it is missing.",
            examples=["{{ schema_from_env('aws') }}"],
        ),
    ]
    type: Annotated[
        str,
        dg.Resolver(
            resolve_type,
            model_field_type=str,
            inject_before_resolve=False,
            description=f"What it is: {', '.join(TYPES)}.",
            examples=[*TYPES],
        ),
    ]
    options: Annotated[
        OptionsYaml,
        dg.Resolver.default(
            description="What there is to say of it, depending on the type.",
            examples=[{"query": "select * from purina.aws.aws_cost_report", "comment": "The AWS bill."}],
        ),
    ]
    role: Annotated[
        str | None,
        text("The role that shall own it; by default that of the connection.", ["{{ role_from_env() }}"]),
    ] = None
    columns: Annotated[
        list[ColumnYaml],
        dg.Resolver.default(
            description="Columns of an external table, in order.",
            examples=[[{"name": "event_id", "type": "varchar", "as": "value:event_id::varchar"}]],
        ),
    ] = []  # noqa: RUF012 - pydantic copies it
    partition_by: Annotated[
        list[str],
        names(
            description="Columns of an external table whose expressions read nothing but the file's path.",
            examples=[["day"]],
        ),
    ] = []  # noqa: RUF012 - pydantic copies it
    deps: Annotated[
        list[dg.ResolvedAssetKey] | None,
        dg.Resolver.default(
            description="The same as `deps` in `asset_attributes`, for short.",
            examples=[["aws/aws_cost_report"]],
        ),
    ] = None
    asset_attributes: Annotated[
        AssetAttributes,
        dg.Resolver.default(
            description="What Dagster knows of it.",
            examples=[{"group_name": "aws", "description": "Files of the AWS bill."}],
        ),
    ] = AssetAttributes()

    @classmethod
    def load(
        cls, attributes: BaseModel | None, context: dg.ComponentLoadContext
    ) -> "SnowflakeCreateOrRefreshComponent":
        """Make the component, and remember what it was declared with."""
        component = super().load(attributes, context)
        assert isinstance(component, cls)
        component._raw = (
            raw(attributes.model_dump(include={*_DECLARING}, exclude_unset=True)) if attributes else {}
        )
        return component

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The asset.

        Raises:
            InvalidYaml: The fields contradict one another, or the type.
        """
        folder = context.path if context.path.is_dir() else context.path.parent
        declaration = self.fields(folder).declaration()
        spec = self._spec(declaration, folder)
        table = declaration.name

        @dg.multi_asset(
            name=f"{self.type}_{table.schema}_{table.name}".lower().replace(" ", "_"),
            specs=[spec],
            pool="warehouse",
            retry_policy=RETRIES,
            description=f"Creates or refreshes the {self.type} {table.schema}.{table.name}.",
        )
        def create_or_refresh(
            context: dg.AssetExecutionContext, warehouse: WarehouseResource
        ) -> dg.MaterializeResult:
            with self._needed(warehouse).connect() as connection:
                result = connection.create_or_refresh(declaration)
                columns = connection.columns(table) if self.type in _TABLES else None
            context.log.info(f"{result.action.value}: {self.type} {table}")
            return dg.MaterializeResult(metadata=metadata_of(result, columns))

        return dg.Definitions(assets=[create_or_refresh])

    def fields(self, folder: Path) -> Fields:
        """What the declaration is made of.

        Args:
            folder: Of the YAML file.
        """
        return Fields(
            type=self.type,
            name=TableRef(self.database_name, self.schema_name, self.name),
            role=self.role,
            columns=self.columns,
            partition_by=self.partition_by,
            options=self.options,
            given=[*self._raw.get("options", self.options.model_fields_set)],
            folder=folder,
            invalid=self.invalid,
        )

    def _needed(self, warehouse: WarehouseResource) -> WarehouseResource:
        """The warehouse without the databases that the object has nothing to do with; queries may read any."""
        own = {name for name, physical in warehouse.databases.items() if physical == self.database_name}
        return warehouse.only(own) if own and self.type in _OF_FILES else warehouse

    def _spec(self, declaration: Declaration, folder: Path) -> dg.AssetSpec:
        given, table = self.asset_attributes, declaration.name
        if self.deps is not None and given.deps is not None:
            raise self.invalid(["deps"], "also in asset_attributes; expected one of the two.")
        deps = self.deps or given.deps or []
        condition = given.automation_condition or (on_inputs_updated() if deps else None)
        if condition is None:
            raise self.invalid(
                [],
                "neither deps nor asset_attributes.automation_condition, so that nothing would ever refresh it; expected one.",
            )
        description = given.description or declaration.comment
        is_table = self.type in (*_TABLES, "semantic view")
        try:
            return dg.AssetSpec(
                key=given.key or dg.AssetKey(["snowflake", table.schema.lower(), table.name.lower()]),
                deps=deps,
                description=description,
                group_name=given.group_name or table.schema.lower(),
                owners=given.owners or [DEFAULT_OWNER],
                kinds={*(given.kinds or ["snowflake", *_KINDS.get(self.type, ())])},
                tags=given.tags,
                metadata={
                    "object_type": self.type,
                    **({"dagster/table_name": str(table)} if is_table else {}),
                },
                automation_condition=(condition | on_code_changed()).with_label(
                    f"{condition.get_label() or 'the given condition'} or on_code_changed"
                ),
                code_version=self._version(folder),
                freshness_policy=given.freshness_policy,
            )
        except dg.DagsterInvalidDefinitionError as error:
            raise self.invalid(["asset_attributes"], str(error)) from error

    def _version(self, folder: Path) -> str:
        """The digest of what is declared; of a semantic view also of its file."""
        content = self._raw or raw(self.model_dump(include={*_DECLARING}, exclude_unset=True))
        osi = self.options.osi
        return digest([content, (folder / osi).read_text(encoding="utf-8") if osi else None])


def metadata_of(result: ObjectResult, columns: dict[str, str] | None) -> dict[str, Any]:
    """What a materialization says of an object.

    Args:
        result: What came of its declaration.
        columns: Name to type in the engine's words; None: it has none, or nobody knows.
    """
    facts = {("dagster/row_count" if name == "rows" else name): value for name, value in result.facts.items()}
    metadata: dict[str, Any] = {
        "action": result.action.value,
        "ddl": dg.MetadataValue.md(shown(result.statements)),
        **facts,
    }
    if columns:
        found = [dg.TableColumn(name, kind) for name, kind in columns.items()]
        metadata["dagster/column_schema"] = dg.TableSchema(columns=found)
    return metadata


def shown(statements: tuple[str, ...]) -> str:
    """Statements as Markdown, each cut in the middle if it is long."""
    if not statements:
        return "Nothing had to be run."
    return "\n\n".join(f"```sql\n{_cut(statement)}\n```" for statement in statements)


def _cut(statement: str) -> str:
    if len(statement) <= SHOWN_CHARACTERS:
        return statement
    half, left_out = SHOWN_CHARACTERS // 2, len(statement) - SHOWN_CHARACTERS
    return f"{statement[:half]}\n-- {left_out:,} characters left out\n{statement[-half:]}"
