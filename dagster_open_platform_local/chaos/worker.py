"""The process that has loaded the definitions, and forks one for each job.

    python -m dagster_open_platform_local.chaos.worker ADDRESS whole|part|few

It opens no connection and starts no thread, so that whoever is forked from it begins as a new process would. It ends when the other end
of its connection is closed.

What belongs here: forking, and telling how it went. What does not: what a job does (`work.py`).
"""

import os
import signal
import socket
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection

import dagster as dg

from dagster_open_platform.utils import garbage_collector
from dagster_open_platform_local.chaos.jobs import POLL_SECONDS, Heard, Job
from dagster_open_platform_local.chaos.part import Part, all_definitions
from dagster_open_platform_local.chaos.work import do
from dagster_open_platform_local.demo.graph import read_graph
from dagster_open_platform_local.stack.prepare import build_manifest_if_needed


def main(address: str, part: Part) -> int:
    """Do jobs until nobody asks any more.

    Args:
        address: Of the socket on which somebody waits for it.
        part: How much of the graph there is.
    """
    build_manifest_if_needed()
    defs = all_definitions(part)
    for each in defs:
        # Whatever is resolved now is resolved for all.
        read_graph(each)
        each.resolve_implicit_global_asset_job_def()
    garbage_collector.keep_what_is_there()
    with socket.socket(socket.AF_UNIX) as found:
        found.connect(address)
        connection = Connection(found.detach())
    running: dict[int, int] = {}
    while True:
        try:
            if connection.poll(POLL_SECONDS):
                number, job = connection.recv()
                running[_forked(number, job, defs, connection)] = number
        except EOFError:
            return 0
        for pid in list(running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                connection.send(Heard(running.pop(pid), code=os.waitstatus_to_exitcode(status)))


def _forked(number: int, job: Job, defs: Sequence[dg.Definitions], connection: Connection) -> int:
    """Begin a job in a process of its own; its number in the system."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        connection.send(Heard(number, pid=os.getpid()))
        do(number, job, defs, connection)
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Not what the worker would do at its end.
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Part(sys.argv[2])))
