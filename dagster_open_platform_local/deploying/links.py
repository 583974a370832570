"""Follows links from definitions to their source, and says which lead to another place than a declaration.

What belongs here: what stands at the end of a link, by file type. What does not: how links are made (`utils/source_code.py`), of which
nothing is used here.
"""

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import yaml

from dagster_open_platform.utils.source_code import REPOSITORY_ROOT


def broken(
    references: Mapping[str, Iterable[str]], repository: str, revision: str, root: Path = REPOSITORY_ROOT
) -> list[str]:
    """The links that lead nowhere or to no declaration, with why.

    Args:
        references: The links of each definition.
        repository: The address that each must begin with.
        revision: The commit that each must name.
        root: A checkout of that commit.
    """
    return [
        f"{name}: {link}: {problem}"
        for name, links in references.items()
        for link in links
        if (problem := _problem(link, f"{repository}/blob/{revision}/", root, name.rpartition("/")[2]))
    ]


def _problem(link: str, beginning: str, root: Path, name: str) -> str | None:
    if not link.startswith(beginning):
        return f"does not begin with {beginning}"
    place, _, line = link.removeprefix(beginning).partition("#L")
    path = root / place
    if not path.is_file():
        return "no such file"
    number = int(line or 1)
    if path.suffix == ".yaml":
        if number in _documents(path) or name in _keys(path).get(number, ()):
            return None
        return f"neither an instance nor {name} begins there"
    if path.suffix == ".py":
        return None if number in _declarations(path) else "no function and no call begins there"
    # dbt's nodes: a file each, which has the node's name.
    return None if path.stem == name and number == 1 else "is not the file of that name"


@cache
def _nodes(path: Path) -> tuple[yaml.Node, ...]:
    return tuple(yaml.compose_all(path.read_text(encoding="utf-8"), yaml.CSafeLoader))


def _documents(path: Path) -> frozenset[int]:
    """The lines in which the documents of a YAML file begin."""
    return frozenset(node.start_mark.line + 1 for node in _nodes(path))


@cache
def _keys(path: Path) -> Mapping[int, frozenset[str]]:
    """The keys that begin in each line of a YAML file; of a table's name, the table."""
    found: dict[int, frozenset[str]] = {}
    pending = list(_nodes(path))
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                line = key.start_mark.line + 1
                found[line] = found.get(line, frozenset()) | {str(key.value).rpartition(".")[2]}
                pending.append(value)
        elif isinstance(node, yaml.SequenceNode):
            pending += node.value
    return found


@cache
def _declarations(path: Path) -> frozenset[int]:
    """The lines in which functions, with their decorators, and calls begin."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines |= {node.lineno, *(decorator.lineno for decorator in node.decorator_list)}
        elif isinstance(node, ast.Call):
            lines.add(node.lineno)
    return frozenset(lines)
