"""The Dagster resource through which assets reach Hightouch. Its resource key is `hightouch`.

What belongs here: configuration, and reading the token and the ids of syncs. What does not: asking (`client.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import Field

from dagster_open_platform.lib.hightouch.errors import MissingSyncId
from dagster_open_platform.lib.http_resource import HttpApiResource

if TYPE_CHECKING:
    from dagster_open_platform.lib.hightouch.protocol import HightouchApi
    from dagster_open_platform.lib.hightouch.sync import SyncLimits

TOKEN_VARIABLE = "HIGHTOUCH_API_TOKEN"  # noqa: S105 - the name of a variable
WORKSPACE_VARIABLE = "HIGHTOUCH_WORKSPACE"


def sync_id_of(variable: str) -> str:
    """The id of a sync, read now.

    Args:
        variable: Where it stands.

    Raises:
        MissingSyncId: It is empty or not an id; names the variable.
    """
    found = os.environ.get(variable, "").strip()
    if not found:
        raise MissingSyncId(
            f"There is no id of the Hightouch sync: set {variable} to the number at the end of the sync's address in Hightouch."
        )
    if not (found.isascii() and found.isdigit()):
        raise MissingSyncId(f"{variable} holds {found[:40]!r}; expected the digits of a Hightouch sync's id.")
    return found


class HightouchResource(HttpApiResource):
    """Hightouch's REST API."""

    service = "Hightouch"
    api_url_variable = "HIGHTOUCH_API_URL"
    default_api_url = "https://api.hightouch.com"

    max_wait_seconds: float = Field(
        default=120.0,
        description="The longest wait that Hightouch may ask for; a longer one fails the run with the time in the message.",
    )
    sync_timeout_seconds: float = Field(
        default=3600.0,
        description="How long a sync may take. A longer one goes on at Hightouch, and the next attempt waits for it.",
    )

    @property
    def limits(self) -> SyncLimits:
        """How long a sync is waited for."""
        from dagster_open_platform.lib.hightouch.sync import SyncLimits

        return SyncLimits(timeout=self.sync_timeout_seconds)

    def clock(self) -> float:
        """The time in Unix seconds. For tests to replace, like `sleep`, which also waits between two looks at a run."""
        import time

        return time.time()

    def page_of(self, sync_id: str, run_id: str) -> str | None:
        """A run's page in Hightouch; None: the variable of the workspace's slug, of which its address is made, is not set."""
        from urllib.parse import quote

        workspace = os.environ.get(WORKSPACE_VARIABLE, "").strip()
        if not workspace:
            return None
        return f"https://app.hightouch.com/{quote(workspace, safe='')}/syncs/{sync_id}/runs/{run_id}"

    @contextmanager
    def connect(self) -> Iterator[HightouchApi]:
        """Hightouch for the length of a `with` block.

        Raises:
            MissingCredentials: The variable of the token is not set.
            InvalidRequest: The token cannot be a header, or the address is not one.
        """
        from dagster_open_platform.lib.hightouch.client import HightouchClient

        # https://hightouch.com/docs/developer-tools/api-guide: Bearer authentication.
        with self.bearer_client(TOKEN_VARIABLE, "an API key of the workspace") as http:
            yield HightouchClient(http)
