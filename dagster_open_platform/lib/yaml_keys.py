"""Keys that stand twice in one mapping of a YAML file.

What belongs here: finding them. What does not: how an error is worded (``yaml_errors.py``).

PyYAML keeps the last of them without a word, as Dagster does with it; the YAML specification forbids them
(https://yaml.org/spec/1.2.2/#3213-node-comparison).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml


@dataclass(frozen=True)
class DoubledKey:
    """A key that stands in its mapping a second time.

    Args:
        line: Of the second one, from 1.
        first_line: Of the first one.
        path: Keys and list indices from the document's root to it.
    """

    line: int
    first_line: int
    path: tuple[str | int, ...]


@dataclass
class _Level:
    """A collection that is being read: of a mapping, what its keys are; of a list, how far it is."""

    is_mapping: bool
    lines: dict[str, int] = field(default_factory=dict)
    key: str | None = None
    index: int = 0

    def step(self) -> str | int:
        return (self.key or "") if self.is_mapping else self.index

    def ended(self) -> None:
        """A value of it is complete."""
        self.key = None
        self.index += 1


def doubled_keys(path: Path) -> Iterator[DoubledKey]:
    """Every doubled key of a file, up to where it is not YAML.

    Args:
        path: The file. Events are read, not nodes, which takes a fifth of the time.
    """
    levels: list[_Level] = []
    try:
        for event in yaml.parse(path.read_bytes(), Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
                top = levels[-1] if levels else None
                if top is None:
                    continue
                if not top.is_mapping or top.key is not None:
                    top.ended()
                    continue
                line = event.start_mark.line + 1
                key = f"*{event.anchor}" if isinstance(event, yaml.AliasEvent) else event.value
                top.key = key
                if key in top.lines:
                    yield DoubledKey(line, top.lines[key], tuple(level.step() for level in levels))
                top.lines[key] = line
            elif isinstance(event, yaml.CollectionStartEvent):
                levels.append(_Level(isinstance(event, yaml.MappingStartEvent)))
            elif isinstance(event, yaml.CollectionEndEvent):
                levels.pop()
                if levels:
                    levels[-1].ended()
    except yaml.YAMLError:
        return  # whoever loads the file says so
