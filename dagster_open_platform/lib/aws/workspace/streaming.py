"""From JSON that is too large for memory to rows, one object at a time.

What belongs here: reading JSON as events. What does not: the shape of rows (``explode.py``), which JSON is too large
(``reading.py``).

The JSON is read twice. JSON's fields have no order, so the name of a repository may stand behind a million of its assets:
the first reading gathers names and the like, which are few; the second gives the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from dagster_open_platform.lib.aws.workspace.explode import (
    Exploded,
    Origin,
    invalid_json,
    kind_of,
    metadata_row,
    named,
    object_row,
    wrong_shape,
)
from dagster_open_platform.lib.aws.workspace.layout import LISTS, LOCATIONS, REPOSITORIES

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ByteStream

Opened: TypeAlias = Callable[[], AbstractContextManager["ByteStream"]]
"""Opens the JSON's bytes at their beginning."""
_LEVELS = ("code_locations", "repositories")
"""The lists on the way from a snapshot to its objects."""
_BUFFER = 64 * 1024
_Place: TypeAlias = tuple[int, ...]
"""The positions in the lists on the way to an object."""


@dataclass
class Outline:
    """The values of a JSON object without what it contains.

    Args:
        values: Texts, numbers, booleans and nulls.
        has_list: Whether there is the list of its children.
        children: Of a snapshot its code locations, of a code location its repositories.
    """

    values: dict[str, Any] = field(default_factory=dict)
    has_list: bool = False
    children: list[Outline] = field(default_factory=list)


class LargeJson:
    """A snapshot, or a part with one code location, that is not held in memory.

    Args:
        opened: Its bytes.
        source: Whole address, for errors.
        is_part: Whether it is one code location instead of a snapshot with a list of them.
    """

    def __init__(self, opened: Opened, source: str, *, is_part: bool) -> None:
        self._opened = opened
        self._is_part = is_part
        self._levels = _LEVELS[1:] if is_part else _LEVELS
        self._source = source

    def outline(self) -> Outline:
        """The first reading; of a part, the code location.

        Raises:
            InvalidSnapshot: It is no JSON, or has another shape.
        """
        with self._opened() as stream:
            return _Reader(stream, self._source).outline(self._levels)

    def rows(self, found: Outline, origin: Origin) -> Exploded:
        """The second reading.

        Args:
            found: What the first one gave.
            origin: Whose rows they are.

        Raises:
            InvalidSnapshot: It is no JSON, or has another shape.
        """
        for index, location in enumerate(self._locations(found)):
            path = self._path((index,))
            name = named(location.values, origin, path)
            yield LOCATIONS, metadata_row(location.values, origin, path, name)
            for number, repository in enumerate(location.children):
                where = self._path((index, number))
                repository_name = named(repository.values, origin, where)
                yield REPOSITORIES, metadata_row(repository.values, origin, where, name, repository_name)
        yield from self._objects(found, origin)

    def _objects(self, found: Outline, origin: Origin) -> Exploded:
        locations = self._locations(found)
        last: _Place | None = None
        opening = ""
        with self._opened() as stream:
            for place, kind, number, item in _Reader(stream, self._source).items(self._levels):
                index, repository = (0, *place) if self._is_part else place
                if place != last:
                    last = place
                    location = locations[index]
                    opening = origin.opening(
                        location.values["name"], location.children[repository].values["name"]
                    )
                yield kind, object_row(item, opening, origin, self._path((index, repository)), kind, number)

    def _locations(self, found: Outline) -> list[Outline]:
        return [found] if self._is_part else found.children

    def _path(self, place: _Place) -> str:
        levels = _LEVELS[: len(place)]
        parts = [f"/{level}/{index}" for level, index in zip(levels, place, strict=True)]
        return "".join(parts[1:] if self._is_part else parts)


