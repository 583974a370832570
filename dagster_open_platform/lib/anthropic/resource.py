"""The Dagster resource through which assets reach Anthropic. Its resource key is `anthropic`.

What belongs here: configuration. What does not: asking (`client.py`).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.anthropic.errors import MissingAdminKey
from dagster_open_platform.lib.http_resource import HttpApiResource

if TYPE_CHECKING:
    from dagster_open_platform.lib.anthropic.protocol import AdminApi

DEFAULT_API_URL = "https://api.anthropic.com"
API_URL_VARIABLE = "ANTHROPIC_API_URL"
KEY_VARIABLE = "ANTHROPIC_ADMIN_API_KEY"


class AnthropicResource(HttpApiResource):
    """Anthropic's Admin API."""

    service = "Anthropic"
    api_url_variable = API_URL_VARIABLE
    default_api_url = DEFAULT_API_URL

    admin_api_key: str | None = Field(
        default=None,
        description="A key of an administrator (sk-ant-admin…), which is another kind than the keys for messages. If not"
        f" given: the variable {KEY_VARIABLE} when a run starts.",
        repr=False,
    )

    def now(self) -> dt.datetime:
        """The time, aware, in UTC. For tests to replace."""
        return dt.datetime.now(dt.UTC)

    @contextmanager
    def connect(self) -> Iterator[AdminApi]:
        """Anthropic for the length of a `with` block.

        Raises:
            MissingAdminKey: There is no key.
            InvalidRequest: The key cannot be a header, or the address is not one.
        """
        from dagster_open_platform.lib.anthropic.client import VERSION, AnthropicClient
        from dagster_open_platform.lib.http import Secrets

        key = self.admin_api_key
        key = (key.get_value() if isinstance(key, dg.EnvVar) else key) or os.environ.get(KEY_VARIABLE) or ""
        if not key.strip():
            raise MissingAdminKey(
                f"There is no admin key of the organization at Anthropic: set {KEY_VARIABLE} to one that an administrator"
                " made in the Console."
            )
        secrets = Secrets({"x-api-key": key})
        with self.http_client(secrets, KEY_VARIABLE, {"anthropic-version": VERSION}) as http:
            yield AnthropicClient(http)
