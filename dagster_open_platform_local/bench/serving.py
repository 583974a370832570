"""A service in a process of its own, which a measure asks.

What belongs here: starting, finding and ending it, from both sides. What does not: what it serves.
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import httpx
from starlette.types import ASGIApp

from dagster_open_platform_local.services.server import serve
from dagster_open_platform_local.stack.ports import free_port

TIMEOUT = 60.0
"""Seconds until a service is given up."""


@contextlib.contextmanager
def served(module: str, *arguments: str) -> Iterator[str]:
    """A service for the length of a `with` block; gives its address.

    Args:
        module: Calls `serve_measure` when it is run.
        arguments: Its command line.

    Raises:
        RuntimeError: It did not start, or did not answer.
    """
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("The service of the measure has no pipes.")
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError("The service of the measure did not start.")
            _wait(url)
            yield url
        finally:
            process.stdin.close()
            process.wait(TIMEOUT)


def serve_measure(app: ASGIApp) -> None:
    """Print an address, and serve there until the standard input ends."""
    port = free_port()

    def end() -> None:
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=end, daemon=True).start()
    print(f"http://127.0.0.1:{port}", flush=True)  # noqa: T201 - this is how the measure learns of it
    serve(app, port)


def _wait(url: str) -> None:
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/_health", timeout=1.0).is_success:
                return
        time.sleep(0.05)
    raise RuntimeError("The service of the measure did not answer.")
