"""What YAML says of a Fivetran account, and whether it fits the account's state.

What belongs here: the fields of `FivetranComponent`, by themselves (`fields.py`) and beside the state. What does not: definitions
(`component.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import dagster as dg
from dagster.components.resolved.core_models import AssetAttributesModel
from dagster_fivetran import FivetranAccountComponent, FivetranWorkspace
from dagster_fivetran.components.workspace_component.component import (
    FivetranConnectorSelectorById,
    FivetranConnectorSelectorByName,
    resolve_connector_selector,
)
from dagster_fivetran.translator import FivetranConnector
from pydantic import PrivateAttr

from dagster_open_platform.lib.fivetran import fields
from dagster_open_platform.lib.fivetran.descriptions import read_descriptions
from dagster_open_platform.lib.fivetran.errors import REFRESH
from dagster_open_platform.lib.fivetran.protocol import CONNECTED, SCHEDULED
from dagster_open_platform.lib.fivetran.specs import Settings
from dagster_open_platform.lib.fivetran.state import AccountState, ConnectorState
from dagster_open_platform.lib.fivetran.translation import Translate, resolve_translation
from dagster_open_platform.lib.schedule.component import (
    resolve_cron,
    resolve_environments,
    resolve_optional_cron,
)
from dagster_open_platform.lib.yaml_component import YamlComponent
from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform.lib.yaml_fields import Timedelta, names, resolve_timedelta
from dagster_open_platform.utils.environment_helpers import EnvironmentName

_BY_CONNECTOR = ("connector_schedules", "freshness", "owners")


class DeclaredAccount(YamlComponent, FivetranAccountComponent):
    """The fields of a component, over those that it inherits from Dagster's."""

    workspace: Annotated[
        FivetranWorkspace,
        dg.Resolver(
            fields.resolve_workspace,
            model_field_type=fields.WorkspaceYaml,
            inject_before_resolve=False,
            description="The account. Credentials are named by their variables, and read when they are used.",
            examples=[
                {
                    "account_id": "{{ env('FIVETRAN_ACCOUNT_ID') }}",
                    "api_key": "{{ env('FIVETRAN_API_KEY') }}",
                    "api_secret": "{{ env('FIVETRAN_API_SECRET') }}",
                }
            ],
        ),
    ]
    translation: Annotated[
        Translate | None,
        dg.Resolver(
            resolve_translation,
            model_field_type=str | AssetAttributesModel | None,
            inject_before_resolve=False,
            description=(
                "Changes every table's asset; templates know `props` (the table, its connector and database), `spec` (the asset so far)"
                " and `group_from_db_and_schema(props)`."
            ),
            examples=[{"group_name": "{{ group_from_db_and_schema(props) }}"}],
        ),
    ] = None
    state: Annotated[
        str,
        dg.Resolver.default(
            description=f"The state file, relative to this one; `{REFRESH}` writes it.",
            examples=["state.json"],
        ),
    ] = "state.json"
    descriptions: Annotated[
        str | None,
        dg.Resolver.default(
            description="Folder of files `<schema>.yaml` that say for each table what a row is.",
            examples=["descriptions"],
        ),
    ] = None
    connector_schedules: Annotated[
        Mapping[str, str],
        dg.Resolver(
            fields.resolve_crons,
            model_field_type=Mapping[str, str],
            description="When a connector syncs, in UTC, by its id.",
            examples=[{"broken_anchorage": "0 */6 * * *"}],
        ),
    ] = {}
    default_schedule: Annotated[
        str,
        dg.Resolver(
            resolve_cron,
            model_field_type=str,
            description="When the other connectors sync, in UTC.",
            examples=["0 5 * * *"],
        ),
    ] = "0 5 * * *"
    connector_selector: Annotated[
        Callable[[FivetranConnector], bool] | None,
        dg.Resolver(
            resolve_connector_selector,
            model_field_type=str | FivetranConnectorSelectorByName | FivetranConnectorSelectorById,
            description="The connectors that this is about, by name or id; by default all of the account.",
            examples=[{"by_name": ["salesforce"]}],
        ),
    ] = None
    polling_sensor: Annotated[
        bool | None,
        dg.Resolver.default(
            description="Dagster's component looks for syncs that others start. Here none do, so that true is refused.",
            examples=[False],
        ),
    ] = None
    excluded_connector_ids: Annotated[
        list[str],
        names(description="Connectors that are left alone.", examples=[["broken_anchorage"]]),
    ] = []  # noqa: RUF012 - pydantic copies it
    freshness: Annotated[
        Mapping[str, timedelta],
        dg.Resolver(
            fields.resolve_timedeltas,
            model_field_type=Mapping[str, Timedelta],
            description="How old a connector's tables may become, by its id.",
            examples=[{"broken_anchorage": {"hours": 8}}],
        ),
    ] = {}
    default_freshness: Annotated[
        timedelta,
        dg.Resolver(
            resolve_timedelta,
            model_field_type=Timedelta,
            description="How old the tables of the other connectors may become.",
            examples=[{"hours": 36}],
        ),
    ] = timedelta(hours=36)
    owners: Annotated[
        Mapping[str, list[str]],
        dg.Resolver(
            fields.resolve_owners,
            model_field_type=Mapping[str, list[str]],
            description="Who answers for a connector, by its id.",
            examples=[{"broken_anchorage": ["team:revenue-operations"]}],
        ),
    ] = {}
    default_owners: Annotated[
        list[str],
        names(description="Who answers for the other connectors.", examples=[["team:data-platform"]]),
    ] = ["team:data-platform"]  # noqa: RUF012 - pydantic copies it
    connection_setup_tests_schedule: Annotated[
        str | None,
        dg.Resolver(
            resolve_optional_cron,
            model_field_type=str | None,
            description="When Fivetran tests its connections, in UTC. Without it there is no such job.",
            examples=["0 4 * * *"],
        ),
    ] = None
    environments: Annotated[
        Sequence[EnvironmentName],
        dg.Resolver(
            resolve_environments,
            model_field_type=Sequence[str],
            description="Where the schedules of the connection tests and of the freshness checks run: local, branch, dogfood, prod.",
            examples=[["prod", "dogfood"]],
        ),
    ] = (EnvironmentName.PROD, EnvironmentName.DOGFOOD)

    _folder: Path | None = PrivateAttr(default=None)

    @classmethod
    def load(cls, attributes: Any, context: dg.ComponentLoadContext) -> "DeclaredAccount":
        """Makes the component from validated attributes (see `YamlComponent`)."""
        component = super().load(attributes, context)
        if isinstance(component, DeclaredAccount):
            component.stand_in(context)
        return component  # pyright: ignore[reportReturnType]  # cls is one of these

    def stand_in(self, context: dg.ComponentLoadContext) -> None:
        """Remember the folder that paths are relative to."""
        self._folder = context.path if context.path.is_dir() else context.path.parent

    @property
    def state_path(self) -> Path:
        """The state file."""
        return (self._folder or Path()) / self.state

    def selected(self, state: AccountState) -> list[ConnectorState]:
        """The connectors that this is about, in the order of their names.

        Raises:
            InvalidYaml: A field names a connector that the state does not have, or asks for what is not offered.
        """
        if self.polling_sensor:
            problem = "found True; syncs that Dagster did not start are not looked for, since connectors are on the manual schedule."
            raise self.invalid(["polling_sensor"], problem)
        known = state.connectors
        named = {field: list(getattr(self, field)) for field in (*_BY_CONNECTOR, "excluded_connector_ids")}
        for field, ids in named.items():
            for place, id_ in enumerate(ids):
                if id_ not in known:
                    where: str | int = id_ if field in _BY_CONNECTOR else place
                    problem = f"the state has no connector {id_!r}.{suggestion(id_, known)} If it is new: `{REFRESH}`."
                    raise self.invalid([field, where], problem)
        kept = (each for each in known.values() if each.id not in self.excluded_connector_ids)
        return sorted(filter(self._is_selected, kept), key=lambda each: (each.name, each.id))

    def _is_selected(self, connector: ConnectorState) -> bool:
        return self.connector_selector is None or self.connector_selector(
            FivetranConnector(
                id=connector.id,
                name=connector.name,
                service=connector.service,
                group_id=connector.group_id,
                setup_state=CONNECTED,
                sync_state=SCHEDULED,
                paused=False,
                succeeded_at=None,
                failed_at=None,
            )
        )

    def settings_of(self, connector: ConnectorState) -> Settings:
        """What is declared of a connector."""
        id_ = connector.id
        return Settings.of(
            self.connector_schedules.get(id_, self.default_schedule),
            self.freshness.get(id_, self.default_freshness),
            self.owners.get(id_, self.default_owners),
        )

    def row_descriptions(self) -> Mapping[str, Mapping[str, str]]:
        """What a row is, by schema and table.

        Raises:
            InvalidYaml: The folder is missing, or a file in it is wrong.
        """
        if self.descriptions is None:
            return {}
        folder = (self._folder or Path()) / self.descriptions
        if not folder.is_dir():
            raise self.invalid(["descriptions"], f"there is no folder {folder}.")
        return read_descriptions(folder)
