"""Writes a scaffolded instance and what it needs beside it, all or nothing.

What belongs here: that, and how a document looks. What does not: where (`place.py`), and what is in it (a component's scaffolder).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
import yaml

from dagster_open_platform.lib.scaffolding.place import Place, Refused, place_of
from dagster_open_platform.lib.scaffolding.scaffolder import TEMPLATE_VARS, HouseScaffolder, Scaffold

if TYPE_CHECKING:
    import dagster as dg

WIDTH = 120
SHORT = 24
"""Characters of a value that may stand beside others on a line."""


class _Block(dict[str, Any]):
    """A mapping that is never written on one line."""


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key, short collections of plain values stand on a line, and quotes are double."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def choose_scalar_style(self) -> str:
        style = super().choose_scalar_style()
        return '"' if style == "'" else style

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        scalars = [value for _, value in node.value if isinstance(value, yaml.ScalarNode)]
        if isinstance(mapping, _Block) or any(len(value.value) > SHORT for value in scalars):
            node.flow_style = False
        return node


_Dumper.add_representer(_Block, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data))


def scaffold(scaffolder: HouseScaffolder, request: "dg.ScaffoldRequest[Any]") -> None:
    """Writes what a scaffolder plans, and says what was written.

    Raises:
        Refused: Nothing was written.
        typer.Exit: All was, but not at the very path that was given: Dagster would take that for a failure.
    """
    try:
        if request.scaffold_format != "yaml":
            raise Refused("found --format python; instances are YAML here. Leave it out.")
        place = place_of(request.target_path, request.project_root)
        given = {param.name: str(getattr(request.params, param.name)) for param in scaffolder.PARAMS}
        try:
            planned = scaffolder.plan(given, place)
        except ValueError as error:
            raise Refused(str(error)) from error
        files = _files(place, planned, request.type_name)
    except Refused:
        _remove_empty(request.target_path, request.project_root)
        raise
    _write(files)
    for path in files:
        typer.echo(f"Wrote {path}")
    typer.echo("Look at it with: dg check defs")
    if place.file.parent.resolve() != request.target_path.resolve():
        _remove_empty(request.target_path, request.project_root)
        raise typer.Exit(0)


def document(planned: Scaffold, type_name: str) -> str:
    """The instance as YAML.

    Args:
        planned: What it says.
        type_name: Of the component.
    """
    head: dict[str, Any] = {"type": type_name}
    if planned.template_vars:
        head["template_vars_module"] = TEMPLATE_VARS
    if planned.env:
        head["requirements"] = {"env": list(planned.env)}
    whole = {**head, "attributes": _Block(planned.attributes)}
    text = yaml.dump(
        whole, Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=WIDTH, allow_unicode=True
    )
    return f"# {planned.comment}\n{text}"


def _files(place: Place, planned: Scaffold, type_name: str) -> Mapping[Path, str]:
    """Every file's whole text. What is there stays: a file of instances gets another document."""
    files: dict[Path, str] = {}
    text = document(planned, type_name)
    if place.file.exists():
        before = place.file.read_text(encoding="utf-8")
        _refuse_twin(before, planned, place.file)
        text = f"{before.rstrip()}\n---\n{text}"
    wanted = {
        **{place.file.parent / name: content for name, content in planned.beside.items()},
        **{place.python / f"{name}.py": content for name, content in planned.functions.items()},
    }
    for path, content in wanted.items():
        if path.exists():
            raise Refused(f"{path} is there already; expected another name, or remove it.")
        files[path] = content
    packages = {place.root / place.integration: f'"""{place.integration}."""\n'}
    if planned.functions:
        packages[place.python] = f'"""Python of {place.integration}."""\n'
    inits = {folder / "__init__.py": content for folder, content in packages.items()}
    files.update({path: content for path, content in inits.items() if not path.exists()})
    return {**files, place.file: text}


def _refuse_twin(before: str, planned: Scaffold, path: Path) -> None:
    name = planned.attributes.get("name")
    for number, found in enumerate(yaml.safe_load_all(before), 1):
        if (
            name is not None
            and isinstance(found, dict)
            and (found.get("attributes") or {}).get("name") == name
        ):
            raise Refused(f"document {number} of {path} has the name {name!r} already; expected another one.")


def _write(files: Mapping[Path, str]) -> None:
    """The YAML file is the last: until it is there, nothing loads the others."""
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _remove_empty(folder: Path, project_root: Path | None) -> None:
    """Dagster makes the folder before it asks the scaffolder; outside the project, no more than that one is removed."""
    folder = folder.resolve()
    while folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
        if project_root is None or project_root.resolve() not in folder.parents:
            break
