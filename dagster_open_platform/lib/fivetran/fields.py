"""The fields of `FivetranComponent` as YAML has them.

What belongs here: their shape, and what their values are by themselves. What does not: whether a connector exists (`component.py`).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import dagster as dg
from dagster_fivetran import FivetranWorkspace
from pydantic import Field

from dagster_open_platform.lib.schedule.component import resolve_cron
from dagster_open_platform.lib.yaml_component import invalid_value
from dagster_open_platform.lib.yaml_fields import resolve_names, resolve_timedelta


class WorkspaceYaml(dg.Model):
    """The account. A variable (`{{ env('…') }}`) is read when it is used, not while definitions load."""

    account_id: str = Field(
        description="Fivetran's id of the account.", examples=["{{ env('FIVETRAN_ACCOUNT_ID') }}"]
    )
    api_key: str = Field(
        description="Key of the API; a variable, never the key.",
        examples=["{{ env('FIVETRAN_API_KEY') }}"],
    )
    api_secret: str = Field(
        description="The key's secret; a variable, never the secret.",
        examples=["{{ env('FIVETRAN_API_SECRET') }}"],
    )


class FivetranAccount(FivetranWorkspace):
    """Dagster's workspace, which does not show its credentials."""

    api_key: str = Field(description="Key of the API.", repr=False)
    api_secret: str = Field(description="The key's secret.", repr=False)


class _Variables:
    """`env` in the fields of a workspace: the variable instead of its value."""

    def __call__(self, name: str) -> dg.EnvVar:
        return dg.EnvVar(name)

    def __getattr__(self, name: str) -> dg.EnvVar:
        if name.startswith(("_", "jinja")):  # what the template engine looks for in every object
            raise AttributeError(name)
        return dg.EnvVar(name)


def account_name(workspace: FivetranWorkspace) -> str:
    """What the account is called where its id may not be known yet: the variable of the id, or else the id."""
    found = workspace.account_id
    return found.env_var_name if isinstance(found, dg.EnvVar) else found


def resolve_workspace(context: dg.ResolutionContext, model: Any) -> FivetranAccount:
    """The account; values are read when they are used.

    Raises:
        InvalidYaml: The key or its secret stand in the file.
    """
    if isinstance(model, str):
        raise invalid_value(context, "found a str; expected account_id, api_key and api_secret.")
    lazily = context.with_scope(env=_Variables())
    values = {
        field: lazily.at_path(field).resolve_value(getattr(model, field))
        for field in WorkspaceYaml.model_fields
    }
    for field in ("api_key", "api_secret"):
        if not isinstance(values[field], dg.EnvVar):
            raise invalid_value(
                context,
                f"found a value; expected a variable, such as \"{{{{ env('FIVETRAN_{field.upper()}') }}}}\": what stands in a file"
                " is no secret.",
                field,
            )
    if not isinstance(values["account_id"], str):  # an id of digits, which a template makes a number of
        values["account_id"] = str(values["account_id"])
    return FivetranAccount(**values)


def resolve_crons(context: dg.ResolutionContext, crons: Any) -> Mapping[str, str]:
    """Cron expressions by connector.

    Raises:
        InvalidYaml: One is none.
    """
    return {id_: resolve_cron(context.at_path(id_), cron) for id_, cron in _mapping(context, crons).items()}


def resolve_timedeltas(context: dg.ResolutionContext, lengths: Any) -> Mapping[str, timedelta]:
    """Lengths of time by connector.

    Raises:
        InvalidYaml: One is none.
    """
    found = {
        id_: resolve_timedelta(context.at_path(id_), length)
        for id_, length in _mapping(context, lengths).items()
    }
    return {id_: length for id_, length in found.items() if length is not None}


def resolve_owners(context: dg.ResolutionContext, owners: Any) -> Mapping[str, list[str]]:
    """Owners by connector."""
    return {id_: resolve_names(context.at_path(id_), each) for id_, each in _mapping(context, owners).items()}


def _mapping(context: dg.ResolutionContext, found: Any) -> Mapping[str, Any]:
    if isinstance(found, str):
        raise invalid_value(context, f"found {found!r}; expected a mapping by connector id.")
    return found or {}
