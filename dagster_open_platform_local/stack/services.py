"""The services that stand for the outside world.

What belongs here: which there are, how each is started, and the ordinary variables with which the platform finds it. What
does not: what they answer.
"""

import secrets
import sys
from collections.abc import Callable, Sequence

from dagster_open_platform_local.services.bigquery.credentials import local_credentials
from dagster_open_platform_local.stack.supervisor import Service
from dagster_open_platform_local.state import LocalState

GOOGLE_PROJECT = "dagster-open-platform-local"


def company_services(state: LocalState) -> list[Service]:
    """The services of a laptop, in the order in which they start; each start has new tokens."""
    return [_bigquery(state, secrets.token_urlsafe(24)), _saas(state, secrets.token_urlsafe(24))]


def _bigquery(state: LocalState, token: str) -> Service:
    return Service(
        name="bigquery",
        command=_module("bigquery", state),
        secrets={"BIGQUERY_EMULATOR_TOKEN": token},
        provides=lambda port: {
            "BIGQUERY_EMULATOR_HOST": f"http://127.0.0.1:{port}",
            "GOOGLE_CLOUD_PROJECT": GOOGLE_PROJECT,
            "GCP_CREDENTIALS": local_credentials(token),
        },
    )


def _saas(state: LocalState, github_token: str) -> Service:
    return Service(
        name="saas",
        command=_module("saas", state),
        secrets={"GITHUB_EMULATOR_TOKEN": github_token},
        provides=lambda port: {
            "GITHUB_API_URL": f"http://127.0.0.1:{port}/github",
            "GITHUB_TOKEN": github_token,
        },
    )


def _module(name: str, state: LocalState) -> Callable[[int], Sequence[str]]:
    return lambda port: [
        *(sys.executable, "-m", f"dagster_open_platform_local.services.{name}"),
        *("--port", str(port), "--company", str(state.company)),
    ]
