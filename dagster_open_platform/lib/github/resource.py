"""The Dagster resource through which assets reach GitHub. Its resource key is ``github``.

What belongs here: configuration. What does not: reading (``client.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import Field

from dagster_open_platform.lib.http_resource import HttpApiResource

if TYPE_CHECKING:
    from dagster_open_platform.lib.github.client import GitHubClient

DEFAULT_API_URL = "https://api.github.com"
API_URL_VARIABLE = "GITHUB_API_URL"
TOKEN_VARIABLE = "GITHUB_TOKEN"  # noqa: S105  # the name of a variable


class GitHubResource(HttpApiResource):
    """GitHub's GraphQL API."""

    service = "GitHub"
    api_url_variable = API_URL_VARIABLE
    default_api_url = DEFAULT_API_URL

    token: str | None = Field(
        default=None,
        description="A token that may read the repositories' issues and discussions. If not given: the variable"
        f" {TOKEN_VARIABLE} when a run starts.",
        repr=False,
    )

    @contextmanager
    def connect(self) -> Iterator[GitHubClient]:
        """A client for the length of a ``with`` block.

        Raises:
            MissingCredentials: There is no token.
            InvalidRequest: The token cannot be a header, or the address is not one.
        """
        from dagster_open_platform.lib.github.client import GitHubClient

        what = "a token that may read the repositories' issues and discussions"
        with self.bearer_client(TOKEN_VARIABLE, what, self.token) as http:
            yield GitHubClient(http)
