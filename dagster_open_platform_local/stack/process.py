"""One child process under a guard.

What belongs here: starting a command so that it cannot outlive this process, asking how it is, ending it. What does not:
which commands there are, and what their end means.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from dagster_open_platform_local.stack.errors import StackError

_GUARD = Path(__file__).with_name("guard.py")
_PID_SECONDS = 20.0
_GUARD_MARGIN_SECONDS = 7.0


class GuardedProcess:
    """A command that runs until it ends, is stopped, or this process ends in whatever way.

    Args:
        name: For messages.
        command: Program and arguments.
        environment: The whole environment of the command.
        log: Where its output goes (the file is begun anew); None: where this process's output goes.
        grace: Seconds between TERM and KILL.
        held: Descriptors that stay open as long as the command or its guard runs.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path | None = None,
        grace: float = 10.0,
        held: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.command = tuple(command)
        self.log = log
        self.cpu_seconds: float | None = None
        self._environment = dict(environment)
        self._grace = grace
        self._held = tuple(held)
        self._guard: subprocess.Popen[bytes] | None = None
        self._lifeline = self._status = -1
        self._said = b""
        self._pid: int | None = None

    def start(self) -> None:
        """Start it.

        Raises:
            StackError: The guard did not say the command's process id in time.
        """
        lifeline_reader, self._lifeline = os.pipe()
        self._status, status_writer = os.pipe()
        output: IO[bytes] | None = self.log.open("wb") if self.log else None
        try:
            self._guard = subprocess.Popen(  # noqa: S603 - the commands are ours
                [
                    *(sys.executable, "-I", "-S", str(_GUARD)),
                    *(str(lifeline_reader), str(status_writer), str(self._grace)),
                    *self.command,
                ],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                pass_fds=(lifeline_reader, status_writer, *self._held),
                start_new_session=True,
            )
        finally:
            os.close(lifeline_reader)
            os.close(status_writer)
            if output:
                output.close()
        self._await_pid()

    def _await_pid(self) -> None:
        deadline = time.monotonic() + _PID_SECONDS
        while self._pid is None and self.poll() is None:
            if time.monotonic() >= deadline:
                raise StackError(f"{self.name} could not be started: its guard does not answer.")
            self._listen(0.5)

    @property
    def pid(self) -> int | None:
        """Process id of the command itself (not of its guard); None if it never started."""
        return self._pid

    @property
    def guard_pid(self) -> int | None:
        """Process id of the guard; None before the start."""
        return self._guard.pid if self._guard else None

    def poll(self) -> int | None:
        """The exit code (128 + signal if a signal ended it), or None while it runs."""
        if self._guard is None:
            return None
        code = self._guard.poll()
        if code is None:
            return None
        self._listen(0)
        self._close()
        if code < 0:
            # Somebody killed the guard itself, which can no longer see to the command's end.
            self._kill_group()
            return 128 - code
        return code

    def wait(self, timeout: float) -> int | None:
        """Wait for the end; the exit code, or None when the time has passed."""
        if self._guard is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._guard.wait(timeout)
        return self.poll()

    def stop(self) -> None:
        """End it and wait until it, and everything it started, is gone. Harmless when it has ended already."""
        self._close_lifeline()
        if self._guard is None:
            return
        try:
            self._guard.wait(self._grace + _GUARD_MARGIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()
        self.poll()

    def _kill_group(self) -> None:
        if self._pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)
            self._pid = None

    def _listen(self, timeout: float) -> None:
        """Take in what the guard said."""
        if self._status < 0 or not select.select([self._status], [], [], timeout)[0]:
            return
        self._said += os.read(self._status, 4096)
        *lines, self._said = self._said.split(b"\n")
        for line in lines:
            word, *values = line.decode().split()
            if word == "pid":
                self._pid = int(values[0])
            elif word == "exit":
                self.cpu_seconds = float(values[1])

    def _close_lifeline(self) -> None:
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def _close(self) -> None:
        self._close_lifeline()
        if self._status >= 0:
            os.close(self._status)
            self._status = -1


def log_tail(log: Path | None, lines: int = 20) -> str:
    """The last lines of a log, indented; a sentence if there are none."""
    if log is None:
        return ""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 64_000))
            text = file.read().decode(errors="replace")
    except OSError as error:
        return f"    ({log} cannot be read: {error.strerror})"
    last = text.rstrip().splitlines()[-lines:]
    if not last:
        return f"    (nothing in {log})"
    return "\n".join(f"    {line}" for line in last) + f"\n    (from {log})"
