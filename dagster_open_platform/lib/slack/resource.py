"""The Dagster resource through which assets and sensors reach Slack. Its resource key is `slack`.

What belongs here: configuration, and reading the tokens. What does not: asking (`client.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from pydantic import Field

from dagster_open_platform.lib.http_resource import HttpApiResource

if TYPE_CHECKING:
    from dagster_open_platform.lib.http import HttpClient
    from dagster_open_platform.lib.slack.protocol import SlackApi

DEFAULT_API_URL = "https://slack.com/api"
API_URL_VARIABLE = "SLACK_API_URL"
TOKEN_VARIABLE = "SLACK_BOT_TOKEN"  # noqa: S105  # the name of a variable
ADMIN_TOKEN_VARIABLE = "SLACK_ADMIN_TOKEN"  # noqa: S105  # the name of a variable


class SlackResource(HttpApiResource):
    """Slack's Web API.

    The bot needs the scopes users:read, users:read.email, channels:read, groups:read, channels:history, groups:history, chat:write,
    files:read and files:write, and has to be in the channels in which it posts. Member analytics are given to administrators of an
    Enterprise organization only: a user token with admin.analytics:read.
    """

    service = "Slack"
    api_url_variable = API_URL_VARIABLE
    default_api_url = DEFAULT_API_URL

    max_wait_seconds: float = Field(
        default=120.0,
        description="The longest wait that Slack may ask for; a longer one fails the run with the time in the message.",
    )

    @contextmanager
    def open(self) -> Iterator[SlackApi]:
        """Slack for the length of a `with` block.

        Raises:
            MissingCredentials: There is no bot token.
            InvalidRequest: The token cannot be a header, or the address is not one.
        """
        from dagster_open_platform.lib.slack.client import SlackClient, upload_to

        with ExitStack() as stack:
            http = stack.enter_context(self._client(TOKEN_VARIABLE, "the bot's token"))
            opened: list[HttpClient] = []

            def analytics() -> HttpClient:
                if not opened:
                    what = "the token of an administrator of the organization"
                    opened.append(stack.enter_context(self._client(ADMIN_TOKEN_VARIABLE, what)))
                return opened[0]

            yield SlackClient(http, analytics, upload_to(self._client_of), self.sleep)

    def _client(self, variable: str, what: str) -> HttpClient:
        # What Slack says is told, whichever of the tokens it repeats.
        return self.bearer_client(variable, what, secrets=_tokens())

    def _client_of(self, base_url: str) -> HttpClient:
        from dagster_open_platform.lib.http import Secrets

        # No credentials: the address of an upload is its own.
        return self.http_client(Secrets({}, _tokens()), "the address that Slack gave", base_url=base_url)


def _tokens() -> tuple[str, ...]:
    found = (os.environ.get(name, "").strip() for name in (TOKEN_VARIABLE, ADMIN_TOKEN_VARIABLE))
    return tuple(token for token in found if token)
