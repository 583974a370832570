"""The Dagster resource through which assets reach GitHub. Its resource key is ``github``.

What belongs here: configuration. What does not: reading (``client.py``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.github.errors import MissingToken

if TYPE_CHECKING:
    import httpx

    from dagster_open_platform.lib.github.client import GitHubClient

DEFAULT_API_URL = "https://api.github.com"
API_URL_VARIABLE = "GITHUB_API_URL"
TOKEN_VARIABLE = "GITHUB_TOKEN"  # noqa: S105  # the name of a variable


class GitHubResource(dg.ConfigurableResource):
    """GitHub's GraphQL API."""

    token: str | None = Field(
        default=None,
        description="A token that may read the repositories' issues and discussions. If not given: the variable"
        f" {TOKEN_VARIABLE} when a run starts.",
        repr=False,
    )
    api_url: str | None = Field(
        default=None,
        description=f"The API's address. If not given: the variable {API_URL_VARIABLE} when a run starts, or else"
        f" {DEFAULT_API_URL}.",
    )
    max_attempts: int = Field(
        default=5, description="How often a request is sent before its failure counts.", ge=1
    )
    max_wait_seconds: float = Field(
        default=300.0,
        description="The longest wait that GitHub may ask for; a longer one fails the run with the time in the message.",
    )

    def transport(self) -> httpx.BaseTransport | None:
        """What requests go through; None: the network. For tests to replace."""
        return None

    @contextmanager
    def connect(self) -> Iterator[GitHubClient]:
        """A client for the length of a ``with`` block.

        Raises:
            MissingToken: There is no token.
            InvalidRequest: The token cannot be a header, or the address is not one.
        """
        from dagster_open_platform.lib.github.client import GitHubClient
        from dagster_open_platform.lib.http import HttpClient, RetryLimits, Secrets

        token = self.token.get_value() if isinstance(self.token, dg.EnvVar) else self.token
        token = token or os.environ.get(TOKEN_VARIABLE) or ""
        if not token.strip():
            raise MissingToken(
                f"There is no GitHub token: set {TOKEN_VARIABLE} to one that may read the repositories' issues and"
                " discussions."
            )
        with HttpClient(
            self.api_url or os.environ.get(API_URL_VARIABLE) or DEFAULT_API_URL,
            service="GitHub",
            secrets=Secrets({"Authorization": f"Bearer {token}"}),
            credentials_hint=TOKEN_VARIABLE,
            limits=RetryLimits(attempts=self.max_attempts, max_retry_after_seconds=self.max_wait_seconds),
            transport=self.transport(),
        ) as http:
            yield GitHubClient(http)