class _Reader:
    """One reading of JSON.

    Args:
        stream: Its bytes.
        source: For errors.
    """

    def __init__(self, stream: ByteStream, source: str) -> None:
        self._source = source
        self._stream = _Counted(stream)
        self._events = self._parsed()

    def outline(self, levels: tuple[str, ...]) -> Outline:
        """All of it without the objects."""
        self._expect("start_map", *next(self._events), "")
        found = self._outline(levels, "")
        self._end()
        return found

    def items(self, levels: tuple[str, ...]) -> Iterator[tuple[_Place, str, int, Any]]:
        """The objects: where, of which kind, at which position of their list."""
        self._expect("start_map", *next(self._events), "")
        yield from self._items(levels, (), "")
        self._end()

    def _parsed(self) -> Iterator[tuple[str, Any]]:
        import ijson

        try:
            yield from ijson.basic_parse(self._stream, buf_size=_BUFFER)
        except ijson.JSONError as error:
            said = " ".join(str(error).split("\n")[0].split())
            raise invalid_json(self._source, f"near byte {self._stream.offset:,}: {said}") from None

    def _outline(self, levels: tuple[str, ...], path: str) -> Outline:
        found = Outline()
        for key, event, value in self._fields():
            if levels and key == levels[0]:
                found.has_list = event != "null"
                for index, first in self._list(event, value, f"{path}/{key}"):
                    where = f"{path}/{key}/{index}"
                    self._expect("start_map", *first, where)
                    found.children.append(self._outline(levels[1:], where))
            elif event in ("start_map", "start_array"):
                self._skip()
            else:
                found.values[key] = _number(value)
        return found

    def _items(
        self, levels: tuple[str, ...], place: _Place, path: str
    ) -> Iterator[tuple[_Place, str, int, Any]]:
        for key, event, value in self._fields():
            if levels and key == levels[0]:
                for index, first in self._list(event, value, f"{path}/{key}"):
                    self._expect("start_map", *first, f"{path}/{key}/{index}")
                    yield from self._items(levels[1:], (*place, index), f"{path}/{key}/{index}")
            elif not levels and key in LISTS:
                for index, first in self._list(event, value, f"{path}/{key}"):
                    yield place, key, index, self._value(*first)
            elif event in ("start_map", "start_array"):
                self._skip()

    def _fields(self) -> Iterator[tuple[str, str, Any]]:
        """The fields of the JSON object that has begun, with the event that begins each value."""
        for event, key in self._events:
            if event == "end_map":
                return
            yield (key, *next(self._events))

    def _list(self, event: str, value: Any, path: str) -> Iterator[tuple[int, tuple[str, Any]]]:
        """The events that begin the values of a list; none for null."""
        if event == "null":
            return
        self._expect("start_array", event, value, path)
        for index, first in enumerate(self._events):
            if first[0] == "end_array":
                return
            yield index, first

    def _value(self, event: str, value: Any) -> Any:
        if event == "start_map":
            return {key: self._value(first, inner) for key, first, inner in self._fields()}
        if event == "start_array":
            return [self._value(*first) for _, first in self._list(event, value, "")]
        return _number(value)

    def _skip(self) -> None:
        depth = 1
        for event, _ in self._events:
            depth += (event in ("start_map", "start_array")) - (event in ("end_map", "end_array"))
            if depth == 0:
                return

    def _expect(self, wanted: str, event: str, value: Any, path: str) -> None:
        if event != wanted:
            names = {"start_map": "an object", "start_array": "a list"}
            found = names.get(event) or kind_of(value)
            raise wrong_shape(self._source, path, f"there is {found}, not {names[wanted]}")

    def _end(self) -> None:
        """Looks for what must not follow."""
        for _ in self._events:
            pass


def _number(value: Any) -> Any:
    """A value with the float that `json` would have made: the parser's own floats go with integers of 64 bits."""
    return float(value) if type(value) is Decimal else value


class _Counted:
    """A stream that knows how far it was read.

    Args:
        stream: The bytes.
    """

    def __init__(self, stream: ByteStream) -> None:
        self.offset = 0
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        found = self._stream.read(size)
        self.offset += len(found)
        return found
