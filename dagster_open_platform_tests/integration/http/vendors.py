"""The vendors that the platform asks over HTTP, with what they must keep secret, and everything that can go wrong with them.

What belongs here: how each is run. What does not: where secrets are looked for (`fixtures/secrets.py`), assertions.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

Fault = Mapping[str, Any]
Way = Callable[[dg.DagsterInstance], dg.ExecuteInProcessResult | None]


@dataclass(frozen=True)
class Vendor:
    """A vendor that runs.

    Args:
        secrets: What must not show, such as a token.
        paths: What the platform asks: regular expressions of the paths of one kind of call, and the way that makes it.
        fail: Replaces the plan of faults.
        calls: How many calls the plan's first fault has met.
        ways: Everything that the platform does there, by name. A way gives its run, if it makes one.
    """

    secrets: tuple[str, ...]
    paths: Mapping[str, str]
    fail: Callable[..., None]
    calls: Callable[[], int]
    ways: Mapping[str, Way]


def basic(key: str, secret: str) -> str:
    """What HTTP Basic makes of both (RFC 7617)."""
    return base64.b64encode(f"{key}:{secret}".encode()).decode()


def faults(secrets: Sequence[str]) -> Iterator[tuple[str, Fault]]:
    """Every kind of fault that a service can have (`services/faults.py`), in words that show the secrets.

    Args:
        secrets: A vendor's.
    """
    told = " and ".join(secrets)
    bodies = {
        "JSON": json.dumps(
            {"code": "Unknown", "message": f"bad credentials {told}", "errors": [{"message": told}]}
        ),
        "text": f"Authorization: {told}",
        "half a JSON": json.dumps({"message": told})[:-1],
    }
    for status in (400, 401, 403, 404, 409, 422, 429, 500, 503):
        yield f"{status} with JSON", {"status": status, "payload": bodies["JSON"]}
    for kind, body in bodies.items():
        yield f"200 with {kind}", {"payload": body}
        yield f"502 with {kind}", {"status": 502, "payload": body}
    header = secrets[0]
    yield "a redirect", {"status": 302, "headers": {"Location": f"https://example.test/?key={header}"}}
    yield "an odd Retry-After", {"status": 429, "headers": {"Retry-After": header}}
    yield "a long Retry-After", {"status": 429, "headers": {"Retry-After": "86400"}}
    yield "a dropped connection", {"drop": True}
    yield "half a body", {"malformed": True}
    yield "a slow answer", {"delay_seconds": 0.01}
