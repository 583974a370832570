"""`conformance`: a stack of its own, a demo on it, and the conformance suite over all instances.

What belongs here: their order. What does not: the suite, and the stack as its world (`world.py`).
"""

import importlib.util
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from rich.console import Console

from dagster_open_platform_local.conformance.snapshot import snapshot_of
from dagster_open_platform_local.demo.driver_context import DemoContext
from dagster_open_platform_local.stack.commands import build_company, open_stack
from dagster_open_platform_local.stack.errors import StackError
from dagster_open_platform_local.stack.services import company_services
from dagster_open_platform_local.stack.supervisor import Supervisor
from dagster_open_platform_local.state import LocalState

SCALE = "0.05"
"""Of the smallest company whose rarest events have happened by then: what was never loaded cannot be observed."""
TODAY = date(2026, 7, 20)
"""In the company: of every kind of partition there are two."""
INSTANCES = "dagster_open_platform.defs"


def run_conformance(console: Console, directory: Path | None, arguments: Sequence[str]) -> int:
    """Try instances on all clauses, on real local services.

    Args:
        console: Where progress is shown.
        directory: Of the stack's state, which is kept, and begun with if it is there; None: a temporary one.
        arguments: For pytest.

    Returns:
        The exit code of the demo, if that fails, or of pytest.

    Raises:
        StackError: pytest is not installed, the stack cannot start, or a service died.
        CompanyError: The company cannot be built.
    """
    if importlib.util.find_spec("pytest") is None:
        raise StackError("The conformance suite needs pytest: install the extra `conformance`.")
    os.environ.setdefault("COMPANY_SCALE", SCALE)
    with ExitStack() as cleanup:
        if directory is None:
            directory = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="conformance-")))
        state = LocalState(directory.resolve())
        with open_stack(state, "conformance") as supervisor:
            clock = build_company(
                state, console, None if (state.company / "company.json").exists() else TODAY
            )
            supervisor.start(company_services(state))
            if not snapshot_of(state).exists():
                if code := _filled(supervisor, state, clock.today):
                    return code
                _keep(state)
            return supervisor.run(supervisor.process("conformance", _command(arguments)))


def _filled(supervisor: Supervisor, state: LocalState, today: date) -> int:
    """Has the demo's driver materialize all that instances read; its exit code."""
    context = DemoContext(root=str(state.root), as_of=today.isoformat(), began=time.time())
    command = [sys.executable, "-m", "dagster_open_platform_local.demo.driver", context.to_json()]
    return supervisor.run(supervisor.process("demo", command))


def _keep(state: LocalState) -> None:
    whole, part = snapshot_of(state), state.root / "conformance_snapshot.new"
    shutil.rmtree(part, ignore_errors=True)
    for place in (state.warehouse, state.warehouse_eu):
        shutil.copytree(place, part / place.name)
    part.rename(whole)


def _command(arguments: Sequence[str]) -> list[str]:
    return [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore"),
        *("-p", "dagster_open_platform_local.conformance.plugin", "--conforms", INSTANCES),
        *("--tb=short", "--timeout", "1800", *arguments),
    ]
