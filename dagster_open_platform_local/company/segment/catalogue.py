"""The four sources and their tables.

What belongs here: names, kinds of calls and columns. What does not: rows.
Source: https://segment.com/docs/connections/storage/warehouses/schema/ (tables of a source, their columns, names of events).
"""

from dataclasses import dataclass

import pyarrow as pa

from dagster_open_platform_local.company.moments import TIMESTAMP

_TEXT, _WHOLE, _TRUTH = pa.string(), pa.int64(), pa.bool_()
Fields = tuple[tuple[str, pa.DataType], ...]

IDENTITY: Fields = (("id", _TEXT), ("anonymous_id", _TEXT), ("user_id", _TEXT))
TIMES: Fields = tuple(
    (name, TIMESTAMP) for name in ("received_at", "sent_at", "original_timestamp", "timestamp", "uuid_ts")
)
CONTEXT: Fields = tuple(
    (f"context_{name}", _TEXT)
    for name in (
        *("library_name", "library_version", "ip", "user_agent", "locale", "page_path", "page_url"),
        *("campaign_name", "campaign_source", "campaign_medium"),
    )
)
COMMON: Fields = (*IDENTITY, *TIMES, *CONTEXT)
EVENT: Fields = (("event", _TEXT), ("event_text", _TEXT))


@dataclass(frozen=True)
class Table:
    """A table to which calls of one kind go.

    Args:
        name: In the warehouse; for an event its name in snake case.
        kind: page, identify, group or track.
        text: What the source calls the event; empty for other kinds.
        properties: Its own columns.
        since: Days after the epoch from which the last of its own columns exists; None: all always did.
    """

    name: str
    kind: str
    text: str = ""
    properties: Fields = ()
    since: int | None = None

    @property
    def fields(self) -> Fields:
        """All its columns."""
        return (*COMMON, *(EVENT if self.kind == "track" else ()), *self.properties)


_PAGES = Table("pages", "page", "", (("name", _TEXT), ("path", _TEXT), ("url", _TEXT), ("title", _TEXT)))
_TRAITS: Fields = (("email", _TEXT), ("first_name", _TEXT), ("last_name", _TEXT), ("organization_id", _TEXT))
_IDENTIFIES = Table("identifies", "identify", "", _TRAITS)
USERS: Fields = (("id", _TEXT), ("received_at", TIMESTAMP), ("uuid_ts", TIMESTAMP), *_TRAITS)
"""One row a user that was ever identified, with the last traits: `users` is no table of calls."""
TRACKS: Fields = (*COMMON, *EVENT)


def _event(text: str, *properties: tuple[str, pa.DataType], since: int | None = None) -> Table:
    return Table(text.lower().replace(" ", "_"), "track", text, properties, since)


@dataclass(frozen=True)
class Source:
    """A source.

    Args:
        slug: Its name in Segment, and its schema in the warehouse.
        name: What people call it.
        id: In Segment.
        site: Address of what sends.
        calls: The tables to which its calls go; `tracks` and `users` come with them.
    """

    slug: str
    name: str
    id: str
    site: str
    calls: tuple[Table, ...]

    def number(self, table: str) -> int:
        """The place of a table in `calls`."""
        return [each.name for each in self.calls].index(table)


WEBSITE = Source(
    "website", "Website", "pNQ4sWzTb7kVwUyGxJ2mRc", "https://dagster.example", (
        _PAGES,
        _IDENTIFIES,
        _event("CTA Clicked", ("label", _TEXT), ("position", _TEXT), ("experiment", _TEXT), since=100),
        _event("Demo Requested", ("company_size", _TEXT), ("form", _TEXT)),
        _event("Newsletter Subscribed", ("placement", _TEXT)),
        _event("Pricing Calculated", ("credits", _WHOLE), ("plan", _TEXT)),
        _event("Video Played", ("video", _TEXT), ("seconds_watched", _WHOLE)),
        _event("Signed Up", ("organization_id", _TEXT), ("plan", _TEXT), ("method", _TEXT)),
    ),
)  # fmt: skip
PRODUCT = Source(
    "product", "Dagster+", "kD8vXq3LmZr6HtYcPb5wNf", "https://app.dagster.example", (
        _PAGES,
        _IDENTIFIES,
        Table("groups", "group", "", (("group_id", _TEXT), ("name", _TEXT), ("plan", _TEXT), ("domain", _TEXT))),
        _event("Search Performed", ("query_length", _WHOLE), ("results", _WHOLE)),
        _event("Run Launched", ("trigger", _TEXT), ("is_backfill", _TRUTH)),
        _event("Asset Viewed", ("view", _TEXT)),
        _event("Policy Edited", ("policy", _TEXT)),
        _event("Docs Opened", ("topic", _TEXT)),
        _event("User Invited", ("invited_user_id", _TEXT), ("role", _TEXT)),
    ),
)  # fmt: skip
DOCS = Source(
    "docs", "Documentation", "tG9jMf4CxWs2QnVbRd7yKh", "https://docs.dagster.example", (
        _PAGES,
        _IDENTIFIES,
        _event("Search Performed", ("query_length", _WHOLE), ("results", _WHOLE), ("is_ai_answer", _TRUTH)),
        _event("Feedback Submitted", ("is_helpful", _TRUTH), ("rating", _WHOLE), ("comment", _TEXT)),
        _event("Code Copied", ("language", _TEXT), ("lines", _WHOLE)),
        _event("Version Switched", ("from_version", _TEXT), ("to_version", _TEXT)),
    ),
)  # fmt: skip
UNIVERSITY = Source(
    "university", "Dagster University", "hB6zYp8EvLt3FqJcXs9rMw", "https://courses.dagster.example", (
        _PAGES,
        _IDENTIFIES,
        _event("Course Started", ("course", _TEXT)),
        _event("Lesson Completed", ("course", _TEXT), ("lesson", _WHOLE)),
        _event("Quiz Submitted", ("course", _TEXT), ("score", _WHOLE), ("is_passed", _TRUTH)),
        _event("Course Completed", ("course", _TEXT), ("days", _WHOLE)),
        _event("Certificate Issued", ("course", _TEXT), ("certificate_id", _TEXT)),
    ),
)  # fmt: skip
SOURCES = (WEBSITE, PRODUCT, DOCS, UNIVERSITY)
