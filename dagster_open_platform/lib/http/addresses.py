"""Addresses of servers.

What belongs here: which are talked to. What does not: talking (`client.py`).
"""

import contextlib

import httpx

from dagster_open_platform.lib.http.errors import InvalidRequest
from dagster_open_platform.lib.http.secrets import Secrets

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def validated(base_url: str, service: str, secrets: Secrets) -> str:
    """Return a base URL without a slash at its end.

    Args:
        base_url: ``https://host[:port][/path]``; plain http only for this machine.
        service: The server's name in messages.
        secrets: Must not be in it.

    Raises:
        InvalidRequest: It is not one of these, or carries credentials.
    """
    url: httpx.URL | None = None
    with contextlib.suppress(httpx.InvalidURL):
        url = httpx.URL(base_url)
    if url is None:
        raise InvalidRequest(secrets.redacted(f"The {service} URL is not one: {base_url!r}."))
    if url.userinfo or url.query or url.fragment or secrets.are_in(base_url):
        raise InvalidRequest(
            f"The {service} URL must be https://host/path without credentials, query or fragment; it has one of them."
        )
    if not url.host or not (url.scheme == "https" or (url.scheme == "http" and url.host in _LOOPBACK)):
        raise InvalidRequest(
            f"The {service} URL must begin with https:// (http:// only for this machine), since credentials are sent"
            f" there; it is {base_url!r}."
        )
    return base_url.rstrip("/")
