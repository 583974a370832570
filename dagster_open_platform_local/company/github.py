"""GitHub issues, discussions, comments and labels of the simulated company, as they stand at its today.

What belongs here: the schemas, reading the state, and noticing that the company moved on. What does not: making the
state (`github_state.py`), speaking GraphQL (the emulator's part).

Rows: an issue, a discussion, a comment, a label of a repository. The dirt in them:

- an author is null where the account was deleted since ("ghost"), in old rows too, without a new `updated_at`;
- issues, discussions and comments get deleted: they are there one day and gone the next;
- reactions and upvotes arrive without a new `updated_at`, as on GitHub, so a window by updated-at misses them;
- a closed issue may be open again; labels come late and change; bodies may be empty; titles repeat;
- on one day a bot labelled more than 1,000 issues of one repository as stale, which exceeds GitHub's search cap.

All times are UTC. Numbers are shared by the issues and discussions of a repository.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dagster_open_platform_local.company.clock import CLOCK_FILE, read_clock
from dagster_open_platform_local.company.errors import CompanyNotBuiltError
from dagster_open_platform_local.company.moments import TIMESTAMP

REACTIONS_TYPE = pa.list_(pa.struct([("content", pa.string()), ("count", pa.int64())]))
"""Reaction groups that have at least one reaction, in the order of GitHub's enum."""

_COMMON = [
    ("author", pa.string()),  # login; null: the account is gone
    ("author_type", pa.string()),  # User | Bot; null: the account is gone
    ("author_association", pa.string()),  # MEMBER | CONTRIBUTOR | NONE
    ("created_at", TIMESTAMP),
    ("updated_at", TIMESTAMP),
]
_REACTIONS = [("reactions", REACTIONS_TYPE), ("reaction_count", pa.int64()), ("thumbs_up_count", pa.int64())]
ISSUES = pa.schema(
    [
        ("id", pa.string()),
        ("number", pa.int64()),
        ("repository", pa.string()),  # owner/name
        ("title", pa.string()),
        ("body", pa.string()),
        ("state", pa.string()),  # OPEN | CLOSED
        ("state_reason", pa.string()),  # COMPLETED | NOT_PLANNED | REOPENED | null
        *_COMMON,
        ("closed_at", TIMESTAMP),
        ("labels", pa.list_(pa.string())),
        ("comment_count", pa.int64()),
        *_REACTIONS,
        ("url", pa.string()),
    ]
)
DISCUSSIONS = pa.schema(
    [
        ("id", pa.string()),
        ("number", pa.int64()),
        ("repository", pa.string()),
        ("title", pa.string()),
        ("body", pa.string()),
        ("category", pa.string()),
        *_COMMON,
        ("answered_at", TIMESTAMP),
        ("is_answered", pa.bool_()),
        ("answer_id", pa.string()),  # id of a comment
        ("upvote_count", pa.int64()),
        ("labels", pa.list_(pa.string())),
        ("comment_count", pa.int64()),
        *_REACTIONS,
        ("url", pa.string()),
    ]
)
COMMENTS = pa.schema(
    [
        ("id", pa.string()),
        ("parent_id", pa.string()),
        ("parent_type", pa.string()),  # ISSUE | DISCUSSION
        ("parent_number", pa.int64()),
        ("repository", pa.string()),
        ("body", pa.string()),
        *_COMMON,
        ("is_answer", pa.bool_()),
        *_REACTIONS,
        ("url", pa.string()),
    ]
)
LABELS = pa.schema(
    [
        ("id", pa.string()),
        ("repository", pa.string()),
        ("name", pa.string()),
        ("color", pa.string()),
        ("description", pa.string()),
    ]
)
TABLES = {"issues": ISSUES, "discussions": DISCUSSIONS, "comments": COMMENTS, "labels": LABELS}


@dataclass(frozen=True)
class GitHubState:
    """Everything on the company's GitHub at one date.

    Args:
        today: The company's date: only what happened before 00:00 UTC of it is here.
        issues: Schema `ISSUES`, ordered by repository and number.
        discussions: Schema `DISCUSSIONS`, ordered by repository and number.
        comments: Schema `COMMENTS`, ordered by repository, parent and time.
        labels: Schema `LABELS`.
    """

    today: date
    issues: pa.Table
    discussions: pa.Table
    comments: pa.Table
    labels: pa.Table


def state_directory(directory: Path, today: date) -> Path:
    """Where the tables as of a date lie, below a company's directory."""
    return directory / f"as_of={today.isoformat()}" / "github"


def load(directory: Path) -> GitHubState:
    """Read the state as of the company's today.

    Args:
        directory: The company's directory, with company.json in it.

    Raises:
        CompanyNotBuiltError: There is no complete company in the directory.
    """
    today = read_clock(directory).today
    try:
        return GitHubState(today, **_read_tables(state_directory(directory, today)))
    except FileNotFoundError as error:
        moved_on = read_clock(directory).today
        if moved_on == today:
            raise CompanyNotBuiltError(
                f"The company in {directory} is not complete: build it again"
            ) from error
        # The company advanced between the two reads, and the old state went with it.
        return GitHubState(moved_on, **_read_tables(state_directory(directory, moved_on)))


def _read_tables(directory: Path) -> dict[str, pa.Table]:
    # Not `read_table`, which would make a column out of the directory `as_of=...`.
    return {name: pq.ParquetFile(directory / f"{name}.parquet").read() for name in TABLES}


class GitHubStore:
    """The state of a company's directory, read again when the company has moved on.

    Args:
        directory: The company's directory.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._stamp: tuple[int, int] | None = None
        self._state: GitHubState | None = None

    def current(self) -> GitHubState:
        """The state now; costs one `stat` when nothing changed.

        Raises:
            CompanyNotBuiltError: There is no complete company in the directory.
        """
        try:
            status = (self._directory / CLOCK_FILE).stat()
        except FileNotFoundError as error:
            raise CompanyNotBuiltError(f"There is no company in {self._directory}") from error
        # company.json is replaced by a rename, so its inode and time change with it.
        stamp = (status.st_mtime_ns, status.st_ino)
        if self._state is None or stamp != self._stamp:
            self._state, self._stamp = load(self._directory), stamp
        return self._state
