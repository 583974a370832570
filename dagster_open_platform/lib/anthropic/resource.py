"""The Dagster resource through which assets reach Anthropic. Its resource key is `anthropic`.

What belongs here: configuration. What does not: asking (`client.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import Field

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
            MissingCredentials: There is no key.
            InvalidRequest: The key cannot be a header, or the address is not one.
        """
        from dagster_open_platform.lib.anthropic.client import VERSION, AnthropicClient
        from dagster_open_platform.lib.http import Secrets

        # Another kind than the keys for messages, which do not open this API.
        key = self.credential(KEY_VARIABLE, "an admin key, made in the Console", self.admin_api_key)
        secrets = Secrets({"x-api-key": key})
        with self.http_client(secrets, KEY_VARIABLE, {"anthropic-version": VERSION}) as http:
            yield AnthropicClient(http)
