"""From the JSON of code locations to flat rows of eleven kinds of objects.

What belongs here: the shape that a snapshot must have, and its rows. What does not: getting the JSON (``reading.py``),
parsing what is too large for memory (``streaming.py``).

A row has only texts, numbers, booleans and nulls, so that every reader sees the same columns whatever the values are. The
path of an asset's key becomes one text, with slashes between its parts and a backslash before a slash or a backslash in
one of them; other lists and mappings become JSON. Nothing is left out of an object: fields that nobody knows yet are in its row
too. Of code locations and repositories, which are what contains the objects, the row has what is no list or mapping.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from typing import Any, TypeAlias

from dagster_open_platform.lib.aws.workspace.errors import InvalidSnapshot
from dagster_open_platform.lib.aws.workspace.layout import LISTS, LOCATIONS, REPOSITORIES

Exploded: TypeAlias = Iterator[tuple[str, str]]
"""Kinds of objects (of ``layout.OBJECTS``) and a row of each, as the text of a JSON object; ASCII, other characters are escaped."""

CONTEXT = ("organization", "deployment", "code_location", "repository", "snapshot_at", "source_key")
"""What every row begins with: whose object it is, and where it was read."""
_CONTEXT = frozenset(CONTEXT)
_PATHS = ("key", "asset_key")
_SCALARS = (str, int, float, bool, type(None))
_KNOWN = frozenset(_SCALARS)
_compact = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True)
class Origin:
    """Where rows come from.

    Args:
        organization: Public id.
        deployment: Name of the deployment whose workspace it is.
        snapshot_at: When the snapshot was made, as it says it.
        source: Whole address of the object that was read, for messages.
        source_key: Its key.
    """

    organization: str
    deployment: str | None
    snapshot_at: str | None
    source: str
    source_key: str

    def opening(self, location: str | None = None, repository: str | None = None) -> str:
        """What its rows begin with. It is the same for thousands of rows, so it becomes text but once."""
        values = (
            *(self.organization, self.deployment, location, repository),
            *(self.snapshot_at, self.source_key),
        )
        return _compact(dict(zip(CONTEXT, values, strict=True)))[:-1]

    def invalid(self, path: str, problem: str) -> InvalidSnapshot:
        """The error for a value.

        Args:
            path: Where in the JSON, as a JSON pointer (RFC 6901).
            problem: What is wrong with it.
        """
        return wrong_shape(self.source, path, problem)


def wrong_shape(source: str, path: str, problem: str) -> InvalidSnapshot:
    """The error for a value that a snapshot must not have there; see ``Origin.invalid``."""
    return InvalidSnapshot(
        f"{source} is no snapshot: at {path or 'its root'} {problem}. Its owner has to send it again."
    )


def invalid_json(source: str, problem: str) -> InvalidSnapshot:
    """The error for what is no JSON, or not all of it.

    Args:
        source: Whole address of the object.
        problem: Where, and what the parser says.
    """
    return InvalidSnapshot(f"{source} is no valid JSON: {problem}. Its owner has to send it again.")


def location_rows(location: Any, origin: Origin, path: str = "") -> Exploded:
    """The rows of a code location, first its own.

    Args:
        location: As the snapshot has it.
        origin: Where it was read.
        path: Where in the JSON it stands.

    Raises:
        InvalidSnapshot: It has another shape.
    """
    name = named(location, origin, path)
    yield LOCATIONS, metadata_row(location, origin, path, name)
    repositories = listed(location, "repositories", origin, path)
    for index, repository in enumerate(repositories):
        where = f"{path}/repositories/{index}"
        repository_name = named(repository, origin, where)
        yield REPOSITORIES, metadata_row(repository, origin, where, name, repository_name)
        opening = origin.opening(name, repository_name)
        for kind in LISTS:
            for number, item in enumerate(listed(repository, kind, origin, where)):
                yield kind, object_row(item, opening, origin, where, kind, number)


def workspace_row(origin: Origin, version: int, locations: int) -> str:
    """The row of the snapshot itself.

    Args:
        origin: Of the object that was read first.
        version: Of its format.
        locations: How many code locations it has.
    """
    return _row(origin.opening(), {"version": version, "code_location_count": locations})


def metadata_row(
    found: Mapping[str, Any], origin: Origin, path: str, location: str, repository: str | None = None
) -> str:
    """The row of a code location or a repository: its values without what it contains.

    Raises:
        InvalidSnapshot: A value has the name of a column that every row has.
    """
    # A part repeats at its top what the manifest says of the whole.
    own = {key: value for key, value in found.items() if type(value) in _KNOWN and key not in _NOT_ITS_OWN}
    _refuse_collision(own, origin, path)
    return _row(origin.opening(location, repository), own)


_NOT_ITS_OWN = frozenset({"organization", "deployment", "snapshot_at", "repositories", *LISTS})


def object_row(item: Any, opening: str, origin: Origin, path: str, kind: str, number: int) -> str:
    """The row of an object.

    Args:
        item: As the snapshot has it.
        opening: What the row begins with.
        origin: For errors.
        path: Of the repository.
        kind: The list it stands in.
        number: Its position there.

    Raises:
        InvalidSnapshot: It is no JSON object, or a value has the name of a column that every row has.
    """
    if type(item) is not dict:
        raise origin.invalid(f"{path}/{kind}/{number}", f"there is {kind_of(item)}, not an object")
    if not _CONTEXT.isdisjoint(item):
        _refuse_collision(item, origin, f"{path}/{kind}/{number}")
    return _row(
        opening,
        {key: value if type(value) in _KNOWN else _flat(key, value) for key, value in item.items()},
    )


def _row(opening: str, own: Mapping[str, Any]) -> str:
    return f"{opening},{_compact(own)[1:]}" if own else f"{opening}}}"


def _flat(key: str, value: Any) -> str:
    if type(value) is list:
        if key in _PATHS and _is_path(value):
            return path_text(value)
        if key == "deps" and all(map(_is_path, value)):
            return _texts(map(path_text, value))
        if _is_path(value):
            return _texts(value)
    return _compact(value)


def _texts(found: Iterable[str]) -> str:
    """What ``_compact`` makes of a list of texts, in a third of the time."""
    return f"[{','.join(map(encode_basestring_ascii, found))}]"


def _is_path(value: Any) -> bool:
    return type(value) is list and bool(value) and all(type(part) is str for part in value)


def path_text(path: list[str]) -> str:
    r"""An asset's key as one text: ``["a", "b/c"]`` becomes ``a/b\/c``."""
    text = "/".join(path)
    if "\\" not in text and text.count("/") == len(path) - 1:
        return text
    return "/".join(part.replace("\\", "\\\\").replace("/", "\\/") for part in path)


def named(found: Any, origin: Origin, path: str) -> str:
    """The name of a code location or a repository.

    Raises:
        InvalidSnapshot: It is no JSON object, or has no name.
    """
    if not isinstance(found, Mapping):
        raise origin.invalid(path, f"there is {kind_of(found)}, not an object")
    name = found.get("name")
    if not isinstance(name, str):
        raise origin.invalid(f"{path}/name", f"there is {kind_of(name)}, not a name")
    return name


def listed(found: Mapping[str, Any], key: str, origin: Origin, path: str) -> list[Any]:
    """A list of it; one that is not there is empty.

    Raises:
        InvalidSnapshot: There is something else.
    """
    value = found.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise origin.invalid(f"{path}/{key}", f"there is {kind_of(value)}, not a list")
    return value


def _refuse_collision(own: Mapping[str, Any], origin: Origin, path: str) -> None:
    doubled = sorted(_CONTEXT & own.keys())
    if doubled:
        raise origin.invalid(
            path, f"there is a field {doubled[0]!r}, which every row has with another meaning"
        )


def kind_of(value: Any) -> str:
    """What a JSON value is, in words."""
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "nothing"}
    return kinds.get(type(value), "a number")
