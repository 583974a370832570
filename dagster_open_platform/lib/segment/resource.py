"""The Dagster resource through which checks reach Segment. Its resource key is `segment`.

What belongs here: configuration, and reading the token. What does not: asking (`client.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import Field

from dagster_open_platform.lib.http_resource import HttpApiResource

if TYPE_CHECKING:
    from dagster_open_platform.lib.segment.protocol import SegmentApi

TOKEN_VARIABLE = "SEGMENT_API_TOKEN"  # noqa: S105 - the name of a variable


class SegmentResource(HttpApiResource):
    """Segment's Public API."""

    service = "Segment"
    api_url_variable = "SEGMENT_API_URL"
    default_api_url = "https://api.segmentapis.com"

    max_wait_seconds: float = Field(
        default=120.0,
        description="The longest wait that Segment may ask for; a longer one fails the run with the time in the message.",
    )

    @contextmanager
    def open(self) -> Iterator[SegmentApi]:
        """Segment for the length of a `with` block.

        Raises:
            MissingCredentials: The variable of the token is not set.
            InvalidRequest: The token cannot be a header, or the address is not one.
        """
        from dagster_open_platform.lib.segment.client import SegmentClient

        # https://docs.segmentapis.com/tag/Getting-Started: Bearer authentication.
        with self.bearer_client(TOKEN_VARIABLE, "one of the Public API that may read the workspace") as http:
            yield SegmentClient(http)
