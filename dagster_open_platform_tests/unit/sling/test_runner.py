"""The process around Sling, with small programs in its place."""

import contextlib
import json
import os
import signal
import stat
import time
from pathlib import Path

import pytest
import yaml

from dagster_open_platform.lib.sling.diagnosis import stream_failure
from dagster_open_platform.lib.sling.errors import MissingSlingBinary, SlingUnavailable
from dagster_open_platform.lib.sling.output import StreamOutcome
from dagster_open_platform.lib.sling.resource import SlingResource

CONFIGURATION = {
    "source": "A",
    "target": "LOCAL",
    "streams": {"public.a": {"sql": "select 1"}, "public.ab": {}},
}
LOADED = """
echo '{"msg": "[1 / 2] running stream public.a"}'
echo '{"msg": "wrote 3 rows [1 r/s] to file"}'
echo '{"msg": "execution succeeded"}'
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def program(directory: Path, script: str) -> SlingResource:
    path = directory.parent / "program"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return SlingResource(binary=str(path), directory=str(directory.parent / "runs"))


def run(directory: Path, script: str, **connections: str) -> list[StreamOutcome]:
    return list(program(directory, script).run(CONFIGURATION, connections, directory))


def commands(directory: Path) -> list[str]:
    """What runs now whose environment names a directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        # One that has ended meanwhile has no files.
        with contextlib.suppress(OSError):
            if f"SLING_HOME_DIR={directory}/".encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


def require_that_nothing_runs(directory: Path, word: str = "") -> None:
    deadline = time.monotonic() + 3.0
    while left := [command for command in commands(directory) if word in command]:
        assert time.monotonic() < deadline, left


def test_what_the_program_gets(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANOTHER_CONNECTION", "postgresql://u:secret@h/d")
    script = f"""
echo "$1 $2" > {directory}/arguments; cat "$3" > {directory}/configuration; env > {directory}/environment
cat > {directory}/input
{LOADED}"""
    outcomes = run(directory, script, A="postgresql://u:p@h/d")
    assert outcomes[0] == StreamOutcome("public.a", 3)
    assert (directory / "arguments").read_text() == "run -r\n"
    assert yaml.safe_load((directory / "configuration").read_text()) == CONFIGURATION
    assert (directory / "input").read_text() == ""
    lines = (directory / "environment").read_text().splitlines()
    environment = {name: value for name, _, value in (line.partition("=") for line in lines)}
    assert environment["A"] == "postgresql://u:p@h/d"
    assert environment["SLING_DISABLE_TELEMETRY"] == "true"
    assert "ANOTHER_CONNECTION" not in environment


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("exit 0", "Sling ended with code 0 before it was done."),
        ("exit 3", "Sling ended with code 3 before it was done."),
        ("echo words; exit 1", "Sling ended with code 1 before it was done. words"),
        ("echo words >&2; exit 1", "Sling ended with code 1 before it was done. words"),
        ("kill -KILL $$", "Sling ended by signal 9 before it was done."),
        ("kill -TERM $$", "Sling ended by signal 15 before it was done."),
        (
            """echo '{"msg": "[2 / 2] running stream public.ab"}'; kill -KILL $$""",
            "Sling ended by signal 9 before it was done.",
        ),
    ],
)
def test_how_the_program_ends(directory: Path, end: str, said: str) -> None:
    first, second = run(directory, f"{LOADED}\n{end}")
    assert first == StreamOutcome("public.a", 3)
    # A shell may say that its program was killed.
    assert (second.name, second.rows) == ("public.ab", None)
    assert second.error.removesuffix(" Killed").removesuffix(" Terminated") == said


def test_output_that_is_not_text(directory: Path) -> None:
    script = r"printf '\377\376\000{\n{\n[]\n{\"msg\": 5}\n'; head -c 300000 /dev/zero"
    outcomes = run(directory, script)
    assert [(outcome.name, outcome.rows) for outcome in outcomes] == [("public.a", None), ("public.ab", None)]
    assert all(outcome.error.startswith("Sling ended with code 0") for outcome in outcomes)


def test_outcomes_come_when_they_are_known_and_a_hanging_program_ends_with_its_caller(
    directory: Path,
) -> None:
    # It does not end by itself, refuses to be told, and has a child.
    outcomes = program(directory, f"trap '' TERM INT HUP\ntail -f /dev/null &\n{LOADED}\nwait").run(
        CONFIGURATION, {}, directory
    )
    assert next(outcomes) == StreamOutcome("public.a", 3)
    assert commands(directory)
    outcomes.close()
    require_that_nothing_runs(directory)


