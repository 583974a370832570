"""A tiny process that runs one command and ends it when the process that asked for it is gone.

Run by path with ``python -I -S``, so it starts in a few hundredths of a second and imports nothing of this project:

    python -I -S guard.py LIFELINE STATUS GRACE COMMAND...

LIFELINE is the read end of a pipe whose only write end the supervisor holds. However the supervisor ends, `kill -9`
included, the kernel closes that end, the guard reads end-of-file, and ends the command's whole process group: TERM, and
KILL after GRACE seconds. STATUS is the write end of a pipe on which the guard says ``pid N`` and, at the end,
``exit CODE CPU_SECONDS``.

What belongs here: that. Whether a command is healthy, or what its end means, is the supervisor's business.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time

_PR_SET_CHILD_SUBREAPER = 36
_AFTER_KILL_SECONDS = 5.0


def main(arguments: list[str]) -> int:
    """Run the command; returns its exit code (128 + signal if a signal ended it)."""
    lifeline, status, grace, command = (
        int(arguments[0]),
        int(arguments[1]),
        float(arguments[2]),
        arguments[3:],
    )
    wakeup, told = _signals()
    _adopt_orphans()
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603 - ours
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error.strerror}\n")
        return 127
    _say(status, f"pid {child.pid}")
    code = _wait(child, lifeline, wakeup, told)
    code = _end(child.pid, grace, code)
    usage = os.times()
    _say(status, f"exit {code} {usage.children_user + usage.children_system:.2f}")
    return code


def _signals() -> tuple[int, set[int]]:
    """A descriptor that becomes readable on a signal, and the set of signals that ask for the end."""
    told: set[int] = set()
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda number, _: told.add(number))
    for ignored in (signal.SIGINT, signal.SIGHUP):
        # A handler and not SIG_IGN: the command would inherit that, and could not be interrupted.
        signal.signal(ignored, lambda *_: None)
    return reader, told


def _adopt_orphans() -> None:
    """On Linux become the parent of the command's orphans, so that they can be reaped and ended."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    # If the C library has no prctl, orphans go to init, as everywhere else.
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _wait(child: "subprocess.Popen[bytes]", lifeline: int, wakeup: int, told: set[int]) -> int | None:
    """Wait for the command or for a reason to end it; its exit code, or None when it must be ended."""
    while True:
        code = _reap(child.pid)
        if code is not None:
            return code
        if told:
            return None
        readable, _, _ = select.select([lifeline, wakeup], [], [])
        if lifeline in readable and not os.read(lifeline, 1024):
            return None
        if wakeup in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(wakeup, 1024)


def _reap(pid: int) -> int | None:
    """Reap whatever has ended; the exit code of ``pid`` if it was among them."""
    found = None
    while True:
        try:
            ended, raw = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if ended == 0:
            return found
        if ended == pid:
            code = os.waitstatus_to_exitcode(raw)
            found = code if code >= 0 else 128 - code


def _end(pid: int, grace: float, code: int | None) -> int:
    """End the process group, and on Linux whatever escaped from it; returns the command's exit code."""
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, _AFTER_KILL_SECONDS)):
        deadline = time.monotonic() + patience
        _signal_all(pid, number)
        while True:
            found = _reap(pid)
            code = found if found is not None else code
            if not _alive(pid):
                return code if code is not None else 0
            if time.monotonic() >= deadline:
                break
            time.sleep(0.02)
    return code if code is not None else 128 + signal.SIGKILL


def _signal_all(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
    for child in _children():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            # Once each: many a program takes a second TERM as "at once".
            if os.getpgid(child) != pid:
                os.kill(child, number)


def _alive(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return bool(_children())
    except PermissionError:
        # macOS says so of a group in which only the dead are left.
        return False
    return True


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:  # noqa: PTH123 - no pathlib
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def _say(status: int, line: str) -> None:
    # The supervisor may be gone; then nobody needs to know.
    with contextlib.suppress(BrokenPipeError):
        os.write(status, f"{line}\n".encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
