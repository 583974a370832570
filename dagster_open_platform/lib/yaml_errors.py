"""Errors about component YAML that say where: file, line, field, what was found and what was expected.

What belongs here: the error type, how it is worded, and the translation of Dagster's own YAML errors into it. What does
not: what a component considers wrong (its own module), and checks that need the whole graph
(``lib/definition_checks.py``).
"""

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import yaml
from dagster.components.resolved.errors import ResolutionException
from dagster_shared.error import DagsterUnresolvableSymbolError
from dagster_shared.yaml_utils import parse_yamls_with_source_position
from dagster_shared.yaml_utils.source_position import KeyPath, SourcePositionTree
from pydantic import BaseModel, ValidationError

from dagster_open_platform.lib.component_names import components_near
from dagster_open_platform.lib.yaml_keys import doubled_keys
from dagster_open_platform.lib.yaml_models import fields_at
from dagster_open_platform.lib.yaml_shape import shape_problems
from dagster_open_platform.utils.failures import PermanentFailure

_BEGUN = ("while parsing a flow sequence", "while parsing a flow mapping", "while scanning a quoted scalar")

COMPONENT_FILES = ("defs.yaml", "defs.yml", "component.yaml")
"""The file names that Dagster reads component instances from."""

DOCUMENT_KEYS = ("type", "attributes", "template_vars_module", "requirements", "post_processing")
"""What a component instance has at its top."""


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
    refuse_doubled_keys(defs_folder)
    try:
        yield
    except Exception as error:
        located = _located(error, defs_folder)
        if located is None:
            raise
        raise located from located.__cause__


def refuse_doubled_keys(defs_folder: Path) -> None:
    """Looks through the component files of a folder.

    Raises:
        InvalidYaml: A key stands twice in one mapping: PyYAML keeps the last one without a word. Each is a line.
    """
    problems = [
        f"{path}:{key.line}: {'.'.join(map(str, key.path))}: is there twice, also on line {key.first_line}; expected one."
        for path in component_files(defs_folder)
        for key in doubled_keys(path)
    ]
    if problems:
        raise InvalidYaml("\n".join(problems))


def component_files(defs_folder: Path) -> list[Path]:
    """The files below a folder from which Dagster reads component instances."""
    return sorted(
        Path(folder, name)
        for folder, _, names in os.walk(defs_folder)
        for name in names
        if name in COMPONENT_FILES
    )


def _located(error: BaseException, defs_folder: Path) -> InvalidYaml | None:
    current: BaseException | None = error
    while current is not None:
        if isinstance(current, InvalidYaml):
            return current
        if isinstance(current, ValidationError):
            return _from_validation(current)
        if isinstance(current, ResolutionException):
            return _from_template(str(current).strip())
        if isinstance(current, yaml.MarkedYAMLError) and current.problem_mark:
            return _not_yaml(current, current.problem_mark)
        if isinstance(current, ModuleNotFoundError):
            return _unknown_module(current, defs_folder)
        if isinstance(current, DagsterUnresolvableSymbolError):
            return _unknown_type(current, defs_folder)
        current = current.__cause__
    return _from_shape(defs_folder)


def _not_yaml(error: yaml.MarkedYAMLError, mark: yaml.Mark) -> InvalidYaml:
    """What is never closed is found where the file ends, or at the next key; it is told where it begins."""
    begun = error.context_mark if error.context in _BEGUN else None
    noticed = f", noticed on line {mark.line + 1}" if begun and begun.line != mark.line else ""
    where = begun or mark
    begins = f" {error.context} that begins here:" if begun else ""
    return InvalidYaml(f"{where.name}:{where.line + 1}: not YAML:{begins} {error.problem}{noticed}")


def _from_shape(defs_folder: Path) -> InvalidYaml | None:
    """What nobody else knows the place of may come from a file that is none of component instances."""
    problems = [
        f"{path}:{line}: {f'{field}: ' if field else ''}{problem}"
        for path in component_files(defs_folder)
        for line, field, problem in shape_problems(path)
    ]
    return InvalidYaml("\n".join(problems)) if problems else None


