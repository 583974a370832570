"""One run of the Sling program, told as what came of each stream.

What belongs here: starting the program and ending it. What does not: what it says (`output.py`), what is replicated
(`ingest.py`, `publication.py`), and where the program is (`resource.py`).
"""

import os
import select
import signal
import subprocess
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

import yaml

from dagster_open_platform.lib.sling.errors import SlingUnavailable
from dagster_open_platform.lib.sling.output import SlingOutput, StreamOutcome, secrets_of

# Sling must not outlive the process that started it, however that ends: the standard input is the read end of a pipe whose
# other end this process holds, and `cat` returns when it is closed. The guard must not hold the standard output, whose end
# says that Sling is done; and it ends with Sling, whose number may be another program's by the time the pipe is closed.
# (The pipe comes as standard input, for a shell need not know descriptors of two digits.)
_GUARDED = (
    'exec 3<&0 </dev/null; "$@" 3<&- & pid=$!; { cat <&3; kill -KILL $pid; } >/dev/null 2>&1 & guard=$!;'
    " wait $pid; code=$?; kill -KILL $guard; exit $code"
)


def run_sling(
    binary: Path,
    configuration: Mapping[str, object],
    environment: Mapping[str, str],
    directory: Path,
    patience: float,
) -> Generator[StreamOutcome]:
    """Run a replication. Closing the generator ends it.

    Args:
        binary: The program.
        configuration: A whole replication of Sling's, with explicit streams.
        environment: All variables that the program gets; holds the connections' URLs.
        directory: Where the configuration is written; the caller's, and only for this run.
        patience: Seconds that it may say nothing before it counts as hung and is ended.

    Yields:
        Each stream's outcome when it is known. Streams that Sling never came to have one too.

    Raises:
        SlingUnavailable: Sling cannot be started, or its file cannot be written.
    """
    streams = configuration["streams"]
    names = list(streams) if isinstance(streams, Mapping) else []
    file = directory / "replication.yaml"
    text = yaml.safe_dump(dict(configuration), sort_keys=False, allow_unicode=True)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SlingUnavailable(f"No file for Sling in {directory}: {error.strerror}.") from error
    reader, writer = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - our own words and a file that we wrote
            ["/bin/sh", "-c", _GUARDED, "sling", str(binary), "run", "-r", str(file)],
            env=dict(environment),
            stdin=reader,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        os.close(writer)
        raise SlingUnavailable(f"Sling cannot be started: {error.strerror}.") from error
    finally:
        os.close(reader)
    try:
        yield from _outcomes(process, SlingOutput(names, secrets_of(environment)), patience)
    finally:
        os.close(writer)
        _end(process)


def _outcomes(
    process: "subprocess.Popen[bytes]", output: SlingOutput, patience: float
) -> Iterator[StreamOutcome]:
    """What came of each stream; at the end of those that Sling said nothing of."""
    yield from output.outcomes(_lines(process, patience))
    # Not at its end, and yet nobody reads on.
    silent = process.poll() is None and _is_silent(process, 0)
    if silent:
        os.killpg(process.pid, signal.SIGKILL)
    code = process.wait()
    # A shell adds 128 to the number of the signal that ended its program.
    number = -code if code < 0 else code - 128
    ended = f"by signal {number}" if number > 0 else f"with code {code}"
    yield from output.rest(f"{ended}, for it had said nothing for {patience:g} s," if silent else ended)


def _lines(process: "subprocess.Popen[bytes]", patience: float) -> Iterator[str]:
    """What Sling says, until it ends or falls silent."""
    rest = b""
    while process.stdout and not _is_silent(process, patience):
        said = os.read(process.stdout.fileno(), 1 << 16)
        *lines, rest = (rest + said).split(b"\n")
        yield from (line.decode(errors="replace") for line in lines)
        if not said:
            break
    if rest:
        yield rest.decode(errors="replace")


def _is_silent(process: "subprocess.Popen[bytes]", patience: float) -> bool:
    """Whether it neither says anything nor ends for so many seconds."""
    return bool(process.stdout) and not select.select([process.stdout], [], [], patience)[0]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the program and everything that it started; harmless when it has ended."""
    # Not politely: a shell that is told to end does so at once, and nobody would know when Sling does.
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout:
        process.stdout.close()
