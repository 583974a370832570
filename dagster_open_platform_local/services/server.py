"""How every service of the local stack is started: its command line and its HTTP server.

What belongs here: what ``python -m dagster_open_platform_local.services.<name> --port N --company DIR`` means for all
of them. What does not: any vendor's API.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from dagster_open_platform_local.services.faults import FaultInjector

HOST = "127.0.0.1"


@dataclass(frozen=True)
class ServiceArguments:
    """The command line of a service.

    Args:
        port: TCP port on loopback.
        company: Directory with the company's ``company.json`` and data.
    """

    port: int
    company: Path


def parse_arguments(name: str, arguments: list[str] | None = None) -> ServiceArguments:
    """Reads a service's command line.

    Args:
        name: Name of the service, for its help.
        arguments: The words after the program's name; None: those of this process.

    Raises:
        SystemExit: When an argument is missing or wrong, with a message on stderr.
    """
    parser = argparse.ArgumentParser(prog=f"python -m dagster_open_platform_local.services.{name}")
    parser.add_argument("--port", type=int, required=True, help="TCP port on 127.0.0.1")
    parser.add_argument("--company", type=Path, required=True, help="directory of the simulated company")
    parsed = parser.parse_args(arguments)
    return ServiceArguments(port=parsed.port, company=parsed.company)


def serve(app: ASGIApp, port: int) -> None:
    """Serves an application on 127.0.0.1 until the process gets TERM or INT.

    The application gets the fault plan's middleware unless it has it already, and with it ``/_health``.

    Args:
        app: The ASGI application.
        port: TCP port on loopback.

    Raises:
        SystemExit: When the port is taken.
    """
    injected = app if isinstance(app, FaultInjector) else FaultInjector(app)
    uvicorn.run(
        injected,
        host=HOST,
        port=port,
        log_level="warning",
        access_log=False,
        # A client that keeps its connection open must not keep the service from ending.
        timeout_graceful_shutdown=2,
        # It would be this machine's, while an application that says what time it is has the company's clock.
        date_header=False,
    )
