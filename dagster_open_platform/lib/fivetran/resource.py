"""The Dagster resource through which assets reach Fivetran. Its resource key is `fivetran`.

What belongs here: configuration, and reading the credentials that a component names. What does not: asking (`client.py`).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.http_resource import HttpApiResource, MissingCredentials

if TYPE_CHECKING:
    from dagster_open_platform.lib.fivetran.protocol import FivetranApi
    from dagster_open_platform.lib.fivetran.sync import SyncLimits

DEFAULT_API_URL = "https://api.fivetran.com"
API_URL_VARIABLE = "FIVETRAN_API_URL"


class Workspace(Protocol):
    """Where credentials come from: `dg.EnvVar`s, whose values are read when they are used."""

    account_id: str
    api_key: str
    api_secret: str


def value_of(workspace: Workspace, field: str) -> str:
    """A value of a workspace, read now.

    Raises:
        MissingCredentials: It is empty; names the variable.
    """
    found = getattr(workspace, field)
    value = (found.get_value() if isinstance(found, dg.EnvVar) else found) or ""
    if not value.strip():
        where = found.env_var_name if isinstance(found, dg.EnvVar) else f"workspace.{field}"
        raise MissingCredentials(f"There is no {field} of the Fivetran account: set {where}.")
    return value


class FivetranResource(HttpApiResource):
    """Fivetran's REST API."""

    service = "Fivetran"
    api_url_variable = API_URL_VARIABLE
    default_api_url = DEFAULT_API_URL

    max_wait_seconds: float = Field(
        default=120.0,
        description="The longest wait that Fivetran may ask for; a longer one fails the run with the time in the message.",
    )
    sync_timeout_seconds: float = Field(
        default=3600.0,
        description="How long a sync may take. A longer one goes on at Fivetran, and the next attempt waits for it.",
    )
    patience_seconds: float = Field(
        default=300.0,
        description="How long to wait for a historical sync, or for a sync that Fivetran puts off, before it is left.",
    )

    @property
    def limits(self) -> SyncLimits:
        """How long a sync is waited for."""
        from dagster_open_platform.lib.fivetran.sync import SyncLimits

        return SyncLimits(timeout=self.sync_timeout_seconds, patience=self.patience_seconds)

    def clock(self) -> float:
        """The time in Unix seconds. For tests to replace, like `sleep`."""
        import time

        return time.time()

    @contextmanager
    def open(self, workspace: Workspace) -> Iterator[FivetranApi]:
        """Fivetran for the length of a `with` block.

        Args:
            workspace: Names the credentials.

        Raises:
            MissingCredentials: A variable is not set.
            InvalidRequest: A credential cannot be a header, or the address is not one.
        """
        from dagster_open_platform.lib.fivetran.client import ACCEPT, FivetranClient
        from dagster_open_platform.lib.http import Secrets

        key, secret = value_of(workspace, "api_key"), value_of(workspace, "api_secret")
        # https://fivetran.com/docs/rest-api/getting-started#authentication
        basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
        secrets = Secrets({"Authorization": f"Basic {basic}"}, values=(key, secret))
        with self.http_client(secrets, "the API key and its secret", {"Accept": ACCEPT}) as http:
            yield FivetranClient(http)