def test_it_works_with_many_open_descriptors(directory: Path) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(64):
            stack.callback(os.close, os.open("/dev/null", os.O_RDONLY))
        first, _ = run(directory, LOADED)
    assert first == StreamOutcome("public.a", 3)


def test_a_slow_caller_kills_nobody_afterwards(directory: Path) -> None:
    """The guard ends with the program, not when the caller has done its work: numbers of processes come again."""
    outcomes = program(directory, LOADED).run(CONFIGURATION, {}, directory)
    assert [next(outcomes).name, next(outcomes).name] == ["public.a", "public.ab"]
    # The program has ended, and the caller is still at work on the last outcome.
    require_that_nothing_runs(directory, "kill")
    outcomes.close()
    require_that_nothing_runs(directory)


def test_programs_that_are_not_there(directory: Path) -> None:
    sling = SlingResource(binary=str(directory / "absent"))
    with pytest.raises(MissingSlingBinary, match=r"no Sling program at .*/absent"):
        sling.run(CONFIGURATION, {}, directory)
    (directory / "text").write_text("words")
    with pytest.raises(MissingSlingBinary):
        SlingResource(binary=str(directory / "text")).program()


def test_a_program_that_is_none(directory: Path) -> None:
    path = directory / "text"
    path.write_bytes(b"\x7fELF no program")
    path.chmod(0o755)
    outcomes = list(SlingResource(binary=str(path)).run(CONFIGURATION, {}, directory))
    assert [outcome.rows for outcome in outcomes] == [None, None]
    assert all("Sling ended with code" in outcome.error for outcome in outcomes)


def test_no_place_for_the_file(directory: Path) -> None:
    sling = program(directory, LOADED)
    with pytest.raises(SlingUnavailable, match="No file for Sling"):
        next(sling.run(CONFIGURATION, {}, directory / "absent"))


def test_workspaces(tmp_path: Path) -> None:
    sling = SlingResource(directory=str(tmp_path))
    with sling.workspace() as first, sling.workspace() as second:
        assert first != second
        assert stat.S_IMODE(first.stat().st_mode) == 0o700
        assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
        (first / "file").touch()
        abandoned = first.parent / "run_abandoned"
        (abandoned / "deep").mkdir(parents=True)
        with sling.workspace() as third:
            # What nobody holds is gone, what somebody holds is not.
            assert not abandoned.exists()
            assert (first / "file").exists()
            assert second.exists()
        assert not third.exists()
    assert [path.name for path in first.parent.iterdir()] == [".lock"]
    with pytest.raises(ZeroDivisionError), sling.workspace() as fourth:
        raise ZeroDivisionError
    assert not fourth.exists()


def test_a_workspace_of_a_killed_process(tmp_path: Path) -> None:
    sling = SlingResource(directory=str(tmp_path))
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        with sling.workspace() as directory:
            os.write(write, json.dumps(str(directory)).encode())
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    left = Path(json.loads(os.read(read, 4096)))
    os.close(read)
    os.close(write)
    assert left.exists()
    with sling.workspace():
        assert not left.exists()


def test_a_program_that_falls_silent_is_ended_and_may_be_tried_again(directory: Path) -> None:
    sling = program(directory, f"{LOADED}\nsleep 60")
    hasty = SlingResource(binary=sling.binary, directory=sling.directory, patience_seconds=0.3)
    loaded, hung = hasty.run(CONFIGURATION, {}, directory)
    assert loaded == StreamOutcome("public.a", 3)
    assert (hung.name, hung.rows) == ("public.ab", None)
    assert "by signal 9, for it had said nothing for 0.3 s" in hung.error
    assert isinstance(stream_failure(hung.error, "testing"), SlingUnavailable)
    require_that_nothing_runs(directory)


def test_streams_after_the_one_in_which_it_ended_are_run_anew(directory: Path) -> None:
    script = """
    case $(grep -c "public.a:" "$3") in
      1) echo '{"msg": "[1 / 2] running stream public.a"}'; echo 'panic: no'; exit 2;;
      *) echo '{"msg": "wrote 5 rows [1 r/s] to file"}'; echo '{"msg": "execution succeeded"}';;
    esac
    """
    crashed, loaded = run(directory, script)
    assert (crashed.name, crashed.rows) == ("public.a", None)
    assert "with code 2" in crashed.error
    assert "panic: no" in crashed.error
    assert loaded == StreamOutcome("public.ab", 5)
