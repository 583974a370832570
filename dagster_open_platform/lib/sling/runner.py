"""One run of the Sling program, told as what came of each stream.

What belongs here: starting the program, reading what it says, ending it. What does not: what is replicated (`extract.py`,
`egress.py`), and where the program is (`resource.py`).

Sling is driven through its command line with logs in JSON, one event a line; streams run one after the other, so an event
belongs to the stream that was announced last. What is not JSON is the text of an error.
"""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import yaml

from dagster_open_platform.lib.sling.errors import SlingUnavailable

_ANNOUNCED = re.compile(r"\[\d+ / \d+\] running stream (?P<name>.+)")
_ROWS = re.compile(r"(?:wrote|inserted) (?P<rows>\d+) rows")
_COLOUR = re.compile(r"\x1b\[\d*m")
_PASSWORD = re.compile(r"(?<=://)([^:/@\s]+):[^@\s]+@")
_LONGEST_ERROR = 600
_GRACE_SECONDS = 5.0

# Sling must not outlive the process that started it, however that ends: the shell's third descriptor is the read end of a
# pipe whose other end this process holds, and `cat` returns when it is closed. It must not hold the standard output, whose end
# says that Sling is done.
_GUARDED = '"$@" 3<&- & pid=$!; { cat <&3; kill -KILL $pid; } >/dev/null 2>&1 & wait $pid'


@dataclass(frozen=True)
class StreamOutcome:
    """What came of one stream.

    Args:
        name: As in the configuration.
        rows: How many rows arrived, as Sling counted them; None: it failed.
        error: What Sling said, without passwords; empty: it succeeded.
    """

    name: str
    rows: int | None
    error: str = ""


@dataclass
class _Reading:
    """The state of reading Sling's output."""

    names: Sequence[str]
    current: str | None = None
    rows: int = 0
    failed: bool = False
    text: list[str] = field(default_factory=list)


def run_sling(
    binary: Path, configuration: Mapping[str, object], environment: Mapping[str, str], directory: Path
) -> Iterator[StreamOutcome]:
    """Run a replication.

    Args:
        binary: The program.
        configuration: A whole replication of Sling's, with explicit streams.
        environment: All variables that the program gets; holds the connections' URLs.
        directory: Where the configuration is written; the caller's, and only for this run.

    Yields:
        Each stream's outcome when it is known. Streams that Sling never came to have one too.

    Raises:
        SlingUnavailable: Sling cannot be started.
    """
    streams = configuration["streams"]
    names = list(streams) if isinstance(streams, Mapping) else []
    file = directory / "replication.yaml"
    file.write_text(
        yaml.safe_dump(dict(configuration), sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    reader, writer = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - our own words and a file that we wrote
            ["/bin/sh", "-c", f"exec 3<&{reader}; {_GUARDED}", "sling", str(binary), "run", "-r", str(file)],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(reader,),
            start_new_session=True,
        )
    except OSError as error:
        os.close(writer)
        raise SlingUnavailable(f"Sling cannot be started: {error.strerror}.") from error
    finally:
        os.close(reader)
    try:
        yield from _outcomes(process, names)
    finally:
        os.close(writer)
        _end(process)


def _outcomes(process: "subprocess.Popen[bytes]", names: list[str]) -> Iterator[StreamOutcome]:
    """What came of each stream; at the end of those that Sling said nothing of."""
    # A replication of one stream is not announced.
    reading = _Reading(names, current=names[0] if len(names) == 1 else None)
    told: set[str] = set()
    for outcome in _read(process.stdout, reading):
        told.add(outcome.name)
        yield outcome
    code = process.wait()
    ended = f"by signal {code - 128}" if code > 128 else f"with code {code}"
    said = _clean("\n".join(reading.text))
    for name in names:
        if name not in told:
            yield StreamOutcome(name, None, f"Sling ended {ended} before it was done. {said}".strip())


def _read(output: IO[bytes] | None, reading: _Reading) -> Iterator[StreamOutcome]:
    for raw in output or ():
        line = raw.decode(errors="replace").rstrip("\n")
        message = _message(line)
        if message is None:
            reading.text.append(line)
            continue
        if reading.failed:
            yield _failure(reading)
        if match := _ANNOUNCED.fullmatch(message):
            reading.current, reading.rows, reading.text = match["name"], 0, []
        elif match := _ROWS.match(message):
            reading.rows = int(match["rows"])
        elif message == "execution failed":
            # The reason follows, as text.
            reading.failed, reading.text = True, []
        elif message == "execution succeeded" and reading.current:
            yield StreamOutcome(reading.current, reading.rows)
            reading.current = None
    if reading.failed:
        yield _failure(reading)


def _failure(reading: _Reading) -> StreamOutcome:
    name, said = reading.current or "", _clean("\n".join(reading.text))
    reading.failed, reading.current, reading.text = False, None, []
    return StreamOutcome(name, None, said or "Sling gave no reason.")


def _message(line: str) -> str | None:
    """The message of a JSON event; None: the line is something else."""
    if not line.startswith("{"):
        return None
    try:
        event = json.loads(line)
    except json.JSONDecodeError:
        return None
    message = event.get("msg") if isinstance(event, dict) else None
    return _COLOUR.sub("", message).strip() if isinstance(message, str) else None


def _clean(text: str) -> str:
    """An error for a person: without colours, passwords, advice, and the rows and statements that Sling quotes."""
    text = _PASSWORD.sub(r"\1:***@", _COLOUR.sub("", text))
    # The text is repeated in the summary at the end, after a line of dashes and one with the operation.
    kept = [
        line.strip()
        for line in text.splitlines()
        if line.strip()
        and not line.startswith(("fatal:", "---", "~ failure running replication", "Perhaps ", "You can "))
    ]
    said = " ".join(dict.fromkeys(line.split("For query =>")[0].split("Original Line:")[0] for line in kept))
    return said[:_LONGEST_ERROR]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the program and everything that it started; harmless when it has ended."""
    for number, patience in ((signal.SIGTERM, _GRACE_SECONDS), (signal.SIGKILL, None)):
        if process.poll() is not None:
            break
        os.killpg(process.pid, number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    if process.stdout:
        process.stdout.close()
