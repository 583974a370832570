"""Starts the service: `python -m dagster_open_platform_local.services.bigquery --port N --company DIR`.

Reads `BIGQUERY_EMULATOR_TOKEN` (the token that clients must show) and `BIGQUERY_EMULATOR_PROJECT` (the project in which
queries run) from the environment; `credentials.py` holds their defaults. `GOOGLE_CLOUD_PROJECT` is not read: on a laptop
it may name a real project.
"""

import os

from dagster_open_platform_local.services.bigquery.app import create_app
from dagster_open_platform_local.services.bigquery.credentials import LOCAL_PROJECT, LOCAL_TOKEN
from dagster_open_platform_local.services.faults import FaultInjector
from dagster_open_platform_local.services.server import parse_arguments, serve


def main() -> None:
    """Serve until told to stop."""
    arguments = parse_arguments("bigquery")
    project = os.environ.get("BIGQUERY_EMULATOR_PROJECT") or LOCAL_PROJECT
    token = os.environ.get("BIGQUERY_EMULATOR_TOKEN") or LOCAL_TOKEN
    serve(FaultInjector(create_app(arguments.company, project, token)), arguments.port)


if __name__ == "__main__":
    main()
