"""The sessions of one process: opened when they are needed, used one after the other, closed together.

What belongs here: who may use which session, and for how long. What does not: logging in (`login.py`), statements
(`session.py`).

A session has state that everything in it shares: the open transaction, the current schema, the query tag. So it belongs to
one `with` block at a time. Blocks that follow each other share a session; a block inside another one, or in another
thread, gets one of its own, which costs a login and keeps two transactions apart.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator

from dagster_open_platform.lib.warehouse.snowflake import session_sql
from dagster_open_platform.lib.warehouse.snowflake.login import OpenSession

# Seconds for a statement that touches no data: a session that takes longer is as good as dead.
_PATIENCE = 30


class Sessions:
    """Sessions of one account and user.

    Args:
        login: Opens one whose statements carry the query tag that it is given.
        keep: Whether a session is kept for the next block.
    """

    def __init__(self, login: Callable[[str], OpenSession], keep: bool = True) -> None:
        self._login = login
        self._keep = keep
        self._lock = threading.Lock()
        self._idle: list[OpenSession] = []
        self._used: list[OpenSession] = []
        self._closed = False

    @contextlib.contextmanager
    def lease(self, tag: str) -> Iterator[OpenSession]:
        """Give a session to the block alone.

        One that died since the last block (its token expired, the network broke) is replaced before the block begins,
        never inside it: there its statements fail, for what was open on it is lost. A transaction that the block leaves
        open is rolled back. One whose block failed is closed, for nobody knows its state.

        Args:
            tag: Query tag of the block's statements.

        Raises:
            PermanentFailure, RetryableFailure: The login failed.
        """
        taken = self._tagged(tag) or self._opened(tag)
        try:
            yield taken
        except BaseException:
            self._discard(taken)
            raise
        if self._keep:
            self._give_back(taken)
        else:
            self._discard(taken)

    def close(self) -> None:
        """Log all sessions out, also those that a block still uses; a block that begins later opens another."""
        with self._lock:
            self._closed = True
            sessions = [*self._idle, *self._used]
            self._idle, self._used = [], []
        for one in sessions:
            one.close()

    def _tagged(self, tag: str) -> OpenSession | None:
        """Take an idle session that is alive, which the statement that sets its tag shows."""
        from snowflake.connector.errors import Error

        while True:
            with self._lock:
                if not self._idle:
                    return None
                taken = self._idle.pop()
                self._used.append(taken)
            try:
                taken.session.cursor().execute(session_sql.set_query_tag(tag), timeout=_PATIENCE)
            except Error:
                self._discard(taken)
            else:
                return taken

    def _opened(self, tag: str) -> OpenSession:
        opened = self._login(tag)
        with self._lock:
            self._used.append(opened)
        return opened

    def _give_back(self, taken: OpenSession) -> None:
        """Keep a session for the next block, without what this one left open."""
        from snowflake.connector.errors import Error

        try:
            taken.session.cursor().execute(session_sql.ROLLBACK, timeout=_PATIENCE)
        except Error:
            # It died; all that the block did was committed statement by statement, so nothing is lost with it.
            self._discard(taken)
            return
        taken.has_database = False  # the block may have gone to another one
        with self._lock:
            if taken in self._used:
                self._used.remove(taken)
            if not self._closed:
                self._idle.append(taken)
                return
        taken.close()

    def _discard(self, taken: OpenSession) -> None:
        with self._lock:
            if taken in self._used:
                self._used.remove(taken)
        taken.close()
