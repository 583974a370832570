"""However a stack ends, nothing of it is left; whatever is wrong with it is said."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dagster_open_platform_local.stack.environment import (
    base_environment,
    exported_variables,
    live_environment,
)
from dagster_open_platform_local.stack.errors import (
    PortTakenError,
    ServiceFailedError,
    StackLockedError,
    StackNotRunningError,
)
from dagster_open_platform_local.stack.ports import require_free
from dagster_open_platform_local.stack.process import GuardedProcess
from dagster_open_platform_local.stack.supervisor import Supervisor
from dagster_open_platform_local.state import LocalState, read_environment
from dagster_open_platform_tests.integration.stack.run_supervisor import stand_in

PATIENCE_SECONDS = 30.0


def until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS, pause: float = 0.02) -> bool:
    """Poll a condition; bounded far above what it ever takes."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def is_running(pid: int) -> bool:
    """Whether a process exists and is not a zombie that waits to be reaped."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not Path("/proc/self").exists()


@dataclass
class RunningStack:
    process: "subprocess.Popen[str]"
    told: dict[str, Any]

    @property
    def pids(self) -> list[int]:
        return [*self.told["services"], *self.told["guards"]]

    def all_gone(self) -> bool:
        return not any(is_running(pid) for pid in self.pids)


@pytest.fixture
def state(tmp_path: Path) -> LocalState:
    found = LocalState(tmp_path / "state")
    found.create()
    return found


@pytest.fixture
def start(state: LocalState) -> Iterator[Callable[..., RunningStack]]:
    started: list[subprocess.Popen[str]] = []

    def run(*modes: str) -> RunningStack:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "dagster_open_platform_tests.integration.stack.run_supervisor"),
                *(str(state.root), *modes),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        return RunningStack(process, json.loads(line) if line else {})

    yield run
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_stack_with_everything_it_started(
    start: Callable[..., RunningStack], state: LocalState, number: signal.Signals
) -> None:
    stack = start("good", "stubborn", "good")
    assert all(is_running(pid) for pid in stack.pids)
    stack.process.send_signal(number)
    assert stack.process.wait(PATIENCE_SECONDS) == 128 + number
    # The supervisor itself waited for the end of each.
    assert stack.all_gone()
    assert not state.environment.exists()
    with pytest.raises(StackNotRunningError, match="just stack"):
        live_environment(state)


def test_kill_9_of_the_supervisor_leaves_no_child(
    start: Callable[..., RunningStack], state: LocalState
) -> None:
    stack = start("good", "stubborn", "family")
    children = [int(word) for word in (state.logs / "family2.log").read_text().split()[1:]]
    assert all(is_running(pid) for pid in [*stack.pids, *children])
    stack.process.kill()
    assert until(stack.all_gone)
    # On Linux not even a child that made itself a session of its own.
    left = children if sys.platform.startswith("linux") else children[:1]
    assert until(lambda: not any(is_running(pid) for pid in left))


def test_what_a_dead_stack_left_behind_is_not_taken_for_a_live_one(
    start: Callable[..., RunningStack], state: LocalState
) -> None:
    first = start("good")
    live = live_environment(state)
    assert live["GOOD0_URL"] == f"http://127.0.0.1:{first.told['ports'][0]}"
    first.process.kill()
    assert until(first.all_gone)
    first.process.wait(PATIENCE_SECONDS)
    assert state.environment.exists()
    with pytest.raises(StackNotRunningError):
        live_environment(state)
    second = start("good")
    assert live_environment(state)["GOOD0_URL"] == f"http://127.0.0.1:{second.told['ports'][0]}"


def test_a_new_stack_waits_for_what_a_killed_one_left_behind(start: Callable[..., RunningStack]) -> None:
    first = start("stubborn", "good")
    first.process.kill()
    first.process.wait(PATIENCE_SECONDS)
    # For half a second more its stubborn service runs.
    second = start("good")
    assert first.all_gone()
    assert second.process.poll() is None


def test_a_service_that_is_killed_is_reported_with_its_log_and_ends_the_stack(
    start: Callable[..., RunningStack],
) -> None:
    stack = start("good", "family")
    os.kill(stack.told["services"][1], signal.SIGKILL)
    _, complaint = stack.process.communicate(timeout=PATIENCE_SECONDS)
    assert stack.process.returncode == 1
    assert "The service family1 died (exit code 137)" in complaint
    assert "children " in complaint
    assert stack.all_gone()


def test_a_guard_that_is_killed_takes_its_service_with_it(start: Callable[..., RunningStack]) -> None:
    stack = start("good", "good")
    os.kill(stack.told["guards"][0], signal.SIGKILL)
    _, complaint = stack.process.communicate(timeout=PATIENCE_SECONDS)
    assert stack.process.returncode == 1
    assert "The service good0 died (exit code 137)" in complaint
    assert stack.all_gone()


def test_a_service_that_dies_at_its_start_says_why(state: LocalState) -> None:
    with Supervisor(state, "test", base_environment(state)) as supervisor:
        with pytest.raises(ServiceFailedError, match=r"dead died at its start.*exit code 3") as raised:
            supervisor.start([stand_in("good", "good"), stand_in("dead", "dead")])
        assert "the reason for its death" in str(raised.value)
        assert not state.environment.exists()
        [survivor] = supervisor.running
        assert survivor.process.poll() is None
        pid = survivor.process.pid
    assert pid is not None
    assert not is_running(pid)


def test_a_service_that_never_becomes_healthy_is_given_up(state: LocalState) -> None:
    with Supervisor(state, "test", base_environment(state)) as supervisor:
        with pytest.raises(ServiceFailedError, match="did not become healthy on port") as raised:
            supervisor.start([stand_in("sick", "sick", startup_seconds=1.5)])
        assert "waiting for better days" in str(raised.value)
    assert b"waiting" in (state.logs / "sick.log").read_bytes()


def test_a_command_that_does_not_exist_is_named(state: LocalState) -> None:
    log = state.logs / "nothing.log"
    process = GuardedProcess("nothing", ["/no/such/program"], dict(os.environ), log)
    process.start()
    assert process.wait(PATIENCE_SECONDS) == 127
    assert "cannot start /no/such/program" in log.read_text()


def test_a_second_stack_on_the_same_state_is_refused(
    start: Callable[..., RunningStack], state: LocalState
) -> None:
    first = start("good")
    second = start("good")
    _, complaint = second.process.communicate(timeout=PATIENCE_SECONDS)
    assert second.process.returncode == 1
    assert f"pid {first.told['supervisor']}" in complaint
    assert f"kill {first.told['supervisor']}" in complaint
    with (
        pytest.raises(StackLockedError, match="`test`, pid"),
        Supervisor(state, "other", base_environment(state)),
    ):
        pass
    # It did the first no harm.
    assert live_environment(state)["GOOD0_URL"]
    assert first.process.poll() is None


def test_two_stacks_on_two_states_do_not_meet(start: Callable[..., RunningStack], tmp_path: Path) -> None:
    first = start("good")
    other = LocalState(tmp_path / "other")
    other.create()
    with Supervisor(other, "test", base_environment(other)) as supervisor:
        supervisor.start([stand_in("good", "good")])
        assert supervisor.running[0].port not in first.told["ports"]


def test_a_taken_port_is_refused_with_the_way_out() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(PortTakenError, match=rf"Port {port} for the UI.*--port"):
            require_free(port, "the UI", "--port")
    require_free(port, "the UI", "--port")


def test_the_environment_file_is_private_and_whole(state: LocalState) -> None:
    base = base_environment(state, {"PATH": os.environ["PATH"], "SNOWFLAKE_PASSWORD": "x"})
    with Supervisor(state, "test", base, exported_variables(state, {})) as supervisor:
        supervisor.start([stand_in("token", "token"), stand_in("good", "good")])
        assert state.environment.stat().st_mode & 0o777 == 0o600
        variables = read_environment(state.environment)
        assert variables["DAGSTER_HOME"] == str(state.dagster_home)
        assert variables["GOOD_URL"] == f"http://127.0.0.1:{supervisor.running[1].port}"
        # A service's secret is its own; what others need to know stands in `provides`.
        assert "STAND_IN_SECRET" not in variables
        assert "SNOWFLAKE_PASSWORD" not in supervisor.environment
        assert "secret True" in (state.logs / "token.log").read_text()
        shell = subprocess.run(
            ["sh", "-c", 'set -a; . "$1"; printf %s "$GOOD_URL $DAGSTER_HOME"', "sh", str(state.environment)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert shell.stdout == f"{variables['GOOD_URL']} {variables['DAGSTER_HOME']}"


def test_a_command_runs_on_the_stack_and_reports_its_end(state: LocalState) -> None:
    with Supervisor(state, "test", base_environment(state)) as supervisor:
        supervisor.start([stand_in("good", "good")])
        code = (
            "import os, sys, urllib.request as u; u.urlopen(os.environ['GOOD_URL'] + '/_health'); sys.exit(7)"
        )
        command = supervisor.process("command", [sys.executable, "-c", code])
        assert supervisor.run(command) == 7
        assert command.cpu_seconds is not None


def test_a_command_is_stopped_when_a_service_dies_under_it(state: LocalState) -> None:
    with Supervisor(state, "test", base_environment(state)) as supervisor:
        supervisor.start([stand_in("good", "good")])
        victim = supervisor.running[0].process.pid
        # The command waits for ever, after it has killed the service.
        code = f"import os, signal; os.kill({victim}, signal.SIGKILL); signal.pause()"
        command = supervisor.process("command", [sys.executable, "-c", code])
        with pytest.raises(ServiceFailedError, match="good died"):
            supervisor.run(command)
        assert command.poll() is not None
        assert command.pid is not None
        assert not is_running(command.pid)


def test_a_service_that_was_ended_on_purpose_is_there_again_at_its_port(state: LocalState) -> None:
    with Supervisor(state, "test", base_environment(state)) as supervisor:
        supervisor.start([stand_in("good0", "good"), stand_in("good1", "good")])
        [before, other] = supervisor.running
        assert before.process.pid
        os.killpg(before.process.pid, signal.SIGKILL)
        supervisor.restart("good0")
        [after, same] = supervisor.running
        assert after.process.pid not in (None, before.process.pid)
        assert (after.port, after.service.secrets) == (before.port, before.service.secrets)
        assert same is other
        supervisor.check()
        pids = [each.process.pid for each in supervisor.running if each.process.pid]
    assert not any(is_running(pid) for pid in pids)
