"""What was posted and uploaded, kept in a file of the company's directory.

What belongs here: messages and files. What does not: members and channels (the company has them), HTTP.

Each call is one transaction of SQLite, so that a process that is killed leaves all of what it answered.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "slack.sqlite"
PROCESSING_SECONDS = 0.2
"""How long after an upload Slack knows what kind of file it is."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
  channel TEXT NOT NULL, ts TEXT NOT NULL, thread_ts TEXT, content TEXT NOT NULL, edited_ts TEXT, PRIMARY KEY (channel, ts));
CREATE TABLE IF NOT EXISTS files (
  id TEXT PRIMARY KEY, upload_key TEXT UNIQUE NOT NULL, name TEXT NOT NULL, alt_txt TEXT NOT NULL, length INTEGER NOT NULL,
  created INTEGER NOT NULL, content BLOB, completed REAL);
"""


@dataclass(frozen=True)
class StoredMessage:
    """A message.

    Args:
        channel: Id of the channel.
        ts: Its id there.
        thread_ts: Of the message that it answers to.
        content: `text`, and `blocks` and `metadata` if it has them.
        edited_ts: When it was last updated.
    """

    channel: str
    ts: str
    thread_ts: str | None
    content: Mapping[str, Any]
    edited_ts: str | None


@dataclass(frozen=True)
class StoredFile:
    """An upload.

    Args:
        id: `F…`.
        name: Of the file.
        alt_txt: What it shows.
        length: As announced, in bytes.
        created: Unix seconds.
        content: None before it came.
        completed: When the upload was completed, in Unix seconds. None: it is not.
    """

    id: str
    name: str
    alt_txt: str
    length: int
    created: int
    content: bytes | None
    completed: float | None


class SlackStore:
    """The file.

    Args:
        path: Where; made if it is missing.
        clock: Unix seconds.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._path = path
        self._lock = threading.Lock()
        # Opened when it is first asked: the company's directory may not be there yet.
        self._opened: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
            self._opened = None

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._opened = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
            self._opened.execute("PRAGMA journal_mode = WAL")
            self._opened.executescript(_SCHEMA)
        return self._opened

    def add(self, channel: str, content: Mapping[str, Any], thread_ts: str | None) -> StoredMessage:
        """Post a message; its `ts` is the time, and later than that of every other of the channel."""
        newest = self._rows("SELECT max(ts) FROM messages WHERE channel = ?", channel)[0][0] or "0.000000"
        after = int(newest.replace(".", "")) + 1
        micros = max(int(self.clock() * 1_000_000), after)
        ts = _ts(micros)
        self._rows(
            "INSERT INTO messages VALUES (?, ?, ?, ?, NULL)", channel, ts, thread_ts, json.dumps(content)
        )
        return StoredMessage(channel, ts, thread_ts, content, None)

    def update(self, channel: str, ts: str, content: Mapping[str, Any]) -> StoredMessage | None:
        """Replace a message's content. None: there is none."""
        edited = _ts(int(self.clock() * 1_000_000))
        changed = self._rows(
            "UPDATE messages SET content = ?, edited_ts = ? WHERE channel = ? AND ts = ? RETURNING ts",
            *(json.dumps(content), edited, channel, ts),
        )
        return self.message(channel, ts) if changed else None

    def message(self, channel: str, ts: str) -> StoredMessage | None:
        """One message."""
        found = self._messages("channel = ? AND ts = ?", channel, ts)
        return found[0] if found else None

    def history(self, channel: str, oldest: str, before: str, limit: int) -> list[StoredMessage]:
        """The newest messages that answer to none, newest first.

        Args:
            channel: Id.
            oldest: None has a lower `ts`.
            before: Each has a lower `ts`.
            limit: How many at most.
        """
        where = "channel = ? AND thread_ts IS NULL AND ts >= ? AND ts < ? ORDER BY ts DESC LIMIT ?"
        return self._messages(where, channel, oldest, before, limit)

    def replies(self, channel: str, thread_ts: str, after: str = "", limit: int = -1) -> list[StoredMessage]:
        """The answers to a message, oldest first, with a higher `ts` than `after`."""
        where = "channel = ? AND thread_ts = ? AND ts > ? ORDER BY ts LIMIT ?"
        return self._messages(where, channel, thread_ts, after, limit)

    def newest(self, limit: int) -> list[StoredMessage]:
        """The newest messages of all channels, oldest first."""
        return self._messages("TRUE ORDER BY ts DESC LIMIT ?", limit)[::-1]

    def announce_file(self, file_id: str, upload_key: str, name: str, alt_txt: str, length: int) -> None:
        """Expect a file."""
        self._rows(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)",
            *(file_id, upload_key, name, alt_txt, length, int(self.clock())),
        )

    def put_file(self, upload_key: str, content: bytes) -> bool:
        """Keep a file's content. False: none of this length is expected under the key."""
        sql = "UPDATE files SET content = ? WHERE upload_key = ? AND length = ? RETURNING id"
        return bool(self._rows(sql, content, upload_key, len(content)))

    def complete_file(self, file_id: str) -> bool:
        """Complete an upload, once or again. False: there is none."""
        sql = "UPDATE files SET completed = coalesce(completed, ?) WHERE id = ? AND content IS NOT NULL RETURNING id"
        return bool(self._rows(sql, self.clock(), file_id))

    def file(self, file_id: str) -> StoredFile | None:
        """One file."""
        columns = "id, name, alt_txt, length, created, content, completed"
        found = self._rows(f"SELECT {columns} FROM files WHERE id = ?", file_id)  # noqa: S608 - a constant
        return StoredFile(*found[0]) if found else None

    def is_processed(self, file: StoredFile) -> bool:
        """Whether messages can show a file."""
        return file.completed is not None and self.clock() >= file.completed + PROCESSING_SECONDS

    def _messages(self, where: str, *parameters: Any) -> list[StoredMessage]:
        sql = f"SELECT channel, ts, thread_ts, content, edited_ts FROM messages WHERE {where}"  # noqa: S608 - a constant
        return [
            StoredMessage(channel, ts, thread_ts, json.loads(content), edited)
            for channel, ts, thread_ts, content, edited in self._rows(sql, *parameters)
        ]

    def _rows(self, sql: str, *parameters: Any) -> Sequence[Any]:
        with self._lock:
            return self._connection().execute(sql, parameters).fetchall()


def _ts(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"
