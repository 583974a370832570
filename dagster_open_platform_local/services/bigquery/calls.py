"""A request past the door, as the routes get it.

What belongs here: what a route is given, and the parameters that every route understands. What does not: routes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """A request whose token was right.

    Args:
        path: The route's parameters, e.g. `project`, `job`.
        query: The query string.
        body: The JSON body; empty without one.
    """

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]

    def wants(self, name: str) -> bool:
        """Whether the response shall hold a top-level field, by the `fields` parameter.

        https://developers.google.com/workspace/drive/api/guides/fields-parameter describes the parameter that all of
        Google's APIs share.
        """
        mask = self.query.get("fields")
        if not mask:
            return True
        return any(part.split("(")[0].split("/")[0].strip() in (name, "*") for part in mask.split(","))

    def masked(self, response: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a response that the client wants."""
        return {name: value for name, value in response.items() if self.wants(name)}
