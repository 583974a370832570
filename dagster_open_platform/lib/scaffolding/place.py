"""Where an instance is written: in the house's shape, whatever path was given.

What belongs here: from a path to a file. What does not: what is written (`writing.py`).

An instance stands in `defs/<integration>/components/`, or in a folder below it. A `defs.yaml` that is there already hides what is below it,
so that an instance for a folder below it becomes another document of that file.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import typer
import yaml

from dagster_open_platform.lib.scaffolding.scaffolder import NAME, NAME_EXPECTED

COMPONENTS, PYTHON = "components", "py"


class Refused(typer.BadParameter):
    """Nothing was written, and why."""


@dataclass(frozen=True)
class Place:
    """A place for an instance.

    Args:
        root: The folder of all instances.
        integration: The name of the folder in it.
        file: The YAML file.
    """

    root: Path
    integration: str
    file: Path

    @property
    def python(self) -> Path:
        """The folder of the integration's Python."""
        return self.root / self.integration / PYTHON

    def dotted(self, module: str, name: str) -> str:
        """A function of the integration's Python, as the YAML file names it.

        Args:
            module: Below the Python folder.
            name: Of the function.
        """
        below = self.file.parent.relative_to(self.root)
        up = len(below.parts) if below.parts else 0
        own = f"{PYTHON}.{module}.{name}"
        return f"{'.' * up}{own}" if up else f".{self.integration}.{own}"


def place_of(target: Path, project_root: Path | None) -> Place:
    """The place that a path means.

    Args:
        target: As given, below the folder of all instances.
        project_root: Of the project; its pyproject.toml names that folder.

    Raises:
        Refused: It leads out of the folder, or is no place for an instance.
    """
    resolved = target.resolve()
    root = _root(resolved, project_root)
    parts = list(resolved.relative_to(root).parts)
    for part in parts:
        if not re.fullmatch(NAME, part):
            raise Refused(f"found the folder {part!r}; expected {NAME_EXPECTED}: it is a Python package too.")
    if not parts or parts[0] in (COMPONENTS, PYTHON) or PYTHON in parts[1:2]:
        raise Refused(
            f"{target} is no place for an instance; expected the name of a system, and perhaps one below it: acme, or acme/invoices."
        )
    below = parts[2:] if COMPONENTS in parts[1:2] else parts[1:]
    folder = root.joinpath(parts[0], COMPONENTS, *below)
    for above in (folder, *folder.parents):
        if (found := _instances(above)) is not None:
            return Place(root, parts[0], found)
        if above == root:
            break
    return Place(root, parts[0], folder / "defs.yaml")


def _root(resolved: Path, project_root: Path | None) -> Path:
    name = "defs"
    pyproject = project_root / "pyproject.toml" if project_root else None
    if pyproject is not None and pyproject.is_file():
        project = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("tool", {}).get("dg", {})
        name = str(project.get("project", {}).get("defs_module", name)).rpartition(".")[2]
    inside = project_root.resolve() if project_root else Path(resolved.anchor)
    for parent in resolved.parents:
        if parent.name == name and inside in parent.parents:
            return parent
    raise Refused(
        f"{resolved} is outside the folder of instances; expected a path below {name}/, such as acme."
    )


def _instances(folder: Path) -> Path | None:
    """A file of instances that hides what is below its folder."""
    for name in ("defs.yaml", "defs.yml", "component.yaml"):
        if (path := folder / name).is_file():
            types = [doc.get("type") for doc in yaml.safe_load_all(path.read_text(encoding="utf-8")) if doc]
            return None if all(str(type_).endswith("DefsFolderComponent") for type_ in types) else path
    return None
