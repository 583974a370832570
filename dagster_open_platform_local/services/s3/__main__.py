"""Starts the service: ``python -m dagster_open_platform_local.services.s3 --port N --company DIR --directory DIR``.

Reads the access key that clients sign with from the environment (`credentials.py`). The company and its vendors put their
exports into the buckets while it runs (`services/exports/`); it ends with exit code 1 if they cannot, because the buckets were
filled by another company.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

from dagster_open_platform.lib.aws.buckets import BUCKETS
from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.company.errors import CompanyError
from dagster_open_platform_local.services.exports.deliverer import Deliverer
from dagster_open_platform_local.services.following import FollowingApp
from dagster_open_platform_local.services.s3.app import S3App
from dagster_open_platform_local.services.s3.credentials import MissingCredentialsError, S3Credentials
from dagster_open_platform_local.services.s3.sessions import Sessions
from dagster_open_platform_local.services.s3.store import ObjectStore
from dagster_open_platform_local.services.server import serve


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m dagster_open_platform_local.services.s3")
    parser.add_argument("--port", type=int, required=True, help="TCP port on 127.0.0.1")
    parser.add_argument("--company", type=Path, required=True, help="directory of the simulated company")
    parser.add_argument("--directory", type=Path, required=True, help="directory of the objects")
    arguments = parser.parse_args()
    try:
        read_clock(arguments.company)
        sessions = Sessions.of_platform(S3Credentials.of(os.environ))
    except (CompanyError, MissingCredentialsError) as error:
        sys.exit(str(error))
    store = ObjectStore(arguments.directory)
    store.create_buckets(BUCKETS)
    # The server takes it for Ctrl-C, ends in good order and lets us say why.
    deliverer = Deliverer(arguments.company, store, on_end=lambda: os.kill(os.getpid(), signal.SIGINT))
    serve(FollowingApp(S3App(store, sessions, deliverer), deliverer), arguments.port)
    if deliverer.failure:
        sys.exit(deliverer.failure)


if __name__ == "__main__":
    main()
