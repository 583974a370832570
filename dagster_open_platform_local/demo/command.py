"""`demo`: the company, the stack, and the driver on it.

What belongs here: their order, and how long each takes. What does not: materializing (`driver.py`).
"""

import shutil
import sys
import time
from datetime import date

from rich.console import Console

from dagster_open_platform_local.demo.driver_context import DemoContext
from dagster_open_platform_local.stack.commands import build_company, open_stack
from dagster_open_platform_local.stack.services import company_services
from dagster_open_platform_local.state import LocalState


def run_demo(state: LocalState, console: Console, today: date | None) -> int:
    """Build the company, start the stack, materialize everything that is due, say what came of it.

    Args:
        state: Where everything is kept.
        console: Where progress is shown.
        today: The date it shall be in the company; None: as `ensure_company` says.

    Returns:
        0 if the graph is whole and green, or else 1.

    Raises:
        StackError: The stack cannot start, or a service died.
        CompanyError: The company cannot be built.
    """
    began, phases = time.time(), _Phases()
    if state.live.exists():
        # It materializes everything, which would post, sync and publish in real systems.
        console.print(
            f"The demo is simulated as a whole: {state.live} counts for `just dev` and `just stack` only.",
            soft_wrap=True,
        )
    with open_stack(state, "demo") as supervisor:
        clock = build_company(state, console, today)
        phases.end("data")
        with console.status("Starting the services"):
            supervisor.start(company_services(state))
        phases.end("services")
        context = DemoContext(
            root=str(state.root),
            as_of=clock.today.isoformat(),
            began=began,
            phases=phases.seconds,
            services={found.service.name: found.process.pid or 0 for found in supervisor.running},
        )
        driver = supervisor.process(
            "demo",
            [sys.executable, "-m", "dagster_open_platform_local.demo.driver", context.to_json()],
            # Its standard streams are not the terminal that it writes to, so it cannot ask that for its width.
            variables={"COLUMNS": str(shutil.get_terminal_size().columns)},
        )
        return supervisor.run(driver)


class _Phases:
    """Measures parts that follow one another."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began = time.monotonic()

    def end(self, name: str) -> None:
        now = time.monotonic()
        self.seconds[name], self._began = now - self._began, now
