"""GitHub's search syntax, as far as it is emulated.

What belongs here: reading the text of a search. Sources:
https://docs.github.com/en/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax (dates
and ranges), https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests and
https://docs.github.com/en/search-github/searching-on-github/searching-discussions (qualifiers),
https://docs.github.com/en/search-github/getting-started-with-searching-on-github/sorting-search-results (sort).

Understood: ``repo:`` (several: any of them), ``is:issue|discussion|open|closed``, ``updated:`` and ``created:`` with a
date or a time, ``sort:updated|created-asc|desc``. GitHub takes everything else for words to look for; here it is an error, so
that nobody believes in a filter that did nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from dagster_open_platform_local.services.saas.github.errors import QueryError

FOREVER = 1 << 62
_UNSUPPORTED = "UNSUPPORTED_BY_EMULATOR"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SORT = re.compile(r"(updated|created)(?:-(asc|desc))?")


@dataclass(frozen=True)
class Interval:
    """Moments from ``start`` (included) to ``stop`` (excluded), in Unix seconds."""

    start: int = -FOREVER
    stop: int = FOREVER


@dataclass(frozen=True)
class SearchQuery:
    """What a search asks for.

    Args:
        repositories: Lower-case ``owner/name``; empty: all.
        kind: ``issue`` or ``discussion``, if the text says so.
        state: ``open`` or ``closed``, if the text says so.
        updated: When the item was last updated.
        created: When the item was created.
        sort: ``updated`` or ``created``.
        descending: Newest first.
    """

    repositories: frozenset[str] = field(default_factory=frozenset)
    kind: str | None = None
    state: str | None = None
    updated: Interval = Interval()
    created: Interval = Interval()
    sort: str = "created"
    descending: bool = True


def parse_search(text: str) -> SearchQuery:
    """Reads the text of a search.

    Raises:
        QueryError: Something in it is not emulated or not a date.
    """
    query = SearchQuery()
    for word in text.split():
        name, colon, value = word.partition(":")
        reader = _QUALIFIERS.get(name.lower())
        if not colon or reader is None:
            raise QueryError(
                _UNSUPPORTED, f"The emulator knows the qualifiers {', '.join(_QUALIFIERS)}; found {word!r}."
            )
        query = reader(query, value)
    return query


def _repo(query: SearchQuery, value: str) -> SearchQuery:
    return replace(query, repositories=query.repositories | {value.lower()})


def _is(query: SearchQuery, value: str) -> SearchQuery:
    if value in ("issue", "discussion"):
        return replace(query, kind=value)
    if value in ("open", "closed"):
        return replace(query, state=value)
    raise QueryError(_UNSUPPORTED, f"The emulator knows is:issue|discussion|open|closed; found is:{value}.")


def _sort(query: SearchQuery, value: str) -> SearchQuery:
    found = _SORT.fullmatch(value)
    if found is None:
        raise QueryError(_UNSUPPORTED, f"The emulator sorts by updated or created; found sort:{value}.")
    return replace(query, sort=found[1], descending=found[2] != "asc")


def _updated(query: SearchQuery, value: str) -> SearchQuery:
    return replace(query, updated=parse_interval(value))


def _created(query: SearchQuery, value: str) -> SearchQuery:
    return replace(query, created=parse_interval(value))


_QUALIFIERS: dict[str, Callable[[SearchQuery, str], SearchQuery]] = {
    "repo": _repo,
    "is": _is,
    "updated": _updated,
    "created": _created,
    "sort": _sort,
}


def parse_interval(value: str) -> Interval:
    """Reads ``A..B``, ``A..*``, ``*..B``, ``>A``, ``>=A``, ``<A``, ``<=A`` or ``A``, each a date or a time.

    Both ends of ``A..B`` are included; a date means its whole day in UTC, a time its whole second.

    Raises:
        QueryError: It is none of these.
    """
    first, dots, last = value.partition("..")
    if dots:
        start = -FOREVER if first == "*" else _moments(first).start
        return Interval(start, FOREVER if last == "*" else _moments(last).stop)
    for sign in (">=", "<=", ">", "<"):
        if value.startswith(sign):
            moments = _moments(value.removeprefix(sign))
            return {
                ">=": Interval(start=moments.start),
                ">": Interval(start=moments.stop),
                "<=": Interval(stop=moments.stop),
                "<": Interval(stop=moments.start),
            }[sign]
    return _moments(value)


def _moments(text: str) -> Interval:
    """The day or the second that a text names."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise QueryError(_UNSUPPORTED, f"{text!r} is neither a date nor a time in ISO 8601.") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    length = timedelta(days=1) if _DATE.fullmatch(text) else timedelta(seconds=1)
    return Interval(int(moment.timestamp()), int((moment + length).timestamp()))
