"""What a manifest was made from: the content of every file of the project, and the versions of dbt.

What belongs here: taking a fingerprint and telling two apart. What does not: building or loading manifests
(``manifest.py``). Content is hashed, not dates, which a checkout or an image layer changes.
"""

import hashlib
import importlib.metadata
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE_FOLDERS = ("analyses", "macros", "models", "seeds", "snapshots", "tests")
"""The folders that dbt reads, as dbt_project.yml names them."""

SOURCE_FILES = ("dbt_project.yml", "profiles.yml")
PACKAGES = ("dbt-core", "dbt-adapters", "dbt-duckdb", "dbt-snowflake")


@dataclass(frozen=True)
class Fingerprint:
    """The inputs of one parse.

    Args:
        files: Path inside the project, with slashes, to the SHA-256 of the content.
        versions: Distribution name to version.
        target: The target it was parsed with.
    """

    files: Mapping[str, str]
    versions: Mapping[str, str]
    target: str

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` reads."""
        return {"target": self.target, "versions": dict(self.versions), "files": dict(self.files)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Fingerprint":
        """Return the fingerprint that ``to_json`` wrote.

        Raises:
            KeyError, TypeError: It is something else.
        """
        return cls(files=dict(value["files"]), versions=dict(value["versions"]), target=str(value["target"]))

    def changes_since(self, built: "Fingerprint") -> list[str]:
        """Say what is different now, one line a difference; empty if nothing is.

        Args:
            built: The fingerprint that was taken when the manifest was built. Its target does not matter: the graph is
                the same with each (a test sees to that).
        """
        names = sorted(set(self.files) | set(built.files))
        changes = [
            f"{_kind(self.files.get(name), built.files.get(name))} {name}"
            for name in names
            if self.files.get(name) != built.files.get(name)
        ]
        changes += [
            f"{name} is {version} and was {built.versions.get(name, 'absent')}"
            for name, version in sorted(self.versions.items())
            if built.versions.get(name) != version
        ]
        return changes


def _kind(now: str | None, then: str | None) -> str:
    if now is None:
        return "removed"
    return "added" if then is None else "changed"


def take_fingerprint(project_dir: Path, target: str) -> Fingerprint:
    """Read the project's files and the installed versions. Runs nothing and writes nothing.

    Args:
        project_dir: The directory that holds ``dbt_project.yml``.
        target: The target that a parse uses.
    """
    return Fingerprint(
        files={name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in _sources(project_dir)},
        versions={name: importlib.metadata.version(name) for name in PACKAGES},
        target=target,
    )


def _sources(project_dir: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files, by their path inside the project: asked whenever definitions load, so without `rglob`, which takes three times as long."""
    for name in SOURCE_FILES:
        if (path := project_dir / name).is_file():
            yield name, path
    for source in SOURCE_FOLDERS:
        for folder, _, names in os.walk(project_dir / source):
            inside = Path(folder).relative_to(project_dir).as_posix()
            for name in names:
                if not name.startswith("."):
                    yield f"{inside}/{name}", Path(folder, name)
