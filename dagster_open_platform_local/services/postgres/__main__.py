"""Starts the service: ``python -m dagster_open_platform_local.services.postgres --port N --directory DIR``.

Reads the roles' passwords from the environment (`databases.PASSWORD_VARIABLES`): each start sets them anew. Whoever can
log in finds the service ready. It ends, cleanly, at TERM or INT, whoever is connected.
"""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg

from dagster_open_platform_local.services.postgres.binaries import find_binaries
from dagster_open_platform_local.services.postgres.cluster import Cluster, require_running
from dagster_open_platform_local.services.postgres.databases import passwords_from
from dagster_open_platform_local.services.postgres.errors import PostgresServiceError
from dagster_open_platform_local.services.postgres.roles import prepare
from dagster_open_platform_local.stack.signals import Interrupted, interruptible


def main() -> None:
    """Serve until told to stop; exit code 0 if that was the reason."""
    parser = argparse.ArgumentParser(prog="python -m dagster_open_platform_local.services.postgres")
    parser.add_argument("--port", type=int, required=True, help="TCP port on 127.0.0.1")
    parser.add_argument("--directory", type=Path, required=True, help="directory of the database cluster")
    arguments = parser.parse_args()
    try:
        with interruptible():
            serve(arguments.directory, arguments.port, passwords_from(os.environ))
    except Interrupted:
        sys.exit(0)
    except PostgresServiceError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{error.strerror or error}: {error.filename or arguments.directory}")


def serve(directory: Path, port: int, passwords: Mapping[str, str]) -> None:
    """Run the server until it ends, or `Interrupted` ends it.

    Raises:
        PostgresServiceError: It could not start, or it ended by itself.
    """
    cluster = Cluster(directory, find_binaries())
    with cluster.locked():
        cluster.initialise()
        with cluster.running(port) as server:
            cluster.wait_until_up(server, port)
            try:
                prepare(lambda database: cluster.connect(port, database), passwords)
                cluster.admit(port)
            except psycopg.Error as error:
                require_running(server)
                raise PostgresServiceError(f"The databases could not be prepared: {error}") from error
            server.wait()
            require_running(server)


if __name__ == "__main__":
    main()
