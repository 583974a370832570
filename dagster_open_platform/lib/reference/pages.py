"""A page for each component, and an index.

What belongs here: what stands in a page, in which order. What does not: the tables of fields (``fields.py``).
"""

import inspect
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from dagster_open_platform import lib
from dagster_open_platform.lib.reference.fields import TYPED, cell, plain, tables, title
from dagster_open_platform.lib.scaffolding.scaffolder import HouseScaffolder
from dagster_open_platform.lib.yaml_errors import component_files

INDEX = "README.md"
NAMESPACE = "dagster_open_platform.lib"
WRITTEN = (
    "<!-- Written from the component's schema by the recipe `reference`; what is changed here is lost. -->"
)
MARKER = "\n---\n"


@dataclass(frozen=True)
class Example:
    """An instance.

    Args:
        path: Of its file, from the root of the repository.
        text: The document.
    """

    path: Path
    text: str


def pages(instances: Sequence[Path]) -> Mapping[str, str]:
    """The text of each page by the name of its file.

    Args:
        instances: Where examples are looked for.
    """
    examples = examples_in(instances)
    found = {f"{name}.md": page(name, examples.get(name)) for name in lib.__all__ if _own_name(name) == name}
    return {**found, INDEX: index()}


def examples_in(instances: Sequence[Path]) -> Mapping[str, Example]:
    """Of each component the shortest instance that there is.

    Args:
        instances: The folders `defs` of code locations; the first one that has a component gives its example.
    """
    found: dict[str, Example] = {}
    for folder in instances:
        there: dict[str, Example] = {}
        for path in component_files(folder):
            for text in path.read_text(encoding="utf-8").split(MARKER):
                name = str(yaml.safe_load(text)["type"]).rpartition(".")[2]
                if name not in there or len(text) < len(there[name].text):
                    there[name] = Example(path.absolute().relative_to(folder.absolute().parents[1]), text)
        found = {**there, **found}
    return found


def index() -> str:
    """The page that leads to the others."""
    rows = [
        f"| [{name}]({_own_name(name)}.md) | {cell(_paragraphs(name)[0])} |"
        if _own_name(name) == name
        else f"| [{name}]({_own_name(name)}.md) | The older name of {_own_name(name)}. |"
        for name in lib.__all__
    ]
    return "\n".join(
        [
            WRITTEN,
            "# Components",
            "",
            "What an instance in `defs/` can be, what it says in YAML, and what is asked of whoever scaffolds one.",
            "",
            "| component | what it does |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def page(name: str, example: Example | None) -> str:
    """The page of one component.

    Args:
        name: Of the component.
        example: An instance, if there is one.
    """
    component = getattr(lib, name)
    schema = component.get_model_cls().model_json_schema()
    defaults = {field: plain(info.default) for field, info in component.model_fields.items()}
    parts = [WRITTEN, f"# {name}", f"`type: {NAMESPACE}.{name}`", *map(_plain, _paragraphs(name))]
    if example is not None:
        parts += [
            "## An instance",
            f"From `{example.path}`:",
            f"```text\n{_without_comments_above(example.text)}\n```",
        ]
    parts += [
        "## Fields",
        "What stands below `attributes`. A value may also be a template, such as `{{ env('NAME') }}`.",
    ]
    for reference, table in tables(schema, defaults):
        if reference:
            parts.append(f"### {title(reference)}")
            if about := schema["$defs"][reference].get("description"):
                parts.append(_plain(about))
        parts.append(table)
    return "\n\n".join([*parts, *_asked(name)]) + "\n"


def _asked(name: str) -> list[str]:
    scaffolder = getattr(lib, name).__scaffolder_cls__
    if not (isinstance(scaffolder, type) and issubclass(scaffolder, HouseScaffolder)):
        return []
    rows = [
        f"| `{param.option}` | {cell(param.description)} | {'**required**' if param.default is None else param.default and f'`{param.default}`'}"
        f" | {'<br>'.join(f'`{each}`' for each in param.choices or (param.example,))} |"
        for param in scaffolder.PARAMS
    ]
    options = [f'{param.option} "{param.example}"' for param in scaffolder.PARAMS if param.default is None]
    command = " \\\n    ".join([f"dg scaffold defs {NAMESPACE}.{name} acme/components", *options])
    return [
        "## What scaffolding asks",
        f"```text\n{command}\n```",
        "\n".join(["| option | what is asked | default | example |", "|---|---|---|---|", *rows]),
    ]


def _own_name(name: str) -> str:
    return getattr(lib, name).__name__


def _paragraphs(name: str) -> list[str]:
    return [" ".join(each.split()) for each in (inspect.getdoc(getattr(lib, name)) or "").split("\n\n")]


def _plain(text: str) -> str:
    return TYPED.sub(r"\1", text)


def _without_comments_above(text: str) -> str:
    lines = text.strip().splitlines()
    while lines and (lines[0].startswith("#") or not lines[0].strip()):
        lines.pop(0)
    return textwrap.dedent("\n".join(lines))
