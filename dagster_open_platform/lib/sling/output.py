"""What Sling says while it runs, read as what came of each stream.

What belongs here: Sling's lines to outcomes. What does not: the process that says them (`runner.py`), and what a failure
means (`diagnosis.py`).

With its logs in JSON Sling 1.4.10 says one event a line; streams run one after the other, so an event belongs to the stream
that was announced last. What is not JSON is the text of an error: after "execution failed", and again at the end, in a
section of each stream that failed. A stream whose connection fails after another's did is only announced, and has nothing
but its section.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_ANNOUNCED = re.compile(r"\[\d+ / \d+\] running stream (?P<name>.+)")
_ROWS = re.compile(r"(?:wrote|inserted) (?P<rows>\d+) rows")
_SECTION = re.compile(r"-{10,} (?P<name>.+) -{10,}")
_COLOUR = re.compile(r"\x1b\[\d*m")
_PASSWORD = re.compile(r"(?<=://)([^:/@\s]+):[^@\s]+@")
_SECRET = re.compile("passw|token|secret|key", re.IGNORECASE)
_ADVICE = ("fatal:", "---", "~ failure running replication", "Perhaps ", "You can ", "Furthermore, ")
_LONGEST_ERROR = 600


@dataclass(frozen=True)
class StreamOutcome:
    """What came of one stream.

    Args:
        name: As in the configuration.
        rows: How many rows arrived, as Sling counted them; None: it failed.
        error: What Sling said, without passwords; empty: it succeeded.
        tried: Whether Sling came to it before it ended.
    """

    name: str
    rows: int | None
    error: str = ""
    tried: bool = True


class SlingOutput:
    """Reads the output of one run; each stream has one outcome.

    Args:
        names: The streams of the run, in order.
        secrets: Texts that no error may contain.
    """

    def __init__(self, names: Sequence[str], secrets: Collection[str] = ()) -> None:
        self._names = frozenset(names)
        self._untold = list(names)
        # A replication of one stream is not announced.
        self._current = names[0] if len(names) == 1 else None
        self._secrets = sorted(secrets, key=len, reverse=True)
        self._rows = 0
        self._failed = False
        self._text: list[str] = []
        self._sections: dict[str, list[str]] = {}

    def outcomes(self, lines: Iterable[str]) -> Iterator[StreamOutcome]:
        """What came of the streams that Sling says are done, each as soon as it is known."""
        for line in lines:
            line = _COLOUR.sub("", line.rstrip("\n"))
            message = _message(line)
            if message is not None:
                yield from self._failure()
                yield from self._event(message)
            elif (match := _SECTION.fullmatch(line)) and match["name"] in self._names:
                self._text = self._sections.setdefault(match["name"], [])
            else:
                self._text.append(line)
        yield from self._failure()

    def rest(self, ended: str) -> Iterator[StreamOutcome]:
        """The outcomes of all other streams, when nothing more will be said.

        Args:
            ended: How Sling ended, for example "with code 1".
        """
        interrupted = self._current if self._current in self._untold else None
        said = self._clean(self._text)
        for name in self._untold:
            tried = True
            if section := self._clean(self._sections.get(name, [])):
                error = section
            elif interrupted in (None, name):
                error = f"Sling ended {ended} before it was done. {said}".strip()
            else:
                error = f"Sling ended {ended} in the middle of {interrupted}, before it came to this stream."
                tried = False
            yield StreamOutcome(name, None, error, tried)
        self._untold = []

    def _event(self, message: str) -> Iterator[StreamOutcome]:
        if match := _ANNOUNCED.fullmatch(message):
            self._current, self._rows, self._text = match["name"], 0, []
        elif match := _ROWS.match(message):
            self._rows = int(match["rows"])
        elif message == "execution failed":
            # The reason follows, as text.
            self._failed, self._text = True, []
        elif message == "execution succeeded":
            yield from self._told(self._rows)

    def _failure(self) -> Iterator[StreamOutcome]:
        if self._failed:
            said = self._clean([*self._text, *self._sections.pop(self._current or "", [])])
            self._failed = False
            # Without a reason it is one of those that `rest` knows more of.
            if said:
                self._text = []
                yield from self._told(None, said)

    def _told(self, rows: int | None, error: str = "") -> Iterator[StreamOutcome]:
        name, self._current = self._current, None
        if name in self._untold:
            self._untold.remove(name)
            yield StreamOutcome(name, rows, error)

    def _clean(self, lines: Iterable[str]) -> str:
        """An error for a person: without passwords, advice, and the rows and statements that Sling quotes."""
        kept = [line.strip() for line in lines if line.strip() and not line.startswith(_ADVICE)]
        said = " ".join(
            dict.fromkeys(line.split("For query =>")[0].split("Original Line:")[0].strip() for line in kept)
        )
        for secret in self._secrets:
            said = said.replace(secret, "***")
        return _PASSWORD.sub(r"\1:***@", said)[:_LONGEST_ERROR].strip()


def secrets_of(environment: Mapping[str, str]) -> set[str]:
    """The passwords in the connections of a program's environment, as they stand there and as they are meant.

    Args:
        environment: URLs and JSON by name; anything else is no connection.
    """
    found: set[str] = set()
    for value in environment.values():
        if value.startswith("{"):
            found.update(str(setting) for name, setting in json.loads(value).items() if _SECRET.search(name))
        elif "://" in value:
            password = urlsplit(value).password or ""
            found.update((password, unquote(password)))
    return found - {""}


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
