"""What a client needs to be let in: the project, the token, and both as Google's client library reads them.

What belongs here: local credentials and their check. What does not: Google's own sign-in; nothing here leaves the
machine.
"""

import base64
import hmac
import json

LOCAL_PROJECT = "dagster-open-platform-local"
"""The project in which queries run unless `BIGQUERY_EMULATOR_PROJECT` says another; clients name it in
`GOOGLE_CLOUD_PROJECT`."""

LOCAL_TOKEN = "local-bigquery-token"  # noqa: S105  # opens nothing but a server on loopback
"""The bearer token that the service accepts unless `BIGQUERY_EMULATOR_TOKEN` says another."""


def local_credentials(token: str = LOCAL_TOKEN) -> str:
    """The value of `GCP_CREDENTIALS`: base64 of an `authorized_user` JSON.

    `google.oauth2.credentials.Credentials.from_authorized_user_info` takes a token and its expiry from it, so that
    nothing is fetched before the expiry. The refresh token is null on purpose: after a 401 the library would ask
    oauth2.googleapis.com for a new token, over and over where that cannot be reached; without a refresh token it raises
    `google.auth.exceptions.RefreshError` at once.

    Args:
        token: The bearer token that the service was started with.
    """
    info = {
        "type": "authorized_user",
        "client_id": "local",
        "client_secret": "local",
        "refresh_token": None,
        "token": token,
        "expiry": "2999-01-01T00:00:00Z",
    }
    return base64.b64encode(json.dumps(info).encode()).decode()


def is_bearer(authorization: str | None, token: str) -> bool:
    """Whether an `Authorization` header carries the token."""
    scheme, _, given = (authorization or "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())
