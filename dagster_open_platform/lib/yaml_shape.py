"""What is wrong with a component file before any component is asked: it is empty, no mapping, or names no component.

What belongs here: problems of the file's shape, with their lines. What does not: fields (`yaml_errors.py`), keys that are there twice
(`yaml_keys.py`).

Dagster meets such files with errors of its own that name neither file nor line, so they are looked for once it has failed.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from yaml.reader import ReaderError

_COMPONENT = re.compile(r"(\.|[^\W\d]\w*\.)[^\W\d]\w*(\.[^\W\d]\w*)*")


def shape_problems(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, field and problem of each; the field is empty where there is none.

    Args:
        path: Of the file.
    """
    text = path.read_text(encoding="utf-8")
    try:
        roots = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except ReaderError as error:
        # It says where in the text it is, and not of which file.
        line = text.count("\n", 0, error.position) + 1
        yield line, "", f"not YAML: the character {error.character:#06x}, {error.reason}"
        return
    except yaml.MarkedYAMLError as error:
        # Dagster makes values of what comes before it, and may fail with that.
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        yield line, "", f"not YAML: {error.problem}"
        return
    if not any(roots):
        yield 1, "", "there is no component in it. Write one (`type` and `attributes`), or delete the file."
    for root in filter(None, roots):
        yield from _of_document(root)


def _of_document(root: yaml.Node) -> Iterator[tuple[int, str, str]]:
    line = root.start_mark.line + 1
    if not isinstance(root, yaml.MappingNode):
        yield line, "", "a component instance is a mapping with `type` and `attributes`."
        return
    yield from _of_keys(root)
    for key, value in root.value:
        if key.value == "requirements" and isinstance(value, yaml.MappingNode):
            for name, _ in value.value:
                if name.value != "env":
                    field = f"requirements.{name.value}"
                    yield name.start_mark.line + 1, field, f"unknown field {name.value!r}. Valid: env."
        if key.value == "type" and not (
            isinstance(value, yaml.ScalarNode) and _COMPONENT.fullmatch(value.value)
        ):
            yield (
                key.start_mark.line + 1,
                "type",
                f"{_shown(value)} is no component's name; expected a module and a class with points between, such as"
                " dagster_open_platform.lib.ScheduleComponent.",
            )


def _of_keys(node: yaml.Node) -> Iterator[tuple[int, str, str]]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _of_keys(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                yield key.start_mark.line + 1, "", f"{_shown(key)} stands where the name of a field belongs."
            yield from _of_keys(value)


def _shown(node: yaml.Node) -> str:
    kinds = {yaml.SequenceNode: "a list", yaml.MappingNode: "a mapping"}
    return kinds.get(type(node)) or repr(node.value)