def _unknown_module(error: ModuleNotFoundError, defs_folder: Path) -> InvalidYaml | None:
    """A module of template variables that does not exist; one that imports another which does not is no error of YAML."""
    for path in component_files(defs_folder):
        for document in parse_yamls_with_source_position(path.read_text(encoding="utf-8"), str(path)):
            named = document.value.get("template_vars_module") if isinstance(document.value, dict) else None
            if isinstance(named, str) and error.name and f"{named}.".startswith(f"{error.name}."):
                problem = f"there is no module {error.name!r}"
                return invalid_yaml(document.source_position_tree, ["template_vars_module"], problem)
    return None


def _from_template(text: str) -> InvalidYaml:
    """Dagster shows the place as ``file:line - field``, with lines of the file; a trace of what a function raised is kept."""
    place = re.match(r"(?P<where>.+:\d+) - (?P<field>.+)\n", text)
    if place is None:
        return InvalidYaml(text)
    where = f"{place['where']}: {place['field']}: "
    undefined = re.search(r"UndefinedError: '(.+)' not found in scope, available scope is: (.*)", text)
    if undefined is None:
        return InvalidYaml(f"{where}{text.splitlines()[-1].strip()}\n{text[place.end() :]}")
    name, scope = undefined.groups()
    near = suggestion(name, scope.split(", ")) or f" Valid: {scope}."
    return InvalidYaml(f"{where}there is no template variable {name!r}.{near}")


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
        if item["type"] == "extra_forbidden":
            message = _unknown_field(place["where"], place["field"].split("."))
        lines.append(f"{place['where']}: {place['field']}: {message}")
    return InvalidYaml("\n".join(lines))


def _unknown_field(where: str, path: Sequence[str]) -> str:
    """Of the document itself, or of a component that is not ours, whose errors name no valid fields."""
    name = path[-1]
    valid: Iterable[str] = DOCUMENT_KEYS
    if len(path) > 1:
        file, _, line = where.rpartition(":")
        model = _model_at(Path(file), int(line))
        valid = fields_at(model, path[1:-1]) if model else ()
    return f"unknown field {name!r}.{suggestion(name, valid)}"


def _model_at(path: Path, line: int) -> type[BaseModel] | None:
    """The model of the document that a line is in."""
    found = None
    for document in parse_yamls_with_source_position(path.read_text(encoding="utf-8"), str(path)):
        if document.source_position_tree.position.start.line <= line and isinstance(document.value, dict):
            found = document.value.get("type")
    module, _, name = str(found).rpartition(".")
    component = getattr(import_module(module), name) if module and not module.startswith(".") else None
    return component.get_model_cls() if component else None


def _unknown_type(error: DagsterUnresolvableSymbolError, defs_folder: Path) -> InvalidYaml | None:
    import dagster_open_platform.lib

    ours = [f"dagster_open_platform.lib.{name}" for name in dagster_open_platform.lib.__all__]
    quoted = set(re.findall(r"`([^`]+)`", str(error)))
    for path in component_files(defs_folder):
        for document in parse_yamls_with_source_position(path.read_text(encoding="utf-8"), str(path)):
            named = document.value.get("type") if isinstance(document.value, dict) else None
            if isinstance(named, str) and _names(named, quoted):
                valid = {*ours, *components_near(named)}
                problem = f"component type {named!r} does not exist: {error}{suggestion(named, valid)}"
                return invalid_yaml(document.source_position_tree, ["type"], problem)
    return None


def _names(type_name: str, quoted: set[str]) -> bool:
    """Whether Dagster's message, which quotes a module and perhaps an attribute, is about this type."""
    module, _, name = type_name.rpartition(".")
    return any(
        other == module or (module.startswith(".") and other.endswith(module)) for other in quoted
    ) and (len(quoted) == 1 or name in quoted)
