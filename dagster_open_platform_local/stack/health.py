"""How a service shows that it is ready.

What belongs here: one function per kind of sign, each a plain question with a short time-out. What does not: waiting and
giving up (that is the supervisor's).
"""

import http.client
import socket
from collections.abc import Callable

from dagster_open_platform_local.stack.ports import HOST

HealthCheck = Callable[[int], bool]
"""Asked with the service's port; True once it is ready."""

_TIMEOUT_SECONDS = 2.0


def http_health(path: str = "/_health") -> HealthCheck:
    """Ready when ``GET path`` answers 200. Goes past any proxy that the environment names."""

    def healthy(port: int) -> bool:
        connection = http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return healthy


def port_open(port: int) -> bool:
    """Ready when a connection is accepted."""
    try:
        with socket.create_connection((HOST, port), timeout=_TIMEOUT_SECONDS):
            return True
    except OSError:
        return False


def postgres_health(database: str, user: str, password: str) -> HealthCheck:
    """Ready when a user can log in to a database with the password."""

    def healthy(port: int) -> bool:
        import psycopg

        try:
            psycopg.connect(
                host=HOST,
                port=port,
                dbname=database,
                user=user,
                password=password,
                sslmode="disable",
                connect_timeout=int(_TIMEOUT_SECONDS),
            ).close()
        except psycopg.OperationalError:
            return False
        return True

    return healthy


def started(_port: int) -> bool:
    """Ready as soon as it runs: for a process that listens on nothing."""
    return True
