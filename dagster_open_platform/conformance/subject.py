"""What is tried: component instances of a defs folder, and how they are found and loaded.

What belongs here: from a folder and its documents to definitions. What does not: what must hold of them (`clauses/`).
"""

import importlib
import shutil
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import dagster as dg
import yaml

from dagster_open_platform.conformance.yaml_mutations import documents
from dagster_open_platform.lib.yaml_errors import component_files, located_yaml_errors


class NotConformingError(AssertionError):
    """A clause does not hold; the message says of what, and what was found."""


@dataclass(frozen=True)
class DefsFolder:
    """A package that holds component instances, as Dagster loads them.

    Args:
        module: Name of the package. It can be imported.
        project_root: Of the project that it belongs to.
        import_path: What has to stand before ``sys.path`` for that; None: nothing.
    """

    module: str
    project_root: Path
    import_path: Path | None = None

    def imported(self) -> ModuleType:
        """The package."""
        if self.import_path is not None and str(self.import_path) not in sys.path:
            sys.path.insert(0, str(self.import_path))
        return importlib.import_module(self.module)

    @property
    def path(self) -> Path:
        """The package's folder."""
        [folder] = self.imported().__path__
        return Path(folder)

    def load(self, below: Path | None = None) -> dg.Definitions:
        """Its definitions.

        Args:
            below: Only those of this folder.

        Raises:
            InvalidYaml: A document is wrong.
        """
        tree = dg.ComponentTree(defs_module=self._around(below), project_root=self.project_root)
        with located_yaml_errors(self.path):
            return tree.build_defs(below or tree.defs_module_path)

    def _around(self, below: Path | None) -> ModuleType:
        """The package that is read to load a folder: of many neighbours, reading all takes longer than loading one."""
        folders = below.relative_to(self.path).parts if below else ()
        if folders and (self.path / folders[0] / "__init__.py").is_file():
            return importlib.import_module(f"{self.module}.{folders[0]}")
        return self.imported()


@dataclass(frozen=True)
class Subject:
    """One instance: a document of a folder.

    Args:
        folder: It.
        file: Path of the YAML file, relative to the folder.
        number: Of the document in the file, from 0.
        text: The document.
    """

    folder: DefsFolder
    file: Path
    number: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}[{self.number}]"

    @property
    def document(self) -> Mapping[str, Any]:
        """What it says."""
        return yaml.safe_load(self.text)

    @property
    def component(self) -> type:
        """The class that its `type` names."""
        module, _, name = str(self.document["type"]).rpartition(".")
        if module.startswith("."):
            package = ".".join([self.folder.module, *self.file.parent.parts])
            return getattr(importlib.import_module(module, package), name)
        return getattr(importlib.import_module(module), name)

    @property
    def variables(self) -> Sequence[str]:
        """The environment variables that it says it needs."""
        return (self.document.get("requirements") or {}).get("env") or []

    def alone(self, directory: Path) -> "Subject":
        """The same in a copy of its folder, where no other document stands in its file.

        Args:
            directory: Where the copy is made.
        """
        name = f"conformance_{uuid.uuid4().hex}"
        copy = directory / name
        shutil.copytree(self.folder.path, copy, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / "__init__.py").touch()
        (copy / self.file).write_text(self.text, encoding="utf-8")
        return replace(self, folder=DefsFolder(name, directory, import_path=directory), number=0)

    def load(self) -> dg.Definitions:
        """The definitions of all that stands in its folder."""
        return self.folder.load(self.folder.path / self.file.parent)


def subjects(folder: DefsFolder, component: type | None = None) -> Iterator[Subject]:
    """Every instance of a folder.

    Args:
        folder: Its package.
        component: Only instances of this class.
    """
    for path in component_files(folder.path):
        for number, document in enumerate(documents(path.read_text(encoding="utf-8"))):
            found = Subject(folder, path.relative_to(folder.path), number, document.text)
            if component is None or found.component is component:
                yield found
