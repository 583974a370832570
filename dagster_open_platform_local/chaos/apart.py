"""Faults that are no part of a round: what is delivered once more, concurrent backfills, the daemon's end.

What belongs here: each such fault, and how it is seen to have taken effect. What does not: faults of a round (`strikes.py`).
"""

import json
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb

from dagster_open_platform_local.chaos.daemon import DAEMON, running_daemon
from dagster_open_platform_local.chaos.errors import BrokenPromiseError
from dagster_open_platform_local.chaos.jobs import Doing, Job, Task, Worker
from dagster_open_platform_local.chaos.requests import ask
from dagster_open_platform_local.chaos.schedule import Fault, Kind
from dagster_open_platform_local.chaos.world import World, wait_until
from dagster_open_platform_local.company.settings import EPOCH
from dagster_open_platform_local.services.exports.ledger import LEDGER_FILE
from dagster_open_platform_local.services.warehouse_file import database_file, read_stamp

_LAUNCH_SECONDS = 20.0
"""Within which a request becomes a run that is executed: the daemon looks every five seconds at requests, and as often at the queue."""
_RUN_SECONDS = 240.0


def happens(fault: Fault, world: World, worker: Worker) -> tuple[bool, list[Doing]]:
    """Let a fault happen that is no part of a round.

    Returns:
        Whether it took effect, and the jobs of which it consisted.

    Raises:
        BrokenPromiseError: The daemon has not done what it was asked for, or more than once.
    """
    if fault.kind in (Kind.BACKFILL, Kind.DAEMON):
        # As whoever starts a stack does: a run that was killed holds its slot of the pool.
        worker.do(Job(Task.CLOSE, world.environment))
    if fault.kind is Kind.BACKFILL:
        return _backfills(fault, world, worker)
    if fault.kind is Kind.DAEMON:
        return _daemon_killed(fault, world, worker)
    again = _exports_again if fault.target == "exports" else _delivered_again
    return again(fault, world), []


def _delivered_again(fault: Fault, world: World) -> bool:
    """A vendor delivers all of its tables once more: it is told that it has not done so for today."""
    path = database_file(world.state.warehouse, fault.target)
    before = read_stamp(path)
    if before is None:
        return False
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE _company.clock SET today = today - INTERVAL 1 DAY")

    def again() -> bool:
        now = read_stamp(path)
        return now is not None and now.written_at > before.written_at

    wait_until(again, f"{fault.target} delivers again")
    return True


def _exports_again(fault: Fault, world: World) -> bool:
    """The exports of the last day are put into their buckets once more: who puts them was killed before it had noted that."""
    del fault
    ledger = world.state.s3 / LEDGER_FILE
    if not world.kill_service("s3"):
        return False
    content = json.loads(ledger.read_text())
    back = (world.today - timedelta(days=1)).isoformat()
    content["reached"] = {name: min(day, back) for name, day in content["reached"].items()}
    ledger.write_text(json.dumps(content))
    began = time.time()
    world.restart_service("s3")
    return any(
        _is_newer(path, began) for path in world.state.s3.rglob("*") if path.is_file() and path != ledger
    )


def _is_newer(path: Path, moment: float) -> bool:
    return path.stat().st_mtime >= moment


def _backfills(fault: Fault, world: World, worker: Worker) -> tuple[bool, list[Doing]]:
    """Two processes fill days once more, some of which are the same."""
    last = world.yesterday
    middle = EPOCH + timedelta(days=int((last - EPOCH).days * fault.moment))
    doings = [worker.start(_job(world, EPOCH, last)), worker.start(_job(world, middle, last))]
    overlapped = False

    def look() -> None:
        nonlocal overlapped
        overlapped |= all(doing.pid and doing.code is None for doing in doings)

    worker.finish(*doings, look=look)
    return overlapped and all(doing.result for doing in doings), doings


def _job(world: World, first: date, last: date) -> Job:
    return Job(Task.BACKFILL, world.environment, days=(first.isoformat(), last.isoformat()))


def _daemon_killed(fault: Fault, world: World, worker: Worker) -> tuple[bool, list[Doing]]:
    """The daemon is killed somewhen between a request and the end of its run, and started again; there is one run for it.

    It is there for as long as that takes: a daemon that looks for work every few seconds costs as much as the work.
    """
    with running_daemon(world):
        return _killed_in_the_midst(fault, world, worker)


def _killed_in_the_midst(fault: Fault, world: World, worker: Worker) -> tuple[bool, list[Doing]]:
    request = ask(world.state.root, world.yesterday.isoformat())
    job = Job(Task.AWAIT, world.environment, request=request, seconds=_RUN_SECONDS)
    doing = worker.start(job)
    strike = time.monotonic() + fault.moment * _LAUNCH_SECONDS
    while time.monotonic() < strike and doing.code is None:
        worker.listen()
    struck = world.kill_service(DAEMON)
    world.restart_service(DAEMON)
    worker.finish(doing)
    result = doing.result
    if result is None or result.error or result.undone:
        raise BrokenPromiseError(f"What the daemon was asked for was not done: {result}")
    if result.runs != 1:
        raise BrokenPromiseError(f"The daemon has launched {result.runs} runs for {request}, and not one.")
    return struck, [doing]
