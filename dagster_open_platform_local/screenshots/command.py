"""`just screenshots`: the pages of the UI as PNG files.

What belongs here: the order of work, and whose UI it is. What does not: the pages (`pages.py`), drawing (`browser.py`).
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from dagster_open_platform_local.screenshots.browser import (
    LARGEST_BYTES,
    ScreenshotError,
    find_browser,
    photograph,
)
from dagster_open_platform_local.screenshots.pages import pages_of
from dagster_open_platform_local.stack.health import port_open
from dagster_open_platform_local.stack.ports import HOST
from dagster_open_platform_local.state import LocalState

_END_SECONDS = 60


def take_screenshots(state: LocalState, console: Console, port: int, output: Path) -> None:
    """Draw every page. The UI that answers at the port is used; if none does, `dev` serves one as long as this takes.

    Args:
        state: What `dev` serves.
        console: Is told what was written.
        port: Of the UI.
        output: The folder of the files.

    Raises:
        StackError: There is no browser, no UI, nothing to show, or a picture is too large.
    """
    program = find_browser()
    if not port_open(port) and not (state.dagster_home / "storage").exists():
        raise ScreenshotError(f"There is nothing to show in {state.root}: run `just demo` first.")
    with _served(port) as address:
        for page in pages_of(address):
            file = output / f"{page.name}.png"
            size = photograph(program, address + page.path, file, page.size, page.scale, page.settle_seconds)
            if size > LARGEST_BYTES:
                raise ScreenshotError(
                    f"{file} has {size:,} bytes, more than the {LARGEST_BYTES:,} that a repository should carry."
                )
            console.print(f"{file}  {size:,} bytes  {page.path}", highlight=False, soft_wrap=True)


@contextmanager
def _served(port: int) -> Iterator[str]:
    """The address of a UI at the port, which is started and stopped here unless it is there."""
    address = f"http://{HOST}:{port}"
    if port_open(port):
        yield address
        return
    command = [sys.executable, "-m", "dagster_open_platform_local", "dev", "--port", str(port)]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            said: list[str] = []
            for line in process.stdout or ():
                said.append(line)
                if address in line and "The Dagster UI" in line:
                    break
            else:
                raise ScreenshotError(f"The UI did not start. {''.join(said[-5:]).strip()}")
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
