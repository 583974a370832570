"""YAML files that are not component instances: read with the place of everything in them.

What belongs here: text to mapping, and what is wrong with the text. What does not: which fields there are, and what they
mean; that is the format's own room (`sling/files.py`, `osi/files.py`). Errors are worded as those about components
(`yaml_errors.py`).
"""

from pathlib import Path
from typing import Any

import yaml
from dagster_shared.yaml_utils import parse_yaml_with_source_position
from dagster_shared.yaml_utils.source_position import SourcePositionTree

from dagster_open_platform.lib.yaml_errors import InvalidYaml

QUICK_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Takes a tenth of the other's time, where libyaml is there."""


def read_mapping(
    path: Path, kind: str, expected: str, error: type[InvalidYaml]
) -> tuple[dict[str, Any], SourcePositionTree]:
    """Read one file.

    Args:
        path: The file.
        kind: What the file is, for messages, such as `replication file`.
        expected: What stands in such a file, such as `a mapping with source and target`.
        error: What is raised.

    Returns:
        The mapping at its root, and where each value stands.

    Raises:
        error: The file is missing, cannot be read, is not YAML, has something else at its root, or a key twice. The message
            starts with `file:line` if the file could be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = _composed(text)
        if not isinstance(root, yaml.MappingNode):
            raise error(f"{path}:1: a {kind} is {expected}.")
        _refuse_doubled(path, root, error)
        tree = parse_yaml_with_source_position(text, str(path))
    except FileNotFoundError as missing:
        raise error(f"There is no {kind} {path}.") from missing
    except OSError as forbidden:
        raise error(f"{path} cannot be read: {forbidden.strerror}.") from forbidden
    except (UnicodeDecodeError, yaml.YAMLError) as wrong:
        mark = wrong.problem_mark if isinstance(wrong, yaml.MarkedYAMLError) else None
        problem = wrong.problem if isinstance(wrong, yaml.MarkedYAMLError) else str(wrong).partition("\n")[0]
        raise error(f"{path}:{mark.line + 1 if mark else 1}: not YAML: {problem}") from wrong
    return tree.value, tree.source_position_tree


def _composed(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=QUICK_LOADER)
    except yaml.YAMLError:
        # The slow one says more precisely what is wrong.
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _refuse_doubled(path: Path, node: yaml.Node, error: type[InvalidYaml]) -> None:
    """The last of two equal keys would hide the first."""
    children = [node]
    seen: set[int] = set()
    while children:
        node = children.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            children += node.value
        elif isinstance(node, yaml.MappingNode):
            lines: dict[str, int] = {}
            for key, value in node.value:
                children.append(value)
                if not isinstance(key, yaml.ScalarNode):
                    continue
                line = key.start_mark.line + 1
                if key.value in lines:
                    raise error(
                        f"{path}:{line}: {key.value}: stands in line {lines[key.value]} too, and only one would count."
                    )
                lines[key.value] = line
