"""The command line as a person uses it, right and wrong."""

import json
import os
import signal
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import httpx
import pytest

from dagster_open_platform_local.company.build import build
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.stack.environment import live_environment
from dagster_open_platform_local.state import LocalState
from dagster_open_platform_tests.fixtures.documentation import arguments_of, documented, environment_of
from dagster_open_platform_tests.fixtures.repository import ROOT
from dagster_open_platform_tests.integration.stack.test_supervisor import PATIENCE_SECONDS, until


@pytest.fixture
def state(tmp_path: Path) -> LocalState:
    return LocalState(tmp_path / "state")


def command(state: LocalState, *words: str) -> list[str]:
    return [sys.executable, "-m", "dagster_open_platform_local", *words]


def variables(state: LocalState, **more: str) -> dict[str, str]:
    return {**os.environ, "DOP_LOCAL_DIR": str(state.root), "COMPANY_SCALE": "0.05", **more}


def run(state: LocalState, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(state, *words),
        env=variables(state, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "environment", "said"),
    [
        (["demo", "--date", "yesterday"], {}, "'yesterday' does not match the format"),
        (["stack", "--date", "2999-01-01"], {}, "cannot move to"),
        (["stack", "--date", "2026-01-01"], {}, "time does not go back"),
        (["demo"], {"COMPANY_SCALE": "big"}, "COMPANY_SCALE must be a number, not 'big'"),
        (["demo"], {"COMPANY_SCALE": "-1"}, "COMPANY_SCALE must be above 0"),
        (["demo"], {"COMPANY_SEED": "x"}, "COMPANY_SEED must be an integer, not 'x'"),
        (["demo"], {"DOP_LOCAL_DIR": "/proc/nowhere"}, "DOP_LOCAL_DIR"),
        (["dev", "--port", "0"], {}, "0 is not in the range"),
        (["dev", "--port", "http"], {}, "'http' is not a valid int"),
        (["host-cloud", "--pull-request", "0"], {}, "0 is not in the range"),
        (["host-cloud", "--pull-request", "main"], {}, "'main' is not a valid int"),
        (["advance"], {}, "There is no company"),
        (["explode"], {}, "No such command 'explode'"),
    ],
)
def test_wrong_input_gets_one_clear_message(
    state: LocalState, words: list[str], environment: dict[str, str], said: str
) -> None:
    done = run(state, *words, **environment, COLUMNS="200")
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [arguments_of("uv run just host-cloud"), arguments_of("uv run just host-cloud --pull-request 42")],
)
def test_who_plays_dagster_plus_needs_a_port_that_is_free(state: LocalState, words: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = subprocess.run(
            [*words, "--port", str(port)],
            env=environment_of({"DOP_LOCAL_DIR": str(state.root)}),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 1
    assert f"{port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_the_operating_system_refuses_is_told_with_its_place(state: LocalState) -> None:
    state.create()
    state.lock.mkdir()
    done = run(state, "stack")
    assert done.returncode == 1
    assert done.stderr.strip() == f"Is a directory: {state.lock}"


def test_every_command_explains_itself(state: LocalState) -> None:
    listed = run(state, "--help", COLUMNS="200").stdout
    for word in ("demo", "dev", "stack", "advance", "status", "reset"):
        assert word in listed
        assert run(state, word, "--help").returncode == 0
    assert not state.root.exists()


def test_the_doctor_and_the_menu_answer_without_a_stack_or_a_terminal(state: LocalState) -> None:
    done = documented("uv run just doctor github slack --json", variables=variables(state))
    assert done.returncode == 0
    assert [each["name"] for each in json.loads(done.stdout)["systems"]] == ["github", "slack"]
    # Where `--local` stands makes no difference; nor do blanks in words.
    unknown = documented(
        "uv run just doctor github slack --json", "--local", "no such system", variables=variables(state)
    )
    assert unknown.returncode == 2
    assert "There is no system 'no such system'" in unknown.stderr
    listed = documented("uv run just dagster-labs --list", variables=variables(state))
    assert listed.returncode == 0
    menu = documented("uv run just dagster-labs", variables=variables(state))
    assert menu.returncode == 2
    assert "There is no terminal" in menu.stderr
    assert menu.stderr.endswith(listed.stdout)


def test_a_stack_serves_moves_on_in_time_and_is_taken_down(state: LocalState) -> None:
    with subprocess.Popen(
        command(state, "stack", "--date", "2026-06-04"),
        env=variables(state),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert until(state.environment.exists)
            live = live_environment(state)
            answer = httpx.get(f"{live['BIGQUERY_EMULATOR_HOST']}/_health", timeout=10, trust_env=False)
            assert answer.json() == {"status": "ok"}
            assert "it is 2026-06-04 there" in run(state, "status").stdout
            # A day passes while the services run.
            assert "It is 2026-06-05 in the company now." in run(state, "advance").stdout
            second = run(state, "demo")
            assert second.returncode == 1
            assert f"pid {process.pid}" in second.stderr
            refused = run(state, "reset", "--yes")
            assert refused.returncode == 1
            assert f"kill {process.pid}" in refused.stderr
            assert state.company.exists()
        finally:
            # `dev` is ended by the other one.
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
    # A signal is how it normally ends.
    assert process.returncode == 0, err
    assert "stack.env" in out
    assert "Traceback" not in err
    assert not state.environment.exists()


def test_reset_asks_and_deletes_only_what_is_ours(state: LocalState) -> None:
    assert "There is nothing in" in run(state, "reset").stdout
    state.create()
    unasked = documented("uv run just reset", variables=variables(state))
    assert unasked.returncode == 1
    assert "--yes" in unasked.stderr
    assert state.root.exists()
    assert run(state, "reset", "--yes").returncode == 0
    assert not state.root.exists()

    state.root.mkdir()
    (state.root / "thesis.tex").touch()
    foreign = run(state, "reset", "--yes")
    assert foreign.returncode == 1
    assert "was not made by this project" in foreign.stderr
    assert (state.root / "thesis.tex").exists()


def test_another_company_in_the_same_place_is_refused(state: LocalState) -> None:
    state.create()
    build(state.company, CompanySettings(scale=0.05), date(2026, 6, 3))
    done = run(state, "stack", COMPANY_SEED="8")
    assert done.returncode == 1
    assert "seed is 7 there and 8 now" in done.stderr
