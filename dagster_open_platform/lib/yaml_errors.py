"""Errors about component YAML that say where: file, line, field, what was found and what was expected.

What belongs here: the error type, how it is worded, and the translation of Dagster's own YAML errors into it. What does
not: what a component considers wrong (its own module), and checks that need the whole graph
(``lib/definition_checks.py``).
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from dagster.components.resolved.errors import ResolutionException
from dagster_shared.error import DagsterUnresolvableSymbolError
from dagster_shared.yaml_utils import parse_yamls_with_source_position
from dagster_shared.yaml_utils.source_position import KeyPath, SourcePositionTree
from pydantic import ValidationError

from dagster_open_platform.utils.failures import PermanentFailure

COMPONENT_FILES = ("defs.yaml", "defs.yml", "component.yaml")
"""The file names that Dagster reads component instances from."""


class InvalidYaml(PermanentFailure, ResolutionException):
    """A component instance is wrong; the message starts with ``file:line: field:``.

    It is also a ``ResolutionException`` because Dagster passes those through, whereas it flattens any other exception
    that a resolver raises into the text of a traceback.
    """


def invalid_yaml(source: SourcePositionTree | None, path: KeyPath, problem: str) -> InvalidYaml:
    """The error for one field.

    Args:
        source: The positions of the YAML document; ``None`` if the component was made in Python.
        path: Keys and list indices from the document's root to the field. If the field is not in the document (it is
            missing, or has its default), the nearest enclosing one gives the line.
        problem: What was found and what was expected.
    """
    field = ".".join(str(part) for part in path)
    return InvalidYaml(f"{position(source, path)}: {field}: {problem}")


def position(source: SourcePositionTree | None, path: KeyPath) -> str:
    """``file:line`` of a field, or of the nearest enclosing one."""
    if source is None:
        return "a component made in Python"
    return str(source.lookup_closest_and_path(path, None)[0])


def suggestion(name: str, valid: Iterable[str]) -> str:
    """``" Did you mean 'x'?"`` if a valid name is near, and otherwise the valid names, if they are few."""
    names = sorted(set(valid))
    if near := difflib.get_close_matches(name, names, n=1):
        return f" Did you mean {near[0]!r}?"
    return f" Valid: {', '.join(names)}." if 0 < len(names) <= 12 else ""


@contextmanager
def located_yaml_errors(defs_folder: Path) -> Iterator[None]:
    """Turns whatever Dagster raises about a YAML file inside the block into ``InvalidYaml``.

    Dagster wraps a component's error in one that prints the whole component tree, and says nothing of the place when a
    component type does not exist. Errors that are not about YAML pass unchanged.

    Args:
        defs_folder: The folder that is being loaded; searched only after an error.
    """
    try:
        yield
    except Exception as error:
        located = _located(error, defs_folder)
        if located is None:
            raise
        raise located from located.__cause__


def _located(error: BaseException, defs_folder: Path) -> InvalidYaml | None:
    current: BaseException | None = error
    while current is not None:
        if isinstance(current, InvalidYaml):
            return current
        if isinstance(current, ValidationError):
            return _from_validation(current)
        if isinstance(current, ResolutionException):
            # A template variable that does not exist, for example; the text starts with file:line - field.
            return InvalidYaml(str(current).strip())
        if isinstance(current, yaml.MarkedYAMLError) and current.problem_mark:
            mark = current.problem_mark
            return InvalidYaml(f"{mark.name}:{mark.line + 1}: not YAML: {current.problem}")
        if isinstance(current, DagsterUnresolvableSymbolError):
            return _unknown_type(current, defs_folder)
        current = current.__cause__
    return None


def _from_validation(error: ValidationError) -> InvalidYaml | None:
    """Dagster has put ``field at file:line`` where pydantic has the path; an error without it is not about YAML."""
    lines: list[str] = []
    for item in error.errors(include_url=False):
        place = re.fullmatch(
            r"`?(?P<field>.*) at (?P<where>.+:\d+)`?", str(item["loc"][0]) if item["loc"] else ""
        )
        if place is None:
            return None
        message = item["msg"].removeprefix("Value error, ")
        lines.append(f"{place['where']}: {place['field']}: {message}")
    return InvalidYaml("\n".join(lines))


def _unknown_type(error: DagsterUnresolvableSymbolError, defs_folder: Path) -> InvalidYaml | None:
    import dagster_open_platform.lib

    ours = [f"dagster_open_platform.lib.{name}" for name in dagster_open_platform.lib.__all__]
    quoted = set(re.findall(r"`([^`]+)`", str(error)))
    for path in sorted(p for name in COMPONENT_FILES for p in defs_folder.rglob(name)):
        for document in parse_yamls_with_source_position(path.read_text(encoding="utf-8"), str(path)):
            named = document.value.get("type") if isinstance(document.value, dict) else None
            if isinstance(named, str) and _names(named, quoted):
                problem = f"component type {named!r} does not exist: {error}{suggestion(named, ours)}"
                return invalid_yaml(document.source_position_tree, ["type"], problem)
    return None


def _names(type_name: str, quoted: set[str]) -> bool:
    """Whether Dagster's message, which quotes a module and perhaps an attribute, is about this type."""
    module, _, name = type_name.rpartition(".")
    return any(
        other == module or (module.startswith(".") and other.endswith(module)) for other in quoted
    ) and (len(quoted) == 1 or name in quoted)
